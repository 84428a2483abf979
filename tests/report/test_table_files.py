"""Tables as files: what is in them, and that each says where it came from."""

from __future__ import annotations

import copy
import hashlib
import json

import pandas as pd
import pytest
from run_by_hand import FORMULA, SUMMARY, hourly, metered, write_run_by_hand

from carbonmatch import runfolder
from carbonmatch.errors import InputError
from carbonmatch.report.delivery import write_report
from carbonmatch.report.tables.columns import heading, heading_of_key
from carbonmatch.report.tables.flat import FLAT_TABLES


@pytest.fixture
def run(tmp_path):
    return write_run_by_hand(tmp_path / "run")


NOT_OF_METERS = {
    *("bill", "cost", "eligibility", "frameworks", "storage"),
    *("load", "hourly_load", "hourly_load_entries"),
}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_names_of_the_tables_are_known_to_the_run_folder():
    assert tuple(table.name for table in FLAT_TABLES) == runfolder.TABLE_NAMES


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_lists_its_tables_and_where_they_came_from(run, kind):
    (folder,) = write_report(run, [kind])
    origin = json.loads((folder / "provenance.json").read_text())
    assert origin["case"] == "by-hand"
    assert origin["run_files"]["hourly.parquet"] == sha256(run / "hourly.parquet")
    assert origin["run_sha256"] == sha256(run / "summary.json")
    assert origin["case_file"]["sha256"] == "ab" * 32
    tables = {path.name for path in folder.iterdir()} - {"provenance.json", "README.txt"}
    assert set(origin["tables"]) == tables
    readme = (folder / "README.txt").read_text()
    for name in tables:
        assert origin["tables"][name]["sha256"] == sha256(folder / name)
        assert name in readme
    assert origin["run_sha256"] in readme
    assert "seconds" not in (folder / "provenance.json").read_text()


def test_csv_and_parquet_hold_the_same_numbers(run):
    csv, parquet = write_report(run, ["csv", "parquet"])
    for table in parquet.glob("*.parquet"):
        typed, text = pd.read_parquet(table), pd.read_csv(csv / f"{table.stem}.csv")
        assert list(typed.columns) == list(text.columns)
        for name in typed.select_dtypes("number").columns:
            assert text[name].to_numpy(float) == pytest.approx(typed[name].to_numpy(float), abs=0.0, nan_ok=True)
    assert pd.read_parquet(parquet / "hourly.parquet")["load_mwh"].tolist() == hourly()["load_mwh"].tolist()
    assert pd.read_parquet(parquet / "contracts.parquet")["existing"].tolist() == [False, False]


def test_tables_that_a_run_has_not_are_not_written(tmp_path):
    run = write_run_by_hand(tmp_path / "run", metered())
    (folder,) = write_report(run, ["csv"])
    names = {path.stem for path in folder.glob("*.csv")}
    assert names == set(runfolder.TABLE_NAMES) - NOT_OF_METERS
    assert "contracted_mw" not in pd.read_csv(folder / "contracts.csv").columns


def test_the_summary_is_there_key_by_key_with_units(run):
    (folder,) = write_report(run, ["csv"])
    rows = pd.read_csv(folder / "summary.csv").set_index("key")
    assert rows.loc["load_mwh", ["value", "unit"]].tolist() == [75.0, "MWh"]
    assert rows.loc["cost.components.contracts", ["value", "unit"]].tolist() == [2468.5, "CHF"]
    assert rows.loc["zones.north.scores.hourly_matched_share", "unit"] == "share of 1"
    assert rows.loc["verified", "text"] == "true"


def test_text_in_csv_is_no_formula_and_in_parquet_it_is_as_it_was(run):
    csv, parquet = write_report(run, ["csv", "parquet"])
    for path in csv.glob("*.csv"):
        cells = pd.read_csv(path, dtype=str).to_numpy().ravel()
        signed = [cell for cell in cells if isinstance(cell, str) and cell[0] in "=+-@"]
        assert pd.to_numeric(pd.Series(signed, dtype=str), errors="coerce").notna().all(), (path.name, signed)
    assert FORMULA in pd.read_parquet(parquet / "scope2.parquet")["source"].tolist()
    assert f"'{FORMULA}" in pd.read_csv(csv / "scope2.csv")["source"].tolist()


def test_scope2_adds_up_to_the_load_and_every_row_names_its_run(run):
    (path,) = write_report(run, ["scope2"])
    rows = pd.read_csv(path)
    assert rows["case"].unique().tolist() == ["by-hand"]
    assert rows["run_sha256"].unique().tolist() == [sha256(run / "summary.json")]
    lines, totals = rows[rows["row"] == "line"], rows[rows["row"] == "total"].set_index("method")
    for method, total in totals.iterrows():
        mine = lines[lines["method"] == method]
        assert mine["mwh"].sum() == pytest.approx(75.0, abs=1e-6)
        assert mine["emissions_t"].sum() == pytest.approx(total["emissions_t"], abs=1e-6)
    assert totals.loc["market_based", "emissions_t"] == 11.0
    assert totals.loc["market_based", "note"].startswith("2 lines add up to the load of 75.000 MWh. GHG Protocol")


def test_lines_that_do_not_add_up_say_so(tmp_path):
    summary = copy.deepcopy(SUMMARY)
    summary["scope2"]["ghgp_2015"]["lines"][1]["mwh"] = 50.0  # 3 MWh are lost
    summary["scope2"]["ghgp_2015"]["market_based_t"] = None
    (path,) = write_report(write_run_by_hand(tmp_path / "run", summary), ["scope2"])
    note = pd.read_csv(path)["note"].iloc[-1]
    assert "but for -3.000 MWh" in note
    assert "emissions are not known" in note


def test_frameworks_are_one_row_per_field(run):
    (path,) = write_report(run, ["frameworks"])
    rows = pd.read_csv(path, dtype={"id": str, "text": str})
    assert rows["id"].tolist() == ["1.10", "1.2", "1.3"]
    assert rows["value"].tolist()[0] == 75.0
    assert rows["text"].tolist()[1] == "true"
    assert rows["note"].tolist()[1] == "'=1+1"


@pytest.mark.parametrize("name", ["scope2", "frameworks"])
def test_what_a_run_has_not_is_said(tmp_path, name):
    run = write_run_by_hand(tmp_path / "run", {key: value for key, value in SUMMARY.items() if key != name})
    with pytest.raises(InputError, match="run the case again"):
        write_report(run, [name])
    assert not (run / f"{name}.csv").exists()


def test_the_document_holds_summary_manifest_and_months(run):
    (path,) = write_report(run, ["json"])
    document = json.loads(path.read_text())
    assert list(document) == ["provenance", "summary", "manifest", "monthly"]
    assert document["summary"] == SUMMARY
    assert document["monthly"][1]["month"] == "2018-02"
    assert document["monthly"][1]["load_mwh"] == 50.0  # 20 + 30


@pytest.mark.parametrize("name", ["csv", "parquet", "json", "scope2", "frameworks"])
def test_the_same_run_gives_the_same_bytes(run, tmp_path, name):
    trees = []
    for folder in ("one", "two"):
        write_report(run, [name], tmp_path / folder)
        files = sorted(p for p in (tmp_path / folder).rglob("*") if p.is_file())
        trees.append({p.relative_to(tmp_path / folder): p.read_bytes() for p in files})
    assert trees[0]
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("matched_from_storage_mwh", "Matched from storage [MWh]", "amount"),
        ("strike_per_mwh", "Strike [CHF/MWh]", "price"),
        ("hourly_matched_share", "Hourly matched share [%]", "share"),
        ("worst_hour_utc", "Worst hour [UTC]", "stamp"),
        ("data_tier", "Data tier", "text"),
    ],
)
def test_a_name_tells_its_unit(name, text, kind):
    found = heading(name, "CHF")
    assert (found.text, found.kind) == (text, kind)


def test_names_that_a_user_gave_tell_no_unit():
    # a contract may be called anything: the unit is that of the whole
    assert heading_of_key(("avoided_emissions", "by_contract", "north_mw"), "CHF").unit == "t CO2e"
    assert heading_of_key(("shadow_prices", "green_premium_per_mwh", "share_mw"), "CHF").unit == "CHF/MWh"
    assert heading_of_key(("zones", "x_share", "load_mwh"), "CHF").text == "x_share: Load [MWh]"
