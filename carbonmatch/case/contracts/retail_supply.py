"""Retail supply with a share of carbon-free energy: a supplier serves the load, and part of every MWh is a claim."""

from __future__ import annotations

from typing import Literal

from carbonmatch.case.block import Block, NonNegative, Share
from carbonmatch.case.contracts.volume import TakenContract
from carbonmatch.case.series import CfeShare


class Guarantee(Block):
    """A share of carbon-free energy that the supplier answers for, settled after the fact.

    share             of all energy that is supplied in the period, 0..1
    penalty_per_mwh   paid to the buyer for each MWh of claims below it [currency/MWh]
    """

    share: Share
    penalty_per_mwh: NonNegative


class RetailSupplyContract(TakenContract):
    """Supply by a retailer that brings claims with it.

    cfe_share   share of every MWh that is carbon-free, by step, 0..1; the technology is that of this share
    guarantee   what the supplier pays where the share of a period falls short; no part of the model
    """

    structure: Literal["retail_supply"]
    cfe_share: CfeShare
    guarantee: Guarantee | None = None
