"""`carbonmatch diagnose`: what a buyer reads, what a machine reads, and the way there from `solve` and `sweep`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

CAPPED = ("contracts.pv.max_mw=20", "contracts.wind.max_mw=4", "storage.battery.max_energy_mwh=30")
"""Two days of a little sun: within these limits about half of the load can be matched."""


def settings(*changes):
    return [word for change in changes for word in ("--set", change)]


def test_solve_names_the_best_score_and_the_command_that_says_more(run, case):
    ended = run("solve", case, *settings(*CAPPED, "target.cfe=0.9"))
    assert (ended.code, ended.out) == (3, "")
    told = re.search(
        r"target of 90 % hour by hour: the best score in reach is ([\d.]+) %\. `(.*)` says what", ended.err
    )
    assert told is not None
    program, *words = told[2].split()
    assert program == "carbonmatch"
    diagnosed = run(*words, "--json")
    assert diagnosed.code == 0
    found = json.loads(diagnosed.out)
    assert float(told[1]) - 1e-6 <= 100 * found["best_share"] < float(told[1]) + 0.1
    assert found["target"]["cfe"] == 0.9


def test_a_sweep_tells_the_same_of_a_target_that_is_out_of_reach(run, case):
    ended = run("sweep", case, "--cfe", "0.3,0.9", *settings(*CAPPED), "--json", "--jobs", "1")
    assert ended.code == 0
    met, missed = json.loads(ended.out)["points"]
    assert met["error"] is None
    assert "meets its target of 90 % hour by hour: the best score in reach is" in missed["error"]
    assert "target.cfe=0.9` says what stands in the way." in missed["error"]


def test_sizes_that_are_held_are_told_the_score_that_they_reach(run, case):
    assert run("solve", case, "--out", "first").code == 0
    ended = run("solve", case, "--fix", "first", "--set", "target.cfe=0.9")
    assert ended.code == 3
    assert re.search(r"do not meet the hourly target of 0\.9: the best score that they reach is 6\d\.\d %\.", ended.err)
    sizes = {
        "contracts": {"pv": {"contracted_mw": 100}, "wind": {"contracted_mw": 0}},
        "storage": {"battery": {"power_mw": 0, "energy_mwh": 0}},
    }
    Path("sizes.json").write_text(json.dumps(sizes))
    kept = run("solve", case, "--fix", "sizes.json", "--set", "surplus.max_share=0")
    assert kept.code == 3
    assert (
        "cannot be operated within the surplus limit of 0, whatever the target. --set surplus.max_share=null"
        in kept.err
    )


def test_a_buyer_reads_limits_with_units_and_the_hours(run, case):
    ended = run("diagnose", case, *settings(*CAPPED, "target.cfe=0.9"), "--irreducible")
    assert ended.code == 0
    page = ended.out
    assert re.search(r"^target +90 % of load hour by hour$", page, re.MULTILINE)
    assert re.search(r"^can be met +no$", page, re.MULTILINE)
    assert re.search(r"^in reach +\d\d\.\d % of load hour by hour, within the limits of the case$", page, re.MULTILINE)
    assert re.search(r"^contracts\.wind\.max_mw +MW +4\.0 +at least [\d.]+ +\d", page, re.MULTILINE)
    assert re.search(r"^contracts\.pv\.max_mw +MW +20\.0 +no value +\d\d\.\d %$", page, re.MULTILINE)
    assert re.search(r"^storage\.battery\.max_energy_mwh +30\.0 +MWh$", page, re.MULTILINE)
    assert "Each row moves one limit and leaves all others as they are." in page
    assert "What cannot hold together" in page
    assert "when any one is left out, the others can." in page
    assert re.search(r"In \d+ hours \(\d+\.\d % of the time\)", page)
    assert "of the load (" in page
    assert re.search(r"^By hour of the day$", page, re.MULTILINE)
    assert re.search(r"^00:00-03:00 +6 +[\d.]+ +\d", page, re.MULTILINE)


def test_every_told_move_is_enough_as_it_is_printed(run, case):
    page = run("diagnose", case, *settings(*CAPPED, "target.cfe=0.9")).out
    moves = re.findall(r"^(\S+) +MWh? +[\d.,]+ +at least ([\d.,]+) ", page, re.MULTILINE)
    assert moves
    for key, value in moves:
        moved = f"{key}={value.replace(',', '')}"
        assert run("solve", case, *settings(*CAPPED, "target.cfe=0.9", moved), "--force").code == 0


def test_a_case_that_can_be_met_ends_with_0_too(run, case):
    ended = run("diagnose", case)
    assert ended.code == 0
    assert re.search(r"^can be met +yes$", ended.out, re.MULTILINE)
    assert re.search(r"^in reach +100\.0 % of load hour by hour", ended.out, re.MULTILINE)
    assert "What stands in the way" not in ended.out
    assert not list(case.parent.glob("runs"))


def test_sun_alone_is_told_what_is_missing(run, case):
    alone = ("contracts.wind.capacity_factor=0", "storage={}", "target.cfe=1")
    page = run("diagnose", case, *settings(*alone)).out
    assert "No size of these offers is enough" in page
    assert "The case offers no storage of clean energy in DE." in page
    assert "The case offers no clean firm supply in DE." in page


def test_a_connection_below_the_load_warns_fails_and_is_diagnosed(run, case):
    small = settings("sites.berlin.grid.connection_mw=8")
    words = "is 8 MW, and the load is above it in 48 of 48 steps: 10 MW at 2018-01-01T00:00Z, 10 MW at its peak"
    checked = run("validate", case, *small)
    assert checked.code == 0
    assert f"warning: sites.berlin.grid.connection_mw: {words}; raise the connection or lower the load" in checked.err
    solved = run("solve", case, *small)
    assert solved.code == 3
    assert f"No portfolio can serve the load of this case: sites.berlin.grid.connection_mw {words}" in solved.err
    page = run("diagnose", case, *small).out
    assert re.search(r"^sites\.berlin\.grid\.connection_mw +8\.0 +at least 10\.0$", page, re.MULTILINE)
    assert "No portfolio lowers what passes a connection." in page


def test_limits_that_contradict_each_other_are_told_with_what_ends_it(run, case):
    contradicting = settings("contracts.wind.min_mw=90", "contracts.wind.max_mw=90", "storage={}")
    page = run("diagnose", case, *contradicting).out
    assert re.search(r"^in reach +nothing: limits of the case contradict each other, whatever the target$", page, re.M)
    # 90 MW give 27 MWh an hour; 15 MWh, half of the load in excess, are 50 MW
    assert re.search(
        r"^contracts\.wind\.min_mw +MW +90\.0 +at most 50\.0 +at most 50\.0 +100\.0 %$", page, re.MULTILINE
    )
    assert re.search(r"^surplus\.max_share +share +0\.5 +at least 1\.7 +at least 1\.7", page, re.MULTILINE)
    assert "A right to curtail" in page


def test_volumes_are_told_by_period(run, case):
    page = run("diagnose", case, *settings(*CAPPED, "target={matching: annual, cfe: 1}", "surplus.max_share=null")).out
    assert "Volumes at the best score" in page
    assert re.search(r"^all +480\.0 +[\d.]+ +\d\d\.\d %$", page, re.MULTILINE)


def test_faults_of_the_case_end_with_2(run, case):
    ended = run("diagnose", case, "--set", "target.cfe=90")
    assert (ended.code, ended.out) == (2, "")
    assert "target.cfe" in ended.err
    assert run("diagnose", case, "--solver", "simplx").code == 2


def test_machines_read_the_keys_that_the_page_documents(run, case):
    found = json.loads(run("diagnose", case, *settings(*CAPPED, "target.cfe=0.9"), "--irreducible", "--json").out)
    assert set(found) == {
        *(
            "case",
            "period",
            "currency",
            "load_mwh",
            "target",
            "can_be_met",
            "connections",
            "contradicting",
            "best_share",
        ),
        *("best_share_by_zone", "best_share_unlimited", "obstacles", "no_help_alone", "growth", "uncovered", "volumes"),
        *("zones_without_storage", "zones_without_firm_supply", "irreducible_sets"),
    }
    assert {member["key"] for member in found["irreducible_sets"][0]} >= {"target.cfe"}


def test_another_engine_tells_the_same(run, case):
    words = ("diagnose", case, *settings(*CAPPED, "target.cfe=0.55"), "--json")
    first, second = (json.loads(run(*words, "--solver", solver).out) for solver in ("highs", "clarabel"))
    assert first["best_share"] == pytest.approx(second["best_share"], abs=2e-6)
    moves = [{o["key"]: o["needed"] for o in found["obstacles"]} for found in (first, second)]
    assert len(moves[0]) == 2
    assert moves[0] == pytest.approx(moves[1], rel=1e-5)
