"""Hourly certificates in two hours, by hand: load 10 MW, spot 40 and 60, retail 50 and 70, surplus earns 35 and 55."""

from __future__ import annotations

import pytest
from accounting.by_hand import ledger_of
from small_cases import a_case, solved

from carbonmatch.accounting import prove
from carbonmatch.errors import InfeasibleError, InputError

CLAIMS = {
    "technology": "hydro",
    "zone": "Z",
    "structure": "hourly_certificates",
    "strike_per_mwh": 4,
    "offered_mw": [6, 8],
}
ALONE = {"sun": ..., "claims": CLAIMS}
BATTERY = {"zone": "Z", "power_cost_per_mw_year": 0, "energy_cost_per_mwh_year": 1, "round_trip_efficiency": 1}


def check(changes, cost):
    problem, solution, _ = solved(a_case(changes))
    assert solution.objective == pytest.approx(cost, rel=1e-9)
    ledger = ledger_of(problem, solution)
    prove(problem, solution, ledger)
    return problem, ledger


def test_claims_are_bought_as_the_target_wants_them_and_energy_at_retail():
    # 1200 of retail; 14 of 20 MWh at 4
    _, ledger = check({"contracts": ALONE, "target": {"matching": "hourly", "cfe": 0.7}}, 1200 + 14 * 4)
    assert ledger.zones[0].matched_mwh.tolist() == pytest.approx([6, 8])
    assert ledger.contracts[0].delivered_mwh.tolist() == [0, 0]
    assert ledger.contracts[0].curtailed_mwh.tolist() == [0, 0]


def test_nothing_is_bought_without_a_target():
    check({"contracts": ALONE}, 1200)


def test_no_more_is_bought_than_is_on_offer():
    with pytest.raises(InfeasibleError):
        solved(a_case({"contracts": ALONE, "target": {"matching": "hourly", "cfe": 0.71}}))


def test_certificates_open_no_pool_that_buys_energy_at_spot():
    # the first hour's claims cannot be carried to the second: a battery has nothing physical to store
    case = {"contracts": ALONE, "storage": {"battery": BATTERY}}
    problem, _ = check({**case, "target": {"matching": "hourly", "cfe": 0.7}}, 1200 + 14 * 4)
    assert [pool.name for pool in problem.storage[0].pools] == ["clean"]
    more = {"claims": {**CLAIMS, "offered_mw": [20, 0]}, "sun": ...}
    with pytest.raises(InfeasibleError):
        solved(a_case({**case, "contracts": more, "target": {"matching": "hourly", "cfe": 0.6}}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_mw": 5}, "claims.max_mw: is 5, and certificates have no size in MW; say what is on offer in offered_mw"),
        ({"existing_mw": 5}, "claims.existing_mw: is 5, and certificates have no size in MW"),
        ({"offered_mw": ...}, "claims.offered_mw: is missing; give the volume on offer in every hour"),
        ({"offered_mw": -1}, "claims.offered_mw: is -1; a power on offer is >= 0 MW"),
        (
            {"settlement_price_per_mwh": 5},
            "claims.settlement_price_per_mwh: is given, and certificates settle against no",
        ),
        ({"sleeve_fee_per_mwh": 1}, "claims.sleeve_fee_per_mwh: is 1, and this contract delivers nothing"),
        ({"loss_factor": 0.9}, "claims.loss_factor: is of a plant, and these are certificates; leave it out"),
    ],
)
def test_one_fault_and_its_words(changes, words):
    claims = {key: value for key, value in {**CLAIMS, **changes}.items() if value is not ...}
    with pytest.raises(InputError) as caught:
        a_case({"contracts": {"sun": ..., "claims": claims}})
    (fault,) = caught.value.faults
    assert words in str(fault)
