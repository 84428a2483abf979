"""One sheet of a workbook: cells of the right type, headings with units, widths that fit, and how it is printed.

Numbers are numbers, moments are dates, and text is text whatever it begins with. Nothing depends on the language of the
machine: formats are stored in the way that every spreadsheet translates for itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from carbonmatch.report.tables.columns import Heading, Kind
from carbonmatch.timegrid import FloatArray

A4: Final = 9
A3: Final = 8

MOST_LETTERS: Final = 32_767
"""What a cell of Excel can hold."""
WIDEST: Final = 44
"""Longer text is folded."""
ROW_POINTS: Final = 13.5
MOST_LINES: Final = 30
"""A row is not made higher than this; Excel allows 409 points."""
TITLE_POINTS: Final = 24.0
NARROWEST: Final = 8
EXACT_DIGITS: Final = 15
"""A spreadsheet keeps no more digits of a number."""

_FORMATS: Final[Mapping[Kind, str]] = {
    "price": "#,##0.00",
    "share": "0.00%",
    "count": "#,##0",
    "tiny": "0.0E+00",
    "given": "General",
    "stamp": "yyyy-mm-dd hh:mm",
    "month": "yyyy-mm",
    "day": "yyyy-mm-dd",
    "text": "",
}
_WIDTHS: Final[Mapping[Kind, int]] = {"stamp": 17, "month": 10, "day": 12, "share": 10, "tiny": 10}
_EPOCH: Final = pd.Timestamp("1899-12-30")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_FORMULA_SIGNS: Final = ("=", "+", "-", "@")


_CHARACTERS_A_PAGE: Final[Mapping[int, int]] = {A4: 200, A3: 300}
"""More than this on the width of a page is too small to read."""


def number_format(kind: Kind, largest: float = 0.0, *, whole: bool = False) -> str:
    """Return how numbers are shown: amounts with six digits at their largest, and four decimals at most.

    whole   there are no decimals to show
    """
    if kind != "amount":
        return _FORMATS[kind]
    if whole:
        return _FORMATS["count"]
    digits = len(f"{largest:.0f}") if largest >= 1.0 else 0
    decimals = min(max(6 - digits, 0), 4)
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def cell_text(text: str) -> str:
    """Return text that a cell can hold: cut where it is too long, and it says so."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text.encode("utf-16-le")) // 2 <= MOST_LETTERS:
        return text
    told = f" ... (cut here: {len(text):,} letters, whole in the run folder)"
    cut = text[: MOST_LETTERS - len(told)]
    while len(cut.encode("utf-16-le")) // 2 + len(told) > MOST_LETTERS:
        cut = cut[:-100]
    return cut + told


def plain_value(text: str) -> tuple[Any, Kind]:
    """Return what a text says: a number or a date where it is written as one, so that no text looks like a number."""
    if _NUMBER.fullmatch(text) and sum(letter.isdigit() for letter in text) <= EXACT_DIGITS:
        value = float(text)
        if math.isfinite(value):
            return value, "given"
    for pattern, kind, written in ((_DAY, "day", text), (_MONTH, "month", f"{text}-01")):
        if pattern.fullmatch(text):
            try:
                return datetime.fromisoformat(written), kind  # type: ignore[return-value]
            except ValueError:
                break
    return text, "text"


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook, each made once."""

    book: Workbook
    made: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def of(self, **look: Any) -> Format:
        """Return the format of that look."""
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": "Arial", "font_size": 10, "valign": "top", **look})
        return self.made[key]


class Sheet:
    """A sheet that is filled from the top down.

    row      the next free row
    widths   the width of every column so far [characters]
    texts    row, column and length of every text that may have to be folded
    headed   the rows of headings
    paper    A4 or A3
    """

    def __init__(self, styles: Styles, name: str, case: str, *, paper: int = A4) -> None:
        self.styles = styles
        self.name = name
        self.sheet: Worksheet = styles.book.add_worksheet(name)
        self.row = 0
        self.widths: dict[int, int] = {}
        self.texts: list[tuple[int, int, int]] = []
        self.headed: set[int] = set()
        self.paper = paper
        self.sheet.set_landscape()
        self.sheet.set_paper(paper)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        self.sheet.set_header(f"&L{case.replace('&', '&&')[:120]}&R{name}")
        self.sheet.set_footer("&Lcarbonmatch&RPage &P of &N")

    def title(self, text: str) -> None:
        """Write the title of the sheet into its first row, which stays in sight and is repeated on paper."""
        self._text(0, 0, text, self.styles.of(bold=True, font_size=14))
        self.sheet.set_row(0, TITLE_POINTS)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.row = 2

    def line(self, text: str, *, bold: bool = False) -> None:
        """Write a sentence; it runs over the cells to the right of it."""
        self._text(self.row, 0, text, self.styles.of(bold=bold, **self._quoted(text)))
        self.row += 1

    def heads(self, headings: Sequence[Heading]) -> None:
        """Write the row of headings."""
        self.headed.add(self.row)
        for column, heading in enumerate(headings):
            right = heading.kind != "text"
            look = self.styles.of(
                bold=True,
                text_wrap=True,
                bottom=1,
                bg_color="#E8EEF4",
                align="right" if right else "left",
                **({} if right or column == 0 else {"indent": 1}),
            )
            self.sheet.write_string(self.row, column, heading.text, look)
            longest = max(map(len, heading.text.split()))
            self._widen(column, max(longest + 1, min(len(heading.text), 14), _WIDTHS.get(heading.kind, NARROWEST)))
            self.texts.append((self.row, column, len(heading.text) + 1))
        self.row += 1

    def table(self, frame: pd.DataFrame, headings: Mapping[str, Heading], *, alone: bool = False) -> range:
        """Write a table with its headings and return the rows of its cells.

        alone   it is all that stands on the sheet: its headings stay in sight, are repeated on paper, and can filter
        """
        top = self.row
        self.heads([headings[name] for name in frame.columns])
        first = self.row
        for column, name in enumerate(frame.columns):
            self._column(column, frame[name], headings[name].kind)
        self.row = first + len(frame)
        if alone:
            self.sheet.freeze_panes(first, 0)
            self.sheet.repeat_rows(top)
            self.sheet.autofilter(top, 0, max(self.row - 1, top), len(frame.columns) - 1)
        return range(first, self.row)

    def cell(self, column: int, value: Any, kind: Kind, *, largest: float | None = None, bold: bool = False) -> None:
        """Write one cell of the current row by its type; what is not known stays empty."""
        self._cell(self.row, column, value, kind, largest=largest, bold=bold)

    def formula(self, column: int, formula: str, value: float, kind: Kind, *, largest: float) -> None:
        """Write a sum that stays alive, with the value that it has."""
        look = self.styles.of(num_format=number_format(kind, largest), bold=True, top=1)
        self.sheet.write_formula(self.row, column, formula, look, value)
        self._widen(column, _width_of(abs(value), number_format(kind, largest)))

    def close(self) -> None:
        """Set widths, heights and pages, once everything is written."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        lines: dict[int, int] = dict.fromkeys(self.headed, 1)
        for row, column, length in self.texts:
            lines[row] = max(lines.get(row, 1), -(-length // self.widths[column]))
        for row, count in lines.items():
            if count > 1 or row in self.headed:
                self.sheet.set_row(row, ROW_POINTS * min(count, MOST_LINES) + (3.0 if row in self.headed else 0.0))
        self.sheet.fit_to_pages(-(-sum(self.widths.values()) // _CHARACTERS_A_PAGE[self.paper]) or 1, 0)

    def _column(self, column: int, values: pd.Series, kind: Kind) -> None:
        dtype = values.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "fiu":
            self._numbers(column, np.asarray(values, dtype=np.float64), kind)
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            naive = values.dt.tz_localize(None) if getattr(dtype, "tz", None) is not None else values
            self._numbers(column, np.asarray((naive - _EPOCH) / pd.Timedelta(days=1), dtype=np.float64), kind)
        else:
            for row, value in enumerate(values.tolist(), start=self.row):
                self._cell(row, column, value, kind)

    def _numbers(self, column: int, numbers: FloatArray, kind: Kind) -> None:
        known = np.isfinite(numbers)
        largest = float(np.abs(numbers[known]).max(initial=0.0))
        shown = number_format(kind, largest, whole=bool((numbers[known] == np.round(numbers[known])).all()))
        look = self.styles.of(num_format=shown)
        write, row = self.sheet.write_number, self.row
        if known.all():
            for i, number in enumerate(numbers.tolist(), start=row):
                write(i, column, number, look)
        else:
            for i in np.flatnonzero(known).tolist():
                write(row + i, column, float(numbers[i]), look)
        self._widen(column, _WIDTHS.get(kind, _width_of(largest, shown)))

    def _cell(
        self, row: int, column: int, value: Any, kind: Kind, *, largest: float | None = None, bold: bool = False
    ) -> None:
        look: dict[str, Any] = {"bold": True} if bold else {}
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            return
        if kind in {"stamp", "day", "month"} and isinstance(value, str):
            value, kind = _moment(value, kind)
        if isinstance(value, bool | np.bool_):
            self._text(row, column, "yes" if value else "no", self.styles.of(**self._indent(column), **look))
        elif isinstance(value, int | float):
            kind = "given" if kind == "text" else kind
            size = abs(value) if largest is None else largest
            shown = number_format(kind, size, whole=largest is None and float(value).is_integer())
            self.sheet.write_number(row, column, value, self.styles.of(num_format=shown, **look))
            self._widen(column, _WIDTHS.get(kind, _width_of(abs(value), shown)))
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, self.styles.of(num_format=_FORMATS[kind], **look))
            self._widen(column, _WIDTHS[kind])
        else:
            text = str(value)
            marks = self._quoted(text) | self._indent(column)
            self._text(row, column, text, self.styles.of(text_wrap=True, **marks, **look))
            self._widen(column, min(len(text) + 3, WIDEST))
            if len(text) + 3 > NARROWEST:
                self.texts.append((row, column, len(text) + 3))

    @staticmethod
    def _indent(column: int) -> dict[str, Any]:
        """Keep text away from a number on its left."""
        return {"align": "left", "indent": 1} if column else {}

    @staticmethod
    def _quoted(text: str) -> dict[str, Any]:
        """Mark text that begins like a formula, so that it stays text when somebody edits the cell."""
        return {"quote_prefix": True} if text.startswith(_FORMULA_SIGNS) else {}

    def _text(self, row: int, column: int, text: str, look: Format) -> None:
        if text:
            self.sheet.write_string(row, column, cell_text(text), look)

    def _widen(self, column: int, width: int) -> None:
        self.widths[column] = max(self.widths.get(column, NARROWEST), width)


def _moment(text: str, kind: Kind) -> tuple[Any, Kind]:
    """Return the moment that a text of a summary names, in its own time and without an offset, as cells know none."""
    try:
        return datetime.fromisoformat(f"{text}-01" if kind == "month" else text).replace(tzinfo=None), kind
    except ValueError:
        return text, "text"


def _width_of(largest: float, shown: str) -> int:
    whole = len(f"{largest:,.0f}")
    return whole + len(shown.partition(".")[2]) + 3
