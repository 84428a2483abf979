"""Emissions: Scope 2 by each profile, and the statements beside the inventory that are never netted with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, number, share
from carbonmatch.report.overview import Column, OverviewTable, emissions_table
from carbonmatch.report.page.answer import BigNumber, Part
from carbonmatch.report.page.listing import Field, listing

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


@dataclass(frozen=True)
class Emissions:
    """The section: profiles, or a sentence where there are none; then what stands beside them."""

    sentence: str
    profiles: tuple[Profile, ...]
    statements: tuple[tuple[str, str, OverviewTable | None], ...]
    quality: OverviewTable | None


def emissions(summary: Mapping[str, Any], units: Units) -> Emissions:
    """Return the section on emissions."""
    scope2 = summary.get("scope2") or {}
    profiles = tuple(_profile(key, profile, units) for key, profile in scope2.items() if profile)
    return Emissions(
        sentence=emissions_table(summary).note.rstrip(".") + ".",
        profiles=profiles,
        statements=tuple(_statements(summary)),
        quality=_quality(summary, units),
    )


def tonnes(value: float | None) -> str:
    """Write tonnes; digits follow the size."""
    if value is None:
        return UNKNOWN
    return number(value, 0 if abs(value) >= 1000.0 or value == 0.0 else 1 if abs(value) >= 10.0 else 3)


def _profile(key: str, profile: Mapping[str, Any], units: Units) -> Profile:
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
        table=_line_table(profile, units),
        notes=tuple(profile.get("notes") or ()),
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
        total=f"{tonnes(profile.get(f'{method}_t'))} t CO\u2082"
        if profile.get(f"{method}_t") is not None
        else "not known",
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


def _line_table(profile: Mapping[str, Any], units: Units) -> OverviewTable:
    entries = [
        {**line, "method": _METHODS.get(line["method"], line["method"]), "tier": line["tier"].replace("_", " ")}
        for line in profile["lines"]
    ]
    zones = {line["zone"] for line in profile["lines"]}
    if len(zones) < 2:
        for entry in entries:
            entry["zone"] = None
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
    )


def _statements(summary: Mapping[str, Any]) -> list[tuple[str, str, OverviewTable | None]]:
    found: list[tuple[str, str, OverviewTable | None]] = []
    if avoided := summary.get("avoided_emissions"):
        found.append(("Avoided emissions", *_avoided(avoided)))
    if embodied := summary.get("embodied_emissions"):
        found.append(("Embodied emissions", *_embodied(embodied)))
    return found


def _avoided(avoided: Mapping[str, Any]) -> tuple[str, OverviewTable | None]:
    if avoided.get("avoided_t") is None:
        return f"Not known. {avoided.get('note') or ''}".strip(), None
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


def _embodied(embodied: Mapping[str, Any]) -> tuple[str, OverviewTable | None]:
    text = (
        f"{tonnes(embodied['total_t'])} t CO\u2082 of making plants and storage, as far as it falls to this period. "
        f"{embodied.get('note') or ''}".strip()
    )
    entries = [
        {
            **line,
            "factor_text": f"{number(line['factor'], 1)} {line['factor_unit']}",
            "q": f"{number(line['quantity'], 1)} {line['unit']}",
        }
        for line in embodied["lines"]
    ]
    table = listing(
        "Embodied emissions",
        (
            Field.words("name", "name"),
            Field.words("what", "what"),
            Field(Column("quantity"), "q", str),
            Field(Column("factor"), "factor_text", str),
            Field(Column("emissions", "t CO2"), "emissions_t", tonnes),
            Field.words("source", "source"),
        ),
        entries,
    )
    return text, table


def _quality(summary: Mapping[str, Any], units: Units) -> OverviewTable | None:
    rows: Sequence[Mapping[str, Any]] = summary.get("data_quality") or ()
    if not rows:
        return None
    total = sum(row["load_mwh"] for row in rows)
    entries = [
        {**row, "tier": row["tier"].replace("_", " "), "of": row["load_mwh"] / total if total else None} for row in rows
    ]
    return listing(
        "Quality of the load data",
        (
            Field.words("site", "site"),
            Field.words("zone", "zone"),
            Field.words("hourly load comes from", "tier"),
            Field.of("load", "load_mwh", units.energy),
            Field(Column("of all load"), "of", share),
        ),
        entries,
    )
