"""docs/load.md is true: its commands run as they are typed, its examples are loads, and its figures are theirs."""

from __future__ import annotations

import re
import shlex
import shutil
import textwrap
from pathlib import Path

import pytest

import carbonmatch as cm
from carbonmatch.cli import main
from carbonmatch.load import Interruptions
from carbonmatch.load.interruptions import mean_time_to_failure_hours

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
CASE_PAGE = (ROOT / "docs" / "case.md").read_text(encoding="utf-8")

CASE = """\
name: example
currency: EUR
time: {start: 2018-01-01, end: 2019-01-01, timezone: Europe/Berlin}
zones: {DE: {}}
sites:
  site:
    zone: DE
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def load_of(tmp_path):
    """Return the load of the example that holds a text, in figures, with settings below its `load`."""
    shutil.copy(ROOT / "data" / "de-mannheim-weather.csv", tmp_path / "weather.csv")

    def read(text, *settings):
        (block,) = [block for block in blocks("yaml") if text in block]
        case = tmp_path / "case.yaml"
        case.write_text(CASE + textwrap.indent(block, "    "))
        words = [f"sites.site.load.{setting}" for setting in settings]
        return cm.site_loads(cm.load_case(case, settings=words, purpose="load")).summary["sites"]["site"]

    return read


def told(*texts):
    """Tell whether these stand on the page, wherever its lines break."""
    page = " ".join(PAGE.split())
    missing = [text for text in texts if text not in page]
    assert not missing


@pytest.mark.slow
def test_the_commands_run_as_they_are_typed_and_print_what_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    typed = [line for block in blocks("bash") for line in block.strip().splitlines()]
    assert len(typed) == 2
    for command in typed:
        program, *words = shlex.split(command)
        assert program == "carbonmatch"
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert not ended.value.code, command
        printed = capsys.readouterr().out
    (shown,) = blocks("text")
    assert printed.startswith(shown)
    assert {path.name for path in Path("campus/load").iterdir()} == {
        name for name in re.findall(r"`([\w.]+)`", PAGE) if name.startswith(("load.c", "load.p", "load.j", "load.h"))
    } | {"provenance.json"}
    for block in blocks("python"):
        exec(compile(block, "docs/load.md", "exec"), {})
    assert re.match(r"0\.87\d* \(\)", capsys.readouterr().out)


def test_500_mw_at_90_percent_are_3_94_twh(load_of):
    load = load_of("contracted_mw: 500")
    assert load["mean_mw"] == load["peak_mw"] == pytest.approx(500 * 0.9)
    told(f"{load['mean_mw']:.0f} MW and, in 8,760 h, {load['load_mwh'] / 1e6:.2f} TWh")
    assert load_of("contracted_mw: 500", "ai_factory.utilisation=null")["mean_mw"] == pytest.approx(450.0)


def test_the_sum_of_the_classes_is_as_told(load_of):
    load = load_of("training: {share: 0.7}")
    mean = {name: entry["it_mwh"] / 8760 for name, entry in load["classes"].items()}
    assert mean == pytest.approx(
        {"training": 70 * (0.28 + 0.57 * 0.97), "inference": 30 * (0.35 + 0.40 * 0.70), "overhead": 0.12 * 100}
    )
    told(
        f"70 * (0.28 + 0.57 * 0.97) = {mean['training']:.1f} MW",
        f"30 * (0.35 + 0.40 * 0.70) = {mean['inference']:.1f} MW",
        f"{mean['overhead']:.0f} MW: {sum(mean.values()):.1f} MW, and {load['mean_mw']:.1f} MW with a PUE of 1.15",
    )


def test_inference_swings_as_told(load_of, tmp_path):
    load_of("training: {share: 0.7}")
    hourly = cm.site_loads(tmp_path / "case.yaml").hourly
    hours = hourly["interval_start_utc"].dt.tz_convert("Europe/Berlin").dt.hour
    by_hour = hourly["it_inference_mw"].groupby(hours).mean()
    assert by_hour.idxmax() == 15
    assert by_hour.idxmin() == 3
    assert by_hour[15] / by_hour[3] == pytest.approx(1.25, abs=0.005)


def test_a_run_on_16384_accelerators_fails_as_told(load_of):
    load_of("accelerators: 16384")
    hours = mean_time_to_failure_hours(16384)
    progress = Interruptions(hours).effective_training_time
    told(f"every {hours:.1f} h", f"progress in {100 * progress:.0f} % of the time")


def test_the_refresh_fits_and_what_does_not_is_a_fault(load_of):
    load = load_of("hall-2-refreshed")
    told(f"300 racks of 132 kW are {300 * 0.132:.1f} MW")
    # Halls 1 and 2 together, with their network and storage.
    assert load["nameplate_mw"] == pytest.approx(1.12 * (300 * 0.132 + 400 * 0.0408), rel=1e-3)
    with pytest.raises(cm.InputError, match="pass the power envelope of 60 MW"):
        load_of("hall-2-refreshed", "ai_factory.tranches.hall-2.retires=2018-12-01")
    with pytest.raises(cm.InputError, match="after its last day, 2018-12-31: these racks never draw power"):
        load_of("hall-2-refreshed", "ai_factory.tranches.hall-2-refreshed.arrives=2019-02-01")
    later = load_of("hall-2-refreshed", "ai_factory.calendar_year=2027")
    assert later["nameplate_mw"] == pytest.approx(1.12 * (300 * 0.132 + 110 * 0.142))
    # A quarter of the fleet for five days, four times a year.
    assert later["months"][4]["least_mw"] == pytest.approx(0.75 * later["peak_mw"])


def test_pue_is_as_told_and_within_what_is_published(load_of):
    chips = load_of("cooling: direct_to_chip")["pue"]
    air = load_of("cooling: direct_to_chip", "ai_factory.cooling=air")["pue"]
    eco = load_of("cooling: direct_to_chip", "ai_factory.cooling={air: {economiser: true}}")["pue"]
    told(
        f"a mean PUE of {chips['mean']:.3f}, {chips['highest']:.3f} in its worst hour; with `cooling: air` "
        f"{air['mean']:.3f} and {air['highest']:.3f}, and with an economiser, `{{air: {{economiser: true}}}}`, "
        f"{eco['mean']:.3f} on average",
    )
    assert 1.04 <= chips["mean"] <= 1.2
    assert 1.3 <= air["highest"] <= 1.6


def test_gaps_in_weather_are_faults(load_of, tmp_path):
    table = tmp_path / "weather.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join(lines[:100] + lines[101:]) + "\n")
    with pytest.raises(cm.InputError) as refused:
        load_of("cooling: direct_to_chip")
    assert "weather.csv" in str(refused.value)


def test_shifts_holidays_and_growth_are_as_told(load_of):
    load = load_of("night:")
    assert load["peak_mw"] == pytest.approx(1.02 * (3 + 8))
    # 261 weekdays in 2018. Holidays on two Tuesdays and a Wednesday: no shift starts, no night either.
    nights = 53 + 3 * 52 - 3  # Mondays, and the days to Thursday
    energy = 3 * 8760 + (261 - 3) * 8 * (8 + 6) + nights * 8 * 4
    # Of the last night, which begins on 31 December, two hours of eight are in the year.
    assert load["load_mwh"] == pytest.approx(1.02 * (energy - 6 * 4))


def test_every_default_of_the_table_is_that_of_the_case_page():
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert len(rows) > 12
    for keys, default in rows:
        key = re.findall(r"`([\w.]+)`", keys)[0]
        named = re.compile(rf"\|[^|]*`{re.escape(key)}`[^|]*\|")
        row = next((line for line in CASE_PAGE.splitlines() if named.match(line)), "")
        assert row, key
        if re.fullmatch(r"[\d.]+", default):
            assert default in row, (key, default, row)
