from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carbonmatch.case.table_reader import TableReader
from carbonmatch.errors import InputError
from carbonmatch.tables import read_table, write_table


def faults(call, *arguments, **options) -> list[str]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    return [f"{fault.where}: {fault.what}" if fault.where else fault.what for fault in caught.value.faults]


@pytest.fixture
def write(tmp_path: Path):
    def to_file(content: str | bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def test_numbers_and_the_record(write):
    path = write("time,a,b\n2018-01-01T00:00Z, 1.5 ,-2e3\n2018-01-01T01:00Z,+.5,NA\n")
    table = read_table(path, written="data/t.csv")
    assert table.numbers("a").tolist() == [1.5, 0.5]
    np.testing.assert_array_equal(table.numbers("b"), [-2000.0, np.nan])
    record = table.record
    assert (record.path, record.rows, record.columns, record.format) == ("data/t.csv", 2, ("time", "a", "b"), "csv")
    assert record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("cell", ["", "  ", "-", "NaN", "nan", "N/A", "#N/A", "null", "None"])
def test_words_for_no_value(write, cell):
    assert np.isnan(read_table(write(f"time,a\nx,1\ny,{cell}\n")).numbers("a")[1])


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbftime,a\nx,1\n",  # byte-order mark, as Excel writes it
        b"time,a\r\nx,1\r\n",
        b"time,a\nx,1",
        b'"time","a"\n"x","1"\n\n\n',
        b" time , a \nx,1\n",
        b"time,a\rx,1\r",
    ],
)
def test_variants_of_csv(write, content):
    table = read_table(write(content))
    assert table.record.columns == ("time", "a")
    assert table.numbers("a").tolist() == [1.0]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("abc", "t.csv, row 3, column a: 'abc' is not a finite number"),
        ('"48,5"', "'48,5' is not a finite number. Write decimals with a point (48.5), and no separators of thousands"),
        ('"1,234.5"', "Write numbers without separators of thousands, such as 1234.5"),
        ("1.234.567", "Write numbers without separators of thousands"),
        ("1 234.5", "Write numbers without separators of thousands"),
        ("1_000", "'1_000' is not a finite number"),
        ("90%", "'90%' is not a finite number. Write 0.9 for 90 %"),
        ("inf", "'inf' is not a finite number"),
        ("1e999", "'1e999' is not a finite number"),
        ("12 MW", "'12 MW' is not a finite number"),
        ("\u0663", "is not a finite number"),
    ],
)
def test_cells_that_are_not_numbers(write, cell, words):
    (fault,) = faults(read_table(write(f"time,a\nx,1\ny,{cell}\n"), written="t.csv").numbers, "a")
    assert words in fault


def test_an_empty_line_keeps_the_rows_in_place(write):
    np.testing.assert_array_equal(read_table(write("time,a\nx,1\n\ny,2\n")).numbers("a"), [1, np.nan, 2])


def test_many_bad_cells_are_one_fault(write):
    (fault,) = faults(read_table(write("t,a\n" + "x,?\n" * 30), written="t.csv").numbers, "a")
    assert fault == "t.csv, row 2, column a: '?' is not a finite number (and 29 more rows: 3, 4, 5, ...)"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "t.csv is empty; a header and one row per step are wanted"),
        (" \n\n", "t.csv is empty"),
        ("time,a\n", "t.csv has a header and no rows"),
        ("time,a,a\nx,1,2\n", "t.csv, row 1: the column 'a' is there 2 times; give each column its own name"),
        ("time,,\nx,1,2\n", "t.csv, row 1: 2 columns have no name"),
        ("time;a\nx;1,5\n", "t.csv has semicolons between its columns; save it with commas"),
        ("time\ta\nx\t1\n", "t.csv has tabs between its columns"),
        ("1,2\n3,4\n", "t.csv has no header"),
        ("time,a\nx,1\ny,2,3\nz\n", "t.csv, row 3: has 3 cells, the header has 2 cells (and 1 more row: 4)"),
        ("time,a\nx,1,5\n", "decimals have a point"),
        (b"PK\x03\x04rest", "t.csv is a workbook or an archive, not a CSV file; save the sheet as CSV (UTF-8)"),
        (b"\xd0\xcf\x11\xe0rest", "is a workbook"),
        ("time,a\n".encode("utf-16"), "t.csv is written in UTF-16; save it as CSV (UTF-8)"),
        (b"\x89PNG\0\0\0", "t.csv is not a CSV file (it holds binary data)"),
        ("time,a\nx,1\ny,\xfc\n".encode("latin-1"), "t.csv, row 3: a letter is not written in UTF-8"),
        (b"PAR1 and then nothing", "t.csv is not a readable Parquet file (damaged, or cut short)"),
        ('time,a\nx,"1\ny,2\n', "t.csv, row 2: a cell in quotes goes on in the next row; close the quote"),
        ('time,a\nx,"1\n"\ny,2\n', "t.csv, row 2: a cell in quotes goes on in the next row"),
    ],
)
def test_files_that_are_not_tables(write, content, words):
    found = faults(read_table, write(content), written="t.csv")
    assert len(found) == 1
    assert words in found[0]


def test_a_missing_file_names_the_nearest(write, tmp_path):
    write("time,a\nx,1\n", "de-2018.csv")
    (fault,) = faults(read_table, tmp_path / "de-2019.csv", written="de-2019.csv")
    assert fault == "de-2019.csv does not exist; did you mean 'de-2018.csv'?"
    (fault,) = faults(read_table, tmp_path / "unlike.parquet", written="unlike.parquet")
    assert "tables there: de-2018.csv. Paths are relative to the folder of the case file" in fault
    (fault,) = faults(read_table, tmp_path / "no" / "t.csv", written="no/t.csv")
    assert "there is no folder" in fault
    (tmp_path / "bare").mkdir()
    (fault,) = faults(read_table, tmp_path / "bare" / "t.csv", written="bare/t.csv")
    assert "there is no table in that folder" in fault
    (fault,) = faults(read_table, tmp_path, written=".")
    assert ". is a folder; name a CSV or Parquet file in it" in fault
    (fault,) = faults(read_table, tmp_path / "a\0b", written="a?b")
    assert "cannot be read" in fault


def test_columns_by_name(write):
    table = read_table(write("hour,Load_MW,price\nx,1,2\n"), written="t.csv")
    (fault,) = faults(table.numbers, "load_mw")
    assert fault == "t.csv has no column 'load_mw'; did you mean 'Load_MW'? (it has hour, Load_MW, price)"
    (fault,) = faults(table.stamp_column, None)
    assert "no column of t.csv is named timestamp, time or date (it has hour, Load_MW, price)" in fault
    assert table.stamp_column("hour") == "hour"
    (fault,) = faults(table.stamp_column, "time")
    assert "t.csv has no column 'time'" in fault


@pytest.mark.parametrize("name", ["timestamp_utc", "Time", "date", "datetime"])
def test_the_stamp_column_is_found_by_its_name(write, name):
    assert read_table(write(f"a,{name}\n1,x\n")).stamp_column(None) == name


def parquet(path: Path, **columns) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_kinds(tmp_path):
    stamps = pd.date_range("2018-01-01", periods=2, freq="h", tz="UTC")
    path = parquet(
        tmp_path / "t.parquet",
        time=stamps,
        a=pa.array([1, None]),
        b=[1.5, 2.5],
        c=["1", "2"],
        flag=[True, False],
        odd=[1.0, float("inf")],
        none=pa.nulls(2),
        day=pa.array([17532, 17533], pa.date32()),
    )
    table = read_table(path, written="t.parquet")
    assert table.record.format == "parquet"
    np.testing.assert_array_equal(table.numbers("a"), [1.0, np.nan])
    assert table.numbers("b").tolist() == [1.5, 2.5]
    assert table.numbers("c").tolist() == [1.0, 2.0]
    assert list(table.stamps("time")) == list(stamps)
    assert list(table.stamps("day")) == [pd.Timestamp("2018-01-01"), pd.Timestamp("2018-01-02")]
    for call, column, words in (
        (table.numbers, "flag", "t.parquet, column flag: the column holds true and false; numbers are wanted"),
        (table.numbers, "time", "the column holds times; numbers are wanted"),
        (table.numbers, "none", "the column holds nothing; numbers are wanted"),
        (table.numbers, "odd", "t.parquet, row 3, column odd: inf; a finite number is wanted"),
        (table.stamps, "b", "the column holds numbers, not stamps; name another one with `timestamp:`"),
        (table.stamps, "a", "the column holds whole numbers, not stamps"),
    ):
        (fault,) = faults(call, column)
        assert words in fault


def test_damaged_parquet(tmp_path):
    path = parquet(tmp_path / "t.parquet", a=list(range(1000)))
    path.write_bytes(path.read_bytes()[:-20])
    (fault,) = faults(read_table, path, written="t.parquet")
    assert fault == "t.parquet is not a readable Parquet file (damaged, or cut short); write or download it again"


def test_a_file_is_read_once_and_recorded_once(write, tmp_path):
    path = write("time,a\nx,1\n")
    reader = TableReader(tmp_path)
    first = reader.read("t.csv")
    path.unlink()
    assert reader.read("t.csv") is first
    for _ in range(2):
        assert "does not exist" in faults(reader.read, "gone.csv")[0]
    assert [record.path for record in reader.records] == ["t.csv"]


def frame() -> pd.DataFrame:
    index = pd.date_range("2018-01-01", periods=3, freq="h", tz="UTC")
    return pd.DataFrame({"a": [0.1, 1 / 3, 2.0], "name": ["x", "y", "z"]}, index=index)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_what_is_written_is_read_back(tmp_path, name):
    path = tmp_path / name
    write_table(frame(), path)
    bytes_written = path.read_bytes()
    write_table(frame(), path)
    assert path.read_bytes() == bytes_written
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    table = read_table(path)
    assert table.record.columns == ("timestamp_utc", "a", "name")
    assert table.numbers("a").tolist() == [0.1, 1 / 3, 2.0]


def test_stamps_in_csv_are_iso_text_in_utc(tmp_path):
    local = frame().tz_convert("Europe/Berlin").rename_axis("stamp")
    write_table(local, tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert lines[:2] == ["stamp,a,name", "2018-01-01T00:00:00Z,0.1,x"]
    write_table(local.reset_index(drop=True), tmp_path / "u.csv")
    assert (tmp_path / "u.csv").read_text().splitlines()[0] == "a,name"


def test_faults_of_writing(tmp_path):
    (fault,) = faults(write_table, frame(), tmp_path / "t.xls")
    assert "a table is written as .csv or .parquet" in fault
    (fault,) = faults(write_table, frame(), tmp_path / "none" / "t.csv")
    assert "cannot be written" in fault
