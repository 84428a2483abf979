"""The stamps of a table's rows, and which row belongs to which step of a grid.

Gaps, repeated, unsorted and naive stamps, and clock changes are dealt with here. Nothing is guessed: a stamp without an
offset is a fault unless the case names its zone or the column's name ends in `_utc`.

Rows in messages are counted as a spreadsheet counts them: the header is row 1, the first record is row 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from carbonmatch.errors import Fault, InputError
from carbonmatch.timegrid import FloatArray, IntArray, TimeGrid, read_timezone

BoolArray = npt.NDArray[np.bool_]

MissingRule = Literal["interpolate", "previous", "zero"]

FIRST_ROW = 2
"""The spreadsheet row of a table's first record: the header is row 1."""

_MICROSECONDS_PER_MINUTE = 60_000_000
_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_NAIVE_STAMP = re.compile(f"{_DATE}({_CLOCK})?")
_AWARE_STAMP = re.compile(rf"{_DATE}{_CLOCK} ?(Z|[+-]\d{{2}}(:?\d{{2}})?)")
_UNREADABLE, _NAIVE, _AWARE = 0, 1, 2
_RULES = "`missing: interpolate` (or previous, zero) beside `file:`"
_FIXED_ZONE_HINT = "If the stamps keep winter time all year, name a fixed zone, such as Etc/GMT-1 for UTC+1"


def row_place(table: str, record: int, column: str) -> str:
    """Name a cell as a spreadsheet shows it; `record` counts from 0."""
    return f"{table}, row {record + FIRST_ROW}, column {column}"


def and_more(records: Sequence[int] | IntArray, noun: str = "row") -> str:
    """Say how many rows beyond the first share a fault, and which come next."""
    rest = len(records) - 1
    if rest == 0:
        return ""
    named = ", ".join(str(int(record) + FIRST_ROW) for record in records[1:4])
    tail = ", ..." if rest > 3 else ""
    return f" (and {rest} more {noun}{'s' if rest > 1 else ''}: {named}{tail})"


@dataclass(frozen=True)
class StampColumn:
    """The stamps of a table's rows, in UTC and strictly increasing.

    table, column   names for messages: the table as the case writes it, the column of the stamps
    """

    table: str
    column: str
    utc: pd.DatetimeIndex


def read_stamps(values: pd.Series, *, table: str, column: str, timezone: str | None) -> StampColumn:
    """Read a column of stamps: ISO text with or without offset, or datetimes.

    Stamps without an offset are taken in `timezone`, or as UTC where the column's name ends in `_utc`. In autumn the
    repeated hour is told apart by the order of the rows.

    Raises:
        InputError: unreadable, missing, naive, nonexistent, repeated or unsorted stamps, each with its row.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        _refuse_missing(values.isna().to_numpy(), table, column)
        utc = pd.DatetimeIndex(values).tz_convert("UTC").as_unit("us")
    elif pd.api.types.is_datetime64_dtype(values.dtype):
        _refuse_missing(values.isna().to_numpy(), table, column)
        utc = _localize(pd.DatetimeIndex(values).as_unit("us"), table, column, timezone)
    else:
        utc = _parse_text(values, table, column, timezone)
    _refuse_disorder(utc, table, column)
    return StampColumn(table, column, utc)


def _refuse_rows(wrong: BoolArray, table: str, column: str, what: Callable[[int], str]) -> None:
    """Raise a fault at the first marked record, and say how many more there are; `what` words it for a record."""
    records = np.flatnonzero(wrong)
    if records.size:
        first = int(records[0])
        raise InputError([Fault(row_place(table, first, column), what(first) + and_more(records))])


def _refuse_missing(missing: BoolArray, table: str, column: str) -> None:
    _refuse_rows(missing, table, column, lambda _: "is empty; every row states the start of its step")


def _parse_text(values: pd.Series, table: str, column: str, timezone: str | None) -> pd.DatetimeIndex:
    text = [value.strip() if isinstance(value, str) else "" for value in values]
    kinds = np.fromiter(map(_kind_of_stamp, text), np.int8, len(text))
    _refuse_missing(np.fromiter((stamp == "" for stamp in text), bool, len(text)), table, column)
    cure = "write the year first, such as 2018-01-31 13:00 or 2018-01-31T12:00Z"
    _refuse_rows(kinds == _UNREADABLE, table, column, lambda record: f"{text[record]!r} is not a stamp; {cure}")
    aware = bool((kinds[:1] == _AWARE).all())
    trouble = "has no offset, the first row has one" if aware else "has an offset, the first row has none"
    cure = "write all stamps in the same way"
    _refuse_rows(kinds != kinds[:1], table, column, lambda record: f"{text[record]!r} {trouble}; {cure}")
    parsed = pd.to_datetime(pd.Series(text, dtype="str"), format="ISO8601", utc=aware, errors="coerce")
    wrong = parsed.isna().to_numpy()
    _refuse_rows(
        wrong, table, column, lambda record: f"{text[record]!r} is not a time of the calendar; mend or drop it"
    )
    index = pd.DatetimeIndex(parsed).as_unit("us")
    return index if aware else _localize(index, table, column, timezone)


def _kind_of_stamp(text: str) -> int:
    if _NAIVE_STAMP.fullmatch(text):
        return _NAIVE
    return _AWARE if _AWARE_STAMP.fullmatch(text) else _UNREADABLE


def _localize(naive: pd.DatetimeIndex, table: str, column: str, timezone: str | None) -> pd.DatetimeIndex:
    """Give naive stamps their zone; the repeated hour of autumn is resolved by the order of the rows."""
    counts_as_utc = column.lower().endswith("_utc")
    place = f"{table}, column {column}"
    if timezone is None and not counts_as_utc:
        what = (
            "the stamps name no time zone; add `timezone:` beside `file:` in the case (such as Europe/Berlin), "
            "write the stamps with Z or an offset, or end the column's name in _utc"
        )
        raise InputError([Fault(place, what)])
    if counts_as_utc and timezone not in {None, "UTC", "Etc/UTC"}:
        what = f"the column's name says UTC, the case says {timezone}; rename the column, or leave `timezone` out"
        raise InputError([Fault(place, what)])
    if timezone is None or timezone in {"UTC", "Etc/UTC"}:
        return naive.tz_localize("UTC")
    zone = read_timezone(timezone, f"{table}, timezone of column {column}")
    repeated = naive.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").isna()
    summer = np.ones(len(naive), dtype=bool)
    faults: list[Fault] = []
    for start, stop in _runs(np.asarray(repeated)):
        back = np.flatnonzero(np.diff(naive.asi8[start:stop]) <= 0)
        if back.size == 0:
            stamp = f"{naive[start]:%Y-%m-%d %H:%M}"
            rows = "rows" if stop - start > 1 else "row"
            what = (
                f"{stamp} occurs twice on the clock of {timezone} (clock change), the table has it once; "
                f"add the missing {rows}, or write the stamps in UTC. {_FIXED_ZONE_HINT}"
            )
            faults.append(Fault(row_place(table, start, column), what))
        else:
            summer[start + int(back[0]) + 1 : stop] = False
    localized = naive.tz_localize(zone, ambiguous=summer, nonexistent="NaT")
    skipped = np.flatnonzero(localized.isna())
    if skipped.size:
        stamp = f"{naive[skipped[0]]:%Y-%m-%d %H:%M}"
        what = (
            f"{stamp} does not exist on the clock of {timezone} (clock change){and_more(skipped)}; "
            f"leave the row out, or write the stamps in UTC. {_FIXED_ZONE_HINT}"
        )
        faults.append(Fault(row_place(table, int(skipped[0]), column), what))
    if faults:
        raise InputError(faults)
    return localized.tz_convert("UTC")


def _runs(mask: BoolArray) -> Iterator[tuple[int, int]]:
    """Yield start and stop of every run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield int(start), int(stop)


def _refuse_disorder(utc: pd.DatetimeIndex, table: str, column: str) -> None:
    gaps = np.diff(utc.asi8)
    back = np.flatnonzero(gaps < 0) + 1
    twice = np.flatnonzero(gaps == 0) + 1
    faults = []
    if twice.size:
        first = int(twice[0])
        row = first - 1 + FIRST_ROW
        what = f"{_zulu(utc[first])} is there already in row {row}; keep one row per step{and_more(twice)}"
        faults.append(Fault(row_place(table, first, column), what))
    if back.size:
        first = int(back[0])
        above = _zulu(utc[first - 1])
        what = f"{_zulu(utc[first])} comes before the row above it ({above}); sort the rows by time{and_more(back)}"
        faults.append(Fault(row_place(table, first, column), what))
    if faults:
        raise InputError(faults)


def _zulu(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%dT%H:%M}Z"


@dataclass(frozen=True)
class Placement:
    """Which rows of a table fall into which part of which step of a grid.

    records          the table's records inside the horizon, counted from 0
    slots            where each of them belongs: slot k is the k-th row that a complete table would have
    slots_per_step   rows per step: 4 for quarter-hours on an hourly grid
    """

    grid: TimeGrid
    stamps: StampColumn
    records: IntArray
    slots: IntArray
    slots_per_step: int

    def on_grid(self, values: FloatArray, column: str, missing: MissingRule | None = None) -> FloatArray:
        """Put a column of the table (NaN where a cell is empty) on the grid; finer rows are averaged to the step.

        Raises:
            InputError: rows or values are missing and no rule says how to fill them.
        """
        filled = np.full(self.grid.steps * self.slots_per_step, np.nan)
        filled[self.slots] = values[self.records]
        if missing is None:
            self._refuse_gaps(values, column)
        else:
            filled = self._fill(filled, column, missing)
        means: FloatArray = filled.reshape(self.grid.steps, self.slots_per_step).mean(axis=1)
        return means

    def missing_count(self, values: FloatArray) -> int:
        """Number of rows or values of a complete table that are not there."""
        return len(self._missing(values))

    def first_missing(self, values: FloatArray) -> str:
        """Name the first row or value of a complete table that is not there, by its time."""
        return self.grid.say(self._stamp(int(self._missing(values)[0])))

    def _missing(self, values: FloatArray) -> IntArray:
        known = self.slots[np.isfinite(values[self.records])]
        return np.setdiff1d(np.arange(self.grid.steps * self.slots_per_step), known)

    def _refuse_gaps(self, values: FloatArray, column: str) -> None:
        faults = []
        expected = self.grid.steps * self.slots_per_step
        if len(self.slots) < expected:
            absent = np.setdiff1d(np.arange(expected), self.slots)
            first = self._stamp(int(absent[0]))
            above = int(self.stamps.utc.searchsorted(first)) - 1 + FIRST_ROW
            what = (
                f"{_rows(len(absent))} missing, the first at {self.grid.say(first)}, after row {above}"
                f"{self._leap_day(absent)}; add them, or say how to fill them with {_RULES}"
            )
            faults.append(Fault(f"{self.stamps.table}, column {self.stamps.column}", what))
        empty = self.records[np.isnan(values[self.records])]
        if empty.size:
            what = f"is empty{and_more(empty)}; fill it in, or say how to fill it with {_RULES}"
            faults.append(Fault(row_place(self.stamps.table, int(empty[0]), column), what))
        if faults:
            raise InputError(faults)

    def _leap_day(self, absent: IntArray) -> str:
        """Say so where the table leaves out 29 February and nothing else."""
        days = {self._stamp(int(slot)).tz_convert(self.grid.timezone).strftime("%m-%d") for slot in absent[:1000]}
        return " (the table leaves out 29 February of a leap year)" if days == {"02-29"} else ""

    def _fill(self, values: FloatArray, column: str, rule: MissingRule) -> FloatArray:
        known = np.flatnonzero(np.isfinite(values))
        gaps = np.flatnonzero(np.isnan(values))
        if gaps.size == 0:
            return values
        if rule == "zero":
            return np.nan_to_num(values, nan=0.0)
        open_start = known.size == 0 or known[0] > 0
        open_end = known.size == 0 or known[-1] < len(values) - 1
        if open_start or (open_end and rule == "interpolate"):
            side, neighbour = ("first", "before") if open_start else ("last", "after")
            what = f"the {side} value is missing, and `missing: {rule}` needs one {neighbour} it; fill it in"
            raise InputError([Fault(f"{self.stamps.table}, column {column}", what)])
        if rule == "interpolate":
            return np.interp(np.arange(len(values)), known, values[known])
        latest = known[np.searchsorted(known, np.arange(len(values)), side="right") - 1]
        return np.asarray(values[latest], dtype=np.float64)

    def _stamp(self, slot: int) -> pd.Timestamp:
        return self.grid.first + slot * pd.Timedelta(hours=self.grid.hours_per_step / self.slots_per_step)


def place_on_grid(stamps: StampColumn, grid: TimeGrid) -> Placement:
    """Find the rows of a table that a grid needs; rows outside the horizon are left aside.

    Raises:
        InputError: the table covers another period, is coarser than the grid, or has stamps between its steps.
    """
    place = f"{stamps.table}, column {stamps.column}"
    if len(stamps.utc) == 0:
        raise InputError([Fault(place, "the table has no rows; one row per step is wanted")])
    step = round(grid.hours_per_step * 60) * _MICROSECONDS_PER_MINUTE
    offsets = stamps.utc.asi8 - int(grid.index.asi8[0])
    spacing = _usual_spacing(offsets, grid.steps * step) or step
    if spacing > step:
        what = (
            f"the rows are {_duration(spacing)} apart, the case has steps of {_duration(step)}; "
            f"give a value for every step, or set time.step to {_duration(spacing)}"
        )
        raise InputError([Fault(place, what)])
    if step % spacing:
        what = (
            f"the rows are {_duration(spacing)} apart, which does not divide the step of the case ({_duration(step)})"
        )
        raise InputError([Fault(place, what)])
    records = np.flatnonzero((offsets >= 0) & (offsets < grid.steps * step))
    astray = records[offsets[records] % spacing != 0]
    if astray.size:
        what = (
            f"{_zulu(stamps.utc[astray[0]])} is not the start of a step of {_duration(spacing)}{and_more(astray)}; "
            f"stamp each row at the start of its step"
        )
        raise InputError([Fault(row_place(stamps.table, int(astray[0]), stamps.column), what)])
    _refuse_short_cover(stamps, grid, offsets, spacing, step)
    return Placement(grid, stamps, records, offsets[records] // spacing, step // spacing)


def _usual_spacing(offsets: IntArray, horizon: int) -> int | None:
    """The most frequent distance of neighbouring stamps, inside the horizon where it has any."""
    inside = offsets[(offsets >= 0) & (offsets < horizon)]
    gaps = np.diff(inside if len(inside) > 1 else offsets)
    if gaps.size == 0:
        return None
    lengths, counts = np.unique(gaps, return_counts=True)
    return int(lengths[np.argmax(counts)])


def _refuse_short_cover(stamps: StampColumn, grid: TimeGrid, offsets: IntArray, spacing: int, step: int) -> None:
    length = grid.steps * step
    late = min(max(0, int(offsets[0])), length)
    early = min(max(0, length - int(offsets[-1]) - spacing), length)
    if late + early <= 0:
        return
    absent = min(length, late + early) // spacing
    first = grid.first if late > 0 else stamps.utc[-1] + pd.Timedelta(microseconds=spacing)
    last_needed = grid.end - pd.Timedelta(microseconds=spacing)
    what = (
        f"the table covers {_span(stamps.utc[0], stamps.utc[-1], grid)}, the case needs "
        f"{_span(grid.first, last_needed, grid)}: {_rows(absent)} missing, the first at "
        f"{grid.say(max(first, grid.first))}; give a table of that period, or change time.start and time.end"
    )
    raise InputError([Fault(f"{stamps.table}, column {stamps.column}", what)])


def _span(first: pd.Timestamp, last: pd.Timestamp, grid: TimeGrid) -> str:
    local = (stamp.tz_convert(grid.timezone) for stamp in (first, last))
    return " to ".join(f"{stamp:%Y-%m-%d %H:%M}" for stamp in local) + f" ({grid.timezone})"


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count} rows are"


def _duration(microseconds: int) -> str:
    minutes = microseconds / _MICROSECONDS_PER_MINUTE
    return f"{minutes / 60:g}h" if minutes % 60 == 0 else f"{minutes:g}min"
