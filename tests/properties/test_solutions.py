"""What every solution must be, hour by hour. Flows are compared to a millionth of the peak load."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from accounting.by_hand import facts_of, ledger_of
from hypothesis import given, reject
from hypothesis import strategies as st
from random_cases import COST_TOLERANCE, FLOW_TOLERANCE, PROPERTY, SIMPLEX, cases, gross, solve, targets

from carbonmatch.accounting import prove, summarise
from carbonmatch.accounting.proof import model_score
from carbonmatch.accounting.score import score
from carbonmatch.accounting.value import capture_value_per_mwh
from carbonmatch.formulation import build_model
from carbonmatch.solving.certificate import holds
from carbonmatch.solving.compile import compile_model
from carbonmatch.solving.solve import CHAINS
from carbonmatch.units import GAP_TOLERANCE, MONEY_TOLERANCE, SCORE_TOLERANCE


def solved(case, chain=SIMPLEX):
    """Return problem, solution and optimum; a case that may be infeasible and is so is no example."""
    found = solve(case, chain=chain)
    if found is None:
        reject()
    return found


def near(problem):
    return FLOW_TOLERANCE * problem.peak_load_mwh


def assert_at_most(values, limit, slack):
    excess = float(np.max(np.asarray(values) - limit, initial=0.0))
    assert excess <= slack


# --- money ------------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases())
def test_cost_components_add_to_the_objective(case):
    _, solution, optimum = solved(case)
    turnover = max(1.0, sum(abs(amount) for amount in gross(solution)))
    close = pytest.approx(solution.objective, abs=MONEY_TOLERANCE * turnover)
    assert math.fsum(solution.cost.values()) == close
    assert optimum.certificate.primal_objective == close
    by_offer = {"contract": ("contracts", "existing_contracts"), "storage": ("storage_capacity", "storage_operation")}
    assert sum(solution.contract_cost.values()) == pytest.approx(
        sum(solution.cost[part] for part in by_offer["contract"]), abs=MONEY_TOLERANCE * turnover
    )
    assert sum(solution.storage_cost.values()) == pytest.approx(
        sum(solution.cost[part] for part in by_offer["storage"]), abs=MONEY_TOLERANCE * turnover
    )


def paid_to_contract(problem, solution, i):
    """Strike for what is generated and compensation for what is not, less the spot price of a virtual contract."""
    terms = problem.contracts[i]
    generation, curtailed = solution.generation_mwh[i], solution.curtailed_mwh[i]
    received = 0.0 if terms.reference_price_per_mwh is None else terms.reference_price_per_mwh
    fee = terms.capacity_fee_per_mw_year * problem.time.year_fraction * solution.contracted_mw[i]
    return (
        float((terms.strike_per_mwh * (generation + terms.compensation * curtailed) - received * generation).sum())
        + fee
    )


def is_delivered(storage):
    """Tell how a storage settles: these cases name one way for all of its pools."""
    (way,) = {pool.delivered for pool in storage.pools}
    return way


def paid_for_storage(problem, solution, b):
    """Size, discharge, what is charged from the grid, and trade at spot where the storage settles so."""
    terms = problem.storage[b]
    size = terms.power_cost_per_mw_year * solution.power_mw[b] + terms.energy_cost_per_mwh_year * solution.energy_mwh[b]
    discharge = solution.clean_discharge_mwh[b] + solution.grey_discharge_mwh[b]
    hourly = terms.discharge_cost_per_mwh * discharge
    for pool in terms.pools:
        if not pool.clean:
            hourly = hourly + pool.charge_price_per_mwh * solution.grey_charge_mwh[b]
    if not is_delivered(terms):
        hourly = hourly + problem.zones[terms.zone].spot_price_per_mwh * (solution.clean_charge_mwh[b] - discharge)
    return size * problem.time.year_fraction + float(hourly.sum())


@PROPERTY
@given(case=cases())
def test_every_cost_follows_from_the_flows(case):
    problem, solution, _ = solved(case)
    turnover = max(1.0, sum(abs(amount) for amount in gross(solution)))

    def close(amount):
        return pytest.approx(amount, abs=1e-6 * turnover)

    for i, contract in enumerate(problem.contracts):
        assert solution.contract_cost[contract.name] == close(paid_to_contract(problem, solution, i))
    for b, storage in enumerate(problem.storage):
        assert solution.storage_cost[storage.name] == close(paid_for_storage(problem, solution, b))
    energy = sum(
        float((s.retail_price_per_mwh * solution.retail_supply_mwh[i]).sum()) for i, s in enumerate(problem.sites)
    )
    firm = sum(s.firm_capacity_charge_per_mw_year * solution.firm_capacity_mw[i] for i, s in enumerate(problem.sites))
    sales = sum(float((z.sale_price_per_mwh * solution.sold_mwh[i]).sum()) for i, z in enumerate(problem.zones))
    assert solution.cost["grid_energy"] == close(energy)
    assert solution.cost["firm_capacity"] == close(firm * problem.time.year_fraction)
    assert solution.cost["surplus_sales"] == close(-sales)
    existing = sum(solution.contract_cost[c.name] for c in problem.contracts if c.existing)
    assert solution.cost["existing_contracts"] == close(existing)


# --- ledgers ----------------------------------------------------------------------------------------------------------


def members(entries, zone):
    return [i for i, entry in enumerate(entries) if entry.zone == zone]


@PROPERTY
@given(case=cases())
def test_energy_balances_in_every_zone_and_hour(case):
    problem, solution, _ = solved(case)
    for z, zone in enumerate(problem.zones):
        physical = [i for i in members(problem.contracts, z) if problem.contracts[i].physical]
        delivered = [b for b in members(problem.storage, z) if is_delivered(problem.storage[b])]
        generation = solution.generation_mwh[physical].sum(axis=0)
        discharge = (solution.clean_discharge_mwh + solution.grey_discharge_mwh)[delivered].sum(axis=0)
        charge = solution.clean_charge_mwh[delivered].sum(axis=0)
        retail = solution.retail_supply_mwh[members(problem.sites, z)].sum(axis=0)
        supplied = generation + discharge - charge + retail - solution.sold_mwh[z]
        np.testing.assert_allclose(supplied, zone.load_mwh, rtol=0, atol=near(problem))
        # what is bought at retail is used, never sold: only contracts and storage have something to sell
        assert_at_most(solution.sold_mwh[z], generation + discharge, near(problem))
    for s, site in enumerate(problem.sites):
        assert_at_most(solution.retail_supply_mwh[s], site.load_mwh, near(problem))
        assert_at_most(
            solution.retail_supply_mwh[s] / problem.time.hours_per_step, solution.firm_capacity_mw[s], near(problem)
        )


@PROPERTY
@given(case=cases())
def test_claims_balance_in_every_zone_and_hour(case):
    problem, solution, _ = solved(case)
    for z, zone in enumerate(problem.zones):
        storage = members(problem.storage, z)
        generation = solution.generation_mwh[members(problem.contracts, z)].sum(axis=0)
        discharge, charge = (
            flow[storage].sum(axis=0) for flow in (solution.clean_discharge_mwh, solution.clean_charge_mwh)
        )
        net = generation + discharge - charge
        claimed = net - solution.excess_mwh[z] + solution.unmatched_mwh[z]
        np.testing.assert_allclose(claimed, zone.load_mwh, rtol=0, atol=near(problem))
        assert_at_most(solution.unmatched_mwh[z], zone.load_mwh, near(problem))
        # nothing but carbon-free energy of the same hour goes into a clean pool
        assert_at_most(charge, generation + discharge, near(problem))


@PROPERTY
@given(case=cases())
def test_no_flow_is_negative_and_every_size_is_within_its_limits(case):
    problem, solution, _ = solved(case)
    for name, values in vars(solution).items():
        if name.endswith(("_mwh", "_mw")) and "_net_" not in name and values is not None:
            assert_at_most(-values, 0.0, near(problem))
    for i, contract in enumerate(problem.contracts):
        size = solution.contracted_mw[i]
        assert contract.min_mw - near(problem) <= size <= contract.max_mw + near(problem)
        available, generation = contract.available_mwh_per_mw * size, solution.generation_mwh[i]
        # what a clean firm contract could have run and did not is no curtailed energy
        taken_or_curtailed = available if not contract.dispatchable else generation
        assert_at_most(generation, available, near(problem))
        np.testing.assert_allclose(
            generation + solution.curtailed_mwh[i], taken_or_curtailed, rtol=0, atol=near(problem)
        )
        assert_at_most(contract.least_mwh_per_mw * size, generation, near(problem))
    for b, storage in enumerate(problem.storage):
        power, energy = solution.power_mw[b], solution.energy_mwh[b]
        assert storage.min_power_mw - near(problem) <= power <= storage.max_power_mw + near(problem)
        assert storage.min_energy_mwh - near(problem) <= energy <= storage.max_energy_mwh + near(problem)
        if storage.duration_hours is not None:
            assert energy == pytest.approx(storage.duration_hours * power, abs=near(problem))


@PROPERTY
@given(case=cases())
def test_every_generated_mwh_is_accounted_for_once(case):
    problem, solution, _ = solved(case)
    ledger = ledger_of(problem, solution)

    def close(values):
        return pytest.approx(values, abs=near(problem))

    for contract in ledger.contracts:
        assert contract.matched_mwh + contract.stored_mwh + contract.excess_mwh == close(contract.generation_mwh)
    for zone in ledger.zones:
        own = [contract for contract in ledger.contracts if contract.zone == zone.name]
        assert sum(c.matched_mwh for c in own) + zone.matched_from_storage_mwh == close(zone.matched_mwh)
        assert zone.matched_mwh + zone.unmatched_mwh == close(zone.load_mwh)
        assert_at_most(sum(c.stored_mwh for c in own), zone.clean_charge_mwh, near(problem))
        assert_at_most(sum(c.excess_mwh for c in own), zone.excess_mwh, near(problem))


# --- storage ----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases().filter(lambda case: case["storage"]))
def test_stored_energy_follows_from_charge_and_discharge(case):
    problem, solution, _ = solved(case)
    hours = problem.time.hours_per_step
    pools = [
        (solution.clean_charge_mwh, solution.clean_discharge_mwh, solution.clean_state_of_charge_mwh),
        (solution.grey_charge_mwh, solution.grey_discharge_mwh, solution.grey_state_of_charge_mwh),
    ]
    for b, storage in enumerate(problem.storage):
        kept = (1.0 - storage.standing_loss_per_hour) ** hours
        for charge, discharge, stored in pools:
            before = np.roll(stored[b], 1)  # the first step follows the last one
            gained = storage.charge_efficiency * charge[b] - discharge[b] / storage.discharge_efficiency
            np.testing.assert_allclose(stored[b], kept * before + gained, rtol=0, atol=near(problem))
        power, energy = solution.power_mw[b], solution.energy_mwh[b]
        assert_at_most(sum(charge[b] + discharge[b] for charge, discharge, _ in pools), power * hours, near(problem))
        stored = sum(stored[b] for _, _, stored in pools)
        assert_at_most(stored, energy, near(problem))
        assert_at_most(storage.min_state_of_charge * energy, stored, near(problem))
        if math.isfinite(storage.cycles_per_year):
            drawn = sum(float(discharge[b].sum()) for _, discharge, _ in pools) / storage.cycle_efficiency
            assert drawn <= storage.cycles_per_year * problem.time.year_fraction * energy + near(problem)


def grid_charging(case):
    """Let every storage of a case charge from the grid."""
    storage = {name: {**terms, "grid_charging": True} for name, terms in case["storage"].items()}
    return {**case, "storage": storage}


@PROPERTY
@given(case=cases().filter(lambda case: case["storage"]).map(grid_charging))
def test_what_went_in_brown_never_comes_out_clean(case):
    problem, solution, _ = solved(case)
    for b, storage in enumerate(problem.storage):
        round_trip = storage.charge_efficiency * storage.discharge_efficiency
        slack = near(problem) * problem.time.steps
        for charge, discharge in (
            (solution.clean_charge_mwh[b], solution.clean_discharge_mwh[b]),
            (solution.grey_charge_mwh[b], solution.grey_discharge_mwh[b]),
        ):
            assert discharge.sum() <= round_trip * charge.sum() + slack
    # over the whole day, then, no zone claims more than its contracts generated
    ledger = ledger_of(problem, solution)
    for zone in ledger.zones:
        assert zone.matched_mwh.sum() <= zone.generation_mwh.sum() + slack


# --- proof ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chain", [SIMPLEX, *CHAINS.values()], ids="-".join)
@PROPERTY
@given(case=cases())
def test_the_certificate_holds(case, chain):
    problem, _, optimum = solved(case, chain)
    certificate = optimum.certificate
    assert holds(certificate)
    program = compile_model(build_model(problem)).program
    turnover = float(np.abs(program.cost * optimum.values).sum())
    assert program.cost @ optimum.values + program.offset == pytest.approx(certificate.primal_objective)
    distance = certificate.primal_objective - certificate.dual_objective
    assert abs(distance) <= GAP_TOLERANCE * max(1.0, turnover)


@PROPERTY
@given(case=cases())
def test_scores_are_shares(case):
    problem, solution, _ = solved(case)
    ledger = ledger_of(problem, solution)
    for zone in ledger.zones:
        assert_at_most(zone.matched_mwh, zone.load_mwh, 0.0)
        assert_at_most(-zone.matched_mwh, 0.0, 0.0)
        assert_at_most(zone.matched_from_storage_mwh, zone.matched_mwh, near(problem))
    for zones in (ledger.zones, *((zone,) for zone in ledger.zones)):
        scores = score(zones, problem.time.month_of_step, problem.time.hours_per_step)
        assert 0.0 <= scores.worst_step_share <= scores.hourly_matched_share <= 1.0
        assert 0.0 <= scores.worst_step_share <= scores.worst_month_share <= 1.0
        assert scores.hourly_matched_share <= scores.annual_volumetric_claim + 1e-12 <= 1.0 + 1e-12
        assert scores.hourly_matched_share <= scores.cfe_score <= 1.0 + 1e-12
        assert scores.fully_matched_hours + scores.longest_gap_hours <= problem.time.steps * problem.time.hours_per_step


@pytest.mark.parametrize("chain", [SIMPLEX, *CHAINS.values()], ids="-".join)
@PROPERTY
@given(case=cases())
def test_the_claim_is_at_least_the_score_of_the_model_and_the_accounts_prove_it(case, chain):
    problem, solution, _ = solved(case, chain)
    ledger = ledger_of(problem, solution)
    assert model_score(problem, ledger) >= solution.model_score - SCORE_TOLERANCE
    prove(problem, solution, ledger)


@PROPERTY
@given(case=cases())
def test_the_summary_of_any_solution_is_json_and_adds_up(case):
    problem, solution, optimum = solved(case)
    summary = summarise(problem, solution, ledger_of(problem, solution), facts_of(problem), optimum.certificate)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    cost = summary["cost"]
    assert cost["total"] - cost["sales"] == pytest.approx(cost["net_of_sales"])
    for name, zone in summary["zones"].items():
        own = [contract for contract in summary["contracts"].values() if contract["zone"] == name]
        assert sum(c["generation_mwh"] for c in own) == pytest.approx(zone["generation_mwh"], abs=near(problem))
    assert sum(zone["load_mwh"] for zone in summary["zones"].values()) == pytest.approx(summary["load_mwh"])


# --- prices -----------------------------------------------------------------------------------------------------------


@PROPERTY
@given(case=cases(target=st.builds(lambda target: {**target, "scope": "portfolio"}, targets())))
def test_prices_have_the_right_sign(case):
    problem, solution, _ = solved(case)
    prices = solution.shadow_prices
    most = max(1.0, float(np.abs(prices.energy_value_per_mwh).max()))
    slack = GAP_TOLERANCE * most
    # one more matched MWh never costs, nor does one more MWh of excess allowed
    assert_at_most(-np.nan_to_num(prices.green_premium_per_mwh), 0.0, slack)
    assert prices.surplus_limit_value_per_mwh >= -slack
    for z, zone in enumerate(problem.zones):
        # more energy can always be sold where selling is no excess of claims
        if not solution.merged_ledgers[z]:
            assert_at_most(zone.sale_price_per_mwh, prices.energy_value_per_mwh[z], slack)


@PROPERTY
@given(case=cases())
def test_an_offer_in_the_portfolio_is_worth_what_it_costs(case):
    problem, solution, _ = solved(case)
    turnover = max(1.0, sum(abs(amount) for amount in gross(solution)))
    for i, contract in enumerate(problem.contracts):
        generation, size = solution.generation_mwh[i], solution.contracted_mw[i]
        if contract.existing or generation.sum() < near(problem):
            continue
        value = capture_value_per_mwh(contract, generation, solution.shadow_prices, 0.0) * float(generation.sum())
        received = 0.0 if contract.reference_price_per_mwh is None else contract.reference_price_per_mwh
        cost = solution.contract_cost[contract.name] + float((received * generation).sum())
        slack = COST_TOLERANCE * max(turnover, abs(cost))
        if size > contract.min_mw + near(problem):
            assert value >= cost - slack, contract.name  # it would be smaller, were it worth less
        if size < contract.max_mw - near(problem):
            assert value <= cost + slack, contract.name  # it would be larger, were it worth more
