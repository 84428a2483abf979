"""A plant and a storage behind the meter of a site, solved by hand: the arithmetic stands in the comments.

Load 10 and 12 MW; spot 40 and 60, retail 50 and 70. The sun shines in the first hour only. Two hours are 2/744 of
January and 2/8,760 of the year.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from small_cases import a_case, merged, solved

from carbonmatch.accounting import build_ledger, flows_of, prove
from carbonmatch.accounting.facts import facts_from_case
from carbonmatch.accounting.grid_summary import grid_summaries
from carbonmatch.accounting.scope2 import scope2_summary
from carbonmatch.errors import InfeasibleError, InputError, VerificationError

PER_KW_MONTH = 1000 * 2 / 744
BASE = {"sites": {"s": {"load": [10.0, 12.0]}}, "surplus": ...}
ROOF = {"contracts": {"sun": {"site": "s", "strike_per_mwh": 30, "max_mw": 8}}}
NO_SUN = {"contracts": {"sun": {"max_mw": 0}}}
FIELD = {"contracts": {"sun": {"strike_per_mwh": 30, "max_mw": 8}}}
BATTERY = {
    "zone": "Z",
    "site": "s",
    "power_cost_per_mw_year": 0,
    "energy_cost_per_mwh_year": 4380,  # 1 per MWh over two hours
    "round_trip_efficiency": 0.81,  # 0.9 each way
    "max_power_mw": 2,
}


def outcome(*changes):
    """Solve, let the accounts prove it, and return problem, solution and the summary of the site."""
    written = BASE
    for change in changes:
        written = merged(written, change)
    problem, solution, _ = solved(a_case(written))
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    prove(problem, solution, ledger_of(problem, solution))
    return problem, solution, grid_summaries(problem, solution)["s"]


def grid(**terms):
    return {"sites": {"s": {"grid": terms}}}


ADDERS = grid(adders_per_mwh={"network": 20})
PEAK = grid(demand_charges={"peak": {"per_kw_month": 1}})


def test_a_plant_behind_the_meter_lowers_import_and_peak_and_a_contract_does_not():
    first_hour = grid(demand_charges={"early": {"per_kw_month": 1, "hours": [0, 1]}})
    _, roof, on_site = outcome(ADDERS, first_hour, ROOF)
    _, field, off_site = outcome(ADDERS, first_hour, FIELD)
    # 8 MW of sun at 30 in the first hour are worth retail, 50, off site; adders and peak on top on site
    for solution in (roof, field):
        assert solution.contracted_mw == pytest.approx([8])
        assert solution.cost["grid_energy"] == pytest.approx(2 * 50 + 12 * 70)
    assert roof.cost["grid_adders"] == pytest.approx(20 * 14)
    assert field.cost["grid_adders"] == pytest.approx(20 * 22)
    assert (on_site["metered_import_mwh"], off_site["metered_import_mwh"]) == (pytest.approx(14), pytest.approx(22))
    assert on_site["billed_peak_mw"] == {"early": {"2018-01": pytest.approx(2)}}
    assert off_site["billed_peak_mw"] == {"early": {"2018-01": pytest.approx(10)}}
    assert roof.cost["demand_charges"] == pytest.approx(2 * PER_KW_MONTH)
    assert "metered_export_mwh" not in off_site


def test_matched_load_is_load_wherever_the_plant_stands():
    for where in (ROOF, FIELD):
        problem, solution, _ = outcome(where, {"target": {"matching": "hourly", "cfe": 0.25}})
        assert solution.unmatched_mwh.sum() == pytest.approx(22 - 8)
        ledger = ledger_of(problem, solution)
        assert ledger.zones[0].matched_mwh.tolist() == pytest.approx([8, 0])


def test_what_is_not_used_leaves_through_the_meter_at_its_price():
    export = grid(export_price={"index": "spot", "margin_per_mwh": -5})
    problem, solution, site = outcome(export, ROOF, {"contracts": {"sun": {"max_mw": 15}}})
    # 15 MW: 10 are used, 5 leave at 35, above their strike of 30
    assert solution.contracted_mw == pytest.approx([15])
    assert solution.metered_export_mwh[0] == pytest.approx([5, 0])
    assert solution.cost["export_sales"] == pytest.approx(-5 * 35)
    assert solution.sold_mwh.sum() == 0
    assert (site["metered_export_mwh"], site["export_sales"]) == (pytest.approx(5), pytest.approx(175))
    assert ledger_of(problem, solution).zones[0].excess_mwh == pytest.approx([5, 0])  # claims stay with the buyer


@pytest.mark.parametrize(("limit", "size"), [(3, 13), (0, 10), (100, 15)])
def test_export_has_its_limit(limit, size):
    export = grid(export_price={"index": "spot", "margin_per_mwh": -5}, export_limit_mw=limit)
    _, solution, _ = outcome(export, ROOF, {"contracts": {"sun": {"max_mw": 15}}})
    assert solution.contracted_mw == pytest.approx([size])
    assert solution.metered_export_mwh.max() <= limit + 1e-9


def test_a_battery_behind_the_meter_shaves_the_peak():
    # Retail is 50 in both hours. The battery moves x from the second hour: it charges x / 0.81 in the first, through
    # the meter at retail, until both imports are the same: 10 + x / 0.81 = 12 - x, so that x = 2 * 0.81 / 1.81.
    flat = grid(energy={"index": "spot", "margin_per_mwh": [10, -10]})
    dear = grid(demand_charges={"peak": {"per_kw_month": 20}})
    _, solution, site = outcome(flat, dear, NO_SUN, {"storage": {"b": {**BATTERY, "grid_charging": True}}})
    x = 2 * 0.81 / 1.81
    assert solution.grey_discharge_mwh[0] == pytest.approx([0, x])
    assert solution.metered_import_mwh[0] == pytest.approx([12 - x, 12 - x])
    assert solution.cost["grid_energy"] == pytest.approx(50 * 2 * (12 - x))  # its charge is bought at retail
    assert solution.cost["demand_charges"] == pytest.approx(20 * PER_KW_MONTH * (12 - x))
    assert solution.cost["storage_operation"] == 0
    assert solution.unmatched_mwh.sum() == pytest.approx(22)  # nothing of it is clean
    assert site["billed_peak_mw"]["peak"]["2018-01"] == pytest.approx(12 - x)


def test_without_grid_charging_a_battery_behind_the_meter_stores_what_is_clean():
    peak = grid(demand_charges={"peak": {"per_kw_month": 20}})
    _, solution, _ = outcome(peak, ROOF, {"contracts": {"sun": {"max_mw": 1}}}, {"storage": {"b": BATTERY}})
    assert solution.clean_charge_mwh[0, 0] <= 1 + 1e-9  # no more than the roof generates
    assert solution.clean_discharge_mwh[0, 1] == pytest.approx(0.81 * solution.clean_charge_mwh[0, 0])
    assert solution.clean_discharge_mwh[0, 1] > 0.1
    _, alone, _ = outcome(peak, NO_SUN, {"storage": {"b": BATTERY}})
    assert alone.clean_charge_mwh.sum() == pytest.approx(0)


def test_claims_of_a_virtual_contract_are_not_stored_with_grey_energy():
    # The claim is there in the first hour, the energy behind the meter is not: the clean pool stays empty.
    swap = {"contracts": {"sun": {"structure": "virtual", "strike_per_mwh": 1, "existing_mw": 5, "max_mw": ...}}}
    target = {"target": {"matching": "hourly", "cfe": 0.2}}
    _, solution, _ = outcome(swap, target, {"storage": {"b": {**BATTERY, "grid_charging": True}}})
    assert solution.clean_charge_mwh.sum() == pytest.approx(0, abs=1e-9)


def test_energy_of_a_contract_off_site_may_be_stored_behind_the_meter():
    field = {"contracts": {"sun": {"strike_per_mwh": 1, "existing_mw": 12, "max_mw": ...}}}
    problem, solution, _ = outcome(field, {"storage": {"b": BATTERY}})
    # 2 MW of the 12 are charged in the first hour, through the meter; retail at 70 is saved in the second
    assert solution.clean_charge_mwh[0] == pytest.approx([2, 0])
    assert solution.metered_import_mwh[0] == pytest.approx([12, 12 - 2 * 0.81])
    assert solution.retail_supply_mwh[0] == pytest.approx([0, 12 - 2 * 0.81])
    assert ledger_of(problem, solution).zones[0].matched_mwh == pytest.approx([10, 2 * 0.81])


def test_the_connection_limits_what_passes_the_meter():
    # 12 MW are used and 11.3 may pass: 0.7 have to come out of the battery. Retail at 50 for 70 pays for more, until no
    # more than 1.3 pass in the first hour beside the 10 that are used
    wire = grid(connection_mw=11.3)
    _, solution, _ = outcome(wire, NO_SUN, {"storage": {"b": {**BATTERY, "grid_charging": True}}})
    assert solution.metered_import_mwh[0] == pytest.approx([11.3, 12 - 1.3 * 0.81])
    with pytest.raises(InfeasibleError):
        outcome(grid(connection_mw=9), NO_SUN, {"storage": {"b": {**BATTERY, "grid_charging": True}}})


def test_power_is_subscribed_for_what_passes_the_meter():
    terms = grid(subscribed={"charge_per_mw_year": 43800, "excess_penalty_per_mwh": 30})
    _, solution, site = outcome(terms, ROOF)
    # imports 2 and 12: a MW costs 10 for the two hours, 30 above it in the second: 12 are subscribed
    assert site["subscribed_mw"] == pytest.approx(12)
    assert solution.cost["subscribed_capacity"] == pytest.approx(120)


def test_the_ratchet_holds_a_month_to_the_one_before():
    # 31 January 23:00 and 1 February 00:00: 12 MW are used in January, 4 in February, and half of 12 is billed there
    months = {"time": {"start": "2018-01-31T23:00", "end": "2018-02-01T01:00"}, "sites": {"s": {"load": [12.0, 4.0]}}}
    # a tiny roof, so that import is a matter of choice and the rows of the ratchet are written
    roof = {"contracts": {"sun": {"site": "s", "capacity_factor": [0.0, 1.0], "existing_mw": 1, "max_mw": ...}}}
    _, solution, site = outcome(
        months, roof, grid(demand_charges={"peak": {"per_kw_month": 6.72, "ratchet_share": 0.5}})
    )
    assert site["billed_peak_mw"] == {"peak": {"2018-01": pytest.approx(12), "2018-02": pytest.approx(6)}}
    assert solution.cost["demand_charges"] == pytest.approx(6720 * (12 / 744 + 6 / 672))


def test_a_plant_left_out_is_priced_at_the_meter():
    # One MWh behind the meter saves retail, 50, and 20 of adders in the first hour
    _, solution, _ = outcome(ADDERS, ROOF, {"contracts": {"sun": {"strike_per_mwh": 71}}})
    assert solution.contracted_mw == pytest.approx([0])
    assert solution.shadow_prices.site_energy_value_per_mwh[0] == pytest.approx([70, 90])
    _, solution, _ = outcome(ADDERS, ROOF, {"contracts": {"sun": {"strike_per_mwh": 69}}})
    assert solution.contracted_mw == pytest.approx([8])


BAD = (
    (
        {"contracts": {"sun": {"site": "x"}}},
        "contracts.sun.site: is 'x', which is not one of the sites of the case (sites: s)",
    ),
    (
        {"contracts": {"sun": {"site": "s", "structure": "virtual"}}},
        "contracts.sun.site: is s, and a contract of this structure stands behind no meter",
    ),
    (
        {"storage": {"b": {**BATTERY, "settlement": "spot"}}},
        "storage.b.settlement: is spot, and the storage stands behind",
    ),
    (
        {"storage": {"b": {**BATTERY, "grid_charging": True, "grid_charging_margin_per_mwh": 4}}},
        "storage.b.grid_charging_margin_per_mwh: is 4, and the storage stands behind the meter of s",
    ),
    (
        merged(ROOF, grid(export_price={"index": "spot", "margin_per_mwh": 11})),
        "sites.s.grid.export_price: is above what a MWh of import costs in 2 of 2 steps, the first at "
        "2018-01-01T00:00Z (51 against 50)",
    ),
    (
        merged(ROOF, {"zones": {"Z": {"spot_price_per_mwh": [-30.0, 60.0]}}}),
        "sites.s.grid.export_price: is missing, so that export earns 0, and a MWh of import costs less than that in",
    ),
)


@pytest.mark.parametrize(("changes", "told"), BAD)
def test_bad_terms_are_told_with_their_cure(changes, told):
    with pytest.raises(InputError) as caught:
        a_case(merged(BASE, changes))
    assert any(told in str(fault) for fault in caught.value.faults), caught.value.faults


def test_a_meter_that_does_not_add_up_is_no_result():
    problem, solution, _ = outcome(ROOF)
    wrong = replace(solution, metered_import_mwh=solution.metered_import_mwh + np.array([[1.0, 0.0]]))
    with pytest.raises(VerificationError, match="what passed the meter of s is off by 1 MWh in step 0"):
        prove(problem, wrong, ledger_of(problem, wrong))


def test_what_is_used_on_site_is_no_purchased_electricity():
    # 15 MW of sun: 10 are used on site, 5 leave. 12 MWh are imported in the second hour, at 300 kg/MWh
    export = grid(export_price={"index": "spot", "margin_per_mwh": -5})
    signed = {"contracts": {"sun": {"site": "s", "strike_per_mwh": 30, "existing_mw": 15, "max_mw": ...}}}
    case = a_case(merged(merged(BASE, export), signed))
    problem, solution, _ = solved(case)
    found = scope2_summary(facts_from_case(case), build_ledger(problem, flows_of(solution), facts_from_case(case)))
    for rules in ("ghgp_2015", "ghgp_revision_draft"):
        lines = {(line["method"], line["tier"]): line["mwh"] for line in found[rules]["lines"]}
        assert lines["location_based", "grid_average"] == pytest.approx(12)
        assert lines["location_based", "on_site"] == pytest.approx(10)
        assert lines["market_based", "on_site"] == pytest.approx(10 if rules == "ghgp_2015" else 10 * 10 / 15)
        for method in ("location_based", "market_based"):
            assert sum(mwh for (of, _), mwh in lines.items() if of == method) == pytest.approx(22)
        assert found[rules]["location_based_t"] == pytest.approx(3.6)
    # over the year the 5 MWh that left are certificates, which meet what was imported
    assert found["ghgp_2015"]["claimed_mwh"] == pytest.approx(5)
