"""The workbook on a study: every number of its record, one sheet per subject, a row per point or scenario."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from carbonmatch import __version__
from carbonmatch.report.overview.sweep import BASELINE_WORDS
from carbonmatch.report.study.compute import compute_columns
from carbonmatch.report.study.measures import (
    Measure,
    component_columns,
    main_columns,
    names,
    number_column,
    premium_columns,
    score_columns,
    size_columns,
)
from carbonmatch.report.study.record import Row, Rows, Study, number_in
from carbonmatch.report.study.render import page_of
from carbonmatch.report.study.tables import text_of
from carbonmatch.report.tables.columns import Heading, Kind
from carbonmatch.report.workbook.book import CREATED
from carbonmatch.report.workbook.sheet import Sheet, Styles
from carbonmatch.units import MONEY_TOLERANCE

_NOUNS: Final = {"sweep": "Points", "comparison": "Scenarios", "stress": "Cases"}


def write_workbook(study: Study, path: Path) -> None:
    """Write the workbook on a study; the same study gives the same bytes."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties(
            {
                "title": f"{title_of(study)}: {study.kind.name}",
                "author": "carbonmatch",
                "comments": f"{study.kind.record} {_record_sha256(study)} (SHA-256)",
                "created": CREATED,
            }
        )
        for sheet in _sheets(Styles(book), study):
            sheet.close()
    path.write_bytes(memory.getvalue())


def title_of(study: Study) -> str:
    """Return what a study is of: its case, or all of them."""
    if study.kind.stem != "comparison":
        return str(study.content["case"]["name"])
    return ", ".join(dict.fromkeys(str(row["case"]) for row in study.rows))


def _record_sha256(study: Study) -> str:
    return hashlib.sha256((study.folder / study.kind.record).read_bytes()).hexdigest()


def _sheets(styles: Styles, study: Study) -> Iterator[Sheet]:
    case, heads = title_of(study), names(study)
    groups = list(study.by_currency)
    groups = [rows for rows in groups if rows.met]
    yield _overview(styles, study)
    noun = _NOUNS[study.kind.stem]
    sheet = Sheet(styles, noun, case)
    _write(sheet, [*heads, *main_columns(study, groups)], study.rows, alone=True)
    yield sheet
    for name, measures in (
        ("Cost by component", component_columns),
        ("Sizes", size_columns),
        ("Scores and emissions", score_columns),
        ("Premiums", premium_columns),
        ("Compute", compute_columns),
    ):
        if any(measures(rows) for rows in groups):
            yield _by_currency(Sheet(styles, name, case), heads, groups, measures)
    if study.kind.stem == "sweep":
        if study.content["frontiers"]:
            yield _frontiers(styles, study)
        yield _baselines(styles, study)
    elif groups:
        yield _differences(Sheet(styles, "Differences", case), heads, groups)
    yield _provenance(styles, study)


# --- sheets -----------------------------------------------------------------------------------------------------------


def _write(sheet: Sheet, measures: Sequence[Measure], rows: Sequence[Row], *, alone: bool = False) -> range:
    """Write rows as a table; what a row has no value for stays empty."""
    named = {f"{i}": measure for i, measure in enumerate(measures)}
    frame = pd.DataFrame({i: _typed([each.of(row) for row in rows], each.heading.kind) for i, each in named.items()})
    return sheet.table(frame, {i: each.heading for i, each in named.items()}, alone=alone)


def _typed(values: Sequence[Any], kind: Kind) -> pd.Series:
    numbers = kind != "text" and all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
    )
    return pd.Series(values, dtype="float64" if numbers else "object")


def _by_currency(
    sheet: Sheet, heads: Sequence[Measure], groups: Sequence[Rows], measures: Callable[[Rows], list[Measure]]
) -> Sheet:
    """Write one table, or one for each currency below the other, and check that components are all of the cost."""
    for rows in groups:
        if len(groups) > 1:
            sheet.line(rows.currency, bold=True)
        columns = [*heads, *measures(rows)]
        cells = _write(sheet, columns, rows.met, alone=len(groups) == 1)
        if sheet.name == "Cost by component":
            _check(sheet, len(heads), len(rows.components) + 1, cells, rows)
        sheet.row += 1
    return sheet


def _check(sheet: Sheet, first: int, count: int, cells: range, rows: Rows) -> None:
    """Write the sum of all components less the sum of what is net of sales, as a formula."""
    letters = [xl_col_to_name(first), xl_col_to_name(first + count - 1), xl_col_to_name(first + count)]
    top, bottom = cells.start + 1, cells.stop
    parts, net = f"{letters[0]}{top}:{letters[1]}{bottom}", f"{letters[2]}{top}:{letters[2]}{bottom}"
    largest = max(abs(float(row["cost_total"])) for row in rows.met)
    difference = sum(
        sum(number_in(row, f"cost_{name}") or 0.0 for name in rows.components)
        - float(row["cost_sales"])
        - float(row["cost_net_of_sales"])
        for row in rows.met
    )
    value = 0.0 if abs(difference) <= MONEY_TOLERANCE * largest * len(rows.met) else round(difference, 2)
    sheet.row += 1
    sheet.line("check: components less net of sales", bold=True)
    sheet.row -= 1
    sheet.formula(first + count, f"=ROUND(SUM({parts})-SUM({net}),2)", value, "price", largest=largest)
    sheet.row += 1


def _overview(styles: Styles, study: Study) -> Sheet:
    sheet = Sheet(styles, "Overview", title_of(study))
    sheet.title(f"{title_of(study)}: {study.kind.name}")
    met, count = len(study.met), len(study.rows)
    have = "could be operated" if study.kind.stem == "stress" else "are met"
    sheet.line(f"{_NOUNS[study.kind.stem]}: {count}, of which {met} {have}; each of these is verified like a run.")
    sheet.line("Amounts are for the whole period unless a heading says otherwise; net is gross less sales of excess.")
    sheet.row += 1
    answer = page_of(study).answer
    if answer.numbers:
        sheet.line("In short", bold=True)
        sheet.heads([Heading("What"), Heading("Value", kind="price"), Heading("Unit"), Heading("Said")])
        for number in answer.numbers:
            sheet.cell(0, number.label, "text")
            sheet.cell(1, float(number.value.replace(",", "")), "price")
            sheet.cell(2, number.unit, "text")
            sheet.cell(3, number.note, "text")
            sheet.row += 1
        sheet.row += 1
    if study.kind.stem == "sweep":
        sheet.line("What is varied", bold=True)
        sheet.heads([Heading("Key"), Heading("Values")])
        for axis in study.content["axes"]:
            sheet.cell(0, axis["key"], "text")
            sheet.cell(1, ", ".join(text_of(value) for value in axis["values"]), "text")
            sheet.row += 1
        sheet.row += 1
    if study.missed:
        sheet.line("Not operated" if study.kind.stem == "stress" else "Not met", bold=True)
        sheet.heads([Heading(_NOUNS[study.kind.stem][:-1]), Heading("Why")])
        for row in study.missed:
            sheet.cell(0, row.get("point") or row.get("scenario") or row.get("what"), "text")
            sheet.cell(1, row.get("error"), "text")
            sheet.row += 1
    return sheet


def _frontiers(styles: Styles, study: Study) -> Sheet:
    """Write what the target costs: prices at the margin, slopes, knees."""
    price = f"{study.content['currency']}/MWh"
    sheet = Sheet(styles, "Frontier", title_of(study))
    held = list(dict.fromkeys(key for frontier in study.content["frontiers"] for key in frontier["held"]))
    rows = [
        {**place, **frontier["held"], "is_knee": place["cfe"] == frontier["knee"], "free": frontier["free_up_to"]}
        for frontier in study.content["frontiers"]
        for place in frontier["places"]
    ]
    measures = [
        *(Measure(Heading(key, "", "given"), itemgetter(key)) for key in held),
        number_column("Target", "%", "cfe", "share"),
        number_column("Net of sales, per MWh of load", price, "net_per_mwh", "price"),
        number_column("Gross, per MWh of load", price, "gross_per_mwh", "price"),
        number_column("At the margin, per MWh more", price, "margin_per_mwh", "price"),
        number_column("On the way to the next point, per MWh more", price, "slope_per_mwh", "price"),
        Measure(Heading("The target binds"), lambda row: row["binds"]),
        Measure(Heading("Knee"), lambda row: "knee" if row["is_knee"] else None),
        number_column("Free up to", "%", "free", "share"),
    ]
    _write(sheet, measures, rows, alone=True)
    for frontier in study.content["frontiers"]:
        for doubt in frontier["not_as_proved"]:
            sheet.line(f"Not as it should be: {doubt}")
    return sheet


def _baselines(styles: Styles, study: Study) -> Sheet:
    """Write the same case with other targets: all that is told of a point."""
    sheet = Sheet(styles, "Baselines", title_of(study))
    found = study.content["baselines"]
    rows = study.of([row for row in found if row.get("error") is None], study.content["currency"])
    name = Measure(Heading("Baseline"), lambda row: BASELINE_WORDS.get(row["point"], row["point"]))
    if rows.met:
        measures = [
            name,
            number_column("Load", "MWh", "load_mwh"),
            *score_columns(rows),
            *component_columns(rows),
            *size_columns(rows),
        ]
        _write(sheet, measures, rows.met, alone=True)
    else:
        sheet.line("none")
    for row in found:
        if row.get("error") is not None:
            sheet.line(f"{BASELINE_WORDS.get(row['point'], row['point'])} is not met: {row['error']}")
    return sheet


def _differences(sheet: Sheet, heads: Sequence[Measure], groups: Sequence[Rows]) -> Sheet:
    """Write how every number of the other scenarios differs from the first one of the same currency."""
    for rows in groups:
        first = rows.met[0]
        sheet.line(f"Differences from {first.get('scenario') or first['what']}, in {rows.currency}", bold=True)
        numbers = [*component_columns(rows), *score_columns(rows), *size_columns(rows)]
        measures = [*heads, *(Measure(each.heading, _less(each.of, first)) for each in numbers)]
        if len(rows.met) > 1:
            _write(sheet, measures, rows.met[1:])
        else:
            sheet.line("There is no other.")
        sheet.row += 1
    return sheet


def _less(of: Callable[[Row], Any], first: Row) -> Callable[[Row], Any]:
    def difference(row: Row) -> Any:
        here, there = of(row), of(first)
        return None if here is None or there is None else here - there

    return difference


def _provenance(styles: Styles, study: Study) -> Sheet:
    content: Mapping[str, Any] = study.content
    sheet = Sheet(styles, "Provenance", title_of(study))
    sheet.title(f"{title_of(study)}: where these numbers came from")
    sheet.line(
        "Every number is taken from the record that is named here by its hash; each point is a run folder of its own."
    )
    sheet.row += 1
    sheet.heads([Heading("What"), Heading("Value")])
    solver = content.get("solver")
    told: list[tuple[str, Any]] = [
        (f"SHA-256 of {study.kind.record}", _record_sha256(study)),
        ("solved by", f"carbonmatch {content.get('carbonmatch') or 'not known'}"),
        ("engine", ", ".join(solver) if isinstance(solver, list) else solver),
        ("workbook written by", f"carbonmatch {__version__}"),
    ]
    if "source" in content:
        told.append(("portfolio of", content["source"]))
    if study.kind.stem != "comparison":
        case = content["case"]
        told += [("case", case["name"]), ("case file", case["path"]), ("SHA-256 of the case file", case["sha256"])]
        told += [("scenario", case["scenario"])] if case.get("scenario") else []
        told += [(f"changed: {o['key']}", text_of(o["value"])) for o in case.get("overrides") or ()]
    for what, value in told:
        sheet.cell(0, what, "text")
        sheet.cell(1, value, "text")
        sheet.row += 1
    if study.kind.stem == "stress":
        sheet.row += 1
        sheet.line("What happens in each case", bold=True)
        sheet.heads([Heading("Case"), Heading("Changed in the case")])
        for row in study.rows[1:]:
            sheet.cell(0, row["what"], "text")
            sheet.cell(1, "; ".join(row["settings"]) or "a size of the portfolio is gone", "text")
            sheet.row += 1
    if study.kind.stem == "comparison":
        sheet.row += 1
        sheet.line("What each scenario changes in its case", bold=True)
        sheet.heads([Heading("Scenario"), Heading("From"), Heading("Key"), Heading("Value")])
        for row in study.rows:
            changes = row.get("changes") or {"as the case has it": None}
            for key, value in changes.items():
                for column, text in enumerate((row["scenario"], row["origin"], key)):
                    sheet.cell(column, text, "text")
                sheet.cell(3, value if isinstance(value, int | float) else _plain(value), "given")
                sheet.row += 1
    return sheet


def _plain(value: Any) -> Any:
    return None if value is None else str(value)
