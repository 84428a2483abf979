"""An audit bundle proves itself without a solver, and a changed number is named."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.report.audit import INDEX, verify_bundle
from carbonmatch.report.delivery import write_report
from carbonmatch.tables import write_table

ROOT = Path(__file__).parents[2]
DAYS = ["time.end=2018-01-04"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a solved case of three days and its bundle."""
    folder = tmp_path_factory.mktemp("audit")
    shutil.copytree(ROOT / "models", folder / "models")
    shutil.copytree(ROOT / "data", folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        case = cm.load_case("models/ai-factory-frankfurt.yaml", settings=DAYS)
        cm.solve(case, out="run")
        write_report(Path("run"), ["audit"], Path("audit.zip"))
    return folder


@pytest.fixture
def bundle(place):
    return place / "audit.zip"


def changed(bundle, target, change, *, relist=True):
    """Return a bundle in which `change` was applied to the unpacked folder; its list of hashes is made to fit."""
    folder = target / "unpacked"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    change(folder)
    if relist:
        index = json.loads((folder / INDEX).read_text())
        for name in index["files"]:
            if (folder / name).exists():
                data = (folder / name).read_bytes()
                index["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        (folder / INDEX).write_text(json.dumps(index))
    return Path(shutil.make_archive(str(target / "changed"), "zip", folder))


OF_SOME_RUNS = {
    *("solver.log", "optimum.parquet", "budget.parquet", "reconciliation.parquet"),
    *("load.parquet", "load_entries.parquet"),
}
CSV_CHECK = "the tables in CSV say what the run says"


def faults(found):
    """Return what does not agree; CSV tables that differ because the run was changed are left out."""
    return [fault for check in found.checks if check.what != CSV_CHECK for fault in check.faults]


def test_a_bundle_agrees_with_itself(bundle):
    found = verify_bundle(bundle)
    assert found.agrees, faults(found)
    assert found.case == "ai-factory-frankfurt"
    assert found.sha256 == hashlib.sha256(bundle.read_bytes()).hexdigest()
    whats = [check.what for check in found.checks]
    for word in ("every file", "case and tables", "optimum", *sorted(runfolder.RECORD - {"manifest.json"})):
        if word not in OF_SOME_RUNS:
            assert any(word in what for what in whats), word


def test_no_engine_is_asked(bundle, monkeypatch):
    monkeypatch.setattr("carbonmatch.solving.solve.ENGINES", {})
    assert verify_bundle(bundle).agrees


def test_the_same_run_gives_the_same_bytes(place, bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(place)
    write_report(Path("run"), ["audit"], tmp_path / "audit.zip")
    assert (tmp_path / "audit.zip").read_bytes() == bundle.read_bytes()


def set_in_summary(*keys, value):
    def change(folder):
        file = folder / "run" / runfolder.SUMMARY
        summary = json.loads(file.read_text())
        block = summary
        for key in keys[:-1]:
            block = block[key]
        block[keys[-1]] = value
        file.write_text(runfolder.to_json(summary))

    return change


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("scores", "hourly_matched_share"), 0.95),
        (("cost", "total"), 1.0),
        (("contracts", "pv-brandenburg", "contracted_mw"), 12.5),
        (("scope2", "ghgp_revision_draft", "market_based_t"), 0.0),
        (("verified",), False),
        (("certificate", "gap"), 0.5),
    ],
)
def test_a_changed_number_of_the_summary_is_named(bundle, tmp_path, keys, value):
    found = verify_bundle(changed(bundle, tmp_path, set_in_summary(*keys, value=value)))
    assert not found.agrees
    (fault,) = faults(found)
    assert fault.startswith(".".join(keys))
    assert json.dumps(value) in fault
    assert "recomputed" in fault


@pytest.mark.parametrize("table", [runfolder.HOURLY, runfolder.CONTRACTS, runfolder.CLAIMS, runfolder.LINKS])
def test_a_changed_number_of_a_table_is_named(bundle, tmp_path, table):
    def change(folder):
        frame = pd.read_parquet(folder / "run" / table)
        column = next(name for name in frame if frame[name].dtype == float and frame[name].abs().max() > 1)
        row = int(frame[column].abs().idxmax())
        frame.loc[row, column] += 0.001
        write_table(frame, folder / "run" / table)
        told.append(f"{column}, row {row + 1:,}")

    told: list[str] = []
    found = verify_bundle(changed(bundle, tmp_path, change))
    (check, _) = [check for check in found.checks if not check.agrees]
    assert check.what.startswith(table)
    assert check.faults[0].startswith(told[0])


def test_a_changed_file_is_named_even_where_no_number_of_it_is_recomputed(bundle, tmp_path):
    def change(folder):
        (folder / "run" / runfolder.SOLVER_LOG).write_text("all is well")
        (folder / "run" / "stranger.txt").write_text("x")
        (folder / "README.txt").unlink()

    found = verify_bundle(changed(bundle, tmp_path, change, relist=False))
    assert faults(found) == [
        "README.txt is missing",
        "run/solver.log has been changed: its SHA-256 is not the one in the list",
        "run/stranger.txt is not in the list",
    ]


def test_a_changed_number_in_a_csv_table_is_named_by_its_line(bundle, tmp_path):
    def change(folder):
        file = folder / "tables" / "hourly.csv"
        lines = file.read_text().splitlines()
        lines[7] = lines[7].replace(",DE,100.0,", ",DE,101.0,")
        file.write_text("\n".join(lines) + "\n")

    found = verify_bundle(changed(bundle, tmp_path, change))
    (check,) = [check for check in found.checks if not check.agrees]
    assert check.what == CSV_CHECK
    (fault,) = check.faults
    assert fault.startswith("tables/hourly.csv, line 8 is ")
    assert ",DE,101.0," in fault.partition("recomputed")[0]
    assert ",DE,100.0," in fault.partition("recomputed")[2]


def test_another_case_is_not_the_case_of_the_run(bundle, tmp_path):
    def change(folder):
        file = folder / "inputs" / "case.yaml"
        file.write_text(file.read_text().replace("strike_per_mwh: 48", "strike_per_mwh: 40"))

    found = verify_bundle(changed(bundle, tmp_path, change))
    told = "\n".join(faults(found))
    assert "the case file is not the one of the run" in told
    assert "does not prove itself optimal" in told  # what was cheapest at 48 is not proved so at 40


def test_another_table_is_not_the_table_of_the_run(bundle, tmp_path):
    def change(folder):
        (file,) = (folder / "inputs" / "tables").iterdir()
        lines = file.read_text().splitlines()
        lines[30] = lines[30].replace(",", ",1", 1)  # the price of one hour
        file.write_text("\n".join(lines) + "\n")

    found = verify_bundle(changed(bundle, tmp_path, change))
    assert not found.agrees
    assert any("is not the table of the run" in fault for fault in faults(found))


def test_an_answer_that_is_not_optimal_is_refused(bundle, tmp_path):
    def change(folder):
        file = folder / "run" / runfolder.OPTIMUM
        vectors = pd.read_parquet(file)
        vectors.loc[vectors["vector"] == "dual", "number"] *= 0.9
        write_table(vectors, file)

    found = verify_bundle(changed(bundle, tmp_path, change))
    assert "does not prove itself optimal" in "\n".join(faults(found))


def test_an_answer_cut_short_is_refused(bundle, tmp_path):
    def change(folder):
        file = folder / "run" / runfolder.OPTIMUM
        write_table(pd.read_parquet(file).iloc[:-1], file)

    assert "duals; the case has" in "\n".join(faults(verify_bundle(changed(bundle, tmp_path, change))))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.write_text("no zip"), "no readable zip file"),
        (lambda path: _zip(path, {"other.txt": "x"}), "no audit bundle"),
        (lambda path: _zip(path, {INDEX: "{"}), "is no JSON"),
        (lambda path: _zip(path, {INDEX: "{}"}), "does not name the case"),
        (lambda path: _zip(path, {INDEX: _listing(tables=["x"])}), "does not name the case"),
        (lambda path: _zip(path, {INDEX: _listing(), "a": "b" * 999}, damaged=True), "no readable zip file"),
        (lambda path: _zip(path, {"../out.txt": "x"}), "leads out of it"),
        (lambda path: _zip(path, {"/out.txt": "x"}), "leads out of it"),
    ],
)
def test_what_is_no_bundle_is_told_so(tmp_path, make, words):
    make(tmp_path / "audit.zip")
    with pytest.raises(cm.InputError, match=words):
        verify_bundle(tmp_path / "audit.zip")


def _listing(**changes):
    whole = {"carbonmatch": "0", "case": "c", "case_file": "inputs/case.yaml", "tables": [], "files": {}}
    return json.dumps(whole | changes)


def _zip(path, files, *, damaged=False):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    if damaged:  # the first byte of the compressed listing, which then is no such thing
        data = bytearray(path.read_bytes())
        data[30 + len(INDEX)] = 0xFF
        path.write_bytes(data)


@pytest.mark.parametrize("name", [runfolder.SUMMARY, runfolder.MANIFEST])
def test_a_run_that_cannot_be_read_is_told_in_words_of_the_bundle(bundle, tmp_path, name):
    found = verify_bundle(changed(bundle, tmp_path, lambda folder: (folder / "run" / name).unlink()))
    assert faults(found) == [
        f"run/{name} is missing",
        f"run: has no {name}; something was taken out of the run: make it again",
    ]


@pytest.mark.parametrize("manifest", [{}, {"case": {"overrides": [3]}, "tables": [{}]}, {"case": 1, "tables": 2}])
def test_a_manifest_of_another_shape_is_a_difference_and_no_breakdown(bundle, tmp_path, manifest):
    def change(folder):
        (folder / "run" / runfolder.MANIFEST).write_text(json.dumps(manifest))

    found = verify_bundle(changed(bundle, tmp_path, change))
    assert any("the case file is not the one of the run" in fault for fault in faults(found))


def test_vectors_of_another_shape_are_told(bundle, tmp_path):
    def change(folder):
        file = folder / "run" / runfolder.OPTIMUM
        write_table(pd.read_parquet(file).rename(columns={"number": "value"}), file)

    told = faults(verify_bundle(changed(bundle, tmp_path, change)))
    assert told == ["optimum.parquet does not hold the vectors of an optimum"]


def test_a_case_that_has_been_changed_since_makes_no_bundle(place, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    shutil.copytree(place, copy)
    monkeypatch.chdir(copy)
    case = Path("models/ai-factory-frankfurt.yaml")
    case.write_text(case.read_text() + "\n# a note\n")
    Path("data/de-2018.csv").unlink()
    with pytest.raises(cm.InputError) as caught:
        write_report(Path("run"), ["audit"], Path("new.zip"))
    assert [fault.what.split(";")[0] for fault in caught.value.faults] == [
        "has been changed since the run was made from it",
        "does not exist",
    ]
    assert not Path("new.zip").exists()


def test_a_point_of_a_sweep_and_a_run_of_held_sizes_can_be_verified(place, tmp_path, monkeypatch):
    monkeypatch.chdir(place)
    path = "models/ai-factory-frankfurt.yaml"
    cm.sweep(path, [0.3, 0.5, 0.9], settings=DAYS, out=tmp_path / "sweep", jobs=1)
    points = sorted((tmp_path / "sweep" / "points").iterdir())
    assert len(points) == 5  # the baselines too
    cm.solve(cm.load_case(path, settings=DAYS), fix="run", out=tmp_path / "held")
    cm.solve(cm.load_case(path, settings=DAYS, scenario="annual"), out=tmp_path / "annual")
    for run in (*points, tmp_path / "held", tmp_path / "annual"):
        write_report(run, ["audit"], tmp_path / "one.zip", force=True)
        found = verify_bundle(tmp_path / "one.zip")
        assert found.agrees, (run, faults(found))
