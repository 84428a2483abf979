"""A plan over years: what is signed stays, on the price of its year; every year is verified, and they add up.

The case of two hours has a flat load of 10 MW, retail supply at 50 and 70, excess sold at 35 and 55, and sun in the
first hour alone, at a strike of 80. With `S` MW of sun, `L` MW of load and strike `k`, over the two hours

    S <= L:  k S + 50 (L - S) + 70 L
    S >  L:  k S - 35 (S - L) + 70 L

Hourly targets ask for `cfe * 2 L` MWh matched, all of it in the first hour. Two hours are 1 / 4380 of a year.
"""

from __future__ import annotations

import json

import pandas as pd
import pytest
from small_cases import QUICK, TWO_HOURS, a_case, merged

import carbonmatch as cm
from carbonmatch.case import growth_from_mapping
from carbonmatch.errors import InfeasibleError, InputError, VerificationError
from carbonmatch.runfolder import read_run
from carbonmatch.study import several_years, solve_growth

A_YEAR = 4380
HOURLY = {"target": {"matching": "hourly", "cfe": 0.25}}
BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 8760,
    "energy_cost_per_mwh_year": 4380,
    "round_trip_efficiency": 0.81,
    "max_power_mw": 50,
}


def mapping(growth, *changes):
    """Return the case of two hours with changes, and growth at 10 % a year."""
    case = TWO_HOURS
    for change in (HOURLY, *changes):
        case = merged(case, change)
    return {**case, "growth": {"discount_rate": 0.1, **growth}}


def solved(growth, *changes, options=QUICK, **wanted):
    return solve_growth(growth_from_mapping(mapping(growth, *changes)), options, **wanted)


def years(first=None, second=None):
    return {"years": {2026: {"set": first or {}}, 2027: {"set": second or {}}}}


def signed(found, name="sun", key="contracted_mw"):
    block = "contracts" if name in found.summary["contracts"] else "storage"
    return [told.get(key) for told in found.summary[block][name]["signings"].values()]


def in_force(found, name="sun", key="contracted_mw"):
    block = "contracts" if name in found.summary["contracts"] else "storage"
    return [told.get(key, 0.0) for told in found.summary[block][name]["years"].values()]


def costs(found):
    """Return what each year costs over its two hours."""
    return [year["cost_net_of_sales_per_year"] / A_YEAR for year in found.summary["years"].values()]


def present(found):
    return found.summary["cost"]["present_value_net_of_sales"]


# --- solved by hand ---------------------------------------------------------------------------------------------------


FALLING = years({"target.cfe": 0.5}, {"sites.s.load": [4.0, 4.0]})


def test_what_is_signed_early_is_kept_when_less_is_needed():
    found = solved(FALLING)
    # 2026: 10 of 20 MWh, S = 10: 800 + 0 + 700 = 1500. 2027: 2 of 8 MWh would do, and 10 MW are there:
    # 800 - 35 * 6 + 280 = 870, present value 870 / 1.1
    assert signed(found) == pytest.approx([10, 0])
    assert in_force(found) == pytest.approx([10, 10])
    assert costs(found) == pytest.approx([1500, 870])
    assert present(found) == pytest.approx(A_YEAR * (1500 + 870 / 1.1))
    assert found.summary["years"]["2027"]["hourly_matched_share"] == pytest.approx(0.5)


def test_a_tenor_of_one_year_is_signed_anew():
    found = solved({**FALLING, "contracts": {"sun": {"tenor_years": 1}}})
    # 2027: S = 2: 160 + 50 * 2 + 280 = 540
    assert signed(found) == pytest.approx([10, 2])
    assert in_force(found) == pytest.approx([10, 2])
    assert costs(found) == pytest.approx([1500, 540])


DEARER = years({"contracts.sun.strike_per_mwh": 55}, {"contracts.sun.strike_per_mwh": 90, "target.cfe": 0.5})


def test_a_cheap_offer_is_signed_before_it_is_needed():
    found = solved(DEARER)
    # 5 MW are enough in 2026; 5 more cost 5 * (55 - 50) = 25 then, and save 5 * (90 - 55) / 1.1 = 159 in 2027.
    # both years: 550 + 0 + 700 = 1250
    assert signed(found) == pytest.approx([10, 0], abs=1e-9)
    assert costs(found) == pytest.approx([1250, 1250])


CHEAPER = years({"contracts.sun.strike_per_mwh": 80}, {"contracts.sun.strike_per_mwh": 52, "target.cfe": 0.5})


def test_each_vintage_pays_the_price_of_its_year():
    found = solved(CHEAPER)
    # 2026: S = 5 at 80: 400 + 250 + 700 = 1350. 2027: 5 at 80 and 5 at 52: 400 + 260 + 700 = 1360, not 10 at 52
    assert signed(found) == pytest.approx([5, 5])
    assert costs(found) == pytest.approx([1350, 1360])
    assert present(found) == pytest.approx(A_YEAR * (1350 + 1360 / 1.1))
    contracts = found.years["2027"]["contracts"]
    assert {name: contracts[name]["strike_per_mwh"] for name in contracts} == {"sun-2026": 80, "sun-2027": 52}
    assert list(found.years["2026"]["contracts"]) == ["sun-2026"]
    assert found.years["2027"]["growth_year"]["signed_before"] == {"sun-2026": 2026, "sun-2027": 2027}
    strikes = [told["strike_per_mwh"] for told in found.summary["contracts"]["sun"]["signings"].values()]
    assert strikes == [80, 52]


def test_of_a_floating_price_the_margin_is_signed_and_the_index_is_of_the_year():
    floating = {"contracts": {"sun": {"strike_per_mwh": ..., "price": {"index": "spot", "margin_per_mwh": 20}}}}
    found = solved(
        years(
            None,
            {"contracts.sun.price.margin_per_mwh": 5, "zones.Z.spot_price_per_mwh": [60.0, 60.0], "target.cfe": 0.5},
        ),
        floating,
    )
    # 2026: 5 MW at 40 + 20; 2027: they cost 60 + 20, and 5 more 60 + 5; the load is then bought at 70
    assert signed(found) == pytest.approx([5, 5])
    assert costs(found) == pytest.approx([5 * 60 + 5 * 50 + 700, 5 * 80 + 5 * 65 + 700])


def test_limits_of_an_offer_are_those_of_all_its_vintages():
    found = solved(CHEAPER, {"contracts": {"sun": {"max_mw": 12, "min_mw": 7}}})
    # 7 in 2026 for its least size, 3 more for the target of 2027
    assert signed(found) == pytest.approx([7, 3])
    found = solved(CHEAPER, {"contracts": {"sun": {"max_mw": 10}}})
    told = "sun is taken up to its limit of 10 MW in 2027, all of its signings together."
    assert found.summary["warnings"] == [told]
    with pytest.raises(InfeasibleError, match=r"^In the year 2027: "):
        solved(CHEAPER, {"contracts": {"sun": {"max_mw": 8}}})


def test_no_more_is_signed_in_a_year_than_it_may_be():
    found = solved({**CHEAPER, "contracts": {"sun": {"max_signed_mw": 5.0}}})
    assert signed(found) == pytest.approx([5, 5])
    # 10 MW in 2027 are 6 of that year, as many as may be, and 4 signed in 2026, where 5 would have been asked for 0.25
    found = solved({**DEARER, "contracts": {"sun": {"max_signed_mw": 6.0}}}, {"contracts": {"sun": {"max_mw": 100}}})
    assert signed(found) == pytest.approx([6, 4])
    assert "sun is signed up to 6 MW, the most of one year, in 2026." in found.summary["warnings"]


def test_what_cannot_be_signed_fast_enough_is_told():
    with pytest.raises(InfeasibleError, match=r"^In the years 2026, 2027: .*best score in reach is 20\.0 %"):
        solved({**CHEAPER, "contracts": {"sun": {"max_signed_mw": 4.0}}})
    with pytest.raises(InfeasibleError, match=r"^In the year 2026: "):
        solved({**CHEAPER, "contracts": {"sun": {"signed": [2027]}}})


def test_years_that_cannot_be_met_together_are_told():
    # 12 MW have to be signed in 2026, and stay, and no more than 8 may be in force in 2027
    asked = years({"contracts.sun.min_mw": 12}, {"contracts.sun.max_mw": 8})
    with pytest.raises(InfeasibleError, match=r"all years, though each .* by itself.*growth\.contracts"):
        solved(asked)


def test_an_offer_is_in_no_year_before_it_can_be_signed():
    found = solved({**CHEAPER, "contracts": {"sun": {"signed": [2027]}}}, {"target": {"matching": "none"}})
    assert list(found.summary["contracts"]["sun"]["signings"]) == ["2027"]
    assert in_force(found)[0] == 0.0


def test_an_existing_contract_starts_and_ends():
    old = {
        "contracts": {
            "old": {
                "technology": "hydro",
                "zone": "Z",
                "structure": "pay_as_produced",
                "strike_per_mwh": 30,
                "capacity_factor": [0.5, 0.5],
                "existing_mw": 4,
            }
        }
    }
    found = solved({**years(), "contracts": {"old": {"end": 2027}}}, old)
    assert in_force(found, "old") == [4, 0]
    assert found.summary["contracts"]["old"]["signings"] == {}
    found = solved({**years(), "contracts": {"old": {"start": 2027}}}, old)
    assert in_force(found, "old") == [0, 4]
    assert in_force(solved(years(), old), "old") == [4, 4]
    assert in_force(solved(years(None, {"contracts.old.existing_mw": 6}), old), "old") == [4, 6]


def test_a_year_stands_for_those_until_the_next_one():
    gaps = {"years": {2026: {}, 2028: {"set": {"target.cfe": 0.5}}}, "through": 2031}
    found = solved(gaps)
    first, second = 1 + 1 / 1.1, sum(1.1**-k for k in range(2, 6))
    assert [year["present_value_factor"] for year in found.summary["years"].values()] == pytest.approx([first, second])
    # S = 5: 400 + 250 + 700 = 1350, then S = 10: 1500
    assert costs(found) == pytest.approx([1350, 1500])
    assert present(found) == pytest.approx(A_YEAR * (1350 * first + 1500 * second))
    assert found.summary["cost"]["undiscounted_net_of_sales"] == pytest.approx(A_YEAR * (1350 * 2 + 1500 * 4))
    load = 20 * A_YEAR
    assert found.summary["load_mwh"] == pytest.approx(6 * load)
    levelised = found.summary["cost"]["levelised_net_of_sales_per_mwh_load"]
    assert levelised == pytest.approx((1350 * first + 1500 * second) / (20 * (first + second)))


def test_storage_persists_with_its_costs():
    asked = years({"target.cfe": 0.6}, {"target.cfe": 0.25, "storage.battery.energy_cost_per_mwh_year": 1000})
    evening = {
        "zones": {"Z": {"spot_price_per_mwh": [40.0, 50.0]}}
    }  # 60 then: 0.81 * 60 < 50, so nothing is moved for it
    found = solved(asked, evening, {"storage": {"battery": BATTERY}})
    # 0.6 of 20 MWh are 12: 10 in the first hour, and 2 carried to the second one: 2 / 0.81 charged, 2 / 0.9 stored
    assert signed(found, "battery", "power_mw") == pytest.approx([2 / 0.81, 0], abs=1e-9)
    assert signed(found, "battery", "energy_mwh") == pytest.approx([2 / 0.9, 0], abs=1e-9)
    assert in_force(found, "battery", "energy_mwh") == pytest.approx([2 / 0.9] * 2)
    capacity = [year["components_per_year"]["storage_capacity"] for year in found.summary["years"].values()]
    assert capacity == pytest.approx([8760 * 2 / 0.81 + 4380 * 2 / 0.9] * 2)  # in 2027 at the cost of 2026


def test_firm_supply_is_reserved_year_by_year():
    charged = {"sites": {"s": {"grid": {"firm_capacity_charge_per_mw_year": 43800}}}}
    found = solved(years(None, {"sites.s.load": [20.0, 20.0]}), charged)
    assert [year["firm_capacity_mw"] for year in found.summary["years"].values()] == pytest.approx([10, 20])


# --- identities -------------------------------------------------------------------------------------------------------


def test_one_year_is_the_case_alone():
    change = {"storage": {"battery": BATTERY}, "target": {"cfe": 0.6}}
    alone = cm.solve(a_case(merged(HOURLY, change)), QUICK).summary
    found = solved({"years": {2026: {}}}, change)
    assert present(found) == pytest.approx(A_YEAR * alone["cost"]["net_of_sales"], rel=1e-9)
    assert found.years["2026"]["cost"]["components"] == pytest.approx(alone["cost"]["components"])
    assert in_force(found) == pytest.approx([alone["contracts"]["sun"]["contracted_mw"]])
    assert found.years["2026"]["scores"] == alone["scores"]
    assert found.summary["cost"]["levelised_total_per_mwh_load"] == pytest.approx(alone["cost"]["per_mwh_load"])


@pytest.mark.parametrize("growth", [FALLING, CHEAPER, DEARER])
def test_the_present_value_is_that_of_the_components_and_of_the_years(growth):
    found = solved(growth)
    cost = found.summary["cost"]
    assert sum(cost["components"].values()) == pytest.approx(cost["present_value_net_of_sales"])
    assert cost["present_value_total"] - cost["present_value_sales"] == pytest.approx(present(found))
    years_of = found.summary["years"].values()
    assert sum(year["present_value_net_of_sales"] for year in years_of) == pytest.approx(present(found))
    assert present(found) == pytest.approx(found.summary["certificate"]["primal_objective"])
    assert cost["levelised_net_of_sales_per_mwh_load"] * cost["present_value_of_load_mwh"] == pytest.approx(
        present(found)
    )


def test_freedom_never_costs_more():
    bound = present(solved({**FALLING, "contracts": {"sun": {"tenor_years": 2}}}))
    free = present(solved({**FALLING, "contracts": {"sun": {"tenor_years": 1}}}))
    assert free < bound == pytest.approx(present(solved(FALLING)))


def test_years_that_do_not_add_up_are_refused(monkeypatch):
    verified = several_years.verified_result

    def dearer(*arguments, **named):
        result = verified(*arguments, **named)
        result.summary["cost"]["net_of_sales"] += 1.0
        return result

    monkeypatch.setattr(several_years, "verified_result", dearer)
    with pytest.raises(VerificationError, match="The present value of the years is"):
        solved(FALLING)


# --- what is written --------------------------------------------------------------------------------------------------


def test_every_year_is_a_run_of_its_own(tmp_path):
    found = solved(CHEAPER, out=tmp_path / "plan")
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == ["growth.csv", "growth.json", "points"]
    told = json.loads((tmp_path / "plan" / "growth.json").read_text())
    assert told["kind"] == "growth"
    assert told["contracts"] == found.summary["contracts"]
    run = read_run(tmp_path / "plan" / "points" / "2027")
    assert run.summary["sizes_held"] is True
    assert (run.manifest["case"]["growth_year"], run.manifest["case"]["in_plan"]) == ("2027", True)
    assert {o["key"]: o["origin"] for o in run.manifest["case"]["overrides"]} == {
        "contracts.sun.strike_per_mwh": "year 2027",
        "target.cfe": "year 2027",
    }
    table = pd.read_csv(tmp_path / "plan" / "growth.csv")
    assert table["year"].tolist() == [2026, 2027]
    assert table["sun_contracted_mw"].tolist() == pytest.approx([5, 10])
    assert table["sun_signed_contracted_mw"].tolist() == pytest.approx([5, 5])
    assert table["contracts_per_year"].tolist() == pytest.approx([400 * A_YEAR, 660 * A_YEAR])


def test_a_budget_is_refused_with_the_year_that_has_it():
    target = {"target": {"matching": "hourly", "cfe": ..., "budget_per_year": 6000000}}
    with pytest.raises(InputError, match=r"target\.budget_per_year \(year 2026\): .* take one year with --year"):
        solved(years(), target)


def test_cases_that_are_no_years_of_a_plan_are_refused():
    with pytest.raises(InputError, match="is no year of a plan; read the years of a case with load_growth"):
        solve_growth([a_case(), a_case()], QUICK)
