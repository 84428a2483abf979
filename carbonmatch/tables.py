"""The one reader and the one writer of hourly tables, CSV and Parquet.

A table is read as it is written: text stays text until a column is asked for as numbers, so that a message can quote
the cell. Rows in messages are counted as a spreadsheet counts them: the header is row 1, the first record is row 2.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from carbonmatch.errors import Fault, InputError
from carbonmatch.stamps import FIRST_ROW, and_more, row_place
from carbonmatch.timegrid import FloatArray
from carbonmatch.wording import listed, nearest, number_hint

MISSING_WORDS = frozenset({"", "-", "na", "n/a", "#n/a", "nan", "null", "none"})
"""Cells that mean "no value here", in any case of letters."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_STAMP_NAMES = ("timestamp", "time", "date")


@dataclass(frozen=True)
class TableRecord:
    """Where numbers came from: the path as it was written, the hash of the bytes, and what was in them."""

    path: str
    sha256: str
    rows: int
    columns: tuple[str, ...]
    format: str


@dataclass(frozen=True, eq=False)
class Table:
    """One table in memory. Columns are handed out as numbers or as stamps, with faults that name the row."""

    record: TableRecord
    content: pa.Table = field(repr=False)

    @property
    def path(self) -> str:
        """The path as it was written."""
        return self.record.path

    def require(self, column: str) -> None:
        """Raise an InputError that names the nearest column unless the table has this one."""
        if column not in self.record.columns:
            close = nearest(column, self.record.columns)
            what = f"{self.path} has no column {column!r}{close} (it has {listed(self.record.columns)})"
            raise InputError([Fault("", what)])

    def stamp_column(self, name: str | None) -> str:
        """Return the column of the stamps: the named one, or the first named timestamp..., time... or date..."""
        if name is not None:
            self.require(name)
            return name
        for column in self.record.columns:
            if column.lower().startswith(_STAMP_NAMES):
                return column
        what = (
            f"no column of {self.path} is named timestamp, time or date (it has {listed(self.record.columns)}); "
            f"name the one that holds the stamps with `timestamp:` beside `file:`"
        )
        raise InputError([Fault("", what)])

    def stamps(self, column: str) -> pd.Series:
        """Return a column as text or datetimes, for `timegrid.read_stamps`."""
        values = self.content.column(column)
        if not (pa.types.is_timestamp(values.type) or pa.types.is_date(values.type) or _is_text(values.type)):
            what = (
                f"the column holds {_kind(values.type)}, not stamps; name another one with `timestamp:` beside `file:`"
            )
            raise InputError([Fault(f"{self.path}, column {column}", what)])
        if pa.types.is_date(values.type):
            values = values.cast(pa.timestamp("us"))
        series: pd.Series = values.to_pandas()
        return series

    def cell(self, column: str, record: int) -> str:
        """Return a cell as it is written; `record` counts from 0."""
        return str(self.content.column(column)[record].as_py()).strip()

    def numbers(self, column: str) -> FloatArray:
        """Return a column as float64; empty cells are NaN.

        Raises:
            InputError: no such column, or cells that are not finite numbers, with the row and the cell as written.
        """
        numbers, faults = self.readable_numbers(column)
        if faults:
            raise InputError(faults)
        return numbers

    def readable_numbers(self, column: str) -> tuple[FloatArray, tuple[Fault, ...]]:
        """Return a column as float64 with the faults of its cells; cells that are empty or no finite number are NaN.

        Raises:
            InputError: no such column, or one that holds something else than numbers as a whole.
        """
        self.require(column)
        values = self.content.column(column)
        if _is_text(values.type):
            return self._numbers_from_text(column, values.to_pylist())

        if not (
            pa.types.is_integer(values.type) or pa.types.is_floating(values.type) or pa.types.is_decimal(values.type)
        ):
            what = f"the column holds {_kind(values.type)}; numbers are wanted"
            raise InputError([Fault(f"{self.path}, column {column}", what)])
        numbers: FloatArray = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        infinite = np.flatnonzero(np.isinf(numbers))
        if infinite.size:
            what = f"{numbers[infinite[0]]}; a finite number is wanted{and_more(infinite)}"
            finite = np.where(np.isinf(numbers), np.nan, numbers)
            return finite, (Fault(row_place(self.path, int(infinite[0]), column), what),)
        return numbers, ()

    def _numbers_from_text(self, column: str, cells: Sequence[str | None]) -> tuple[FloatArray, tuple[Fault, ...]]:
        numbers = np.full(len(cells), np.nan)
        wrong = []
        for record, cell in enumerate(cells):
            text = "" if cell is None else cell.strip()
            if _NUMBER.fullmatch(text) and math.isfinite(value := float(text)):
                numbers[record] = value
            elif text.lower() not in MISSING_WORDS:
                wrong.append(record)
        if wrong:
            cell = str(cells[wrong[0]])
            what = f"{cell!r} is not a finite number{and_more(wrong)}{number_hint(cell)}"
            return numbers, (Fault(row_place(self.path, wrong[0], column), what),)
        return numbers, ()


def _is_text(kind: Any) -> bool:

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _kind(kind: Any) -> str:

    words = (
        (pa.types.is_boolean, "true and false"),
        (pa.types.is_temporal, "times"),
        (pa.types.is_integer, "whole numbers"),
        (pa.types.is_floating, "numbers"),
        (pa.types.is_null, "nothing"),
    )
    return next((word for test, word in words if test(kind)), f"values of type {kind}")


def read_table(path: str | Path, *, written: str | None = None) -> Table:
    """Read a CSV or Parquet file.

    path      where the file is
    written   the path as the user wrote it, for messages and the record

    Raises:
        InputError: the file is missing, empty, damaged, not a table, or its header repeats a name. A fault without a
            place is about the file as a whole: the caller knows which key names it.
    """
    path = Path(path)
    name = written if written is not None else str(path)
    data = _read_bytes(path, name)
    if not data.strip():
        raise InputError([Fault("", f"{name} is empty; a header and one row per step are wanted")])
    parquet = path.suffix.lower() in {".parquet", ".pq"} or data[:4] == b"PAR1"
    content = _parse_parquet(data, name) if parquet else _parse_csv(data, name)
    columns = tuple(content.column_names)
    record = TableRecord(
        name, hashlib.sha256(data).hexdigest(), content.num_rows, columns, "parquet" if parquet else "csv"
    )
    return Table(record, content)


@dataclass(frozen=True)
class Document:
    """A JSON file: what it holds, and where it came from."""

    record: TableRecord
    content: Any


def read_json(path: str | Path, *, written: str | None = None) -> Document:
    """Read a JSON file; `written` is its path as the user wrote it.

    Raises:
        InputError: the file is missing or no JSON.
    """
    name = written if written is not None else str(path)
    data = _read_bytes(Path(path), name)
    try:
        content = json.loads(data)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError([Fault("", f"{name} is no JSON ({error}); get the file anew")]) from error
    keys = tuple(content) if isinstance(content, dict) else ()
    return Document(TableRecord(name, hashlib.sha256(data).hexdigest(), 1, keys, "json"), content)


def read_frame(path: str | Path) -> pd.DataFrame:
    """Read a Parquet table that carbonmatch wrote, as a frame.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = Path(path)
    frame: pd.DataFrame = _parse_parquet(_read_bytes(path, str(path)), str(path)).to_pandas()
    return frame


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError([Fault("", f"{name} does not exist{_nearest_file(path)}")]) from error
    except IsADirectoryError as error:
        raise InputError([Fault("", f"{name} is a folder; name a CSV or Parquet file in it")]) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise InputError([Fault("", f"{name} cannot be read: {reason}")]) from error


def _nearest_file(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; there is no folder {path.parent} either. Paths are relative to the folder of the case file"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    close = nearest(path.name, names)
    if close:
        return close
    tables = [name for name in names if name.lower().endswith((".csv", ".parquet", ".pq"))]
    seen = f"tables there: {listed(tables, 6)}" if tables else "there is no table in that folder"
    return f"; {seen}. Paths are relative to the folder of the case file"


def _parse_parquet(data: bytes, name: str) -> pa.Table:

    try:
        content = pq.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError) as error:
        what = f"{name} is not a readable Parquet file (damaged, or cut short); write or download it again"
        raise InputError([Fault("", what)]) from error
    _refuse_repeated_names(content.column_names, name)
    return content


def _parse_csv(data: bytes, name: str) -> pa.Table:

    text = _decode(data, name)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    header = _header(lines.partition("\n")[0], name)
    ragged: list[Any] = []

    def skip(row: Any) -> str:
        ragged.append(row)
        return "skip"

    body = lines.partition("\n")[2].encode()
    if not body:
        raise InputError([Fault("", f"{name} has a header and no rows; one row per step is wanted")])
    try:
        content = pacsv.read_csv(
            pa.BufferReader(body),
            read_options=pacsv.ReadOptions(column_names=header, use_threads=False, block_size=len(body) + 1),
            parse_options=pacsv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=skip),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowException as error:
        what = f"{name} cannot be read as CSV: {str(error).splitlines()[0]}"
        raise InputError([Fault("", what)]) from error
    if ragged:
        first = ragged[0]
        what = (
            f"has {_cells(first.actual_columns)}, the header has {_cells(len(header))}"
            f"{and_more([row.number - 1 for row in ragged])}. Cells with a comma inside stand in double quotes; "
            f"decimals have a point"
        )
        raise InputError([Fault(f"{name}, row {first.number - 1 + FIRST_ROW}", what)])
    if content.num_rows != body.count(b"\n") + 1:
        row = next((row for row, line in enumerate(lines.split("\n"), start=1) if line.count('"') % 2), 2)
        what = "a cell in quotes goes on in the next row; close the quote, or take the line break out of the cell"
        raise InputError([Fault(f"{name}, row {row}", what)])
    return content


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _decode(data: bytes, name: str) -> str:
    if data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(
            [Fault("", f"{name} is a workbook or an archive, not a CSV file; save the sheet as CSV (UTF-8)")]
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError([Fault("", f"{name} is written in UTF-16; save it as CSV (UTF-8)")])
    if b"\0" in data:
        raise InputError(
            [Fault("", f"{name} is not a CSV file (it holds binary data); a CSV or Parquet file is wanted")]
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        what = "a letter is not written in UTF-8; save the file as CSV (UTF-8), or write it without accents"
        raise InputError([Fault(f"{name}, row {row}", what)]) from error


def _header(line: str, name: str) -> list[str]:
    header = [cell.strip() for cell in next(csv.reader([line]))]
    if len(header) == 1:
        for sign, word in ((";", "semicolons"), ("\t", "tabs")):
            if sign in line:
                what = f"{name} has {word} between its columns; save it with commas, and with a point in decimals"
                raise InputError([Fault("", what)])
    if all(_NUMBER.fullmatch(cell) for cell in header):
        raise InputError([Fault("", f"{name} has no header; the first row names the columns")])
    _refuse_repeated_names(header, name)
    return header


def _refuse_repeated_names(header: Sequence[str], name: str) -> None:
    faults = [
        Fault(
            f"{name}, row 1",
            f"the column {column!r} is there {header.count(column)} times; give each column its own name",
        )
        if column
        else Fault(f"{name}, row 1", f"{header.count(column)} columns have no name; name them, or take them out")
        for column in dict.fromkeys(header)
        if header.count(column) > 1
    ]
    if faults:
        raise InputError(faults)


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a frame to a CSV or Parquet file; the same frame gives the same bytes.

    An index of stamps becomes the first column (named `timestamp_utc` unless the index has a name). In CSV, stamps are
    ISO text in UTC and numbers are written in full precision. The file is written beside and renamed.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise InputError([Fault(str(path), "a table is written as .csv or .parquet; change the ending of the name")])
    flat = _with_stamps_as_column(frame)
    beside = path.with_name(path.name + ".partial")
    try:
        if suffix == ".parquet":
            content = pa.Table.from_pandas(flat, preserve_index=False).replace_schema_metadata(None)
            pq.write_table(content, beside, compression="zstd")
        else:
            buffer = io.StringIO()
            _with_iso_stamps(flat).to_csv(buffer, index=False, lineterminator="\n")
            beside.write_text(buffer.getvalue(), encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise InputError([Fault(str(path), f"cannot be written: {error.strerror}")]) from error
    finally:
        beside.unlink(missing_ok=True)


def _with_stamps_as_column(frame: pd.DataFrame) -> pd.DataFrame:

    if not isinstance(frame.index, pd.DatetimeIndex):
        return frame.reset_index(drop=True)
    name = str(frame.index.name or "timestamp_utc")
    flat: pd.DataFrame = frame.rename_axis(index=name).reset_index()
    return flat


def _with_iso_stamps(frame: pd.DataFrame) -> pd.DataFrame:

    stamps = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{name: frame[name].dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in stamps})
