"""The page on a comparison: what differs, what it costs, what is had for it, and how sizes change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from carbonmatch.components import SALES_COMPONENTS, component_words
from carbonmatch.report.numbers import UNKNOWN, Quantity, Units, energy, given_share, number, share
from carbonmatch.report.overview.compute import compared_tables
from carbonmatch.report.overview.sweep import BASELINE_WORDS
from carbonmatch.report.overview.table import Column, Overview, OverviewTable

if TYPE_CHECKING:
    from carbonmatch.accounting import Premium
    from carbonmatch.study import Comparison, Scenario

Solved = list[tuple["Scenario", dict[str, Any]]]


def comparison_overview(comparison: Comparison) -> Overview:
    """Return the page on a comparison: the tables of every currency that it is told in, apart."""
    solved = [(each, each.summary) for each in comparison.scenarios if each.summary is not None]
    missed = tuple((each.name, str(each.error)) for each in comparison.scenarios if each.summary is None)
    facts = [("scenarios", f"{len(comparison.scenarios)}, of which {len(solved)} are met")]
    facts += [("hourly over annual", text) for text in _hourly_over_annual(solved)]
    tables = list(_changes(comparison.scenarios))
    for currency in dict.fromkeys(summary["currency"] for _, summary in solved):
        group = [(each, summary) for each, summary in solved if summary["currency"] == currency]
        units = _units(group)
        tables += [
            _cost_table(group, units),
            *_premium_table(group, units),
            _component_table(group, units),
            *_load_table(group, units),
            _score_table(group),
            _emission_table(group),
            *_size_tables(group, units),
            *_compute_tables(group, currency),
        ]
    if missed:
        tables.append(
            OverviewTable("Not met", (Column("scenario", numeric=False), Column("why", numeric=False)), missed)
        )
    return Overview(title="Comparison", facts=tuple(facts), tables=tuple(tables))


def _hourly_over_annual(solved: Solved) -> Iterator[str]:
    """Yield the first number that a board asks for, for every scenario with an hourly target."""
    for scenario, summary in solved:
        premium = scenario.premiums.get("annual-100")
        if summary["target"]["matching"] == "hourly" and premium is not None and premium.per_mwh_load is not None:
            unit = f"{summary['currency']}/MWh"
            yield f"{premium.per_mwh_load:+.2f} {unit} of load{_share(premium)}: {scenario.name}"


def _share(premium: Premium) -> str:
    return "" if premium.share is None else f" ({premium.share:+.1%})".replace("%", " %")


def _units(group: Solved) -> Units:
    """Return units that fit the largest of the scenarios."""
    return Units.of(max((summary for _, summary in group), key=lambda summary: float(summary["load_mwh"])))


def _changes(scenarios: Sequence[Scenario]) -> Iterator[OverviewTable]:
    """Yield what scenarios and settings changed in the cases."""
    rows = tuple(
        (each.name, key, value if isinstance(value, str) else json.dumps(value))
        for each in scenarios
        for key, value in each.changes.items()
    )
    if rows:
        columns = (
            Column("scenario", numeric=False),
            Column("changed key", numeric=False),
            Column("value", numeric=False),
        )
        yield OverviewTable("What differs from the case", columns, rows)


def _cost_table(group: Solved, units: Units) -> OverviewTable:
    price = units.price.unit
    columns = (
        Column("scenario", numeric=False),
        Column("target", numeric=False),
        Column("net of sales", units.money.unit),
        Column("gross", units.money.unit),
        Column("net of sales", price),
        Column("gross", price),
    )
    rows = tuple(
        (
            each.name,
            target_in_short(summary["target"]),
            units.money.text(summary["cost"]["net_of_sales"]),
            units.money.text(summary["cost"]["total"]),
            units.price.text(summary["cost"]["net_of_sales_per_mwh_load"]),
            units.price.text(summary["cost"]["per_mwh_load"]),
        )
        for each, summary in group
    )
    return OverviewTable("Cost", columns, rows, note="Per MWh: of load.")


def target_in_short(target: dict[str, Any]) -> str:
    """Return a target in two or three words."""
    if target["matching"] == "none":
        return "none"
    credit = ", grid counts" if target["grid_credit"] else ""
    return f"{given_share(target['cfe'])} {target['matching']}{credit}"


def _premium_table(group: Solved, units: Units) -> Iterator[OverviewTable]:
    """Yield what each scenario costs more than the baselines, and for each tonne that it emits less."""
    over = list(dict.fromkeys(word for each, _ in group for word in each.premiums))
    if not over:
        return
    per_tonne = f"{units.price.unit.removesuffix('MWh')}t"
    columns = (
        Column("scenario", numeric=False),
        *(
            Column(f"over {_word(word)}", unit)
            for word in over
            for unit in (units.money.unit, units.price.unit, "%", per_tonne)
        ),
    )
    rows = tuple(
        (each.name, *(cell for word in over for cell in _premium_cells(each.premiums.get(word), units)))
        for each, _ in group
    )
    why = [
        f"{each.name} is not set against {_word(word)}: {premium.why_not}."
        for each, _ in group
        for word, premium in each.premiums.items()
        if premium.why_not
    ]
    note = "In cost net of sales; per tonne that is emitted less, market-based and counted by the hour."
    yield OverviewTable("Premium", columns, rows, note=" ".join([note, *why]))


def _word(baseline: str) -> str:
    return BASELINE_WORDS.get(baseline, baseline).split(",")[0]


def _premium_cells(premium: Premium | None, units: Units) -> tuple[str, str, str, str]:
    if premium is None or premium.amount is None:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    relative = UNKNOWN if premium.share is None else f"{premium.share * 100.0:+.1f}"
    per_tonne = UNKNOWN if premium.per_tonne_avoided is None else number(premium.per_tonne_avoided, 1)
    return _signed(premium.amount, units.money), _signed(premium.per_mwh_load, units.price), relative, per_tonne


def _signed(value: float | None, quantity: Quantity) -> str:
    if value is None:
        return UNKNOWN
    text = quantity.text(value)
    return text if value <= 0.0 or not any(digit in text for digit in "123456789") else f"+{text}"


def _component_table(group: Solved, units: Units) -> OverviewTable:
    """Return what the cost is made of; parts that no scenario has are left out."""
    parts = dict.fromkeys(part for _, s in group for part in s["cost"]["components"])
    used = [
        part
        for part in parts
        if part not in SALES_COMPONENTS
        and any(units.money.text(s["cost"]["components"].get(part, 0.0)) != units.money.text(0.0) for _, s in group)
    ]
    columns = (
        Column("scenario", numeric=False),
        *(Column(component_words(part), units.money.unit) for part in used),
        Column("gross", units.money.unit),
        Column("sales", units.money.unit),
        Column("net of sales", units.money.unit),
    )
    rows = tuple(
        (
            each.name,
            *(units.money.text(summary["cost"]["components"].get(part)) for part in used),
            units.money.text(summary["cost"]["total"]),
            units.money.text(-summary["cost"]["sales"]),
            units.money.text(summary["cost"]["net_of_sales"]),
        )
        for each, summary in group
    )
    return OverviewTable("Cost by component", columns, rows)


def _load_table(group: Solved, units: Units) -> Iterator[OverviewTable]:
    """Yield what was done to the load, where a plan may change it."""
    if not any(summary.get("load") for _, summary in group):
        return
    from carbonmatch.accounting import asked_load_mwh  # noqa: PLC0415 - slow to import, and --help must not wait

    keys = {"moved_mwh": "moved in time", "sent_mwh": "moved to other sites", "curtailed_mwh": "given up"}
    told = [(each, summary, summary.get("load") or {}) for each, summary in group]
    whole, part = units.energy, energy(max(load.get(key, 0.0) for _, _, load in told for key in keys))
    columns = (
        Column("scenario", numeric=False),
        Column("planned load", whole.unit),
        *(Column(title, part.unit) for title in keys.values()),
        Column("served load", whole.unit),
    )
    rows = tuple(
        (
            each.name,
            whole.text(asked_load_mwh(summary)),
            *(part.text(load.get(key)) for key in keys),
            whole.text(summary["load_mwh"]),
        )
        for each, summary, load in told
    )
    yield OverviewTable("Load", columns, rows)


def _score_table(group: Solved) -> OverviewTable:
    columns = (
        Column("scenario", numeric=False),
        Column("hourly matched share"),
        Column("CFE score"),
        Column("annual volumetric share"),
        Column("hours fully matched"),
        Column("worst month"),
    )
    rows = tuple(
        (
            each.name,
            share(summary["scores"]["hourly_matched_share"]),
            share(summary["scores"]["cfe_score"]),
            share(summary["scores"]["annual_volumetric_share"]),
            share(summary["scores"]["fully_matched_hours_share"]),
            share(summary["scores"]["worst_month_share"]),
        )
        for each, summary in group
    )
    return OverviewTable("Scores", columns, rows)


def _emission_table(group: Solved) -> OverviewTable:
    columns = (
        Column("scenario", numeric=False),
        Column("location-based", "t CO2"),
        Column("market-based, by the year", "t CO2"),
        Column("market-based, by the hour", "t CO2"),
    )
    rows = tuple(
        (
            each.name,
            _tonnes(summary["emissions"]["scope2_location_based_t"]),
            _tonnes(summary["scope2"]["ghgp_2015"]["market_based_t"]),
            _tonnes(summary["scope2"]["ghgp_revision_draft"]["market_based_t"]),
        )
        for each, summary in group
    )
    return OverviewTable("Scope 2 emissions", columns, rows)


def _compute_tables(group: Solved, currency: str) -> Iterator[OverviewTable]:
    words = {word: _word(word) for each, _ in group for word in each.premiums}
    compared = [((each.name,), summary, each.premiums) for each, summary in group]
    return compared_tables([Column("scenario", numeric=False)], compared, currency, words)


def _tonnes(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, 0)


def _size_tables(group: Solved, units: Units) -> Iterator[OverviewTable]:
    """Yield the sizes of scenarios with the same offers, and how those of the others differ from the first one's."""
    by_offers: dict[tuple[tuple[str, str], ...], Solved] = {}
    for each, summary in group:
        by_offers.setdefault(tuple(_sizes(summary)), []).append((each, summary))
    for offers, members in by_offers.items():
        quantities = [units.stored if key == "energy_mwh" else units.power for _, key in offers]
        columns = (
            Column("scenario", numeric=False),
            *(
                Column(f"firm grid supply, {name}" if key == "firm_capacity_mw" else name, quantity.unit)
                for (name, key), quantity in zip(offers, quantities, strict=True)
            ),
        )
        place = f", {members[0][0].case}" if len(by_offers) > 1 else ""
        rows = tuple(
            (each.name, *(q.text(size) for q, size in zip(quantities, _sizes(summary).values(), strict=True)))
            for each, summary in members
        )
        yield OverviewTable(f"Sizes{place}", columns, rows)
        (first, base), *others = members
        changes = tuple((each.name, *_size_changes(base, summary, quantities)) for each, summary in others)
        if any(cell for row in changes for cell in row[1:]):
            yield OverviewTable(f"Sizes, change from {first.name}", columns, changes, note="Blank: no change.")


def _sizes(summary: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return {(offer, key): size} of a run, contracts first."""
    found = {(name, "contracted_mw"): entry["contracted_mw"] for name, entry in summary["contracts"].items()}
    for name, entry in summary["storage"].items():
        found |= {(name, key): entry[key] for key in ("power_mw", "energy_mwh")}
    return found | {(name, "firm_capacity_mw"): entry["firm_capacity_mw"] for name, entry in summary["grid"].items()}


def _size_changes(base: dict[str, Any], summary: dict[str, Any], quantities: Sequence[Quantity]) -> Iterator[str]:
    for quantity, here, there in zip(quantities, _sizes(summary).values(), _sizes(base).values(), strict=True):
        text = _signed(here - there, quantity)
        yield text if any(digit in text for digit in "123456789") else ""
