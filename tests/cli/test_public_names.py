"""The names of `import carbonmatch`."""

from __future__ import annotations

import subprocess
import sys

import pytest

import carbonmatch as cm


def test_all_is_sorted_and_every_name_is_there():
    assert cm.__all__ == sorted(cm.__all__)
    for name in cm.__all__:
        assert getattr(cm, name) is not None
    assert set(cm.__all__) <= set(dir(cm))
    assert {*cm._HOME, "__version__"} == set(cm.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        _ = cm.sovle


def test_import_loads_no_slow_library():
    code = """if True:
        import sys
        import carbonmatch as cm
        cm.InputError, cm.read_run
        slow = {"numpy", "pandas", "pyarrow", "pydantic", "pyomo", "scipy", "highspy", "ruamel", "rich", "typer"}
        loaded = sorted(slow & set(sys.modules))
        sys.exit(f"loaded: {loaded}" if loaded else 0)
    """
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_case_is_solved_from_python(case):
    result = cm.solve(cm.load_case(case))
    assert isinstance(result, cm.Result)
    assert result.scores["hourly_matched_share"] == pytest.approx(0.6, abs=1e-6)
