"""Contracts for carbon-free energy: one module per structure."""

from carbonmatch.case.contracts.base import ContractBase
from carbonmatch.case.contracts.certificates import HourlyCertificatesContract, YearlyCertificatesContract
from carbonmatch.case.contracts.clean_firm import CleanFirmContract
from carbonmatch.case.contracts.pay_as_consumed import PayAsConsumedContract
from carbonmatch.case.contracts.pay_as_produced import PayAsProducedContract
from carbonmatch.case.contracts.price import FloatingPrice
from carbonmatch.case.contracts.profile import Curtailment, PlantContract, ProfileContract
from carbonmatch.case.contracts.retail_supply import Guarantee, RetailSupplyContract
from carbonmatch.case.contracts.shape import ShapeFactors
from carbonmatch.case.contracts.shaped import BaseloadContract, DeliveredContract, ShapedContract
from carbonmatch.case.contracts.structure import STRUCTURES, AnyContract, Contract
from carbonmatch.case.contracts.virtual import VirtualContract
from carbonmatch.case.contracts.volume import TakenContract, TakeOrPay

__all__ = [
    "STRUCTURES",
    "AnyContract",
    "BaseloadContract",
    "CleanFirmContract",
    "Contract",
    "ContractBase",
    "Curtailment",
    "DeliveredContract",
    "FloatingPrice",
    "Guarantee",
    "HourlyCertificatesContract",
    "PayAsConsumedContract",
    "PayAsProducedContract",
    "PlantContract",
    "ProfileContract",
    "RetailSupplyContract",
    "ShapeFactors",
    "ShapedContract",
    "TakeOrPay",
    "TakenContract",
    "VirtualContract",
    "YearlyCertificatesContract",
]
