"""A batch gives the same whoever solves it, goes on where it stopped, and loses nothing to a process that dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

import carbonmatch as cm
from carbonmatch import runfolder
from carbonmatch.study.batch import Task, batch, solve_batch
from carbonmatch.study.batch.executor import Executor, Lost

CASE = """\
name: a-day
currency: EUR
time: {start: 2018-01-01, end: 2018-01-02, timezone: UTC, step: 1h}
zones:
  DE: {spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400}
sites:
  works: {zone: DE, load: {flat_mw: 10}, grid: {energy: {index: spot, margin_per_mwh: 12}}}
contracts:
  pv:
    technology: solar
    zone: DE
    structure: pay_as_produced
    strike_per_mwh: 48
    capacity_factor: {file: sun.csv, column: capacity_factor}
    max_mw: 500
storage:
  battery: {zone: DE, power_cost_per_mw_year: 9000, energy_cost_per_mwh_year: 18000, round_trip_efficiency: 0.86}
target: {matching: hourly, cfe: 0.6}
"""


@pytest.fixture
def case(tmp_path, monkeypatch):
    """Write a case of one day."""
    rows = [f"2018-01-01T{hour:02d}:00:00Z,{max(0, 5 - abs(hour - 12)) / 5}" for hour in range(24)]
    (tmp_path / "sun.csv").write_text("\n".join(["timestamp_utc,capacity_factor", *rows]) + "\n")
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return path


def contents(folder: str) -> dict[str, bytes]:
    """Return what a study holds, times and logs aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and path.name not in {"manifest.json", "solver.log"}
    }


@pytest.mark.slow  # a cluster
def test_a_cluster_that_loses_a_worker_half_way_writes_what_this_process_writes(case, cluster):
    targets = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    cm.sweep(case, targets, jobs=1, out="here")
    killed = []

    def kill_one(told: str) -> None:
        if "3 of 8 done" in told:
            victim = next(iter(cluster.workers.values()))
            killed.append(victim.pid)
            os.kill(victim.pid, signal.SIGKILL)

    options = cm.SolveOptions(on_progress=kill_one)
    found = cm.sweep(case, targets, dask=cluster.scheduler_address, options=options, out="there")
    assert len(killed) == 1
    assert all(point.summary is not None for point in found.points)
    assert contents("here") == contents("there")


def test_a_task_whose_process_dies_is_a_row_with_its_reason(case, monkeypatch):
    tasks = [Task(f"cfe-{cfe}", cm.load_case(case, settings=[f"target.cfe={cfe}"])) for cfe in (0.3, 0.5)]

    def lossy(self, work, items, count):
        for number, item in enumerate(items):
            yield Lost(item) if number == 0 else work(item)

    monkeypatch.setattr(Executor, "__call__", lossy)
    first, second = solve_batch([[task] for task in tasks], cm.SolveOptions(), Executor(jobs=1))
    assert first.summary is None
    assert "killed, or the machine ran out of memory" in str(first.error)
    assert first.exit_code == 6
    assert second.summary is not None


def interrupted_after(count: int) -> cm.SolveOptions:
    """Return options under which Ctrl-C comes once so many points are done."""

    def stop(told: str) -> None:
        if told.startswith(f"{count} of "):
            raise KeyboardInterrupt

    return cm.SolveOptions(on_progress=stop)


def test_what_was_interrupted_goes_on_where_it_stopped(case, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        cm.sweep(case, [0.3, 0.5, 0.7], jobs=1, baselines=False, out="study", options=interrupted_after(2))
    assert not Path("study").exists()
    solved = []
    real = batch.climb
    monkeypatch.setattr(batch, "climb", lambda ladder, **rest: solved.append(ladder[0].name) or real(ladder, **rest))
    cm.sweep(case, [0.3, 0.5, 0.7], jobs=1, baselines=False, out="study")
    assert solved == ["cfe-0.7"]
    cm.sweep(case, [0.3, 0.5, 0.7], jobs=1, baselines=False, out="whole")
    assert contents("study") == contents("whole")
    assert not list(Path().glob(".*unfinished"))


@pytest.mark.parametrize("change", ["case", "table", "solver", "version", "damage"])
def test_what_was_solved_for_something_else_is_solved_again(case, change, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        cm.sweep(case, [0.3, 0.5], jobs=1, baselines=False, out="study", options=interrupted_after(1))
    kept = Path(".study.unfinished", "points", "cfe-0.3")
    assert kept.is_dir()
    options = cm.SolveOptions()
    if change == "case":
        case.write_text(CASE.replace("strike_per_mwh: 48", "strike_per_mwh: 50"))
    elif change == "table":
        table = Path("sun.csv")
        table.write_text(table.read_text().replace(",1.0", ",0.9"))
    elif change == "solver":
        options = cm.SolveOptions(solver="clarabel")
    elif change == "version":
        manifest = json.loads((kept / "manifest.json").read_text())
        manifest["versions"]["carbonmatch"] = "0.0.1"
        (kept / "manifest.json").write_text(json.dumps(manifest))
    else:
        (kept / "summary.json").write_text("{")
    told = []
    cm.sweep(
        *(case, [0.3, 0.5]),
        jobs=1,
        baselines=False,
        out="study",
        options=cm.SolveOptions(solver=options.solver, on_progress=told.append),
    )
    assert not any("are there already" in words for words in told)
    cm.sweep(case, [0.3, 0.5], jobs=1, baselines=False, out="whole", options=options)
    assert contents("study") == contents("whole")


def test_two_at_a_time_do_not_write_one_study(case):
    with (
        runfolder.study_folder(Path("study"), runfolder.SWEEP_KIND),
        pytest.raises(cm.InputError, match="is being written by another carbonmatch now"),
    ):
        cm.sweep(case, [0.3], jobs=1, out="study")
    assert sorted(path.name for path in Path().iterdir()) == ["case.yaml", "study", "sun.csv"]


def test_a_study_that_fails_before_its_first_point_leaves_nothing(case):
    with pytest.raises(cm.InputError):
        cm.sweep(case, [0.3, 0.5], dask="tcp://127.0.0.1:9", out="study")
    assert sorted(path.name for path in Path().iterdir()) == ["case.yaml", "sun.csv"]


def test_force_replaces_a_study_and_nothing_of_others(case):
    cm.sweep(case, [0.3], jobs=1, baselines=False, out="study")
    cm.sweep(case, [0.5], jobs=1, baselines=False, out="study", force=True)
    assert [path.name for path in Path("study", "points").iterdir()] == ["cfe-0.5"]
    shutil.copy("case.yaml", "study/points/cfe-0.5/mine.txt")
    with pytest.raises(cm.InputError, match=r"mine\.txt"):
        cm.sweep(case, [0.7], jobs=1, out="study", force=True)
