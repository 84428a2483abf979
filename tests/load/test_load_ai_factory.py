"""The load of an AI factory: sums add up, whatever stands around the machines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonmatch.load import (
    ByPue,
    ByWeather,
    DailyShape,
    Facility,
    PowerChain,
    SiteLoad,
    Weather,
    WorkClass,
    ai_factory_load,
    contracted_load,
    cosine_day,
)
from carbonmatch.timegrid import TimeGrid

YEAR = TimeGrid.from_local("2018-01-01", "2019-01-01", "Europe/Berlin")
DAY = TimeGrid.from_local("2018-01-01", "2018-01-02", "UTC")
TRAINING = WorkClass("training", 0.7, 0.97, 0.85, 0.28, fixed=True)
INFERENCE = WorkClass(
    "inference", 0.3, 0.7, 0.75, 0.35, DailyShape(cosine_day(0.2), {"Europe/Berlin": 0.5, "Asia/Tokyo": 0.5})
)
WARM_DAY = ByWeather(Facility(), Weather(np.linspace(5.0, 38.0, 24), np.full(24, 0.5)))


def test_contracted_500_mw_at_90_per_cent_are_3_94_twh():
    load = contracted_load(YEAR, 500.0, 0.9)
    assert load.total_mw.sum() / 1e6 == pytest.approx(3.942)  # 500 * 0.9 * 8760
    assert load.it_mw == {}
    assert load.pue is None


def test_contracted_power_with_a_pue_says_what_reaches_the_machines():
    load = contracted_load(DAY, 100.0, pue=np.full(24, 1.25), share_out=np.full(24, 0.5))
    np.testing.assert_allclose(load.total_mw, 45.0)
    np.testing.assert_allclose(load.total_it_mw, 36.0)
    np.testing.assert_allclose(load.pue, 1.25)


def test_an_hour_by_hand():
    grid = TimeGrid.from_local("2018-01-01", "2018-01-01T01:00")
    load = ai_factory_load(grid, np.array([100.0]), [TRAINING], ByPue(np.array([1.5])), overhead_share=0.1)
    # machines 0.7 * 100 * (0.28 + 0.57 * 0.97) = 58.303, overhead 10; times 1.5
    np.testing.assert_allclose(load.it_mw["training"], [58.303])
    np.testing.assert_allclose(load.it_mw["overhead"], [10.0])
    np.testing.assert_allclose(load.total_mw, [102.4545])
    np.testing.assert_allclose(load.classes_mw["overhead"], [15.0])
    np.testing.assert_allclose(load.nameplate_mw, [110.0])
    assert load.fixed == {"training", "overhead"}
    assert load.cooling_mw is None


def test_weather_says_cooling_and_losses_apart():
    load = ai_factory_load(DAY, np.full(24, 100.0), [TRAINING, INFERENCE], WARM_DAY)
    parts = [load.total_it_mw, load.cooling_mw, load.losses_mw]
    np.testing.assert_allclose(np.sum(parts, axis=0), load.total_mw)
    np.testing.assert_allclose(sum(load.classes_mw.values()), load.total_mw)
    assert load.pue[-1] > load.pue[0]  # warmer
    assert 1.04 < load.pue.min() < load.pue.max() < 1.3
    share = load.it_mw["inference"] / load.total_it_mw
    np.testing.assert_allclose(load.classes_mw["inference"], share * load.total_mw)


def test_a_hall_that_is_out_draws_nothing_but_the_losses_of_its_ups():
    out = np.where(np.arange(24) < 12, 1.0, 0.0)
    load = ai_factory_load(DAY, np.full(24, 100.0), [TRAINING, INFERENCE], WARM_DAY, share_out=out)
    assert not load.total_it_mw[:12].any()
    # 2N of 112 MW, no-load loss 1 %: 2.24 MW, and cooling and transformers for them
    assert 2.24 < load.total_mw[0] < 3.0
    np.testing.assert_allclose(sum(load.classes_mw.values()), load.total_mw)
    assert load.pue[0] == 1.0


def test_a_site_without_overhead_has_no_such_class():
    load = ai_factory_load(DAY, np.full(24, 50.0), [TRAINING, INFERENCE], WARM_DAY, overhead_share=0.0)
    assert set(load.classes_mw) == {"training", "inference"}
    assert load.fixed == {"training"}


def test_scaled_by_a_factor_everything_is_larger():
    load = ai_factory_load(DAY, np.full(24, 100.0), [TRAINING, INFERENCE], WARM_DAY)
    larger = load.scaled(1.5)
    for name in ("total_mw", "cooling_mw", "losses_mw", "nameplate_mw"):
        np.testing.assert_allclose(getattr(larger, name), 1.5 * getattr(load, name))
    for name in load.classes_mw:
        np.testing.assert_allclose(larger.classes_mw[name], 1.5 * load.classes_mw[name])
        np.testing.assert_allclose(larger.it_mw[name], 1.5 * load.it_mw[name])
    assert larger.fixed == load.fixed
    assert not load.scaled(0.0).total_mw.any()
    assert SiteLoad(np.ones(2)).scaled(2.0).nameplate_mw is None


FLEETS = st.fixed_dictionaries(
    {
        "share": st.floats(0.05, 0.95),
        "utilisation": st.floats(0.0, 1.0),
        "idle": st.floats(0.0, 0.5),
        "overhead": st.floats(0.0, 0.2),
        "out": st.floats(0.0, 1.0),
        "redundancy": st.sampled_from(["2N", "N+1", "N"]),
    }
)


@settings(max_examples=40, derandomize=True, deadline=None, database=None)
@given(fleet=FLEETS, racks=st.floats(0.1, 500.0), more=st.floats(0.0, 500.0))
def test_classes_add_to_the_total_and_more_racks_never_draw_less(fleet, racks, more):
    use, idle = fleet["utilisation"], fleet["idle"]
    classes = [
        WorkClass("a", fleet["share"], use, 0.85, idle),
        WorkClass("b", 1.0 - fleet["share"], use / 2.0, 0.75, idle, DailyShape(cosine_day(0.5), {"Asia/Tokyo": 1.0})),
    ]
    around = ByWeather(Facility(PowerChain(redundancy=fleet["redundancy"])), WARM_DAY.weather)
    out = np.full(24, fleet["out"])
    loads = [
        ai_factory_load(DAY, np.full(24, mw), classes, around, overhead_share=fleet["overhead"], share_out=out)
        for mw in (racks, racks + more)
    ]
    for load in loads:
        np.testing.assert_allclose(sum(load.classes_mw.values()), load.total_mw, rtol=1e-9, atol=1e-9)
        parts = load.total_it_mw + load.cooling_mw + load.losses_mw
        np.testing.assert_allclose(parts, load.total_mw, rtol=1e-9, atol=1e-9)
        assert (load.total_it_mw <= load.nameplate_mw * (1.0 + 1e-9)).all()
        assert all((part >= 0.0).all() for part in load.classes_mw.values())
    assert (loads[1].total_mw >= loads[0].total_mw * (1.0 - 1e-9)).all()
