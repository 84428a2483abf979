"""Load that may be changed through every command: two winter days with a little sun, a campus that can wait."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FLEXIBLE = ("--set", "sites.berlin.flexible.batch.share=0.2")
SHED = ("--set", 'sites.berlin.curtailable.slow={"share": 0.25, "price_per_mwh": 55, "event_hours": 3}')
BOTH = (*FLEXIBLE, *SHED)


def summary(folder: str) -> dict:
    return json.loads(Path(folder, "summary.json").read_text())


def net(told: dict) -> float:
    return told["cost"]["net_of_sales"]


def test_a_run_is_solved_verified_held_and_explained(run, case):
    assert run("validate", case, *BOTH).code == 0
    assert run("solve", case, *BOTH, "--out", "run").code == 0
    told = summary("run")
    site = told["load"]["sites"]["berlin"]
    assert site["curtailable"]["slow"]["curtailed_mwh"] > 1.0
    assert site["flexible"]["batch"]["moved_mwh"] > 1.0
    assert told["load_mwh"] == pytest.approx(480 - site["curtailable"]["slow"]["curtailed_mwh"])

    assert run("solve", case, *BOTH, "--fix", "run", "--out", "held").code == 0
    assert net(summary("held")) == pytest.approx(net(told), rel=1e-6)

    assert run("report", "run", *(w for f in FORMATS for w in ("--format", f))).code == 0
    assert run("report", "run", "--format", "html", "--force").code == 0
    verified = run("verify", "run/audit.zip")
    assert (verified.code, "Everything agrees" in verified.out) == (0, True)

    explained = run("explain", "run", "--check-prices", "--json")
    assert explained.code == 0
    (target,) = [limit for limit in json.loads(explained.out)["limits"] if limit["key"] == "target.cfe"]
    assert target["binds"]  # a share of what was served: of the planned load it would be above the target
    assert target["level"] == pytest.approx(0.6, abs=1e-6)
    assert target["measured"]["agree"]


FORMATS = ("audit", "xlsx", "csv", "parquet", "json", "scope2", "frameworks", "granular-certificates")


def test_points_of_a_sweep_are_runs_of_their_own(run, case):
    key = "sites.berlin.flexible.batch.share"
    words = ("--vary", f"{key}=0.1,0.3", "--no-baselines", "--jobs", "1", "--out", "by-share")
    assert run("sweep", case, *SHED, *words).code == 0
    assert (
        run("sweep", case, *BOTH, "--cfe", "0.5,0.6", "--no-baselines", "--jobs", "1", "--out", "by-target").code == 0
    )
    by_share, by_target = (sorted(Path(folder, "points").iterdir()) for folder in ("by-share", "by-target"))
    assert [len(by_share), len(by_target)] == [2, 2]
    for folder, settings in zip(
        (*by_share, *by_target),
        (
            (*SHED, "--set", f"{key}=0.1"),
            (*SHED, "--set", f"{key}=0.3"),
            (*BOTH, "--set", "target.cfe=0.5"),
            (*BOTH, "--set", "target.cfe=0.6"),
        ),
        strict=True,
    ):
        assert run("solve", case, *settings, "--out", "alone", "--force").code == 0
        assert net(summary(str(folder))) == pytest.approx(net(summary("alone")), rel=1e-6)
    assert net(summary(str(by_share[1]))) < net(summary(str(by_share[0])))


def test_runs_are_compared_with_their_costs_of_changes(run, case):
    assert run("solve", case, *BOTH, "--out", "changed").code == 0
    assert run("solve", case, "--out", "planned").code == 0
    compared = run("compare", "planned", "changed")
    assert compared.code == 0
    assert net(summary("changed")) < net(summary("planned"))
    assert summary("changed")["cost"]["components"]["load_curtailment"] > 1.0


def test_the_best_score_is_found_of_load_that_is_moved_and_not_of_load_that_is_given_up(run, case):
    out_of_reach = ("--set", "contracts.wind.max_mw=0", "--set", "storage.battery.max_power_mw=0")
    missed = run("solve", case, *FLEXIBLE, *out_of_reach)
    assert missed.code == 3
    assert "the best score in reach is" in missed.err
    assert run("diagnose", case, *FLEXIBLE, *out_of_reach).code == 0

    missed = run("solve", case, *BOTH, *out_of_reach)
    assert missed.code == 3
    assert "--set sites.berlin.curtailable=null` says what stands in the way of the load as it is then" in missed.err
    refused = run("diagnose", case, *BOTH, *out_of_reach)
    assert refused.code == 2
    assert refused.err.splitlines()[-1] == (
        "error: sites.berlin.curtailable: changes the load that the target is a share of, and the best share of such a "
        "load is not looked for. --set sites.berlin.curtailable=null holds it, for the best score in reach, or for a "
        "budget, without it"
    )
    assert run("diagnose", case, *BOTH, *out_of_reach, "--set", "sites.berlin.curtailable=null").code == 0


def test_a_budget_buys_with_load_that_is_moved(run, case):
    budget = ("--set", "target.budget_per_year=5600000", "--set", "target.cfe=null")
    for settings in (FLEXIBLE, ()):
        folder = "moved" if settings else "planned"
        assert run("solve", case, *settings, *budget, "--out", folder).code == 0
    reached = [summary(folder)["scores"]["hourly_matched_share"] for folder in ("moved", "planned")]
    assert reached[0] > reached[1] + 1e-4
    refused = run("solve", case, *BOTH, *budget)
    assert refused.code == 2
    assert "--set sites.berlin.curtailable=null holds it" in refused.err


def test_a_portfolio_is_stressed_with_load_that_may_be_given_up(run, case):
    ended = run(
        "stress", case, *BOTH, "--shock", "load", "--shock", "outage", "--jobs", "1", "--out", "stressed", "--json"
    )
    assert ended.code == 0
    points = json.loads(ended.out)["points"]
    assert all(point["error"] is None for point in points)
    assert {point["stress"]: point["met"] for point in points}["load-up"] is False  # and solved all the same
    refused = run("stress", case, *BOTH, "--shock", "foresight", "--jobs", "1", "--out", "blind")
    assert refused.code != 0
    assert "has load that is moved, given up or placed" in " ".join(refused.out.split())


def test_weather_years_move_and_give_up_load_each_for_itself(run, case):
    years = '{"grey": {}, "bright": {"set": {"contracts.pv.capacity_factor": 0.4}}}'
    assert run("solve", case, *BOTH, "--set", f"weather_years={years}", "--out", "years").code == 0
    told = {year: summary(f"years/points/{year}") for year in ("grey", "bright")}
    assert all(year["verified"] for year in told.values())
    assert told["grey"]["contracts"]["pv"]["contracted_mw"] == pytest.approx(
        told["bright"]["contracts"]["pv"]["contracted_mw"]
    )
    moved = [year["load"]["sites"]["berlin"]["flexible"]["batch"]["moved_mwh"] for year in told.values()]
    assert moved[0] != pytest.approx(moved[1], rel=1e-3)


def test_meters_tell_what_was_used_and_changeable_load_is_no_matter(run, case):
    hours = [f"2018-01-0{1 + hour // 24}T{hour % 24:02d}:00:00Z" for hour in range(48)]
    rows = [f"{stamp},{8 + hour % 5},4" for hour, stamp in enumerate(hours)]
    Path("meter.csv").write_text("\n".join(["timestamp_utc,load_mw,sun_mw", *rows]) + "\n")
    meters = (
        *("--set", "sites.berlin.metered_load_mw={file: meter.csv, column: load_mw}"),
        *("--set", "contracts.pv.metered_generation_mw={file: meter.csv, column: sun_mw}"),
        *("--set", "contracts.wind.metered_generation_mw=0", "--set", "storage.battery.metered_charge_mw=0"),
        *("--set", "storage.battery.metered_discharge_mw=0"),
    )
    assert run("solve", case, *BOTH, "--out", "plan").code == 0
    matched = run("match", case, *BOTH, *meters, "--plan", "plan", "--out", "metered")
    assert matched.code == 0, matched.err
    told = summary("metered")
    assert told["load_mwh"] == pytest.approx(sum(8 + hour % 5 for hour in range(48)))
    assert told["reconciliation"]["plan_load_mwh"] == pytest.approx(summary("plan")["load_mwh"])  # what was served


def test_a_load_above_its_connection_that_cannot_be_moved_far_enough_is_named(run, case):
    small = ("--set", "sites.berlin.grid.connection_mw=9")
    missed = run("solve", case, *FLEXIBLE, *small)
    assert missed.code == 3
    assert "sites.berlin.grid.connection_mw is 9 MW, and the load is above it in 48 of 48 steps" in missed.err
    assert "What may be moved or given up of it is not enough." in missed.err
    told = run("diagnose", case, *FLEXIBLE, *small)
    assert "What may be moved of it is not enough" in " ".join(told.out.split())
    enough = run("solve", case, *FLEXIBLE, "--set", "sites.berlin.grid.connection_mw=10", "--out", "enough")
    assert enough.code == 0
