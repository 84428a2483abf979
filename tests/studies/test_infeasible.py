"""What is said of a case that cannot be solved: what is asked for, what is in reach, where to see more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_cases import QUICK, a_case

from carbonmatch.case import load_case
from carbonmatch.errors import InfeasibleError, LimitError, UnboundedError
from carbonmatch.study import solve_case
from carbonmatch.study.infeasible import best_in_reach, diagnose_command
from carbonmatch.study.solver import CaseSolver
from carbonmatch.study.stages import Stages
from carbonmatch.wording import reached

HOURLY = {"target": {"matching": "hourly", "cfe": 0.9}}


def told(changes, **options):
    with pytest.raises(InfeasibleError) as ending:
        solve_case(a_case(changes), QUICK, **options)
    return str(ending.value)


def test_the_best_score_in_reach_is_told_and_no_command_for_a_case_from_no_file():
    assert told(HOURLY) == (
        "No portfolio within the limits of this case meets its target of 90 % hour by hour: the best score in reach is "
        "50.0 %."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": {"matching": "annual", "cfe": 0.75}}, "meets its target of 75 % over the year: the best score in"),
        (
            {"target": {"matching": "monthly", "cfe": 0.75}},
            "meets its target of 75 % in every month: the best score in",
        ),
        (
            {"target": {"matching": "hourly", "cfe": 1, "scope": "zone"}},
            "meets its target of 100 % hour by hour in each",
        ),
    ],
)
def test_the_target_is_told_as_it_is_counted(changes, words):
    assert words in told({"contracts": {"sun": {"max_mw": 8}}, **changes})


def test_a_case_that_offers_nothing_reaches_nothing():
    assert told({"contracts": ..., **HOURLY}).endswith("the best score in reach is 0.0 %.")


CONTRADICTING = {"contracts": {"sun": {"min_mw": 40, "max_mw": 50}}, "surplus": {"max_share": 0.5}}


def test_limits_that_contradict_each_other_are_told_as_that():
    whatever = "No portfolio keeps within the limits of this case: they contradict each other, whatever its target."
    assert told({**CONTRADICTING, **HOURLY}) == whatever
    without = "No portfolio keeps within the limits of this case: they contradict each other, without any target."
    assert told(CONTRADICTING) == without
    fixed = {"contracts": {"sun": {"min_mw": 40, "max_mw": 40}}, "surplus": {"max_share": 0.5}}
    assert told({**fixed, **HOURLY}) == whatever


def test_a_connection_below_the_load_is_told_with_its_cure():
    assert told({"sites": {"s": {"load": [10.0, 12.0], "grid": {"connection_mw": 11}}}}) == (
        "No portfolio can serve the load of this case: sites.s.grid.connection_mw is 11 MW, and the load is above it "
        "in 1 of 2 steps: 12 MW at 2018-01-01T01:00Z, 12 MW at its peak; raise the connection or lower the load."
    )


def test_a_connection_of_the_size_of_the_load_carries_it():
    assert solve_case(a_case({"sites": {"s": {"load": [0.1, 0.7], "grid": {"connection_mw": 0.7}}}}), QUICK)


CASE = """\
name: two
currency: EUR
time: {start: 2018-01-01, end: 2018-01-02}
zones: {Z: {spot_price_per_mwh: 40, carbon_intensity_g_per_kwh: 400}}
sites: {s: {zone: Z, load: {flat_mw: 10}, grid: {energy: {index: spot}}}}
contracts:
  sun: {technology: solar, zone: Z, structure: pay_as_produced, strike_per_mwh: 80, capacity_factor: 0.25, max_mw: 20}
target: {matching: hourly, cfe: 0.9}
scenarios:
  dear: {contracts.sun.strike_per_mwh: 100}
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a case.yaml").write_text(CASE)
    return "a case.yaml"


def test_the_command_that_says_more_is_the_one_for_the_case_as_it_was_changed(path):
    case = load_case(
        path, scenario="dear", settings=["target.cfe=0.95", "time.end=2018-01-03", "target.matching=hourly"]
    )
    command = (
        "carbonmatch diagnose 'a case.yaml' --scenario dear --set target.cfe=0.95 --set time.end=2018-01-03 "
        "--set target.matching=hourly"
    )
    assert diagnose_command(case) == command
    with pytest.raises(InfeasibleError) as ending:
        solve_case(case, QUICK)
    assert str(ending.value).endswith(f": the best score in reach is 50.0 %. `{command}` says what stands in the way.")


@pytest.mark.parametrize(
    "setting", ["zones.Z.carbon_intensity_g_per_kwh=null", "contracts={}", "sites.s.data_tier=meter"]
)
def test_what_was_set_is_written_so_that_it_is_read_as_the_same(path, setting):
    command = diagnose_command(load_case(path, settings=[setting]))
    assert f"--set {setting}" in command.replace("'", "")


def test_text_that_would_be_read_as_something_else_is_quoted(path):
    case = load_case(path, settings=['description="12: 30"', 'sites.s.data_tier="flat"'])
    assert diagnose_command(case).endswith("""--set 'description="12: 30"' --set sites.s.data_tier=flat""")
    assert load_case(path, settings=['description="12: 30"']).description == "12: 30"


def test_a_search_that_ends_without_a_score_leaves_the_verdict_as_it_is(monkeypatch):
    def too_slow(*_words, **_options):
        raise LimitError("too slow")

    monkeypatch.setattr("carbonmatch.study.infeasible.best_share", too_slow)
    text = "No portfolio within the limits of this case meets its target of 90 % hour by hour."
    assert told(HOURLY) == text


def test_cases_that_differ_in_their_target_alone_share_one_search(monkeypatch):
    searches = []

    def counted(problem, options):
        searches.append(problem.target.cfe)
        return best_in_reach(problem, options)

    monkeypatch.setattr("carbonmatch.study.solver.best_in_reach", counted)
    solver = CaseSolver(QUICK)
    for changes in ({"target": {"cfe": 0.7}}, {"target": {"cfe": 0.8}}, {"contracts": {"sun": {"max_mw": 4}}}):
        case = a_case({**HOURLY, **changes, "target": {**HOURLY["target"], **changes.get("target", {})}})
        with pytest.raises(InfeasibleError, match=r"reach is (50|20)\.0 %"):
            solver.result(case, Stages())
    assert searches == [0.7, 0.9]


def test_a_target_that_is_known_to_be_out_of_reach_is_not_solved_for():
    stages: list[str] = []
    solver = CaseSolver(replace(QUICK, on_progress=stages.append))
    for cfe in (0.7, 0.6):
        with pytest.raises(InfeasibleError, match=r"reach is 50\.0 %"):
            solver.result(a_case({"target": {"matching": "hourly", "cfe": cfe}}), Stages())
    assert [stage for stage in stages if "best score" in stage] == ["looking for the best score in reach"]
    first, second = (stage for stage in stages if stage.startswith("solving"))  # the case, and its best score
    assert first == second == "solving with HiGHS simplex"
    assert not any("whether it can be met" in stage for stage in stages)  # the best score proved that it cannot
    met = solver.result(a_case({"target": {"matching": "hourly", "cfe": 0.5}}), Stages())
    assert met.summary["scores"]["hourly_matched_share"] == pytest.approx(0.5)


def test_a_case_that_earns_without_limit_is_told_as_that_and_not_as_out_of_reach():
    golden = {"contracts": {"sun": {"strike_per_mwh": 10, "max_mw": ...}}, **HOURLY}
    golden["target"] = {"matching": "hourly", "cfe": 0.4}
    with pytest.raises(UnboundedError):
        solve_case(a_case(golden), QUICK)


@pytest.mark.parametrize(
    ("share", "asked", "text"),
    [
        (0.5, 0.9, "50.0 %"),
        (0.49999999999, 0.9, "50.0 %"),
        (0.96399, 0.99, "96.3 %"),
        (0.98996, 0.99, "98.9 %"),
        (0.899999, 0.9, "89.9 %"),
        (0.96, 0.9600001, "96.0 %"),
        (1.0, 1.0, "100.0000 %"),
    ],
)
def test_a_share_in_reach_is_never_told_as_more_than_it_is(share, asked, text):
    assert reached(share, asked) == text
