"""The command line as a process: start-up, terminals, pipes, Ctrl-C."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from interruptible import INTERRUPTIBLE

import carbonmatch
import carbonmatch.cli as command_line
import carbonmatch.study.run as study_run
import carbonmatch.study.solver as study_solver

ROOT = Path(__file__).parents[2]
CARBONMATCH = [sys.executable, "-m", "carbonmatch"]


def test_help_names_every_command_and_exit_code(run):
    ended = run("--help")
    assert ended.code == 0
    for word in ("init", "validate", "solve", "3 infeasible", "130 interrupted"):
        assert word in ended.out


@pytest.mark.parametrize("command", ["init", "validate", "solve", "sweep", "match", "report", "verify"])
def test_every_command_has_help(run, command):
    ended = run(command, "--help")
    assert ended.code == 0
    assert f"Usage: carbonmatch {command}" in ended.out


def test_version(run):
    assert run("--version").out == f"carbonmatch {carbonmatch.__version__}\n"


def test_a_mistyped_command_is_a_usage_error(run):
    ended = run("slove")
    assert ended.code == 2
    assert "solve" in ended.err


def libraries_loaded_by(*words):
    """Run the command line in a fresh process; return (what it wrote to stdout, the slow libraries it imported)."""
    code = """if True:
        import sys
        from carbonmatch.cli import main
        try:
            main(sys.argv[1:])
        finally:
            sys.stderr.write("\\nloaded: " + " ".join(name for name in sys.modules if "." not in name))
    """
    ended = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    loaded = set(ended.stderr.rpartition("loaded: ")[2].split())
    assert "carbonmatch" in loaded
    slow = {"numpy", "pandas", "pyarrow", "pydantic", "pyomo", "scipy", "highspy", "ruamel", "rich", "xlsxwriter"}
    return ended.stdout, slow & loaded


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_slow_library(option):
    out, slow = libraries_loaded_by(option)
    assert "carbonmatch" in out
    assert not slow


@pytest.mark.parametrize("command", ["init", "validate", "solve", "sweep", "report"])
def test_help_of_a_command_loads_no_slow_library(command):
    out, slow = libraries_loaded_by(command, "--help")
    assert f"Usage: carbonmatch {command}" in out
    assert slow <= {"pydantic"}  # typer reads the options of a command with it


def test_a_script_does_not_wait_for_what_draws_on_a_terminal(case):
    out, slow = libraries_loaded_by("solve", case, "--out", "run", "--json")
    assert '"verified": true' in out
    assert "pyomo" in slow
    assert not {"rich", "scipy"} & slow


def test_the_file_at_the_root_is_the_command_line():
    ended = subprocess.run([sys.executable, ROOT / "cli.py", "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"carbonmatch {carbonmatch.__version__}\n")


def test_a_reader_that_leaves_is_no_error(case):
    read_end, write_end = os.pipe()
    os.close(read_end)
    ended = subprocess.run(
        [*CARBONMATCH, "solve", case, "--out", "run"], stdout=write_end, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write_end)
    assert ended.returncode == 0
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr
    assert Path("run/summary.json").exists()


def test_a_terminal_sees_one_live_line(case):
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        [*CARBONMATCH, "solve", case, "--out", "run"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
        check=True,
    )
    os.close(theirs)
    seen = os.read(ours, 1_000_000).decode()
    os.close(ours)
    assert "reading the case" in seen
    assert "\x1b[2K" in seen  # the line is drawn over itself
    assert "done in" in seen
    assert b"\x1b" not in ended.stdout
    assert b"Portfolio" in ended.stdout


def test_ctrl_c_ends_with_130_and_leaves_nothing(run, case, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(study_run.runfolder, "write_json", interrupt)
    ended = run("solve", case)
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.endswith("Interrupted; nothing was written.\n")
    assert list(Path("runs").iterdir()) == []


def test_ctrl_c_does_not_wait_for_an_engine_that_goes_on(run, case, monkeypatch):
    release = threading.Event()
    engine = threading.Thread(target=release.wait, daemon=True)

    def interrupt(*_args, **_options):
        engine.start()
        raise KeyboardInterrupt

    def end_at_once(code):
        raise SystemExit(f"at once with {code}")

    monkeypatch.setattr(study_solver, "solve_compiled", interrupt)
    monkeypatch.setattr(command_line.os, "_exit", end_at_once)
    with pytest.raises(SystemExit, match="at once with 130"):
        command_line.main(["solve", str(case)])
    release.set()
    engine.join()


@pytest.mark.year
def test_ctrl_c_in_the_middle_of_a_year(tmp_path):
    solving = subprocess.Popen(
        [*INTERRUPTIBLE, "solve", ROOT / "models/ai-factory-frankfurt.yaml", "--out", tmp_path / "runs/year"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert solving.stderr is not None
    while "HiGHS" not in solving.stderr.readline():
        assert solving.poll() is None
    time.sleep(4.0)  # well inside the interior-point iterations, which take some 10 s
    solving.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = solving.communicate(timeout=30)
    assert time.monotonic() - began < 7.0  # an engine gets 5 s to stop by itself
    assert (solving.returncode, out, err) == (130, "", "Interrupted; nothing was written.\n")
    assert list(tmp_path.iterdir()) == []
