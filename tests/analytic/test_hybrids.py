"""Hybrids: a battery behind the connection of a plant, in cases of a few hours solved by hand.

Load 10 MW in both hours, retail 50 and 70. Sun at 20 generates 1 MW per MW in the first hour, nothing in the second.
The battery has 0.9 each way and costs 2 per MW and 1 per MWh over the two hours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from accounting.by_hand import ledger_of
from small_cases import TWO_HOURS, a_case, merged, solved

from carbonmatch.accounting import prove
from carbonmatch.accounting.pairing import pairing_faults
from carbonmatch.errors import InputError

BATTERY = {
    "zone": "Z",
    "power_cost_per_mw_year": 8760,
    "energy_cost_per_mwh_year": 4380,
    "round_trip_efficiency": 0.81,
    "paired_with": "sun",
}
WHOLE = {"matching": "hourly", "cfe": 1.0}
CHARGED, STORED = 10 / 0.81, 10 / 0.9
BASE = {
    "contracts": {"sun": {"strike_per_mwh": 20}},
    "storage": {"battery": BATTERY},
    "surplus": {"price": ...},
    "target": WHOLE,
}


def a_hybrid(*changes, **battery):
    case = merged(merged(TWO_HOURS, BASE), {"storage": {"battery": battery}})
    for change in changes:
        case = merged(case, change)
    return a_case(base=case)


def check(case, cost):
    problem, solution, _ = solved(case)
    assert solution.objective == pytest.approx(cost, rel=1e-9)
    assert sum(solution.cost.values()) == pytest.approx(solution.objective, rel=1e-12)
    prove(problem, solution, ledger_of(problem, solution))
    return problem, solution


def test_a_wide_connection_changes_nothing():
    # 10 to the load and 12.346 into the battery, of sun at 20
    cost = 20 * (10 + CHARGED) + 2 * CHARGED + STORED
    for connection in ({}, {"connection_mw": 10}, {"connection_share": 1.0}):
        _, solution = check(a_hybrid(**connection), cost)
        assert solution.contracted_mw[0] == pytest.approx(10 + CHARGED)


def test_a_narrow_connection_is_shared():
    # 8 MW leave the plant in each hour: 2 of 10 MWh are bought in each, at 50 and at 70; 8 / 0.81 = 9.877 are charged
    charged = 8 / 0.81
    cost = 20 * (8 + charged) + 2 * charged + 8 / 0.9 + 2 * 50 + 2 * 70
    _, solution = check(a_hybrid({"target": {"cfe": 0.8}}, connection_mw=8), cost)
    fed_in = solution.generation_mwh[0] + solution.clean_discharge_mwh[0] - solution.clean_charge_mwh[0]
    assert fed_in.tolist() == pytest.approx([8, 8])


def test_a_plant_that_may_be_curtailed_is_clipped_at_its_connection():
    # 4 MW are signed already and the connection carries 3: 1 MWh is lost, paid at half of 20; no battery is worth it
    sun = {"existing_mw": 4, "max_mw": ..., "curtailment": {"compensation": 0.5}}
    changes = {"contracts": {"sun": sun}, "target": {"matching": "none", "cfe": ...}}
    dear = {"power_cost_per_mw_year": 8760 * 500}
    _, solution = check(a_hybrid(changes, connection_mw=3, **dear), 20 * 3 + 10 * 1 + 7 * 50 + 10 * 70)
    assert solution.curtailed_mwh[0].tolist() == pytest.approx([1, 0])


def test_what_may_not_be_curtailed_has_to_be_stored():
    # the same plant without the right: 1 MWh is charged and comes out as 0.81 in the second hour
    changes = {"contracts": {"sun": {"existing_mw": 4, "max_mw": ...}}, "target": {"matching": "none", "cfe": ...}}
    cost = 20 * 4 + 2000 * 1 + 0.9 + 7 * 50 + (10 - 0.81) * 70
    _, solution = check(a_hybrid(changes, connection_mw=3, power_cost_per_mw_year=8760 * 1000), cost)
    assert solution.power_mw[0] == pytest.approx(1)


def test_a_connection_may_grow_with_the_plant():
    # 0.4 MW per MW: 10 MW to the load take 25 MW of sun, though 10 + 12.346 MWh are enough; half of what is lost is due
    sun = {"curtailment": {"compensation": 0.5}}
    lost = 25 - 10 - CHARGED
    cost = 20 * (10 + CHARGED + 0.5 * lost) + 2 * CHARGED + STORED
    _, solution = check(a_hybrid({"contracts": {"sun": sun}}, connection_share=0.4), cost)
    assert solution.contracted_mw[0] == pytest.approx(25)
    assert solution.curtailed_mwh[0][0] == pytest.approx(lost)


def test_it_charges_from_its_plant_alone():
    # wind at 10 gives 30 MWh in the first hour, free to be wasted; only the sun may be stored
    wind = {
        "technology": "onshore_wind",
        "zone": "Z",
        "structure": "pay_as_produced",
        "strike_per_mwh": 1,
        "capacity_factor": [1.0, 0.0],
        "existing_mw": 30,
    }
    cost = 1 * 30 + 20 * CHARGED + 2 * CHARGED + STORED
    _, solution = check(a_hybrid({"contracts": {"wind": wind}}), cost)
    assert solution.contracted_mw[0] == pytest.approx(CHARGED)
    # by itself the battery takes the wind
    check(a_hybrid({"contracts": {"wind": wind}}, paired_with=...), 1 * 30 + 2 * CHARGED + STORED)


def test_losses_between_plant_and_meter_lower_the_connection_too():
    # of 10 MW at the plant 8 reach the meter: as with a connection of 8 there, and 1.25 times the plant
    charged = 8 / 0.81
    cost = 20 * (8 + charged) + 2 * charged + 8 / 0.9 + 2 * 50 + 2 * 70
    changes = {"target": {"cfe": 0.8}, "contracts": {"sun": {"loss_factor": 0.8}}}
    _, solution = check(a_hybrid(changes, connection_mw=10), cost)
    assert solution.contracted_mw[0] == pytest.approx((8 + charged) / 0.8)


def test_a_case_of_half_hours_counts_the_connection_by_the_step():
    times = {"start": "2018-01-01T00:00", "end": "2018-01-01T01:00", "timezone": "UTC", "step": "30min"}
    charged = 4 / 0.81
    _, solution, _ = solved(a_hybrid({"time": times, "target": {"cfe": 0.8}}, connection_mw=8))
    assert (solution.generation_mwh[0] - solution.clean_charge_mwh[0]).tolist() == pytest.approx([4, 0])
    assert solution.clean_charge_mwh[0].tolist() == pytest.approx([charged, 0])


OTHER_ZONE = {
    "zones": {"Y": {"spot_price_per_mwh": 50}},
    "sites": {"far": {"zone": "Y", "load": {"flat_mw": 1}, "grid": {"energy": {"flat_per_mwh": 60}}}},
}
SWAP = {
    "technology": "offshore_wind",
    "zone": "Z",
    "structure": "virtual",
    "strike_per_mwh": 55,
    "capacity_factor": [0.5, 1.0],
}
FAULTS = {
    "no such contract": (
        {},
        {"paired_with": "sum"},
        "storage.battery.paired_with: is 'sum', which is no contract of the case; did you mean 'sun'? (contracts: sun)",
    ),
    "another zone": (
        OTHER_ZONE,
        {"zone": "Y"},
        "storage.battery.paired_with: is sun, in the zone Z, and the storage is in Y; put both in one zone",
    ),
    "a virtual plant": (
        {"contracts": {"swap": SWAP}},
        {"paired_with": "swap"},
        "storage.battery.paired_with: is swap, a virtual contract: what its plant generates is not delivered as it "
        "comes, so that no storage can charge from it; pair with one of pay_as_produced, clean_firm",
    ),
    "two storages at one plant": (
        {"storage": {"tank": BATTERY}},
        {},
        "storage.tank.paired_with: is sun, which battery is paired with already; a plant has one storage",
    ),
    "from the grid too": (
        {},
        {"grid_charging": True},
        "storage.battery.grid_charging: is true, and a storage that is paired charges from its plant alone; "
        "leave one of the two out",
    ),
    "a connection of nothing": (
        {},
        {"paired_with": ..., "connection_mw": 5},
        "storage.battery.connection_mw: is given, and paired_with is not; it is the connection of a plant: "
        "name its contract, or leave it out",
    ),
    "two connections": (
        {},
        {"connection_mw": 5, "connection_share": 0.5},
        "storage.battery.connection_share: is given, and so is connection_mw; a connection has one size: "
        "leave one of the two out",
    ),
    "settled at spot": (
        {},
        {"settlement": "spot"},
        "storage.battery.settlement: is spot, and the storage is paired with a plant, whose energy is delivered; "
        "leave it out",
    ),
    "no connection at all": (
        {},
        {"connection_mw": 0},
        "storage.battery.connection_mw: is 0; a number above 0 is wanted",
    ),
}


@pytest.mark.parametrize(("changes", "battery", "told"), FAULTS.values(), ids=FAULTS)
def test_a_pair_that_does_not_go_together_is_told(changes, battery, told):
    with pytest.raises(InputError) as caught:
        a_hybrid(changes, **battery)
    assert [str(fault) for fault in caught.value.faults] == [told]


def test_a_plant_that_has_to_be_stored_at_its_peak_is_a_warning():
    (told,) = a_hybrid(connection_share=0.5).warnings
    assert told == (
        "storage.battery: the connection of sun carries 0.5 MW for each MW, its plant generates up to 1 and may not be "
        "curtailed: what is beyond has to be stored; give contracts.sun a curtailment, {compensation: 0} where nothing "
        "is paid for what is lost at the connection"
    )
    assert not a_hybrid(connection_share=1.0).warnings
    assert not a_hybrid({"contracts": {"sun": {"curtailment": {}}}}, connection_share=0.5).warnings
    existing = {"contracts": {"sun": {"existing_mw": 4, "max_mw": ...}}}
    assert "carries 3 MW, its plant generates up to 4 MW" in a_hybrid(existing, connection_mw=3).warnings[0]
    assert not a_hybrid(connection_mw=3).warnings


def test_nothing_is_charged_while_the_plant_stands_still():
    _, solution, _ = solved(a_hybrid())
    assert np.all(solution.clean_charge_mwh[0] <= solution.generation_mwh[0] + 1e-9)
    assert solution.clean_charge_mwh[0][1] == 0


def test_what_the_battery_stores_is_of_its_own_plant():
    # both plants generate 10 MWh in the first hour; the battery takes 8 of the sun, and the load 2 of it and 8 of wind
    wind = {
        "technology": "onshore_wind",
        "zone": "Z",
        "structure": "pay_as_produced",
        "strike_per_mwh": 1,
        "capacity_factor": [1.0, 0.0],
        "existing_mw": 10,
    }
    held = {"min_power_mw": 8, "max_power_mw": 8}
    sun = {"existing_mw": 10, "max_mw": ...}
    changes = {"contracts": {"sun": sun, "wind": wind}, "target": {"cfe": 0.5 + 0.5 * 0.648}}
    problem, solution, _ = solved(a_hybrid(changes, **held))
    ledger = ledger_of(problem, solution)
    prove(problem, solution, ledger)
    mine, other = ledger.contracts
    assert (mine.name, other.name) == ("sun", "wind")
    assert mine.stored_mwh.tolist() == pytest.approx([8, 0])
    assert other.stored_mwh.tolist() == pytest.approx([0, 0])
    # 12 MWh are left for a load of 10: 2 of sun and 10 of wind, a sixth of which is in excess
    assert mine.matched_mwh[0] == pytest.approx(2 * 10 / 12)
    assert other.matched_mwh[0] == pytest.approx(10 * 10 / 12)
    assert mine.matched_from_storage_mwh.tolist() == pytest.approx([0, 6.48])
    assert other.matched_from_storage_mwh.tolist() == pytest.approx([0, 0])
    assert set(ledger.links.contract) == {0}


@pytest.mark.parametrize(
    ("flow", "step", "by", "told"),
    [
        ("clean_charge_mwh", 1, 1.0, "battery charges more than sun generates, by 1 MWh in step 1"),
        (
            "clean_discharge_mwh",
            1,
            1.0,
            "battery and sun feed in more than their connection carries, by 1 MWh",
        ),
        ("grey_charge_mwh", 0, 1.0, "battery charges from the grid, and it stands beside sun"),
    ],
)
def test_a_pair_that_does_not_keep_to_it_is_refused(flow, step, by, told):
    problem, solution, _ = solved(a_hybrid({"target": {"cfe": 0.8}}, connection_mw=8))
    assert pairing_faults(problem, solution) == []
    flows = getattr(solution, flow).copy()
    flows[0, step] += by
    found = pairing_faults(problem, replace(solution, **{flow: flows}))
    assert any(fault.startswith(told) for fault in found)
