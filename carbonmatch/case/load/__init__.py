"""Loads of sites: the same in every step, a series, or built from what stands there."""

from typing import Final

from carbonmatch.case.load.ai_factory import AiFactory
from carbonmatch.case.load.factory import Factory, ShiftBlock
from carbonmatch.case.load.fleet import TrancheBlock
from carbonmatch.case.load.form import BUILT_LOADS, Load, LoadForms
from carbonmatch.case.load.generations import fill_fleets_from_library
from carbonmatch.case.load.maintenance import Maintenance, OutageOfHalls
from carbonmatch.case.load.surroundings import (
    AirCoolingBlock,
    ChillerBlock,
    CoolingBlock,
    DirectToChipBlock,
    PowerChainBlock,
    UpsCurveBlock,
    WeatherBlock,
)
from carbonmatch.case.load.work import ClassBlock, InterruptionsBlock

LOAD_BLOCKS: Final = (
    AiFactory,
    AirCoolingBlock,
    ChillerBlock,
    ClassBlock,
    CoolingBlock,
    DirectToChipBlock,
    Factory,
    InterruptionsBlock,
    LoadForms,
    Maintenance,
    OutageOfHalls,
    PowerChainBlock,
    ShiftBlock,
    TrancheBlock,
    UpsCurveBlock,
    WeatherBlock,
)
"""Every block of keys that a built load may have."""

__all__ = [
    "BUILT_LOADS",
    "LOAD_BLOCKS",
    "AiFactory",
    "AirCoolingBlock",
    "ChillerBlock",
    "ClassBlock",
    "CoolingBlock",
    "DirectToChipBlock",
    "Factory",
    "InterruptionsBlock",
    "Load",
    "LoadForms",
    "Maintenance",
    "OutageOfHalls",
    "PowerChainBlock",
    "ShiftBlock",
    "TrancheBlock",
    "UpsCurveBlock",
    "WeatherBlock",
    "fill_fleets_from_library",
]
