"""What a plant and the storage beside it are worth: prices that agree with the case solved again."""

from __future__ import annotations

import pytest
from explained_day import BATTERY, YEARS, cost, day, explained, limit

PAIRED = {
    **BATTERY,
    "paired_with": "sun",
    "power_cost_per_mw_year": 3000,
    "energy_cost_per_mwh_year": 5000,
}
CURTAILABLE = {"sun": {"curtailment": {"compensation": 0.25}}}
CONNECTIONS = {
    "free": {},
    "share": {"connection_share": 0.35},
    "megawatts": {"connection_mw": 7.0},
}


def a_pair(connection, contracts=CURTAILABLE, **battery):
    return day(contracts=contracts, storage={"battery": {**PAIRED, **CONNECTIONS[connection], **battery}})


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_plant_at_a_free_size_earns_what_it_costs_with_the_storage_beside_it(connection):
    told = explained(a_pair(connection)).summary
    sun = told["contracts"]["sun"]
    assert sun["taken"]
    assert told["storage"]["battery"]["taken"]
    assert sun["net_worth_per_mw_year"] == pytest.approx(0.0, abs=1e-2)
    assert sun["entry_strike_per_mwh"] == pytest.approx(50, rel=1e-6)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_plant_left_out_enters_below_its_entry_strike(connection):
    dear = {"sun": {**CURTAILABLE["sun"], "strike_per_mwh": 300}}
    told = explained(a_pair(connection, dear)).summary["contracts"]["sun"]
    assert not told["taken"]
    strike = told["entry_strike_per_mwh"]
    left_out = cost(a_pair(connection, dear))
    at = {
        factor: cost(a_pair(connection, {"sun": {**CURTAILABLE["sun"], "strike_per_mwh": factor * strike}}))
        for factor in (0.97, 1.001)
    }
    assert at[1.001] == pytest.approx(left_out, rel=1e-9)
    if told["worth_is_unique"]:
        assert at[0.97] < left_out - 1e-6


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_storage_left_out_of_a_pair_enters_below_the_cost_that_is_told(connection):
    dear = {"power_cost_per_mw_year": 900_000, "energy_cost_per_mwh_year": 5000}
    told = explained(a_pair(connection, **dear)).summary["storage"]["battery"]
    assert not told["taken"]
    just = told["entry"]["power_cost_per_mw_year"]
    left_out = cost(a_pair(connection, **dear))
    assert cost(a_pair(connection, **{**dear, "power_cost_per_mw_year": 1.001 * just})) == pytest.approx(
        left_out, rel=1e-9
    )
    assert cost(a_pair(connection, **{**dear, "power_cost_per_mw_year": 0.97 * just})) < left_out - 1e-6


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_without_the_storage_the_plant_keeps_its_connection(connection):
    told = explained(a_pair(connection), exit_prices=True).summary
    battery, sun = told["storage"]["battery"], told["contracts"]["sun"]
    without = cost(a_pair(connection, max_power_mw=0, max_energy_mwh=0))
    assert battery["exit"]["cost_without_per_year"] == pytest.approx(without / YEARS, rel=1e-7)
    assert battery["exit"]["saved_per_year"] > 0
    assert sun["exit"] is None
    assert sun["no_exit_because"] == "a storage stands beside it: solve the case without both"


def test_a_connection_that_comes_for_nothing_is_worth_taking_at_any_strike():
    free = {"sun": {"curtailment": {"compensation": 0}, "max_mw": 20}}
    told = explained(a_pair("share", free)).summary["contracts"]["sun"]
    assert told["at"] == "max"
    assert told["entry_strike_per_mwh"] is None
    assert told["strike_above_entry_per_mwh"] is None


@pytest.mark.parametrize(("key", "step"), [("connection_share", 1e-4), ("connection_mw", 1e-3)])
def test_a_wider_connection_saves_what_is_told(key, step):
    connection = {"connection_share": "share", "connection_mw": "megawatts"}[key]
    told = limit(explained(a_pair(connection)), f"storage.battery.{key}")
    value = CONNECTIONS[connection][key]
    assert told["value"] == value
    assert told["level"] == pytest.approx(value)
    assert told["binds"]
    narrow, wide = (cost(a_pair(connection, **{key: value + sign * step})) for sign in (-1, 1))
    saved = (narrow - wide) / (2 * step) * (0.01 if key == "connection_share" else 1.0) / YEARS
    assert told["saved_per_step_year"] == pytest.approx(saved, rel=1e-3)
    assert saved > 1.0


def test_a_connection_with_room_saves_nothing():
    told = limit(explained(a_pair("free", connection_mw=500)), "storage.battery.connection_mw")
    assert (told["binds"], told["saved_per_step_year"]) == (False, 0.0)
