"""What a contract's energy costs: a fixed price, one that floats, how it moves over the years, and where it settles."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    Field,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from carbonmatch.case.block import (
    ABSENT,
    Block,
    Number,
    needed_to_solve,
    refuse,
    refuse_crossed,
    say,
    say_value,
)
from carbonmatch.case.series import Price, SeriesRule
from carbonmatch.timegrid import FloatArray

_INDEX: Final = SeriesRule("an index")


def _read_index(value: Any, info: ValidationInfo) -> FloatArray | Literal["spot"]:
    if isinstance(value, str):
        if value == "spot":
            return "spot"
        refuse(f"is {say_value(value)}; an index is spot, or a series: {{file: ..., column: ...}}")
    return _INDEX.resolve(value, info)


class FloatingPrice(Block):
    """A price that follows an index, between a floor and a cap where these are given.

    index            `spot`, where the contract settles, or a series [currency/MWh]
    margin_per_mwh   on top of it, any sign
    floor_per_mwh, cap_per_mwh   least and most that is paid; both together are a collar, equal they are a fixed price
    """

    index: Annotated[FloatArray | Literal["spot"], PlainValidator(_read_index)]
    margin_per_mwh: Price = Field(default=0.0, validate_default=True)
    floor_per_mwh: Number | None = None
    cap_per_mwh: Number | None = None

    @property
    def follows_spot(self) -> bool:
        """Whether it follows the spot price of the place where the contract settles."""
        return isinstance(self.index, str)

    @field_validator("cap_per_mwh")
    @classmethod
    def _bounds_in_order(cls, value: float | None, info: ValidationInfo) -> float | None:
        refuse_crossed(info.data.get("floor_per_mwh"), value, "floor_per_mwh")
        return value


def _price_floats(info: ValidationInfo) -> bool:
    """Tell whether the energy has a price that floats, or would if it were not at fault."""
    return "price" not in info.data or info.data["price"] is not None


def _one_price(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """Refuse a strike beside a price; a price at fault is told by itself."""
    if not _price_floats(info) or value is ABSENT:
        return handler(value)
    if value is not None and "price" in info.data:
        refuse(f"is {say_value(value)}, and price is given too; its energy has one price: leave one of them out")
    return None if value is None else handler(value)


Strike = Annotated[Number | None, needed_to_solve("a number", _price_floats), WrapValidator(_one_price)]
"""The price of a contract's energy where it is fixed; None where it floats, or the case is only matched."""


def _whole_years(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    years = handler(value)
    if years is not None and (years < 1 or years != int(years)):
        refuse(
            f"is {say(years)}; a contract runs for whole years, at least one. Give such as 10, or leave tenor_years, "
            "escalation and discount_rate out"
        )
    return years


Tenor = Annotated[Number | None, WrapValidator(_whole_years)]

YearlyRate = Annotated[Number, Field(gt=-1)]
"""A change from year to year, as a share: 0.02 for 2 %; may be negative."""
