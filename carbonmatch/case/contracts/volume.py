"""What a buyer agrees to take of a contract whose energy is taken by choice: a volume, its band, and take-or-pay."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import Block, NonNegative, Positive, Share, refuse, refuse_crossed, say
from carbonmatch.case.contracts.base import ContractBase

_NEEDS_VOLUME: Final = "is a share of the contracted volume, and the contract gives none; add volume_mwh_per_mw_year"


class TakeOrPay(Block):
    """What is paid for whether it is taken or not.

    share    of the contracted volume of every settlement period, 0..1
    period   year, quarter or month, on the local calendar
    """

    share: Share
    period: Literal["year", "quarter", "month"] = "year"


class TakenContract(ContractBase):
    """A contract whose energy the buyer takes by choice, within a volume.

    volume_mwh_per_mw_year   contracted volume of one MW in a year, counted by hours [MWh/MW]
    least_volume_share       share of it that must be taken over the horizon
    most_volume_share        share of it that may be; None for no limit
    take_or_pay              what of it is paid for in every settlement period, taken or not
    capacity_fee_per_mw_year   [currency/MW/year]
    """

    dispatchable: ClassVar[bool] = True

    volume_mwh_per_mw_year: Positive | None = None
    least_volume_share: NonNegative = 0.0
    most_volume_share: NonNegative | None = None
    take_or_pay: TakeOrPay | None = None
    capacity_fee_per_mw_year: NonNegative = 0.0

    @field_validator("least_volume_share", "most_volume_share", "take_or_pay")
    @classmethod
    def _is_of_a_volume(cls, value: float | TakeOrPay | None, info: ValidationInfo) -> float | TakeOrPay | None:
        if (
            value not in (None, 0.0)
            and "volume_mwh_per_mw_year" in info.data
            and info.data["volume_mwh_per_mw_year"] is None
        ):
            refuse(_NEEDS_VOLUME)
        return value

    @field_validator("most_volume_share")
    @classmethod
    def _band_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("least_volume_share"), value, "least_volume_share")
        return value

    @field_validator("take_or_pay")
    @classmethod
    def _pays_for_what_is_not_taken(cls, value: TakeOrPay | None, info: ValidationInfo) -> TakeOrPay | None:
        strike = info.data.get("strike_per_mwh")
        if value is not None and value.share > 0.0 and info.data.get("price") is not None:
            refuse(
                "pays the strike for energy that is not taken, and the price of this contract floats: give "
                "strike_per_mwh in place of price, or leave take_or_pay out"
            )
        if value is not None and value.share > 0.0 and strike is not None and strike < 0.0:
            refuse(
                f"pays the strike for energy that is not taken, and the strike is {say(strike)}: nothing is owed at a "
                "price below zero. Leave take_or_pay out, or give a strike of at least 0"
            )
        return value
