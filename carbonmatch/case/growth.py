"""Growth: the years of a plan, what each of them changes, and how long what is signed in one of them stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from carbonmatch.case.block import ABSENT, Block, Positive, ShareBelowOne, refuse, say, say_value
from carbonmatch.wording import listed

_YEAR: Final = re.compile(r"[1-9]\d{3}")


def _year(value: str) -> str:
    if not _YEAR.fullmatch(value):
        refuse(f"is {say_value(value)}; the years of growth are calendar years, such as 2027")
    return value


CalendarYear = Annotated[str, AfterValidator(_year)]


class GrowthYear(Block):
    """A year of growth.

    set      what it changes in the case, by dotted key; what other years change does not carry over
    """

    set: dict[str, Any] = Field(default_factory=dict)

    @field_validator("set", mode="before")
    @classmethod
    def _empty_block_is_no_change(cls, value: Any) -> Any:
        return {} if value is None else value


class Signing(Block):
    """When an offer may be signed, and how long it stays.

    signed          years in which it may be signed; all unless given
    tenor_years     years that it stays once signed: the tenor of a contract, the life of a storage; to the end unless
                    given here, or as tenor_years of the contract
    max_signed_mw   most that may be signed in one year [MW]
    start, end      of an existing contract: the first year in which it is in force, and the year after its last one
    """

    signed: list[int] | None = None
    tenor_years: Annotated[int, Field(ge=1)] | None = None
    max_signed_mw: Positive | None = None
    start: int | None = None
    end: int | None = None


class Growth(Block):
    """Years that follow on each other, each with a load, prices and a target of its own.

    discount_rate   share per year; costs of later years count as their present value in the first one
    years           by calendar year, in order; each stands for the years until the next one
    through         last calendar year of the plan; the last one of `years` unless given
    contracts, storage   when an offer may be signed, and how long it stays
    """

    discount_rate: ShareBelowOne = ABSENT
    years: dict[CalendarYear, GrowthYear]
    through: int | None = None
    contracts: dict[str, Signing] = Field(default_factory=dict)
    storage: dict[str, Signing] = Field(default_factory=dict)

    @property
    def last(self) -> int:
        """The last calendar year of the plan."""
        return self.through or int(list(self.years)[-1])

    def calendar(self, year: str) -> tuple[int, ...]:
        """Return the calendar years that a year stands for."""
        after = [int(other) for other in self.years if int(other) > int(year)]
        return tuple(range(int(year), after[0] if after else self.last + 1))

    def weight(self, year: str) -> float:
        """Return what a cost per year of a year counts: sum_p 1 / (1 + discount_rate)^(p - first)."""
        first = int(next(iter(self.years)))
        return sum((1.0 + self.discount_rate) ** (first - p) for p in self.calendar(year))

    def signing_years(self, kind: str, name: str) -> list[str]:
        """Return the years in which an offer may be signed, in order."""
        signing = self.signing(kind, name)
        return [year for year in self.years if signing.signed is None or int(year) in signing.signed]

    def signing(self, kind: str, name: str) -> Signing:
        """Return when an offer of `contracts` or `storage` may be signed, and how long it stays."""
        given: Mapping[str, Signing] = self.contracts if kind == "contracts" else self.storage
        return given.get(name, Signing.model_construct(signed=None, tenor_years=None, max_signed_mw=None))

    def in_force(self, signed: str, tenor_years: int | None) -> list[str]:
        """Return the years in which what was signed in a year is in force."""
        end = self.last + 1 if tenor_years is None else int(signed) + tenor_years
        return [year for year in self.years if int(signed) <= int(year) < end]

    @field_validator("discount_rate", mode="before")
    @classmethod
    def _is_given(cls, value: Any) -> Any:
        if value is ABSENT:
            refuse(
                "is missing; later costs count less by it, and no rate fits all plans. Give it as a share, such as "
                "0.07; 0 counts all years alike"
            )
        return value

    @field_validator("years")
    @classmethod
    def _follow_on_each_other(cls, years: dict[str, GrowthYear]) -> dict[str, GrowthYear]:
        if not years:
            refuse("is empty; name at least one year, such as 2026: {}")
        if list(years) != sorted(years):
            refuse(f"are not in order ({listed(years)}); name them from the first to the last")
        return years

    @field_validator("years", mode="before")
    @classmethod
    def _empty_year_changes_nothing(cls, value: Any) -> Any:
        return {key: {} if year is None else year for key, year in value.items()} if isinstance(value, dict) else value

    @field_validator("through")
    @classmethod
    def _ends_after_its_last_year(cls, value: int | None, info: ValidationInfo) -> int | None:
        years = info.data.get("years")
        if value is not None and years and value < int(list(years)[-1]):
            refuse(f"is {say(value)}, before the last of the years, {list(years)[-1]}; give that year or a later one")
        return value

    @field_validator("contracts", "storage", mode="before")
    @classmethod
    def _empty_block_is_no_entries(cls, value: Any) -> Any:
        return {} if value is None else value


OF_THE_YEAR: Final[Mapping[str, frozenset[str]]] = {
    "contracts": frozenset(
        {
            *("capacity_factor", "p50_capacity_factor", "availability", "outages", "settlement_price_per_mwh"),
            *("forecast_capacity_factor", "forecast_availability", "start", "end", "shape", "cfe_share"),
            *("offered_mw", "commissioned", "emission_factor_g_per_kwh", "embodied_g_per_kwh"),
            *("min_mw", "max_mw", "min_mwh_per_year", "max_mwh_per_year"),
        }
    ),
    "storage": frozenset(
        {"min_power_mw", "max_power_mw", "min_energy_mwh", "max_energy_mwh", "embodied_kg_per_kwh", "lifetime_years"}
    ),
}
"""What of an offer is of the year in which it delivers; all other keys are terms, and those of its signing go on."""
