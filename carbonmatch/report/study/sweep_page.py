"""The page on a sweep: what a target costs, where it begins to cost much, and what is bought for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from carbonmatch.report.numbers import money, share
from carbonmatch.report.overview import Column, OverviewTable, target_text
from carbonmatch.report.overview.sweep import BASELINE_WORDS, CFE, key_text, value_text
from carbonmatch.report.page.answer import BigNumber, period_text
from carbonmatch.report.page.evidence import WHAT_IT_IS_NOT
from carbonmatch.report.page.figure import Figure
from carbonmatch.report.study import sweep_figures as draw
from carbonmatch.report.study import tables
from carbonmatch.report.study.compute import NOTE, bound_figures, states_compute, token_figures
from carbonmatch.report.study.page import (
    PER_TONNE,
    Answer,
    Evidence,
    Page,
    Pair,
    Section,
    blocks,
    origin_rows,
    sections,
)
from carbonmatch.report.study.record import GROSS, Row, Study, asked_load, net_of, number_in
from carbonmatch.report.study.sweep import Sweep

MATCHING: Final = {"hourly": "hour by hour", "monthly": "month by month", "annual": "over the year"}


def sweep_page(study: Study) -> Page:
    """Return the page on a sweep."""
    sweep = Sweep.of(study)
    return Page(
        answer=_answer(sweep),
        sections=sections(*_sections(sweep)) if sweep.rows.met else (),
        evidence=_evidence(sweep),
        made_from="the record of a sweep. The same sweep gives the same page",
    )


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(sweep: Sweep) -> Answer:
    content, met = sweep.study.content, len(sweep.rows.met)
    missed = [(sweep.label(row), str(row.get("error") or "not known")) for row in sweep.missed]
    keys = " and ".join(key_text(axis["key"]) for axis in sweep.axes)
    doubts = [f"{_place(f)}{doubt}." for f in sweep.frontiers for doubt in f["not_as_proved"]]
    points = "the only point is proved" if met == 1 else f"each of {met} points is proved"
    return Answer(
        overline="What the target costs" if sweep.over_targets else f"Sweep of {keys}",
        title=content["case"]["name"],
        sentence=_sentence(sweep),
        facts=tuple(_facts(sweep)),
        verified=f"Verified: {points} like a single run" if met else None,
        numbers=tuple(_numbers(sweep)) if met else (),
        warnings=tuple(doubts),
        tables=(tables.missed_table(keys, missed),) if missed else (),
    )


def _facts(sweep: Sweep) -> Iterator[tuple[str, str]]:
    content = sweep.study.content
    if period := content.get("period"):
        yield "Period", period_text(period)
    loads = {sweep.rows.units.energy.with_unit(asked_load(row)) for row in sweep.rows.met}
    if len(loads) == 1:
        yield "Load", loads.pop()
    for axis in sweep.axes:
        yield ("Target" if axis["key"] == CFE else f"Varied: {axis['key']}"), _values_text(axis, content.get("target"))
    target = content.get("target")
    if target and not any(axis["key"].startswith("target.") for axis in sweep.axes):
        yield "Target", _budget_text(sweep, target) if sweep.has_budget else target_text(target)
    count, met = len(sweep.study.rows), len(sweep.rows.met)
    yield "Points", f"{count}, all of them met" if met == count else f"{count}, of which {met} are met"
    if changes := [f"{o['key']} = {tables.text_of(o['value'])}" for o in content["case"].get("overrides") or ()]:
        yield "Changed in the case", ", ".join(changes)
    if scenario := content["case"].get("scenario"):
        yield "Scenario", str(scenario)


def _budget_text(sweep: Sweep, target: Mapping[str, Any]) -> str:
    per_year = money(target["budget_per_year"], sweep.rows.currency).with_unit(target["budget_per_year"])
    return f"the best share that {per_year} a year buys"


def _values_text(axis: Mapping[str, Any], target: Mapping[str, Any] | None) -> str:
    values = [value_text(axis["key"], value) for value in axis["values"]]
    how = f" {MATCHING[target['matching']]}" if axis["key"] == CFE and target and target["matching"] in MATCHING else ""
    if len(values) <= 4:
        return f"{'; '.join(values)}{how}"
    return f"{values[0]} to {values[-1]}{how}, {len(values)} values"


def _place(frontier: Mapping[str, Any]) -> str:
    """Name the value of the other key that a frontier stands for."""
    held = ", ".join(f"{key} {value_text(key, value)}" for key, value in frontier["held"].items())
    return f"{held}: " if held else ""


def _sentence(sweep: Sweep) -> str:
    rows, price = sweep.rows, sweep.rows.units.price if sweep.rows.met else None
    if price is None:
        return "No point is met; the reasons are below."
    cheapest, dearest = rows.cheapest, rows.dearest
    span = f"{price.text(net_of(cheapest))} to {price.with_unit(net_of(dearest))} of load, net of sales"
    if not sweep.over_targets:
        keys = " and ".join(key_text(axis["key"]) for axis in sweep.axes)
        if sweep.has_budget:
            return f"Over {keys}, {_bought(sweep)}, at {span}."
        return (
            f"Over {keys}, the cheapest portfolio costs {span}: "
            f"least at {sweep.label(cheapest)}, most at {sweep.label(dearest)}."
        )
    first, last = rows.met[0], rows.met[-1]
    target = sweep.study.content.get("target") or {}
    how = f" of the load {MATCHING[target['matching']]}" if target.get("matching") in MATCHING else ""
    how += ", the grid's own carbon-free share counted," if target.get("grid_credit") else ""
    if len(rows.met) == 1:
        return f"Meeting {sweep.label(first)}{how} costs {price.with_unit(net_of(first))} of load, net of sales."
    told = f"Meeting {sweep.label(first)} to {sweep.label(last)}{how} costs {span}."
    return f"{told} {_bend(sweep)}".strip()


def _bought(sweep: Sweep) -> str:
    """Say what share of the load budgets buy."""
    least, most = (pick(float(row["hourly_matched_share"]) for row in sweep.rows.met) for pick in (min, max))
    if share(least) == share(most):
        return f"the budget buys {share(most)} of the load hour by hour"
    return f"the budget buys {share(least)} to {share(most)} of the load hour by hour"


def _bend(sweep: Sweep) -> str:
    """Say where the target begins to cost, and where it begins to cost much."""
    (frontier,) = sweep.frontiers
    price = sweep.rows.units.price
    told = []
    if frontier["free_up_to"] is not None:
        told.append(f"Up to {share(frontier['free_up_to'])} it costs nothing.")
    if frontier["knee"] is not None:
        before, after = draw.slopes_at_knee(frontier)
        told.append(
            f"From {value_text(CFE, frontier['knee'])} on it rises steeply: a percentage point costs "
            f"{price.with_unit(before / 100)} before and {price.text(after / 100)} after."
        )
    return " ".join(told)


def _chosen(sweep: Sweep) -> tuple[Row, str]:
    """Return the point that numbers are told of, and what its cost is called: the cheapest at the highest target."""
    if sweep.has_budget:
        return max(sweep.rows.met, key=lambda row: round(row["hourly_matched_share"], 6)), "Cost of the best share"
    targets = [float(row["target_cfe"]) for row in sweep.rows.met if row.get("target_cfe") is not None]
    if not sweep.frontiers or not targets:
        return sweep.rows.cheapest, "Least cost"
    highest = max(targets)
    there = [row for row in sweep.rows.met if row["target_cfe"] == highest]
    word = value_text(CFE, highest)
    return min(there, key=net_of), f"Cost at {word}" if sweep.over_targets else f"Least cost at {word}"


def _numbers(sweep: Sweep) -> Iterator[BigNumber]:
    rows, price = sweep.rows, sweep.rows.units.price
    chosen, label = _chosen(sweep)
    place = sweep.label(chosen)
    at = "" if sweep.over_targets else f"at {place}; "
    if sweep.has_budget:
        value, unit = share(chosen["hourly_matched_share"]).split(" ")
        yield BigNumber("Best share", value, unit, f"of load matched hour by hour, at {place}")
    gross = price.text(number_in(chosen, GROSS))
    yield BigNumber(label, price.text(net_of(chosen)), price.unit, f"{at}per MWh of load net of sales; {gross} gross")
    for over in rows.over:
        premium = over.per_mwh(chosen)
        if premium is not None:
            part = over.share(chosen)
            more = "" if part is None else f", {tables.signed(share)(part)}"
            yield BigNumber(
                f"Premium over {over.word}",
                tables.signed(price.text)(premium),
                price.unit,
                f"at {place}{more}; {tables.signed(rows.units.money.with_unit)(over.cost(chosen))} in the period",
            )
    if not sweep.frontiers and not sweep.has_budget and len(rows.met) > 1:
        dearest = rows.dearest
        yield BigNumber("Highest cost", price.text(net_of(dearest)), price.unit, f"at {sweep.label(dearest)}")
    if not sweep.over_targets:
        return
    (frontier,) = sweep.frontiers
    if frontier["knee"] is not None:
        before, after = draw.slopes_at_knee(frontier)
        value, unit = value_text(CFE, frontier["knee"]).split(" ")
        said = (
            f"a percentage point costs {price.with_unit(before / 100)} before it and {price.text(after / 100)} after it"
        )
        yield BigNumber("Knee", value, unit, said)
    if frontier["free_up_to"] is not None:
        value, unit = share(frontier["free_up_to"]).split(" ")
        yield BigNumber("Free up to", value, unit, "what the cheapest portfolio reaches without a target")


def _premium_tables(sweep: Sweep) -> Iterator[OverviewTable]:
    for over in sweep.rows.over if sweep.rows.met else ():
        figures = tables.premium_figures(sweep.rows, over)
        rows = [row for row in sweep.rows.met if over.per_mwh(row) is not None]
        if rows:
            yield tables.table(f"Over {over.word}", sweep.heads, sweep.values, figures, rows, strong=sweep.at_knee)


# --- the sections -----------------------------------------------------------------------------------------------------


def _sections(sweep: Sweep) -> Iterator[Section | None]:
    rows = sweep.rows
    shared = {str(row["point"]): sweep.label(row) for row in sweep.study.rows}
    if sweep.has_budget:
        yield _score_section(sweep)
    yield Section(
        "cost",
        "Cost over the target" if sweep.over_targets else "Cost",
        f"{'' if sweep.has_budget else 'Each point is the cheapest portfolio at its values. '}"
        "Cost is per MWh of load; net is after the sale of excess.",
        blocks(tuple(draw.grids(sweep)), draw.cost(sweep), _cost_table(sweep, shared), _baseline_table(sweep)),
    )
    premiums = tuple(_premium_tables(sweep))
    yield Section(
        "premium",
        "Premium over baselines",
        PER_TONNE,
        (Pair(premiums),) if len(premiums) > 1 and len(sweep.axes) == 1 else premiums,
    )
    margins = draw.margins(sweep)
    yield (
        Section(
            "margin",
            "What one more MWh costs",
            "The price of the target in the optimum says what the next MWh costs; the slope says what the way to the "
            "next point costs. The slope lies between the prices at its ends.",
            blocks(margins),
        )
        if margins
        else None
    )
    yield Section(
        "sizes",
        "What is bought",
        "Contracts, storage and firm supply from the grid at each point.",
        blocks(draw.sizes(sweep), _table(sweep, "Sizes", tables.size_figures(rows), tables.not_taken(rows))),
    )
    yield Section(
        "parts",
        "Cost by component",
        "",
        blocks(draw.parts(sweep), _table(sweep, "Components", tables.component_figures(rows))),
    )
    if not sweep.has_budget:
        yield _score_section(sweep)
    if rows.met and states_compute(rows):
        yield Section(
            "compute",
            "Cost and carbon of compute",
            NOTE,
            blocks(
                _table(sweep, "Per million tokens", token_figures(rows)),
                _table(sweep, "Of compute cost, and per MW of IT", bound_figures(rows)),
            ),
        )


def _score_section(sweep: Sweep) -> Section:
    met = sweep.rows.met
    emitted = [each for each in tables.emission_figures() if any(each.of(row) is not None for row in met)]
    return Section(
        "scores",
        "Scores and emissions",
        "Each point is the best share that its budget buys." if sweep.has_budget else "",
        blocks(
            _pair(draw.scores(sweep), draw.emissions(sweep)),
            _table(sweep, "Scores and Scope 2 emissions", [*tables.score_figures(), *emitted]),
            _table(sweep, "Load", load) if (load := tables.load_figures(sweep.rows)) else None,
        ),
    )


def _pair(*figures: Figure | None) -> Pair | Figure | None:
    there = tuple(figure for figure in figures if figure is not None)
    return Pair(there) if len(there) > 1 else next(iter(there), None)


def _table(sweep: Sweep, title: str, figures: Sequence[tables.Figures], note: str = "") -> OverviewTable:
    return tables.table(title, sweep.heads, sweep.values, figures, sweep.rows.met, strong=sweep.at_knee, note=note)


def _cost_table(sweep: Sweep, labels: Mapping[str, str]) -> OverviewTable:
    """Return the points in full: scores, cost, premiums at the margin, slopes, and which points share an optimum."""
    rows, price = sweep.rows, sweep.rows.units.price
    figures = [*tables.score_figures()[:1], *tables.cost_figures(rows), *tables.margin_figures(rows)]
    if len(sweep.frontiers) == 1:
        slopes = {place["cfe"]: place["slope_per_mwh"] for place in sweep.frontiers[0]["places"]}
        figures.append(
            tables.Figures("slope to the next point", price.unit, lambda row: slopes.get(row["target_cfe"]), price.text)
        )
    shared = any(row.get("shared_with") for row in rows.met)
    found = _table(sweep, "Points", figures)
    if not shared:
        return found
    same = [labels.get(str(row.get("shared_with")), "") for row in rows.met]
    return OverviewTable(
        found.title,
        (*found.columns, Column("same optimum as", numeric=False)),
        tuple((*row, same[i]) for i, row in enumerate(found.rows)),
        found.strong,
        "A point with the same optimum as another is met by it: its target asks for less than that reaches anyway.",
    )


def _baseline_table(sweep: Sweep) -> OverviewTable | None:
    if not sweep.study.content["baselines"]:
        return None
    rows = sweep.study.of(sweep.baselines, sweep.rows.currency)
    why = [
        f"{BASELINE_WORDS.get(row['point'], row['point'])} is not met: {row['error']}."
        for row in sweep.study.content["baselines"]
        if row.get("error") is not None
    ]
    words = " They are of the case as it is, without the values that are varied." if not sweep.over_targets else ""
    note = " ".join([f"The same case with another target.{words}", *why])
    figures = [*tables.score_figures(), *tables.cost_figures(sweep.rows), *tables.emission_figures()[-1:]]
    return tables.table(
        "Baselines",
        (Column("baseline", numeric=False),),
        lambda row: (BASELINE_WORDS.get(row["point"], str(row["point"])),),
        figures,
        rows.met,
        note=note,
    )


# --- where it comes from ----------------------------------------------------------------------------------------------


def _evidence(sweep: Sweep) -> Evidence:
    content = sweep.study.content
    case = content["case"]
    rows = [
        ("case", str(case["name"])),
        ("case file", str(case["path"])),
        ("SHA-256 of the case file", str(case["sha256"])),
        *([("scenario", str(case["scenario"]))] if case.get("scenario") else []),
        *((f"changed: {o['key']}", tables.text_of(o["value"])) for o in case.get("overrides") or ()),
        *((f"varied: {axis['key']}", ", ".join(tables.text_of(v) for v in axis["values"])) for axis in sweep.axes),
        *origin_rows(dict(content)),
    ]
    return Evidence(
        sentences=_proofs(sweep),
        tables=(OverviewTable("Origin", (Column("what", numeric=False), Column("value", numeric=False)), tuple(rows)),),
        is_not=WHAT_IT_IS_NOT,
    )


def _proofs(sweep: Sweep) -> tuple[str, ...]:
    told = [
        "Every point that is met is a run of its own in the folder points: with its ledger by the hour, the proof that "
        "nothing cheaper exists, the hashes of its inputs and versions. Any number here can be followed there.",
    ]
    checked = [f for f in sweep.frontiers if len(f["places"]) > 1]
    if checked and not any(f["not_as_proved"] for f in checked):
        told.append(
            "Cost over a target never falls and is convex, and its slopes lie between the prices at the margin: "
            "checked for these points, and so it is."
        )
    return tuple(told)
