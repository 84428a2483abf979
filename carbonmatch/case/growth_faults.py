"""Why a case cannot be planned over years: what its years may not change, and what cannot be signed or ended so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from carbonmatch.case.block import Finding
from carbonmatch.case.growth import Growth, Signing
from carbonmatch.wording import listed, nearest


def one_year_wanted(growth: Growth) -> str:
    """Say why a case with growth is refused by what takes one year."""
    return (
        f"names the years {listed(growth.years)}, and one is wanted here: only `carbonmatch solve` plans over all of "
        "them. Take the case without them, --set growth=null, or one of them where there is --year"
    )


def faults_of_growth(
    growth: Growth, checked: Mapping[str, Any], fault_of_key: Callable[[str], str | None]
) -> Iterator[Finding]:
    """Yield why a case cannot be planned over years.

    checked        the blocks of the case, as far as they are without fault
    fault_of_key   says what is wrong with a dotted key, whoever changes it
    """
    if checked.get("weather_years"):
        yield Finding(
            "is given beside weather_years; a plan takes one weather for all years. Take one of the two out, "
            "--set weather_years=null or --set growth=null"
        )
    if checked.get("placements"):
        yield Finding(
            "is given beside placements; what is placed in one year could stand elsewhere in the next. Give every "
            "site its load by year, --set placements=null, or solve one year with --set growth=null"
        )
    names = {block: list(checked.get(block) or ()) for block in DECIDED_ONCE}
    for year, terms in growth.years.items():
        for key in terms.set:
            if what := fault_of_key(key) or fault_of_growth_key(key, names):
                yield Finding(what, inside=("years", year, "set", key))
    if {"contracts", "storage"} <= checked.keys():
        yield from faults_of_signing(growth, checked["contracts"], checked["storage"])


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
            yield from _faults_of_whole_numbers(kind, name, entry)
            own = _own_tenor(entry)
            if name not in given and own is not None and getattr(entry, "existing_mw", None) is None:
                for what in _faults_of_ends(growth, growth.signing_years(kind, name), own):
                    yield Finding(f"{kind}.{name}.tenor_years {what}", inside=("years",))


def _own_tenor(entry: Any) -> int | None:
    tenor = getattr(entry, "tenor_years", None)
    return None if tenor is None else int(tenor)


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
