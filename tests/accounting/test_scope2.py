"""Scope 2 by hand: every rule on a few hours, every line adding up to the load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from by_hand import (
    a_contract,
    a_factor,
    a_problem,
    a_site,
    a_solution,
    a_storage,
    a_zone,
    a_zone_of_facts,
    an_instrument,
    facts_of,
    ledger_of,
    steps,
)

from carbonmatch.accounting.avoided import avoided_summary
from carbonmatch.accounting.embodied import embodied_summary
from carbonmatch.accounting.scope2 import LAST_RESORT_G_PER_KWH, market_based_t, scope2_summary
from carbonmatch.records import Embodied, SiteFacts, StorageFacts

LOAD = steps(10, 10, 10)
GENERATION = steps(25, 5, 0)
"""20 MWh are generated beyond the load of hour 0; hours 1 and 2 lack 5 and 10: 15 of 30 are matched by the hour."""


def a_year(**zone_facts):
    """Return the problem, the facts and the ledger of three hours of one contract, with the factors given."""
    problem = a_problem((a_zone("Z", LOAD),), (a_contract("sun", steps(1, 1, 1)),))
    facts = facts_of(problem, zones=(a_zone_of_facts("Z", **zone_facts),))
    return problem, facts, ledger_of(problem, a_solution(problem, [GENERATION]), facts)


def lines(statement, method="market_based"):
    """Return {(tier, instrument): (MWh, t)} of one method."""
    return {
        (line["tier"], line["instrument"]): (
            pytest.approx(line["mwh"]),
            None if line["emissions_t"] is None else pytest.approx(line["emissions_t"]),
        )
        for line in statement["lines"]
        if line["method"] == method
    }


AVERAGE = a_factor([100, 200, 600], 3, "grid operator")
RESIDUAL = a_factor([300, 400, 800], 3, "issuing body")
FOSSIL = a_factor([700, 800, 900], 3, "statistics")


def test_location_based_is_load_at_the_average_of_its_hour():
    # 10 * 100 + 10 * 200 + 10 * 600 = 9,000 kg, 300 g/kWh over the 30 MWh
    _, facts, ledger = a_year(average=AVERAGE)
    for statement in scope2_summary(facts, ledger).values():
        assert statement["location_based_t"] == pytest.approx(9.0)
        (line,) = [line for line in statement["lines"] if line["method"] == "location_based"]
        assert line["factor_g_per_kwh"] == pytest.approx(300)
        assert (line["source"], line["vintage"], line["granularity"]) == ("grid operator", "2018", "hourly")


def test_by_the_year_all_certificates_count_up_to_the_load():
    # 30 generated, 30 of load: all of it, though half of the load was not met in its hour
    _, facts, ledger = a_year(average=AVERAGE)
    statement = scope2_summary(facts, ledger)["ghgp_2015"]
    assert lines(statement) == {("certificates", "sun"): (30, 0)}
    assert (statement["claimed_mwh"], statement["claimed_share"]) == (pytest.approx(30), pytest.approx(1))
    assert statement["excess_not_claimed_mwh"] == pytest.approx(0)


def test_by_the_hour_only_what_met_the_load_counts():
    # 10 + 5 + 0 are claimed; hour 1 lacks 5 and hour 2 lacks 10: 5 * 400 + 10 * 800 = 10,000 kg at the residual mix
    _, facts, ledger = a_year(average=AVERAGE, residual_mix=RESIDUAL, fossil_mix=FOSSIL)
    statement = scope2_summary(facts, ledger)["ghgp_revision_draft"]
    assert lines(statement) == {("certificates", "sun"): (15, 0), ("residual_mix", ""): (15, 10.0)}
    assert statement["market_based_t"] == pytest.approx(10.0)
    assert statement["excess_not_claimed_mwh"] == pytest.approx(15)
    np.testing.assert_allclose(market_based_t(facts, ledger, 0), [0, 2, 8])


def test_without_a_residual_mix_the_draft_falls_back_on_fossil_plants_and_never_on_the_average():
    # 5 * 800 + 10 * 900 = 13,000 kg
    _, facts, ledger = a_year(average=AVERAGE, fossil_mix=FOSSIL)
    statement = scope2_summary(facts, ledger)["ghgp_revision_draft"]
    assert lines(statement)["fossil_mix", ""] == (15, 13.0)
    assert any("fossil plants" in note for note in statement["notes"])


def test_without_either_the_draft_falls_back_on_a_default_that_is_named():
    _, facts, ledger = a_year(average=AVERAGE)
    statement = scope2_summary(facts, ledger)["ghgp_revision_draft"]
    assert lines(statement)["default", ""] == (15, 15 * LAST_RESORT_G_PER_KWH / 1000)
    assert any("910 g/kWh" in note for note in statement["notes"])


def test_by_the_year_what_is_left_is_counted_at_the_residual_mix_weighted_with_load():
    # half of everything is generated: 15 claimed, 15 left, spread like the load: 5 * (300 + 400 + 800) = 7,500 kg
    problem, facts, _ = a_year(average=AVERAGE, residual_mix=RESIDUAL)
    ledger = ledger_of(problem, a_solution(problem, [GENERATION / 2]), facts)
    statement = scope2_summary(facts, ledger)["ghgp_2015"]
    assert lines(statement) == {("certificates", "sun"): (15, 0), ("residual_mix", ""): (15, 7.5)}


def test_by_the_year_without_a_residual_mix_the_average_stands_in_and_the_note_says_so():
    # 5 * (100 + 200 + 600) = 4,500 kg
    problem, facts, _ = a_year(average=AVERAGE, fossil_mix=FOSSIL)
    ledger = ledger_of(problem, a_solution(problem, [GENERATION / 2]), facts)
    statement = scope2_summary(facts, ledger)["ghgp_2015"]
    assert lines(statement)["grid_average", ""] == (15, 4.5)
    assert any("residual mix" in note for note in statement["notes"])


def test_the_supplier_rate_comes_before_the_residual_mix():
    # two sites of 4 and 6 MWh an hour, half of it claimed: 1.5 * 4 = 6 MWh left at the first one's supplier, 50 g/kWh
    sites = (a_site("a", 0, steps(4, 4, 4)), a_site("b", 0, steps(6, 6, 6)))
    problem = a_problem((a_zone("Z", LOAD),), (a_contract("sun", steps(1, 1, 1)),), sites=sites)
    facts = facts_of(
        problem,
        zones=(a_zone_of_facts("Z", residual_mix=RESIDUAL),),
        sites=(
            SiteFacts("a", 0, steps(4, 4, 4), "meter", a_factor(50, 3, "its bill")),
            SiteFacts("b", 0, steps(6, 6, 6), "meter", None),
        ),
    )
    ledger = ledger_of(problem, a_solution(problem, [GENERATION / 2]), facts)
    statement = scope2_summary(facts, ledger)["ghgp_2015"]
    # the rest is 2 * 3 = ... 3 MWh an hour of site b at 300, 400 and 800: 4,500 kg
    assert lines(statement) == {
        ("certificates", "sun"): (15, 0),
        ("supplier", ""): (6, 0.3),
        ("residual_mix", ""): (9, 4.5),
    }
    assert [line["source"] for line in statement["lines"] if line["tier"] == "supplier"] == ["a: its bill"]


def test_standard_supply_is_claimed_pro_rata_and_only_for_what_is_left():
    # a service of 30 % of all sales: 3 MWh of each hour's 10; hour 0 is matched, hour 1 lacks 5 and hour 2 lacks 10
    _, facts, ledger = a_year(
        residual_mix=RESIDUAL, standard_supply=a_factor(20, 3, "utility"), standard_supply_share=steps(0.3, 0.3, 0.3)
    )
    statement = scope2_summary(facts, ledger)["ghgp_revision_draft"]
    # 2 * 400 + 7 * 800 = 6,400 kg
    assert lines(statement) == {
        ("certificates", "sun"): (15, 0),
        ("standard_supply", ""): (6, 6 * 0.02),
        ("residual_mix", ""): (9, 6.4),
    }
    assert statement["claimed_mwh"] == pytest.approx(15)  # no instrument of the buyer stands behind the service


def test_a_contract_without_certificates_is_an_instrument_of_its_own_kind():
    problem, facts, ledger = a_year(average=AVERAGE)
    plain = an_instrument(problem.contracts[0], certificates=False, factor=a_factor(40, 3, "supplier"))
    statement = scope2_summary(replace(facts, instruments=(plain,)), ledger)["ghgp_revision_draft"]
    assert lines(statement)["contracts", "sun"] == (15, 0.6)


def test_by_the_year_losses_in_storage_are_not_claimed():
    # 25 + 5 generated, 10 charged and 5 discharged: 25 are left to claim, 5 are lost and 5 of the load remain
    problem = a_problem((a_zone("Z", LOAD),), (a_contract("sun", steps(1, 1, 1)),), (a_storage("battery"),))
    facts = facts_of(problem, zones=(a_zone_of_facts("Z", residual_mix=a_factor(300, 3)),))
    solution = a_solution(
        problem,
        [GENERATION],
        clean_charge_mwh=np.array([[10.0, 0, 0]]),
        clean_discharge_mwh=np.array([[0, 5.0, 0]]),
    )
    ledger = ledger_of(problem, solution, facts)
    both = scope2_summary(facts, ledger)
    assert lines(both["ghgp_2015"]) == {("certificates", "sun"): (25, 0), ("residual_mix", ""): (5, 1.5)}
    # by the hour: 10 direct, 5 direct and 5 stored, nothing: 20 claimed
    assert lines(both["ghgp_revision_draft"]) == {("certificates", "sun"): (20, 0), ("residual_mix", ""): (10, 3.0)}


def test_a_factor_that_the_case_does_not_give_leaves_the_total_unknown():
    problem, facts, _ = a_year()
    ledger = ledger_of(problem, a_solution(problem, [GENERATION / 2]), facts)
    statement = scope2_summary(facts, ledger)["ghgp_2015"]
    assert statement["location_based_t"] is None
    assert statement["market_based_t"] is None
    assert lines(statement)["grid_average", ""] == (15, None)


def test_zones_never_cover_for_one_another():
    # 20 generated in the north for a load of 10; nothing in the south: 10 claimed, 10 at the residual mix of the south
    zones = (a_zone("north", steps(10)), a_zone("south", steps(10)))
    problem = a_problem(zones, (a_contract("sun", steps(1)),))
    facts = facts_of(
        problem,
        zones=(a_zone_of_facts("north"), a_zone_of_facts("south", residual_mix=a_factor(500, 1))),
    )
    ledger = ledger_of(problem, a_solution(problem, [steps(20)]), facts)
    for statement in scope2_summary(facts, ledger).values():
        assert statement["claimed_mwh"] == pytest.approx(10)
        assert lines(statement)["residual_mix", ""] == (10, 5.0)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0, 3.0])
def test_the_mwh_of_each_method_add_up_to_the_load(share):
    problem, facts, _ = a_year(
        average=AVERAGE, fossil_mix=FOSSIL, standard_supply=a_factor(0, 3), standard_supply_share=steps(0.2, 0.2, 0.2)
    )
    ledger = ledger_of(problem, a_solution(problem, [GENERATION * share]), facts)
    for statement in scope2_summary(facts, ledger).values():
        for method in ("location_based", "market_based"):
            mwh = sum(line["mwh"] for line in statement["lines"] if line["method"] == method)
            assert mwh == pytest.approx(30, abs=1e-9)


# --- beside the inventory ---------------------------------------------------------------------------------------------


def test_avoided_emissions_are_generation_at_the_marginal_rate():
    # 25 * 400 + 5 * 800 = 14,000 kg
    _, facts, ledger = a_year(marginal=a_factor([400, 800, 0], 3, "operator"))
    statement = avoided_summary(facts, ledger)
    assert statement["avoided_t"] == pytest.approx(14.0)
    assert statement["by_contract"] == {"sun": pytest.approx(14.0)}
    assert statement["source"] == "Z: operator"
    assert "never subtracted" in statement["note"]


def test_storage_avoids_what_it_shifts():
    # 10 charged at 400, 5 discharged at 800: no difference; generation 14,000 kg as before
    problem = a_problem((a_zone("Z", LOAD),), (a_contract("sun", steps(1, 1, 1)),), (a_storage("battery"),))
    facts = facts_of(problem, zones=(a_zone_of_facts("Z", marginal=a_factor([400, 900, 0], 3)),))
    flows = {"clean_charge_mwh": np.array([[10.0, 0, 0]]), "clean_discharge_mwh": np.array([[0, 5.0, 0]])}
    ledger = ledger_of(problem, a_solution(problem, [GENERATION], **flows), facts)
    assert avoided_summary(facts, ledger)["by_storage"] == {"battery": pytest.approx(0.5)}


def test_without_a_marginal_rate_nothing_is_said_to_be_avoided():
    _, facts, ledger = a_year(average=AVERAGE)
    statement = avoided_summary(facts, ledger)
    assert statement["avoided_t"] is None
    assert "marginal_g_per_kwh" in statement["note"]


def test_embodied_emissions_line_by_line():
    # 30 MWh * 48 g/kWh = 1,440 kg; 20 MWh of capacity * 90 kg/kWh / 15 years * half a year = 60 t
    problem = a_problem(
        (a_zone("Z", LOAD),), (a_contract("sun", steps(1, 1, 1)), a_contract("gas", LOAD)), (a_storage("battery"),)
    )
    facts = facts_of(
        problem,
        instruments=(
            an_instrument(problem.contracts[0], embodied=Embodied(48, "a study")),
            an_instrument(problem.contracts[1]),
        ),
        storage=(StorageFacts("battery", 0, "fifo", 1.0, Embodied(90, "another study"), 15.0),),
    )
    ledger = ledger_of(problem, a_solution(problem, [GENERATION, steps(0, 0, 0)]), facts)
    statement = embodied_summary(facts, ledger, {"battery": 20.0}, 0.5)
    assert [(line["name"], line["emissions_t"], line["source"]) for line in statement["lines"]] == [
        ("sun", pytest.approx(1.44), "a study"),
        ("battery", pytest.approx(60.0), "another study"),
    ]
    assert statement["total_t"] == pytest.approx(61.44)
    assert "gas" in statement["note"]
    unknown = embodied_summary(facts, ledger, {"battery": None}, 0.5)
    assert [line["name"] for line in unknown["lines"]] == ["sun"]
