"""What holds of every case with shapes, energy taken as it is used, volumes and dates: random cases of eight hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from random_cases import COST_TOLERANCE, FLOW_TOLERANCE, PROPERTY
from small_cases import a_case

from carbonmatch.accounting import payments
from carbonmatch.errors import InfeasibleError
from carbonmatch.solving import SolveOptions
from carbonmatch.study.batch import Executor
from carbonmatch.study.explain import explain_result
from carbonmatch.study.run import solve_case

SIMPLEX = SolveOptions(solver=("simplex", "ipx"))
HOURS = 8
TIME = {"start": "2018-01-31T20:00", "end": "2018-02-01T04:00", "timezone": "UTC"}


def series(low, high, divisor=1.0):
    values = st.lists(st.integers(low, high), min_size=HOURS, max_size=HOURS)
    return values.map(lambda numbers: [number / divisor for number in numbers])


@st.composite
def volumes(draw):
    if draw(st.booleans()):
        return {}
    return {
        "volume_mwh_per_mw_year": draw(st.integers(1000, 8760)),
        "least_volume_share": draw(st.sampled_from([0.0, 0.0, 0.5])),
        "most_volume_share": draw(st.sampled_from([None, 0.8, 1.5])),
        "take_or_pay": {
            "share": draw(st.sampled_from([0.0, 0.6, 1.0])),
            "period": draw(st.sampled_from(["year", "quarter", "month"])),
        },
    }


@st.composite
def offers(draw):
    structure = draw(st.sampled_from(["baseload", "shaped", "pay_as_consumed", "retail_supply", "clean_firm"]))
    contract = {
        "technology": "hydro",
        "zone": "Z",
        "structure": structure,
        "strike_per_mwh": draw(st.integers(0, 110)),
        **draw(st.sampled_from([{"max_mw": 5}, {"max_mw": 20}, {"existing_mw": 4}])),
        **draw(st.sampled_from([{}, {}, {"start": "2018-02-01"}, {"end": "2018-02-01"}])),
    }
    if structure in {"baseload", "shaped"}:
        certified = draw(st.booleans())
        contract |= {"hourly_certificates": True} if certified else {"capacity_factor": draw(series(0, 10, 10))}
        if structure == "shaped":
            factors = np.array(draw(series(1, 10)))
            contract["shape"] = (factors / factors.mean()).tolist()
        return contract
    contract |= draw(volumes())
    contract["capacity_fee_per_mw_year"] = draw(st.sampled_from([0, 50000]))
    if structure == "retail_supply":
        return contract | {"cfe_share": draw(series(0, 10, 10))}
    return contract | {"availability": draw(st.one_of(st.just(1), series(1, 10, 10)))}


@st.composite
def cases(draw):
    offered = draw(st.lists(offers(), min_size=1, max_size=4))
    return {
        "time": TIME,
        "zones": {"Z": {"spot_price_per_mwh": draw(series(-20, 100)), "carbon_intensity_g_per_kwh": 300}},
        "sites": {"s": {"load": draw(series(1, 12))}},
        "contracts": {"sun": ..., **{f"offer-{i}": contract for i, contract in enumerate(offered)}},
        "target": draw(
            st.sampled_from(
                [{"matching": "none"}, {"matching": "hourly", "cfe": 0.3}, {"matching": "annual", "cfe": 0.5}]
            )
        ),
    }


def solved(changes):
    try:
        return solve_case(a_case(changes), SIMPLEX)
    except InfeasibleError:
        reject()


@PROPERTY
@given(changes=cases())
def test_what_is_taken_is_used_and_what_is_paid_adds_up(changes):
    result = solved(changes)
    problem, solution = result.problem, result.solution
    near = FLOW_TOLERANCE * problem.peak_load_mwh
    gross = sum(max(amount, 0.0) for amount in solution.cost.values())
    consumed = [i for i, contract in enumerate(problem.contracts) if contract.consumed]
    assert (solution.generation_mwh[consumed].sum(axis=0) <= problem.zones[0].load_mwh + near).all()
    for i, contract in enumerate(problem.contracts):
        size, taken = float(solution.contracted_mw[i]), solution.generation_mwh[i]
        unused = None if solution.unused_mwh is None else solution.unused_mwh[i]
        paid = payments(contract, size, taken, solution.curtailed_mwh[i], unused).sum()
        paid += contract.fee_per_mw(problem.time.year_fraction) * size
        assert paid == pytest.approx(solution.contract_cost[contract.name], abs=COST_TOLERANCE * max(gross, 1.0))
        outside = changes["contracts"][contract.name]
        if "start" in outside or "end" in outside:
            before = np.arange(HOURS) < 4
            assert not solution.delivered_mwh[i][before if "start" in outside else ~before].any()
        for steps in {} if contract.volume is None else contract.volume.settled.values():
            missing = contract.volume.paid_mwh_per_mw(steps) * size - taken[steps].sum()
            if contract.strike_per_mwh > 0.0:
                assert unused[steps[-1]] == pytest.approx(max(missing, 0.0), abs=HOURS * near)


@settings(PROPERTY, max_examples=10)
@given(changes=cases())
def test_the_worth_of_every_offer_agrees_with_its_size(changes):
    explained = explain_result(solved(changes), SIMPLEX, exit_prices=False, executor=Executor(jobs=1))
    for name, told in explained.summary["contracts"].items():
        terms = changes["contracts"][name]
        pay, band = terms.get("take_or_pay", {}).get("share"), terms.get("least_volume_share")
        agreed = bool(pay or band or terms.get("most_volume_share"))
        assert (told["net_worth_per_mw_year"] is None) == agreed
