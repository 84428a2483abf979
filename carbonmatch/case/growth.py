"""Growth: the years of a plan, what each of them changes, and how long what is signed in one of them stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from carbonmatch.case.block import ABSENT, Block, Finding, Positive, ShareBelowOne, refuse, say, say_value
from carbonmatch.wording import listed, nearest

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


def faults_of_signing(growth: Growth, contracts: Mapping[str, Any], storage: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what of the signing of offers cannot be; `contracts` and `storage` as the case checked them."""
    for kind, entries in (("contracts", contracts), ("storage", storage)):
        given: Mapping[str, Signing] = growth.contracts if kind == "contracts" else growth.storage
        for name, signing in given.items():
            if name not in entries:
                known = f" (it has {listed(entries)})" if entries else " (it has none)"
                yield Finding(f"is not in {kind} of the case{nearest(name, list(entries))}{known}", inside=(kind, name))
                continue
            existing = kind == "contracts" and entries[name].existing_mw is not None
            own = _own_tenor(entries[name])
            for key, what in _faults_of_one(growth, signing, existing=existing, own_tenor=own):
                yield Finding(what, inside=(kind, name, key))
        for name, entry in entries.items():
            yield from _faults_of_existence(growth, kind, name, entry)
            yield from _faults_of_whole_numbers(kind, name, entry)
            own = _own_tenor(entry)
            if name not in given and own is not None and getattr(entry, "existing_mw", None) is None:
                for what in _faults_of_ends(growth, growth.signing_years(kind, name), own):
                    yield Finding(f"{kind}.{name}.tenor_years {what}", inside=("years",))


def _own_tenor(entry: Any) -> int | None:
    tenor = getattr(entry, "tenor_years", None)
    return None if tenor is None else int(tenor)


def _faults_of_existence(growth: Growth, kind: str, name: str, entry: Any) -> Iterator[Finding]:
    """Yield the years that would make an offer of an existing contract, or the other way round."""
    exists, key = getattr(entry, "existing_mw", None) is not None, f"{kind}.{name}.existing_mw"
    for year, terms in growth.years.items():
        if key in terms.set and exists != (terms.set[key] is not None):
            what = "makes an offer of it" if exists else "makes an existing contract of an offer"
            yield Finding(
                f"{what}, and it is one or the other in all years; write two contracts, and say with start and end, or "
                "signed, when each of them is there",
                inside=("years", year, "set", key),
            )


def _faults_of_whole_numbers(kind: str, name: str, entry: Any) -> Iterator[Finding]:
    keys = [key for key in ("lot_mw", "or_nothing", "variant_of") if getattr(entry, key, None)]
    if keys:
        what = (
            f"{kind}.{name}.{keys[0]} makes its size a whole-number decision, and growth over years decides sizes "
            f"that may be anything; set it to null to plan, and round the sizes of one year with --year"
        )
        yield Finding(what)


def _faults_of_one(
    growth: Growth, signing: Signing, *, existing: bool, own_tenor: int | None
) -> Iterator[tuple[str, str]]:
    if existing:
        yield from _faults_of_existing(growth, signing)
        return
    for key in ("start", "end"):
        if getattr(signing, key) is not None:
            yield key, "is for an existing contract; of an offer say in which years it may be signed, and tenor_years"
    if signing.signed is not None:
        if not signing.signed:
            yield "signed", "is empty; name the years in which it may be signed, or take the offer out of the case"
        strangers = [str(year) for year in signing.signed if str(year) not in growth.years]
        if strangers:
            what = f"has {listed(strangers)}, and the years of the plan are {listed(growth.years)}"
            yield "signed", f"{what}; nothing can be signed in another one"
    tenor = own_tenor if signing.tenor_years is None else signing.tenor_years
    if signing.tenor_years is not None and own_tenor is not None and signing.tenor_years != own_tenor:
        yield "tenor_years", f"is {tenor}, and the contract itself says tenor_years {own_tenor}; leave one of them out"
    elif tenor is not None:
        signed = [year for year in growth.years if signing.signed is None or int(year) in signing.signed]
        for what in _faults_of_ends(growth, signed, tenor):
            yield "tenor_years", what


def _faults_of_existing(growth: Growth, signing: Signing) -> Iterator[tuple[str, str]]:
    for key in ("signed", "tenor_years", "max_signed_mw"):
        if getattr(signing, key) is not None:
            yield key, "is for an offer, and this contract exists already; say when it starts and ends"
    for key in ("start", "end"):
        year = getattr(signing, key)
        if year is not None and str(year) not in growth.years and year <= growth.last:
            what = f"is {year}, and the years of the plan are {listed(growth.years)}"
            yield key, f"{what}; name it under growth.years, so that the plan can tell them apart"
    if signing.start is not None and signing.end is not None and signing.end <= signing.start:
        yield "end", f"is {signing.end}, not after the start, {signing.start} (the end is exclusive); give a later one"


def _faults_of_ends(growth: Growth, signed: Iterable[str], tenor: int) -> Iterator[str]:
    """Yield where a tenor ends within the years that one year stands for, which would be in force and not in force."""
    for year in signed:
        end = int(year) + tenor
        within = [name for name in growth.years if end in growth.calendar(name) and end != int(name)]
        if within:
            yield (
                f"is {tenor}, and what is signed in {year} then ends with {end - 1}, within the years that {within[0]} "
                f"stands for; name {end} under growth.years"
            )


DECIDED_ONCE: Final[Mapping[str, frozenset[str]]] = {
    "zones": frozenset({"neighbours"}),
    "sites": frozenset({"zone"}),
    "contracts": frozenset(
        {
            *("technology", "structure", "zone", "delivered_to", "site", "tenor_years"),
            *("lot_mw", "or_nothing", "variant_of"),
        }
    ),
    "latency_groups": frozenset(),
    "storage": frozenset({"zone", "site", "paired_with", "tracing", "lot_mw", "or_nothing", "variant_of"}),
}
"""What is the same in all years, by block; `metered_` series are another matter altogether."""

WHOLE_BLOCKS: Final = frozenset({"target", "surplus"})


def fault_of_growth_key(key: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Say why a year of growth cannot change a key; None where it can.

    names   the names of zones, sites, contracts and storage, as far as they are known
    """
    block, *rest = key.split(".")
    if block in WHOLE_BLOCKS and rest not in (["years"], ["budget_per_year"]):
        return None
    if block in DECIDED_ONCE and rest:
        known = list(names.get(block, ()))
        if known and rest[0] not in known:
            return f"{rest[0]!r} is not in {block}{nearest(rest[0], known)} (it has {listed(known)})"
        if len(rest) > 1 and rest[1] not in DECIDED_ONCE[block] and not rest[1].startswith("metered_"):
            return None
    once = [f"{place}.NAME.{name}" for place, keys in DECIDED_ONCE.items() for name in sorted(keys)]
    return (
        "is decided once, for all years of growth, and cannot differ from one to another; change it in the case "
        "itself, in a scenario or with --set. A year of growth may set keys of zones, sites, contracts, storage, "
        f"surplus and target, but not {listed(once, 30)}, "
        "nor target.years, nor a metered series"
    )


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
