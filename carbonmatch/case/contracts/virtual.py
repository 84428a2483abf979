"""Virtual contracts: the claim moves, the energy does not."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from carbonmatch.case.contracts.profile import ProfileContract
from carbonmatch.case.zone import need_series


class VirtualContract(ProfileContract):
    """A contract for difference against the spot price; the claim moves, the energy does not.

    settles_below_zero   whether it settles where the price that it settles against is below zero: if not, neither price
                         is paid there, and what is generated is claimed all the same
    """

    physical: ClassVar[bool] = False

    structure: Literal["virtual"]
    settles_below_zero: bool = True

    @field_validator("zone")
    @classmethod
    def _settles_against_spot(cls, zone: str, info: ValidationInfo) -> str:
        need_series(info, zone, "spot_price_per_mwh", "a virtual contract settles against the spot price")
        return zone
