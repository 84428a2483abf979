"""Certificates of a year, solved by hand: a volume and a price, and no hour.

Load 10 MWh in both hours. Spot 40 and 60, retail 50 and 70. Sun at 80 in the first hour alone. Two hours are 2/8,760 of
the year, so that 43,800 MWh a year are 10 MWh.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from small_cases import QUICK, TWO_HOURS, a_case, merged, solved

from carbonmatch.accounting import build_ledger, flows_of, prove
from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.scope2 import scope2_summary
from carbonmatch.case import case_from_mapping
from carbonmatch.errors import InfeasibleError, InputError
from carbonmatch.study import explain, solve_case

PAPER = {"technology": "onshore_wind", "zone": "Z", "structure": "yearly_certificates", "strike_per_mwh": 4}
ANNUAL = {"target": {"matching": "annual", "cfe": 1.0}}


def outcome(*changes):
    written = merged(TWO_HOURS, {"contracts": {"paper": PAPER}, "surplus": ...})
    for change in changes:
        written = merged(written, change)
    case = a_case(written, base={})
    problem, solution, _ = solved(case)
    ledger = ledger_of(problem, solution)
    prove(problem, solution, ledger)
    return case, problem, solution, ledger


def test_an_annual_target_is_met_by_paper_alone():
    # 10 * 50 + 10 * 70 at retail, 20 certificates at 4: no hour is matched
    _, problem, solution, ledger = outcome(ANNUAL)
    assert solution.cost["contracts"] == pytest.approx(80)
    assert solution.objective == pytest.approx(1280)
    assert solution.merged_ledgers == (True,)
    (zone,) = ledger.zones
    assert zone.yearly_volume_mwh == pytest.approx(20)
    assert (zone.matched_mwh.sum(), zone.contracted_mwh.sum(), zone.excess_mwh.sum()) == (0, 0, 0)
    number = [contract.name for contract in problem.contracts].index("paper")
    assert solution.contracted_mw[number] == pytest.approx(10)
    assert not solution.generation_mwh[number].any()
    # one more MWh asked for costs one certificate
    assert solution.shadow_prices.green_premium_per_mwh == pytest.approx([4])


def test_the_volume_has_its_limits():
    # at most 10 MWh of paper, the other 10 of the sun at 80, which saves retail at 50 in the first hour
    _, _, solution, ledger = outcome(ANNUAL, {"contracts": {"paper": {"max_mwh_per_year": 43800}}})
    assert solution.cost["contracts"] == pytest.approx(10 * 4 + 10 * 80)
    assert ledger.zones[0].yearly_volume_mwh == pytest.approx(20)
    # a volume that has to be bought, wanted or not
    _, _, solution, _ = outcome({"contracts": {"paper": {"min_mwh_per_year": 43800}}})
    assert solution.cost["contracts"] == pytest.approx(40)


@pytest.mark.parametrize("matching", ["hourly", "monthly"])
def test_no_hour_and_no_month_knows_it(matching):
    # half of the load is met by the sun at 80 in its own hour, whatever paper costs
    _, _, solution, _ = outcome({"target": {"matching": matching, "cfe": 0.5}})
    assert solution.cost["contracts"] == pytest.approx(800)
    with pytest.raises(InfeasibleError):
        outcome({"target": {"matching": matching, "cfe": 1.0}, "contracts": {"sun": {"max_mw": 0}}})


def test_what_the_target_does_not_count_is_not_bought():
    rule = {"target": {"eligible": {"technologies": ["solar"]}}}
    _, _, solution, _ = outcome(ANNUAL, rule)
    assert solution.cost["contracts"] == pytest.approx(20 * 80)


def test_the_guidance_of_2015_counts_it_and_the_draft_revision_does_not():
    case, problem, solution, _ = outcome(ANNUAL)
    facts = facts_from_case(case)
    statements = scope2_summary(facts, build_ledger(problem, flows_of(solution), facts))
    of_paper = {
        profile: sum(line["mwh"] for line in statement["lines"] if line["instrument"] == "paper")
        for profile, statement in statements.items()
        if isinstance(statement, dict) and "lines" in statement
    }
    assert of_paper == {"ghgp_2015": pytest.approx(20), "ghgp_revision_draft": 0}


def test_a_run_tells_its_volume_and_what_one_more_is_worth(tmp_path):
    written = merged(TWO_HOURS, {"contracts": {"paper": PAPER}, "surplus": ..., **ANNUAL})
    result = solve_case(case_from_mapping(written, Path()), options=QUICK)
    paper = result.summary["contracts"]["paper"]
    assert paper["yearly_certificates_mwh"] == pytest.approx(20)
    assert paper["generation_mwh"] == 0
    assert (paper["cost"], paper["capture_value_per_mwh"]) == (pytest.approx(80), pytest.approx(4))
    assert result.summary["scores"]["annual_volumetric_share"] == pytest.approx(1)
    assert result.summary["scores"]["hourly_matched_share"] == 0
    table = result.contracts_hourly.groupby("contract")
    assert table["payment"].sum()["paper"] == pytest.approx(80)
    assert table["generation_mwh"].sum()["paper"] == 0
    told = explain(case_from_mapping(written, Path()), options=QUICK, exit_prices=False).summary["contracts"]["paper"]
    assert told["entry_strike_per_mwh"] == pytest.approx(4)
    assert told["net_worth_per_mw_year"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("terms", "named", "cure"),
    [
        ({"max_mw": 10}, "max_mw: is 10, and certificates have no size in MW", "say min_mwh_per_year and"),
        ({"min_mwh_per_year": 9, "max_mwh_per_year": 5}, "is 5, below min_mwh_per_year", "raise this one"),
        ({"offered_mw": 5}, "offered_mw: is not a known key", ""),
        ({"sleeve_fee_per_mwh": 1}, "delivers nothing", "leave it out"),
    ],
)  # fmt: skip
def test_bad_terms_are_told_with_their_cure(terms, named, cure):
    with pytest.raises(InputError) as caught:
        outcome({"contracts": {"paper": terms}})
    told = " ".join(str(fault) for fault in caught.value.faults)
    assert named in told
    assert cure in told


def test_the_volume_is_spread_over_the_year():
    _, problem, _, _ = outcome(ANNUAL)
    terms = next(contract for contract in problem.contracts if contract.yearly)
    np.testing.assert_allclose(terms.yearly_mwh(3.0), [3.0, 3.0])
