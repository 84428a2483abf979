"""The page on a comparison: scenarios side by side, and what each costs more, matches more and emits less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from carbonmatch.report.numbers import UNKNOWN, share
from carbonmatch.report.overview import Column, OverviewTable, target_text
from carbonmatch.report.page.answer import BigNumber, counted
from carbonmatch.report.page.figure import Key
from carbonmatch.report.study import tables
from carbonmatch.report.study.compute import NOTE, bound_figures, states_compute, token_figures
from carbonmatch.report.study.page import PER_TONNE, Answer, Evidence, Page, Section, blocks, origin_rows, sections
from carbonmatch.report.study.record import Over, Row, Rows, Study, net_of, number_in
from carbonmatch.report.study.sizes import size_slots
from carbonmatch.report.study.stacks import BarLabel, Bars, Part, bars, cost_bars, shows

HEAD: Final = "scenario"
MOST_NUMBERS: Final = 6
"""Scenarios whose premium is told in large."""


def comparison_page(study: Study) -> Page:
    """Return the page on a comparison."""
    groups = study.by_currency
    return Page(
        answer=_answer(study, groups),
        sections=sections(*_sections(groups)),
        evidence=_evidence(study),
        made_from="the record of a comparison. The same comparison gives the same page",
    )


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(study: Study, groups: Sequence[Rows]) -> Answer:
    met = sum(len(rows.met) for rows in groups)
    cases = list(dict.fromkeys(str(row["case"]) for row in study.rows))
    missed = [(str(row["scenario"]), str(row.get("error") or "not known")) for row in study.missed]
    return Answer(
        overline="Scenarios side by side",
        title=" and ".join(cases) if len(cases) < 3 else f"{counted(len(cases), 'case').capitalize()} compared",
        sentence=" ".join(_sentences(groups)) or "No scenario is met; the reasons are below.",
        facts=tuple(_facts(study, met)),
        verified=_verified(met),
        numbers=tuple(number for rows in groups for number in _numbers(rows)),
        tables=tuple(
            table for table in (*_changes(study), tables.missed_table(HEAD, missed)) if table is not None and table.rows
        ),
    )


def _verified(met: int) -> str | None:
    who = "the only scenario" if met == 1 else f"each of {met} scenarios"
    return f"Verified: {who} is proved like a single run" if met else None


def _sentences(groups: Sequence[Rows]) -> Iterator[str]:
    for rows in groups:
        price = rows.units.price
        first, *others = rows.met
        cheapest, dearest = rows.cheapest, rows.dearest
        told = f"{first['scenario']} costs {price.with_unit(net_of(first))} of load, net of sales"
        if not others or net_of(cheapest) == net_of(dearest):
            yield f"{told}."
        elif cheapest is first or dearest is first:
            word, other = ("cheapest", dearest) if cheapest is first else ("dearest", cheapest)
            among = counted(len(rows.met), "scenario")
            yield f"{told}, the {word} of {among}; {other['scenario']} costs {price.text(net_of(other))}."
        else:
            yield (
                f"{told}; {cheapest['scenario']} is the cheapest with {price.text(net_of(cheapest))}, "
                f"{dearest['scenario']} the dearest with {price.text(net_of(dearest))}."
            )


def _facts(study: Study, met: int) -> Iterator[tuple[str, str]]:
    count = len(study.rows)
    yield "Scenarios", f"{count}, all of them met" if met == count else f"{count}, of which {met} are met"
    first = next(iter(study.met), None)
    if first is not None:
        yield "Differences are from", str(first["scenario"])


def _numbers(rows: Rows) -> Iterator[BigNumber]:
    """Yield what hourly targets cost more than annual matching, or than what baseline there is."""
    price = rows.units.price
    hourly = [row for row in rows.met if (row.get("target") or {}).get("matching") == "hourly"]
    for row in hourly[:MOST_NUMBERS]:
        for over in rows.over[:1]:
            premium = over.per_mwh(row)
            if premium is not None:
                part = over.share(row)
                more = "" if part is None else f", {tables.signed(share)(part)}"
                matched = share(number_in(row, "hourly_matched_share"))
                yield BigNumber(
                    f"{row['scenario']} over {over.word}",
                    tables.signed(price.text)(premium),
                    price.unit,
                    f"of load, net of sales{more}; {matched} matched hour by hour",
                )


def _changes(study: Study) -> Iterator[OverviewTable]:
    """Yield what scenarios and settings changed in the cases: a row for each scenario with its target."""
    rows = tuple(
        (
            str(row["scenario"]),
            target_text(row["target"]) if row.get("target") else UNKNOWN,
            _changed(row) or "as the case has it",
        )
        for row in study.rows
    )
    columns = (
        Column(HEAD, numeric=False),
        Column("target", numeric=False),
        Column("changed in the case", numeric=False),
    )
    yield OverviewTable("What is compared", columns, rows)


def _changed(row: Row) -> str:
    """Write what was changed in a case; a baseline also takes out limits, most of which are not there."""
    changes = (row.get("changes") or {}).items()
    return ", ".join(f"{key} = {tables.text_of(value)}" for key, value in changes if value is not None)


# --- the sections -----------------------------------------------------------------------------------------------------


def _labels(rows: Rows) -> list[BarLabel]:
    words = {"annual-100": "baseline: annual matching", "no-target": "baseline: no target"}
    return [BarLabel(str(row["scenario"]), words.get(str(row.get("baseline")), "")) for row in rows.met]


def _sections(groups: Sequence[Rows]) -> Iterator[Section | None]:
    def each(draw: Any) -> tuple[Any, ...]:
        found: list[Any] = []
        for i, rows in enumerate(groups):
            drawn = draw(rows, f"-{rows.currency.lower()}" if i else "")
            found += drawn if len(groups) == 1 else [replace(b, title=f"{b.title}, {rows.currency}") for b in drawn]
        return tuple(found)

    yield Section("cost", "Cost", "Per MWh of load; net is after the sale of excess.", blocks(each(_cost)))
    yield Section(
        "premium",
        "Premium over baselines",
        "What each scenario costs more, net of sales, than the same load with another target.",
        blocks(each(_premiums)),
    )
    yield Section("scores", "Scores", "", blocks(each(_scores)))
    yield Section("emissions", "Emissions", "", blocks(each(_emissions)))
    yield Section("sizes", "What is bought", "", blocks(each(_sizes)))
    if any(states_compute(rows) for rows in groups):
        yield Section("compute", "Cost and carbon of compute", NOTE, blocks(each(_compute)))


def _heads(rows: Rows) -> list[str]:
    return [str(row["scenario"]) for row in rows.met]


def _note(rows: Rows) -> str:
    return f"The small numbers are differences from {rows.met[0]['scenario']}." if len(rows.met) > 1 else ""


def _cost(rows: Rows, end: str) -> Iterator[Any]:
    caption = "Sales of excess stand to the left of zero; what is left of gross is net."
    yield cost_bars(rows, _labels(rows), HEAD, caption, f"part-bars{end}")
    heads = _heads(rows)
    yield tables.compared_table("Cost", heads, tables.cost_figures(rows), rows.met, _note(rows))
    yield tables.compared_table("Cost by component", heads, tables.component_figures(rows), rows.met, _note(rows))
    if load := tables.load_figures(rows):
        yield tables.compared_table("Load", heads, load, rows.met, _note(rows))


def _premiums(rows: Rows, end: str) -> Iterator[Any]:
    for i, over in enumerate(rows.over):
        if any(over.per_mwh(row) is not None for row in rows.met):
            yield _premium_bars(rows, over, f"premium-{i + 1}{end}")


def _premium_bars(rows: Rows, over: Over, name: str) -> Bars:
    told = [(row, label) for row, label in zip(rows.met, _labels(rows), strict=True) if over.per_mwh(row) is not None]
    figures = tables.premium_figures(rows, over)
    return bars(
        [label for _, label in told],
        [Part(Key("premium", "accent"), np.array([over.per_mwh(row) or 0.0 for row, _ in told]))],
        name=name,
        title=f"Premium over {over.word}",
        caption=PER_TONNE,
        head=HEAD,
        columns=[figure.column for figure in figures],
        cells=[[figure.text(figure.of(row)) for figure in figures] for row, _ in told],
    )


def _scores(rows: Rows, end: str) -> Iterator[Any]:
    matched = np.array([number_in(row, "hourly_matched_share") or 0.0 for row in rows.met])
    cfe = [number_in(row, "cfe_score") for row in rows.met]
    figures = tables.score_figures()
    yield bars(
        _labels(rows),
        [Part(Key("hourly matched share", "accent"), matched)],
        name=f"scores-bars{end}",
        title="Load matched with carbon-free energy",
        caption="The CFE score also counts the grid's own mix; the annual share counts what is generated in any hour.",
        head=HEAD,
        marks=[(Key("CFE score", "ink", "tick"), cfe)] if any(value is not None for value in cfe) else [],
        columns=[figure.column for figure in figures],
        cells=[[figure.text(figure.of(row)) for figure in figures] for row in rows.met],
        least=1.0,
    )
    yield tables.compared_table("Scores", _heads(rows), figures, rows.met, _note(rows))


def _emissions(rows: Rows, end: str) -> Iterator[Any]:
    figures = [figure for figure in tables.emission_figures() if any(figure.of(row) is not None for row in rows.met)]
    if not figures:
        return
    hourly = np.array([number_in(row, "scope2_market_based_by_the_hour_t") or 0.0 for row in rows.met])
    place = [number_in(row, "scope2_location_based_t") for row in rows.met]
    yield bars(
        _labels(rows),
        [Part(Key("market-based, by the hour", "vermilion"), hourly)],
        name=f"emission-bars{end}",
        title="Scope 2 emissions",
        caption="By the year, what is generated in one hour covers the load of another; by the hour, it does not.",
        head=HEAD,
        marks=[(Key("location-based", "ink", "tick"), place)],
        columns=[figure.column for figure in figures],
        cells=[[figure.text(figure.of(row)) for figure in figures] for row in rows.met],
    )
    yield tables.compared_table("Scope 2 emissions", _heads(rows), figures, rows.met, _note(rows))


def _sizes(rows: Rows, end: str) -> Iterator[Any]:
    for kind, unit, title in (
        ("contract", "MW", "Contracts"),
        ("storage", "MWh", "Energy of storage"),
        ("site", "MW", "Firm supply from the grid"),
    ):
        parts = _size_parts(rows, kind, unit)
        if parts:
            quantity = rows.units.stored if unit == "MWh" else rows.units.power
            totals = [sum(float(part.amounts[i]) for part in parts) for i in range(len(rows.met))]
            yield bars(
                _labels(rows),
                parts,
                name=f"{kind}-bars{end}",
                title=title,
                caption="",
                head=HEAD,
                columns=(Column("together" if len(parts) > 1 else parts[0].key.text, quantity.unit),),
                cells=[(quantity.text(total),) for total in totals],
            )
    note = " ".join(filter(None, (_note(rows), tables.not_taken(rows))))
    figures = tables.size_figures(rows)
    if figures:
        yield tables.compared_table("Sizes", _heads(rows), figures, rows.met, note)


def _compute(rows: Rows, _end: str) -> Iterator[Any]:
    if states_compute(rows):
        heads, note = _heads(rows), _note(rows)
        yield tables.compared_table("Per million tokens", heads, token_figures(rows), rows.met, note)
        yield tables.compared_table("Of compute cost, and per MW of IT", heads, bound_figures(rows), rows.met, note)


def _size_parts(rows: Rows, kind: str, unit: str) -> list[Part]:
    slots = size_slots(rows)
    free = iter(("violet", "rose", "blue", "olive"))
    parts = []
    for size in rows.taken:
        if (size.kind, size.unit) == (kind, unit):
            amounts = np.array([number_in(row, size.key) or 0.0 for row in rows.met])
            slot = slots[size.offer] if kind != "storage" else next(free, "stone")
            quantity = rows.units.stored if unit == "MWh" else rows.units.power
            if shows(amounts, quantity):
                parts.append(Part(Key(size.offer, slot), amounts))
    return parts


# --- where it comes from ----------------------------------------------------------------------------------------------


def _evidence(study: Study) -> Evidence:
    origins = tuple((str(row["scenario"]), str(row["case"]), str(row["origin"])) for row in study.rows)
    columns = (Column(HEAD, numeric=False), Column("case", numeric=False), Column("from", numeric=False))
    made = (Column("what", numeric=False), Column("value", numeric=False))
    content: Mapping[str, Any] = study.content
    return Evidence(
        sentences=(
            "Every scenario is a run of its own, with its ledger by the hour, the proof that nothing cheaper exists, "
            "the hashes of its inputs and versions: in the folder points where it was solved for this comparison, or "
            "where it is named below.",
        ),
        tables=(OverviewTable("Origin", columns, origins), OverviewTable("Made by", made, origin_rows(dict(content)))),
    )
