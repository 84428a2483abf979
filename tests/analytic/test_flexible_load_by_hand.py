"""Load that is moved, given up or moved between sites, solved by hand: the arithmetic stands in the comments.

Load 10 MW in every hour unless said otherwise. Every run goes through the accounts, which prove the changes of the
load by themselves.
"""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

from carbonmatch.errors import InfeasibleError
from carbonmatch.study import solve_case
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result

PER_KW_MONTH = 1000 * 2 / 744
"""What a charge of 1 per kW and month comes to for a MW in two hours of January."""

A_YEAR = 4380
"""How often two hours fit into a year."""

BASE = merged(TWO_HOURS, {"sites": {"s": ...}})

NO_SUN = {"contracts": {"sun": ...}}


def site(retail, load=None, zone="Z", grid=None, **blocks):
    """Return a site with a retail price for every hour."""
    return {
        "zone": zone,
        "load": [10.0] * len(retail) if load is None else load,
        "grid": {"energy": {"flat_per_mwh": retail}, **(grid or {})},
        **blocks,
    }


def hours(count, start="2018-01-01T00:00"):
    """Return a case of some hours without a contract."""
    end = f"{np.datetime64(start) + np.timedelta64(count, 'h')}"
    zone = {"spot_price_per_mwh": [40.0] * count, "carbon_intensity_g_per_kwh": [500] * count}
    return merged(NO_SUN, {"time": {"start": start, "end": end}, "zones": {"Z": zone}, "surplus": ...})


def outcome(*changes):
    """Solve, let the accounts prove it; return the result."""
    written = {}
    for change in changes:
        written = merged(written, change)
    result = solve_case(a_case(written, BASE), QUICK)
    components = result.summary["cost"]["components"]
    assert sum(result.solution.cost.values()) == pytest.approx(result.solution.objective, rel=1e-12)
    assert {name: float(components[name]) for name in components if name.startswith("load_")} == {
        name: pytest.approx(amount) for name, amount in result.solution.cost.items() if name.startswith("load_")
    }
    return result


def cost(result):
    return pytest.approx(result.solution.objective, rel=1e-9)


def served(result, s=0):
    return result.solution.load_changes.load_mwh[s].tolist()


# --- Moved in time ----------------------------------------------------------------------------------------------------


def shifting(**terms):
    return {**hours(2), "sites": {"s": site([50, 70], flexible={"batch": {"share": 0.2, **terms}})}}


def test_work_moves_where_that_saves_more_than_it_costs():
    # 2 MWh move from 70 to 50 at 5: 12 * 50 + 8 * 70 + 2 * 5
    result = outcome(shifting(cost_per_mwh=5))
    assert cost(result) == 600 + 560 + 10
    assert result.solution.cost["load_shifting"] == pytest.approx(10)
    assert served(result) == pytest.approx([12, 8])
    assert result.summary["load_mwh"] == pytest.approx(20)
    # at 25 it costs more than the 20 that it saves
    result = outcome(shifting(cost_per_mwh=25))
    assert cost(result) == 1200
    assert served(result) == pytest.approx([10, 10])
    assert result.solution.cost["load_shifting"] == pytest.approx(0)


@pytest.mark.parametrize(("share", "increase", "moved"), [(0.2, 0.1, 1.0), (0.1, 0.5, 1.0), (0.2, 0.5, 2.0)])
def test_what_is_taken_out_and_what_is_added_have_limits_of_their_own(share, increase, moved):
    result = outcome(shifting(share=share, max_increase_share=increase))
    assert served(result) == pytest.approx([10 + moved, 10 - moved])
    assert cost(result) == 1200 - 20 * moved


def windowed(window, **changes):
    batch = {"share": 0.2, "max_increase_share": 0.4, "window_hours": window}
    return {**hours(4, **changes), "sites": {"s": site([50, 70, 20, 90], flexible={"batch": batch})}}


def test_work_stays_in_its_window():
    # two windows: 2 MWh from 70 to 50, and 2 MWh from 90 to 20
    result = outcome(windowed(2))
    assert served(result) == pytest.approx([12, 8, 12, 8])
    assert cost(result) == 12 * 50 + 8 * 70 + 12 * 20 + 8 * 90
    # one window: 2 MWh each from 70 and 90, 4 of them fit into the hour of 20
    result = outcome(windowed(4))
    assert served(result) == pytest.approx([10, 8, 14, 8])
    assert cost(result) == 10 * 50 + 8 * 70 + 14 * 20 + 8 * 90


def test_windows_begin_at_local_midnight():
    # 23:00 is alone in its day: nothing moves to it from the hours after midnight, of which the first is dear
    result = outcome(windowed(24, start="2018-01-01T23:00"))
    assert served(result) == pytest.approx([10, 8, 14, 8])
    # in Berlin midnight is an hour earlier: 22:00 UTC and later are all of one day
    result = outcome(windowed(24, start="2018-01-01T22:00"), {"time": {"timezone": "Europe/Berlin"}})
    assert served(result)[:2] == pytest.approx([12, 8])  # 22:00 and 23:00 local
    assert served(result)[2:] == pytest.approx([12, 8])


# --- Given up ---------------------------------------------------------------------------------------------------------


def shedding(price, **terms):
    shed = {"share": 0.1, "price_per_mwh": price, **terms}
    return {**hours(2), "sites": {"s": site([50, 70], curtailable={"slow": shed})}}


@pytest.mark.parametrize(
    ("price", "terms", "given_up"),
    [
        (80, {}, [0, 0]),  # dearer than energy
        (60, {}, [0, 1]),  # below 70, above 50: 10 % of 10 MWh
        (40, {}, [1, 1]),
        (40, {"event_hours": 1}, [0, 1]),  # an hour of 1 MW in a day, the dear one
        (40, {"event_hours": 1.5}, [0.5, 1]),
        (40, {"event_hours": 1, "events_per_year": A_YEAR}, [0, 1]),  # one event in two hours
        (40, {"event_hours": 1, "events_per_year": A_YEAR / 2}, [0, 0.5]),  # half an event, by its energy
        (40, {"events_per_year": A_YEAR}, [0, 1]),  # without a length an event is a step
    ],
)
def test_work_is_given_up_where_energy_is_dearer(price, terms, given_up):
    result = outcome(shedding(price, **terms))
    assert served(result) == pytest.approx([10 - given_up[0], 10 - given_up[1]])
    lost = sum(given_up)
    assert cost(result) == 1200 - 50 * given_up[0] - 70 * given_up[1] + price * lost
    assert result.solution.cost["load_curtailment"] == pytest.approx(price * lost)
    told = result.summary["load"]["sites"]["s"]
    assert told["curtailable"]["slow"]["curtailed_mwh"] == pytest.approx(lost)
    assert (told["planned_mwh"], told["served_mwh"]) == (pytest.approx(20), pytest.approx(20 - lost))


def test_every_local_day_has_its_event():
    # 23:00 and 00:00 are of two days: 1 MWh each; one event a day, and an event is 1 h * 10 % of 10 MW
    shed = {"slow": {"share": 0.1, "price_per_mwh": 40, "event_hours": 1}}
    result = outcome(hours(2, "2018-01-01T23:00"), {"sites": {"s": site([50, 70], curtailable=shed)}})
    assert served(result) == pytest.approx([9, 9])


# --- Moved between sites ----------------------------------------------------------------------------------------------

GROUP = {"share": 0.2, "window_hours": None, "latency_group": "near"}
Y = {"zones": {"Y": {"spot_price_per_mwh": [40.0, 40.0]}}}


def two_sites(group=None, s=GROUP, r=GROUP):
    """Retail 50 and 70 at s in zone Z, 60 and 40 at r in zone Y."""
    sites = {
        "s": site([50, 70], flexible={"web": s}),
        "r": site([60, 40], zone="Y", flexible={"web": r}),
    }
    return merged(hours(2), {**Y, "sites": sites, "latency_groups": {"near": group}})


@pytest.mark.parametrize(("most", "moved"), [(None, 2.0), (1.5, 1.5), ([1.5, 0.0], 1.5)])
def test_work_moves_to_the_cheaper_site_in_every_hour(most, moved):
    result = outcome(two_sites({"cost_per_mwh": 3, **({} if most is None else {"max_mw": most})}))
    late = 0.0 if isinstance(most, list) else moved
    # first hour: from r at 60 to s at 50; second hour: from s at 70 to r at 40; 3 for every MWh
    assert served(result, 0) == pytest.approx([10 + moved, 10 - late])
    assert served(result, 1) == pytest.approx([10 - moved, 10 + late])
    assert cost(result) == 2200 - 10 * moved - 30 * late + 3 * (moved + late)
    assert result.solution.cost["load_moves"] == pytest.approx(3 * (moved + late))
    told = result.summary["load"]["sites"]["s"]["flexible"]["web"]
    assert (told["sent_mwh"], told["received_mwh"]) == (pytest.approx(late), pytest.approx(moved))
    assert told["moving_cost"] == pytest.approx(3 * late)


def test_moves_that_cost_more_than_they_save_are_not_made():
    result = outcome(two_sites({"cost_per_mwh": 15}))  # 10 are saved in the first hour, 30 in the second
    assert served(result, 0) == pytest.approx([10, 8])


SUPPLY = {
    "contracts": {
        "sun": {
            **{"technology": "solar", "zone": "Z", "structure": "pay_as_produced", "strike_per_mwh": 80},
            **{"capacity_factor": [1.0, 0.0], "max_mw": 100},
        },
        "hot": {
            **{"technology": "geothermal", "zone": "Y", "structure": "clean_firm", "strike_per_mwh": 100},
            "max_mw": 100,
        },
    }
}


def test_every_zone_meets_its_target_by_itself_and_scores_are_not_netted():
    # Both moves pay: 2 MWh to s in the first hour, 2 MWh to r in the second. Energy comes to 12 * 50 + 8 * 70 + 8 * 60
    # + 12 * 40 = 2120. Z: half of 20 from the sun, 30 above retail. Y: 10 from the plant: 8 in the first hour 40 above
    # retail, and 2 in the second 60 above.
    target = {"target": {"matching": "hourly", "cfe": 0.5, "scope": "zone"}}
    result = outcome(two_sites(), SUPPLY, target)
    assert served(result, 0) == pytest.approx([12, 8])
    assert cost(result) == 2120 + 10 * 30 + 8 * 40 + 2 * 60
    zones = result.summary["zones"]
    assert [zones[z]["scores"]["hourly_matched_share"] for z in "ZY"] == pytest.approx([0.5, 0.5])
    # Together 20 of 40: 12 from the sun, as much as Z uses while it shines, 8 from the plant. Z has 0.6, Y has 0.4.
    result = outcome(two_sites(), SUPPLY, {"target": {"matching": "hourly", "cfe": 0.5}})
    assert cost(result) == 2120 + 12 * 30 + 8 * 40
    zones = result.summary["zones"]
    assert [zones[z]["scores"]["hourly_matched_share"] for z in "ZY"] == pytest.approx([0.6, 0.4])
    assert result.summary["scores"]["hourly_matched_share"] == pytest.approx(0.5)


def test_moves_in_time_and_in_space_share_one_limit():
    # Of s 1 MWh may leave the hour of 70: to r at 40 it saves 30, to its own hour of 50 only 20. In the hour of 50 it
    # may take up 1 MWh: from r at 60, which saves 10.
    result = outcome(two_sites(s={**GROUP, "share": 0.1, "window_hours": 24}))
    changes = result.solution.load_changes
    assert cost(result) == 2200 - 30 - 10
    assert changes.sent_mwh[0, "web"].tolist() == pytest.approx([0, 1])
    assert changes.received_mwh[0, "web"].tolist() == pytest.approx([1, 0])
    assert changes.less_mwh[0, "web"].sum() == pytest.approx(0)


# --- With targets -----------------------------------------------------------------------------------------------------


def sunny(target, **blocks):
    """Half an hour's worth of sun: 80 in the first hour, retail 50 and 70."""
    zone = {"spot_price_per_mwh": [40.0, 60.0], "residual_mix_g_per_kwh": [500, 1000]}
    return {"zones": {"Z": zone}, "sites": {"s": site([50, 70], **blocks)}, "surplus": ..., "target": target}


def test_an_hourly_target_is_a_share_of_what_was_served():
    # A MWh given up in the second hour saves 70, and half a MWh of sun less is wanted: 15. In the first hour 50 + 15 =
    # 65 are below the price of 67. 2 MWh are given up, and 9 of 18 have to be matched.
    shed = {"slow": {"share": 0.2, "price_per_mwh": 67}}
    result = outcome(sunny({"matching": "hourly", "cfe": 0.5}, curtailable=shed))
    assert served(result) == pytest.approx([10, 8])
    assert cost(result) == 9 * 80 + 1 * 50 + 8 * 70 + 2 * 67
    assert result.summary["scores"]["hourly_matched_share"] == pytest.approx(0.5)
    assert result.summary["load_mwh"] == pytest.approx(18)
    # at 64 it is given up in the first hour too: 8 of 16 are matched
    result = outcome(
        sunny({"matching": "hourly", "cfe": 0.5}, curtailable={"slow": {**shed["slow"], "price_per_mwh": 64}})
    )
    assert served(result) == pytest.approx([8, 8])
    assert cost(result) == 8 * 80 + 8 * 70 + 4 * 64


def test_a_target_of_all_is_met_by_using_nothing_in_the_dark():
    result = outcome(sunny({"matching": "hourly", "cfe": 1.0}, curtailable={"all": {"share": 1, "price_per_mwh": 500}}))
    assert served(result) == pytest.approx([10, 0])
    assert cost(result) == 10 * 80 + 10 * 500
    assert result.summary["scores"]["hourly_matched_share"] == pytest.approx(1)


def test_work_moves_to_where_the_sun_shines():
    # The best score without moving is 0.5. Half of the dark hour's load moves: 15 of 20 are matched.
    with pytest.raises(InfeasibleError):
        outcome(sunny({"matching": "hourly", "cfe": 0.75}))
    result = outcome(sunny({"matching": "hourly", "cfe": 0.75}, flexible={"batch": {"share": 0.5}}))
    assert served(result) == pytest.approx([15, 5])
    assert cost(result) == 15 * 80 + 5 * 70


@pytest.mark.parametrize("matching", ["annual", "monthly"])
def test_a_target_of_a_volume_is_a_share_of_what_was_served(matching):
    # 67 is below 70 + 0.5 * 30 in the second hour, above 50 + 15 in the first: 9 MWh of sun for 18 of load
    shed = {"slow": {"share": 0.2, "price_per_mwh": 67}}
    result = outcome(sunny({"matching": matching, "cfe": 0.5}, curtailable=shed))
    assert cost(result) == 9 * 80 + 1 * 50 + 8 * 70 + 2 * 67
    assert result.summary["contracts"]["sun"]["generation_mwh"] == pytest.approx(9)
    # one more MWh contracted costs 30 more than retail: the price of the target, above zero
    assert result.solution.shadow_prices.green_premium_per_mwh == pytest.approx([30])


# --- At the meter -----------------------------------------------------------------------------------------------------


def test_work_that_waits_shaves_the_peak():
    # 10 and 14 MW at 50; a MW of peak costs 3 per kW and month. 2 MWh move: 12 and 12
    grid = {"demand_charges": {"peak": {"per_kw_month": 3}}}
    charged = site([50, 50], [10, 14], grid=grid, flexible={"batch": {"share": 0.2}})
    result = outcome(hours(2), {"sites": {"s": charged}})
    assert served(result) == pytest.approx([12, 12])
    assert cost(result) == 24 * 50 + 3 * PER_KW_MONTH * 12
    assert result.summary["grid"]["s"]["billed_peak_mw"] == {"peak": {"2018-01": pytest.approx(12)}}


def test_work_that_waits_keeps_within_the_connection():
    # 14 MW do not pass a connection of 12: 2 MWh move at a price of 1
    tight = site([50, 50], [10, 14], grid={"connection_mw": 12})
    with pytest.raises(InfeasibleError, match="connection_mw is 12 MW"):
        outcome(hours(2), {"sites": {"s": tight}})
    result = outcome(hours(2), {"sites": {"s": {**tight, "flexible": {"batch": {"share": 0.2, "cost_per_mwh": 1}}}}})
    assert served(result) == pytest.approx([12, 12])
    assert cost(result) == 24 * 50 + 2
    # and no more is moved into an hour than passes it: 50 and 70, 12 and 8 would be cheaper
    cheap = site([50, 70], grid={"connection_mw": 11}, flexible={"batch": {"share": 0.2}})
    assert served(outcome(hours(2), {"sites": {"s": cheap}})) == pytest.approx([11, 9])


def test_work_follows_a_plant_behind_the_meter():
    # A roof of 13 MW at 30 in the first hour: 3 MWh move there. Nothing may leave.
    roof = {"site": "s", "strike_per_mwh": 30, "existing_mw": 13, "max_mw": ...}
    behind = {**sunny({"matching": "none"}, flexible={"batch": {"share": 0.3}}), "contracts": {"sun": roof}}
    result = outcome(behind)
    assert served(result) == pytest.approx([13, 7])
    assert cost(result) == 13 * 30 + 7 * 70
    assert result.solution.metered_import_mwh[0].tolist() == pytest.approx([0, 7])


def test_work_and_a_battery_behind_the_meter_share_the_roof():
    # A roof of 15 MW: 2 MWh move there, and 3 are left to be charged: 0.64 of them come back, and 10 - 2 - 1.92 are
    # bought. The battery costs 1 per MWh over two hours; it holds 0.8 * 3. To charge more would cost 50, and save 44.8.
    roof = {"site": "s", "strike_per_mwh": 30, "existing_mw": 15, "max_mw": ...}
    battery = {
        **{"zone": "Z", "site": "s", "power_cost_per_mw_year": 0, "energy_cost_per_mwh_year": A_YEAR},
        "round_trip_efficiency": 0.64,
    }
    behind = {
        **sunny({"matching": "none"}, flexible={"batch": {"share": 0.2}}),
        "contracts": {"sun": roof},
        "storage": {"b": battery},
    }
    result = outcome(behind)
    assert served(result) == pytest.approx([12, 8])
    assert result.solution.metered_import_mwh[0].tolist() == pytest.approx([0, 8 - 1.92])
    assert cost(result) == 15 * 30 + (8 - 1.92) * 70 + 2.4


# --- Emissions --------------------------------------------------------------------------------------------------------


def test_a_carbon_price_moves_work_to_the_cleaner_hour():
    # Retail 70 and 50, and unclaimed energy emits 0.5 and 1 t/MWh. At 100 a tonne the first hour costs 120, the second
    # 150: 2 MWh move there, and 6 + 8 t are paid for.
    dirty = {**sunny({"matching": "none", "carbon_price_per_t": 100}), **NO_SUN}
    dirty["sites"] = {"s": site([70, 50], flexible={"batch": {"share": 0.2}})}
    result = outcome(dirty)
    assert served(result) == pytest.approx([12, 8])
    assert cost(result) == 12 * 70 + 8 * 50 + 1400
    assert result.summary["scope2"]["ghgp_revision_draft"]["market_based_t"] == pytest.approx(14)


def test_a_carbon_cap_may_be_met_by_moving_work():
    # 15 t as planned, 14.5 allowed: 1 MWh moves from 50 to 70, and a tonne is worth 20 / 0.5 = 40
    dirty = {**sunny({"matching": "none", "carbon_cap_t_per_year": 14.5 * A_YEAR}), **NO_SUN}
    dirty["sites"] = {"s": site([70, 50], flexible={"batch": {"share": 0.2}})}
    result = outcome(dirty)
    assert served(result) == pytest.approx([11, 9])
    assert cost(result) == 11 * 70 + 9 * 50
    assert result.solution.shadow_prices.carbon_cap_value_per_t == pytest.approx(40)


# --- Prices and claims of what was served -----------------------------------------------------------------------------


def test_the_price_of_a_target_is_weighed_by_what_was_served():
    # As above: 2 MWh of the second hour are given up, 9 of 18 MWh are matched. A MWh of sun costs 80 - 50 = 30 more
    # than retail; a point less saves 0.01 * 18 of them, and as much the other way.
    shed = {"slow": {"share": 0.2, "price_per_mwh": 67}}
    result = outcome(sunny({"matching": "hourly", "cfe": 0.5}, curtailable=shed))
    explained = explain_result(result, QUICK, exit_prices=False, check_prices=True, executor=Executor(1))
    (target,) = [limit for limit in explained.summary["limits"] if limit["key"] == "target.cfe"]
    assert (target["binds"], target["level"]) == (True, pytest.approx(0.5))
    assert target["per_mwh"] == pytest.approx(30)
    assert target["saved_per_step_year"] == pytest.approx(0.01 * 18 * 30 * A_YEAR)
    assert target["measured"]["relaxed_per_point_year"] == pytest.approx(0.01 * 18 * 30 * A_YEAR)
    # a claim is worth 30 in both hours: nothing of the second can be matched, a MWh there would save one of the first
    assert explained.summary["prices"]["Z"]["value"] == pytest.approx(30 * 18)


def test_what_a_supplier_states_is_of_what_was_served():
    # Two sites, one with a factor of its own. s gives up 2 of 20 MWh: 18 at 200 g, 20 at the average of 500 and 300
    shed = {"slow": {"share": 0.2, "price_per_mwh": 60}}
    sites = {
        "s": site([50, 70], curtailable=shed, supplier_emission_factor_g_per_kwh=200),
        "r": site([50, 70]),
    }
    result = outcome(hours(2), {"sites": sites})
    told = result.summary["scope2"]["ghgp_2015"]
    lines = [line["mwh"] for line in told["lines"] if line["method"] == "market_based"]
    assert lines == pytest.approx([18, 20])
    assert told["market_based_t"] == pytest.approx(18 * 0.2 + 20 * 0.5)
