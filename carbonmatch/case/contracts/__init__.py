"""Contracts for carbon-free energy: one module per structure."""

from carbonmatch.case.contracts.base import ContractBase
from carbonmatch.case.contracts.certificates import HourlyCertificatesContract
from carbonmatch.case.contracts.clean_firm import CleanFirmContract
from carbonmatch.case.contracts.pay_as_produced import PayAsProducedContract
from carbonmatch.case.contracts.price import FloatingPrice
from carbonmatch.case.contracts.profile import Curtailment, ProfileContract
from carbonmatch.case.contracts.structure import STRUCTURES, AnyContract, Contract
from carbonmatch.case.contracts.virtual import VirtualContract

__all__ = [
    "STRUCTURES",
    "AnyContract",
    "CleanFirmContract",
    "Contract",
    "ContractBase",
    "Curtailment",
    "FloatingPrice",
    "HourlyCertificatesContract",
    "PayAsProducedContract",
    "ProfileContract",
    "VirtualContract",
]
