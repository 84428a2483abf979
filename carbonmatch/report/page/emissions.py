"""Emissions: Scope 2 by each profile, and the statements beside the inventory that are never netted with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.answer import BigNumber, Part
from carbonmatch.report.page.listing import Field, listing, sized
from carbonmatch.report.page.portfolio import not_taken

TIERS: Final = {
    "certificates": "sky",
    "contracts": "direct",
    "standard_supply": "green",
    "supplier": "green",
    "residual_mix": "stone",
    "fossil_mix": "brown",
    "grid_average": "grid",
    "default": "brown",
}
_METHODS: Final = {"location_based": "location-based", "market_based": "market-based"}
_DRAFT: Final = "draft"
_RULES: Final = {
    "ghgp-2015": "the guidance in force, which counts contracts by the year",
    "ghgp-revision-draft": "the draft of its revision, which counts them by the hour and does not bind yet",
}
_LOAD_FROM: Final = {
    "meter": "a meter",
    "facility_profile": "a profile of the facility",
    "market_profile": "a profile of the market",
    "time_of_use": "time-of-use readings",
    "flat": "a flat value, the same in every hour",
}
_GENERATED: Final = "MWh generated"
_ALIKE: Final = {"granularity": "Granularity of every line", "deliverability": "Deliverability of every contract"}
"""Columns of the lines that are told in a note where all lines say the same."""


@dataclass(frozen=True)
class TierBar:
    """How the load of one method is covered: total in words, and its parts by tier."""

    label: str
    total: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Profile:
    """Scope 2 by one set of rules."""

    key: str
    title: str
    status: str
    is_draft: bool
    numbers: tuple[BigNumber, ...]
    bars: tuple[TierBar, ...]
    caption: str
    table: OverviewTable
    notes: tuple[str, ...]
    location_based: str
    market_based: str


@dataclass(frozen=True)
class Emissions:
    """The section: totals in a sentence, the profiles behind them, and what stands beside them."""

    sentence: str
    profiles: tuple[Profile, ...]
    statements: tuple[tuple[str, str, OverviewTable | None], ...]
    quality: OverviewTable | None


def emissions(summary: Mapping[str, Any], units: Units) -> Emissions:
    """Return the section on emissions."""
    scope2 = summary.get("scope2") or {}
    left_out = not_taken(summary, units)
    profiles = tuple(_profile(key, profile, units, left_out) for key, profile in scope2.items() if profile)
    return Emissions(
        sentence=_sentence(profiles),
        profiles=profiles,
        statements=tuple(_statements(summary, units, left_out)),
        quality=_quality(summary, units),
    )


def tonnes(value: float | None) -> str:
    """Write tonnes; digits follow the size."""
    return UNKNOWN if value is None else sized(value)


def _with_unit(value: float | None) -> str:
    return "not known" if value is None else f"{tonnes(value)} t CO\u2082"


def _sentence(profiles: Sequence[Profile]) -> str:
    """Return the totals of all profiles in one sentence, with what the draft is; empty without a profile."""
    if not profiles:
        return ""
    told = [f"{p.market_based} under {_RULES.get(p.key, p.title)}" for p in profiles]
    return f"Scope 2 of the period: {profiles[0].location_based} location-based; market-based {', and '.join(told)}."


def _profile(key: str, profile: Mapping[str, Any], units: Units, left_out: Collection[str]) -> Profile:
    methods = list(dict.fromkeys(line["method"] for line in profile["lines"]))
    bars = tuple(_bar(method, profile) for method in methods)
    return Profile(
        key=key.replace("_", "-"),
        title=profile["title"],
        status=profile["status"],
        is_draft=_DRAFT in key or _DRAFT in profile["status"].lower(),
        numbers=(
            _total("Location-based", profile["location_based_t"]),
            _total("Market-based", profile["market_based_t"]),
            BigNumber(
                "Claimed from contracts",
                units.energy.text(profile["claimed_mwh"]),
                units.energy.unit,
                f"{share(profile['claimed_share'])} of the load",
            ),
            BigNumber(
                "Excess, not claimed",
                units.energy.text(profile["excess_not_claimed_mwh"]),
                units.energy.unit,
                "generated and not counted against any emission",
            ),
        ),
        bars=bars,
        caption=_caption(profile),
        table=_line_table(profile, units, left_out),
        notes=tuple(profile.get("notes") or ()),
        location_based=_with_unit(profile["location_based_t"]),
        market_based=_with_unit(profile["market_based_t"]),
    )


def _total(label: str, value: float | None) -> BigNumber:
    if value is None:
        return BigNumber(label, UNKNOWN, "", "not known: a factor is missing, see the lines below")
    return BigNumber(label, tonnes(value), "t CO\u2082", "Scope 2 in the period")


def _bar(method: str, profile: Mapping[str, Any]) -> TierBar:
    load = profile["load_mwh"]
    volumes: dict[str, float] = {}
    for line in profile["lines"]:
        if line["method"] == method:
            volumes[line["tier"]] = volumes.get(line["tier"], 0.0) + line["mwh"]
    return TierBar(
        label=_METHODS.get(method, method),
        total=_with_unit(profile.get(f"{method}_t")),
        parts=tuple(
            Part(TIERS.get(tier, "brown"), 100.0 * mwh / load if load else 0.0, tier.replace("_", " "))
            for tier, mwh in volumes.items()
        ),
    )


def _caption(profile: Mapping[str, Any]) -> str:
    found = []
    for method, word in _METHODS.items():
        volumes: dict[str, float] = {}
        for line in profile["lines"]:
            if line["method"] == method:
                volumes[line["tier"]] = volumes.get(line["tier"], 0.0) + line["mwh"]
        if volumes and profile["load_mwh"]:
            told = ", ".join(
                f"{tier.replace('_', ' ')} {share(mwh / profile['load_mwh'])}" for tier, mwh in volumes.items()
            )
            found.append(f"{word.capitalize()}: {told} of the load.")
    return " ".join(found)


def _line_table(profile: Mapping[str, Any], units: Units, left_out: Collection[str]) -> OverviewTable:
    lines = [line for line in profile["lines"] if line["instrument"] not in left_out]
    several = len({line["zone"] for line in lines}) > 1
    alike = {
        key: values.pop()
        for key in _ALIKE
        for values in [{line[key] for line in lines if line.get(key)}]
        if len(values) == 1 and len(lines) > 1
    }
    if any(not line.get("granularity") for line in lines):
        alike.pop("granularity", None)
    entries = [
        {
            **line,
            "method": _METHODS.get(line["method"], line["method"]),
            "tier": line["tier"].replace("_", " "),
            "zone": line["zone"] if several else None,
            **dict.fromkeys(alike),
        }
        for line in lines
    ]
    return listing(
        "Lines of the inventory",
        (
            Field.words("method", "method"),
            Field.words("zone", "zone"),
            Field.words("tier", "tier"),
            Field.words("instrument", "instrument"),
            Field.of("volume", "mwh", units.energy),
            Field(Column("factor", "g/kWh"), "factor_g_per_kwh", lambda factor: number(factor, 1)),
            Field(Column("emissions", "t CO2"), "emissions_t", tonnes),
            Field.words("source of the factor", "source"),
            Field.words("vintage", "vintage"),
            Field.words("granularity", "granularity"),
            Field.words("deliverability", "deliverability"),
        ),
        entries,
        note=" ".join(f"{_ALIKE[key]}: {value}." for key, value in alike.items()),
    )


def _statements(
    summary: Mapping[str, Any], units: Units, left_out: Collection[str]
) -> list[tuple[str, str, OverviewTable | None]]:
    found: list[tuple[str, str, OverviewTable | None]] = []
    if avoided := summary.get("avoided_emissions"):
        found.append(("Avoided emissions", *_avoided(avoided)))
    if embodied := summary.get("embodied_emissions"):
        found.append(("Embodied emissions", *_embodied(embodied, units, left_out)))
    return found


def _avoided(avoided: Mapping[str, Any]) -> tuple[str, OverviewTable | None]:
    if avoided.get("avoided_t") is None:
        note = avoided.get("note") or ""
        return note if note.startswith("Not known") else f"Not known. {note}".strip(), None
    text = (
        f"{tonnes(avoided['avoided_t'])} t CO\u2082 avoided elsewhere in the system, by its own method. "
        f"It is no part of the inventory and is not netted with it. {avoided.get('note') or ''}".strip()
    )
    shares = {**(avoided.get("by_contract") or {}), **(avoided.get("by_storage") or {})}
    entries = [{"name": name, "t": value} for name, value in shares.items()]
    table = listing(
        "Avoided emissions by contract and storage",
        (Field.words("name", "name"), Field(Column("avoided", "t CO2"), "t", tonnes)),
        entries,
        note=f"Source of the factors: {avoided['source']}." if avoided.get("source") else "",
    )
    return text, table


def _embodied(embodied: Mapping[str, Any], units: Units, left_out: Collection[str]) -> tuple[str, OverviewTable | None]:
    text = (
        f"{tonnes(embodied['total_t'])} t CO\u2082 of making plants and storage, as far as it falls to this period. "
        f"{embodied.get('note') or ''}".strip()
    )
    entries = [
        {
            **line,
            "what": line["what"].replace("_", " "),
            "factor_text": f"{line['factor']:,.6g} {line['factor_unit']}",
            "quantity_text": _quantity(line["quantity"], line["unit"], units),
        }
        for line in embodied["lines"]
        if line["name"] not in left_out
    ]
    table = listing(
        "Embodied emissions, line by line",
        (
            Field.words("name", "name"),
            Field.words("what", "what"),
            Field(Column("quantity"), "quantity_text", str),
            Field(Column("factor"), "factor_text", str),
            Field(Column("emissions", "t CO2"), "emissions_t", tonnes),
            Field.words("source", "source"),
        ),
        entries,
    )
    return text, table


def _quantity(value: float, unit: str, units: Units) -> str:
    """Write what is counted: generation in the unit of the page, sizes as they are."""
    if unit == _GENERATED:
        return f"{units.energy.with_unit(value)} generated"
    return f"{number(value, 1)} {unit}"


def _quality(summary: Mapping[str, Any], units: Units) -> OverviewTable | None:
    rows: Sequence[Mapping[str, Any]] = summary.get("data_quality") or ()
    if not rows:
        return None
    total = sum(row["mwh"] for row in rows if row["series"] == "load")
    several = len(summary["zones"]) > 1
    entries = [
        {
            **row,
            "zone": row["zone"] if several else None,
            "tier": _LOAD_FROM.get(row["tier"], row["tier"].replace("_", " ")),
            "of": row["mwh"] / total if total and row["series"] == "load" else None,
        }
        for row in rows
    ]
    return listing(
        "Quality of the data",
        (
            Field.words("series", "series"),
            Field.words("of", "name"),
            Field.words("zone", "zone"),
            Field.words("hourly values come from", "tier"),
            Field.of("energy", "mwh", units.energy),
            Field(Column("of all load"), "of", share),
        ),
        entries,
    )
