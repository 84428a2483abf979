"""The layers of the design, kept by import-linter; the version, kept in one place; the wheel's content, complete."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import carbonmatch

ROOT = Path(__file__).parents[1]


def test_modules_import_from_lower_layers_only():
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


def test_the_changelog_tells_of_the_version():
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == carbonmatch.__version__


def test_files_stay_below_one_idea():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "carbonmatch").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_nothing_in_the_tree_names_a_path_of_a_machine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    signs = re.compile(r"(^|[^a-z0-9.])/(root|work|home)/[a-z.]", re.IGNORECASE)
    texts = [ROOT / name for name in tracked if Path(name).suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".cfg"}]
    named = [str(path) for path in texts if path != Path(__file__) and signs.search(path.read_text(encoding="utf-8"))]
    assert texts
    assert not named
