"""The page on a stress test: what a signed portfolio still matches and costs, whatever happens to it, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from carbonmatch.report.numbers import given_share, number, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.page.answer import BigNumber
from carbonmatch.report.page.figure import Key
from carbonmatch.report.study import tables
from carbonmatch.report.study.page import Answer, Evidence, Page, Section, blocks, origin_rows, sections
from carbonmatch.report.study.record import GROSS, NET, Row, Rows, Study, net_of
from carbonmatch.report.study.stacks import BarLabel, Bars, Part, bars, cost_bars
from carbonmatch.report.study.tables import Figures

HEAD: Final = "case"
IS_NOT: Final = (
    "It is no probability. Cases are set beside each other; how likely each of them is, nobody has said.",
    "It is no forecast. Operation knows the whole period of its case in advance, save in the case without foresight.",
    "Contracts and storage stay as they were signed; only operation, and what is bought from the grid, is chosen anew.",
)


def stress_page(study: Study) -> Page:
    """Return the page on a stress test."""
    rows = study.of(study.met, study.content["currency"])
    return Page(
        answer=_answer(study, rows),
        sections=sections(*_sections(study, rows)),
        evidence=_evidence(study),
        made_from="the record of a stress test. The same test gives the same page",
    )


def plan_of(rows: Rows) -> Row:
    """Return the portfolio as it was planned, which stands first."""
    return rows.met[0]


def _asked(study: Study) -> float | None:
    asked = study.content.get("asked_share")
    return None if asked is None else float(asked)


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(study: Study, rows: Rows) -> Answer:
    cases = rows.met[1:]
    lost = [(str(row["what"]), str(row.get("error") or "not known")) for row in study.missed]
    columns = (Column(HEAD, numeric=False), Column("why", numeric=False))
    facts = [("Portfolio of", str(study.content["source"]))]
    if (asked := _asked(study)) is not None:
        facts.append(("Target", f"{given_share(asked)} of load"))
    facts.append(("Held", "sizes of contracts and storage; operation is chosen anew in every case"))
    return Answer(
        overline="The portfolio under stress",
        title=study.content["case"]["name"],
        sentence=_sentence(study, rows),
        facts=tuple(facts),
        verified=f"Verified: each of {len(cases)} cases is proved like a single run" if cases else None,
        numbers=tuple(_numbers(study, rows)),
        tables=(OverviewTable("Not operated", columns, tuple(lost)),) if lost else (),
    )


def _sentence(study: Study, rows: Rows) -> str:
    cases, asked = rows.met[1:], _asked(study)
    if not cases:
        return "No case could be operated; the reasons are below."
    worst, count = cases[0], len(study.rows) - 1
    if asked is None:
        return f"Of {count} cases the worst is: {worst['what']}, with {share(worst['reached_share'])} of load matched."
    met = sum(bool(row["met"]) for row in cases)
    told = f"The portfolio keeps its target of {given_share(asked)} in {met} of {count} cases."
    if met == len(cases):
        return told
    return f"{told} At worst it reaches {share(worst['reached_share'])}: {worst['what']}."


def _numbers(study: Study, rows: Rows) -> Iterator[BigNumber]:
    plan, cases, price = plan_of(rows), rows.met[1:], rows.units.price
    if not cases:
        return
    if _asked(study) is not None:
        met = sum(bool(row["met"]) for row in cases)
        yield BigNumber("Target kept", f"{met}", f"of {len(study.rows) - 1} cases", "by the sizes as they were signed")
    value, unit = share(cases[0]["reached_share"]).split(" ")
    yield BigNumber(
        "Worst share", value, unit, f"of load: {cases[0]['what']}; {share(plan['reached_share'])} as planned"
    )
    dearest = max(cases, key=net_of)
    yield BigNumber("Highest cost", price.text(net_of(dearest)), price.unit, f"net of sales: {dearest['what']}")
    yield BigNumber("Cost as planned", price.text(net_of(plan)), price.unit, "per MWh of load net of sales")


# --- the sections -----------------------------------------------------------------------------------------------------


def _sections(study: Study, rows: Rows) -> Iterator[Section]:
    if len(rows.met) < 2:
        return
    yield Section(
        "share",
        "What is still matched",
        "Worst first. Where the target is out of reach, the portfolio is operated for the best share that it reaches.",
        blocks(_share_bars(study, rows)),
    )
    yield Section(
        "cost",
        "What it costs then",
        "Per MWh of load; net is after the sale of excess.",
        blocks(_change_bars(rows), cost_bars(rows, _labels(rows), HEAD, _CAPTION), _components(rows)),
    )
    yield Section(
        "emissions",
        "Scores and emissions",
        "",
        blocks(_table(rows, "Scores and Scope 2 emissions", [*tables.score_figures(), *tables.emission_figures()])),
    )
    yield Section(
        "sizes",
        "What is held",
        "Contracts and storage as signed; the grid's firm supply is what each case then needs.",
        blocks(_table(rows, "Sizes", tables.size_figures(rows))),
    )


_CAPTION: Final = "Sales of excess stand to the left of zero; what is left of gross is net."


def _labels(rows: Rows) -> list[BarLabel]:
    return [BarLabel(_what(row), _kept(row)) for row in rows.met]


def _what(row: Row) -> str:
    return str(row["what"])


def _kept(row: Row) -> str:
    """Say of a case whether its target is met; the plan needs no word."""
    return "" if row["stress"] == "plan" else "target met" if row["met"] else "target missed"


def _share_bars(study: Study, rows: Rows) -> Bars:
    asked, plan = _asked(study), plan_of(rows)
    reached = np.array([float(row["reached_share"]) for row in rows.met])
    figures = [
        tables.shares("reached", "reached_share"),
        Figures("change", "points", lambda row: _points(row, plan), tables.signed(_one_decimal)),
        tables.of_key("unmatched", "unmatched_mwh", rows.units.energy),
    ]
    return bars(
        _labels(rows),
        [Part(Key("share reached", "accent"), reached)],
        name="share-bars",
        title="Share of load that the target counts",
        caption=f"The plan reaches {share(plan['reached_share'])}.",
        head=HEAD,
        marks=[] if asked is None else [(Key("target", "ink", "tick"), [asked] * len(rows.met))],
        columns=[figure.column for figure in figures],
        cells=_cells(figures, rows.met),
        least=1.0,
    )


def _points(row: Row, plan: Row) -> float | None:
    return None if row is plan else 100.0 * (float(row["reached_share"]) - float(plan["reached_share"]))


def _one_decimal(value: float | None) -> str:
    return "-" if value is None else number(value, 1)


def _change_bars(rows: Rows) -> Bars:
    plan, price = plan_of(rows), rows.units.price
    changes = np.array([net_of(row) - net_of(plan) for row in rows.met])
    figures = [
        tables.of_key("net of sales", NET, price),
        Figures(
            "change",
            price.unit,
            lambda row: None if row is plan else net_of(row) - net_of(plan),
            tables.signed(price.text),
        ),
        tables.of_key("gross", GROSS, price),
    ]
    return bars(
        _labels(rows),
        [Part(Key("change", "vermilion"), changes)],
        name="change-bars",
        title="Change of cost from the plan",
        caption="A case that costs less may match less: what is not matched is bought from the grid.",
        head=HEAD,
        columns=[figure.column for figure in figures],
        cells=_cells(figures, rows.met),
    )


def _cells(figures: Sequence[Figures], rows: Sequence[Row]) -> list[list[str]]:
    return [[figure.text(figure.of(row)) for figure in figures] for row in rows]


def _components(rows: Rows) -> OverviewTable:
    return _table(rows, "Components", tables.component_figures(rows))


def _table(rows: Rows, title: str, figures: Sequence[Figures]) -> OverviewTable:
    kept = [figure for figure in figures if any(figure.of(row) is not None for row in rows.met)]
    heads = (Column(HEAD, numeric=False),)
    return tables.table(
        title, heads, lambda row: (_what(row),), kept, rows.met, strong=lambda row: row["stress"] == "plan"
    )


# --- where it comes from ----------------------------------------------------------------------------------------------


def _evidence(study: Study) -> Evidence:
    content: dict[str, Any] = dict(study.content)
    case = content["case"]
    origin = (
        ("portfolio of", str(content["source"])),
        ("case", str(case["name"])),
        ("case file", str(case["path"])),
        ("SHA-256 of the case file", str(case["sha256"])),
        *origin_rows(content),
    )
    changes = tuple((_what(row), "; ".join(_shortened(text) for text in row["settings"])) for row in study.rows[1:])
    return Evidence(
        sentences=(
            "Every case is a run of its own in the folder points: with its ledger by the hour, the proof that its "
            "operation is the cheapest, the hashes of its inputs and versions.",
        ),
        tables=(
            OverviewTable("Origin", (Column("what", numeric=False), Column("value", numeric=False)), origin),
            OverviewTable(
                "What happens in each case",
                (Column(HEAD, numeric=False), Column("changed in the case", numeric=False)),
                tuple((what, changed or "a size of the portfolio is gone") for what, changed in changes),
            ),
        ),
        is_not=IS_NOT,
    )


def _shortened(text: str) -> str:
    """Cut a setting that holds a whole series."""
    return text if len(text) <= 160 else f"{text[:150]} ..."
