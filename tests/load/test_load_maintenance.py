"""Halls that are out, one after the other or on certain days."""

from __future__ import annotations

from datetime import date

import numpy as np

from carbonmatch.load import HallRota, PlannedOutage, fleet_clock, share_out
from carbonmatch.timegrid import TimeGrid


def clock_of(start, end, step="24h"):
    return fleet_clock(TimeGrid.from_local(start, end, "Europe/Berlin", step))


def test_halls_take_turns():
    rota = HallRota(halls=4, days_per_hall=2, month=1, day=3, days_between=1)
    out = rota.share_out(clock_of("2018-01-01", "2018-01-16"))
    q = 0.25
    assert out.tolist() == [0, 0, q, q, 0, q, q, 0, q, q, 0, q, q, 0, 0]
    assert rota.days == 11


def test_a_rota_comes_back_every_year_and_may_pass_its_end():
    rota = HallRota(halls=2, days_per_hall=10, month=12, day=20)
    out = rota.share_out(clock_of("2017-01-01", "2019-01-01"))
    # 1 to 8 January of both years from the years before, 20 to 31 December of both
    assert int((out > 0).sum()) == 2 * (8 + 12)
    assert out[:8].all()
    assert not out[8]


def test_outages_add_to_halls():
    clock = clock_of("2018-01-01", "2018-01-05")
    plans = [PlannedOutage(date(2018, 1, 2), date(2018, 1, 4), 0.4), HallRota(2, 1, month=1, day=3)]
    np.testing.assert_allclose(share_out(plans, clock), [0, 0.4, 0.9, 0.5])


def test_no_plan_takes_nothing_out():
    assert not share_out([], clock_of("2018-01-01", "2018-01-03")).any()
