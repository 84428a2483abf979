"""Virtual contracts: the claim moves, the energy does not."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from carbonmatch.case.contracts.profile import ProfileContract
from carbonmatch.case.zone import need_series


class VirtualContract(ProfileContract):
    """A contract for difference against the spot price; the claim moves, the energy does not."""

    physical: ClassVar[bool] = False

    structure: Literal["virtual"]

    @field_validator("zone")
    @classmethod
    def _settles_against_spot(cls, zone: str, info: ValidationInfo) -> str:
        need_series(info, zone, "spot_price_per_mwh", "a virtual contract settles against the spot price")
        return zone
