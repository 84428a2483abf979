"""What cooling draws, by hand and on the bundled weather."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonmatch.load import AirCooling, Chiller, DirectToChip, Facility, PowerChain, Weather

DATA = Path(__file__).parents[2] / "data"
SITES = ("de-mannheim-weather.csv", "tx-abilene-2013.csv")
WARM_C = 25.0
TRAINING_DRAW = 0.82
"""Training at 97 % of the time, 85 % of nameplate."""


def c(*values):
    return np.array(values, dtype=float)


def at(*dry_bulb_c, humidity=0.5):
    dry = c(*dry_bulb_c)
    return Weather(dry, np.full_like(dry, humidity))


@pytest.fixture(scope="module", params=SITES)
def site(request):
    table = pd.read_csv(DATA / request.param)
    return Weather(table["dry_bulb_c"].to_numpy(), table["relative_humidity"].to_numpy())


def pue(facility, weather):
    it = np.full_like(weather.dry_bulb_c, 100.0 * TRAINING_DRAW)
    load = facility.load(it, 100.0, weather)
    return (it + load.cooling_mw + load.losses_mw) / it


def test_chiller_by_hand():
    # 4 K warmer at 2.5 % per K: 5 * 0.975**4 = 4.518; 40 K colder would be 5 / 0.975**40 = 13.8, but 8 is the best.
    chiller = Chiller(cop=5.0, at_c=24.0, fall_per_k=0.025, best_cop=8.0)
    assert chiller.cop_at(c(24, 28, -16)) == pytest.approx([5.0, 5 * 0.975**4, 8.0])


def test_air_by_hand():
    # Wet bulb 20.6 + approach 7 is above 18 + 8: all is chilled. 10 * (0.05 + 0.022 + 0.015 + 1 / cop(wet bulb))
    weather = at(28)
    wet = weather.wet_bulb_c[0]
    assert wet == pytest.approx(20.6, abs=0.1)
    cop = 5.0 * 0.9775 ** (wet - 24.0)
    assert AirCooling().cooling_mw(c(10), weather) == pytest.approx([10 * (0.087 + 1 / cop)])
    assert AirCooling(economiser=True).cooling_mw(c(10), weather) == pytest.approx([10 * (0.087 + 1 / cop)])


def test_economiser_by_hand():
    # Towers reach wet bulb + 7; from 18 down the chillers rest, at 22 they take (22 - 18) / 8 = half.
    air = AirCooling(economiser=True)
    weather = at(4, 12, 25)
    reached = weather.wet_bulb_c + 7.0
    assert air.chilled_share(weather) == pytest.approx(np.clip((reached - 18.0) / 8.0, 0.0, 1.0))
    assert air.chilled_share(weather)[0] == 0.0
    assert 0.0 < air.chilled_share(at(20))[0] < 1.0
    assert air.cooling_mw(c(10, 10, 10), weather)[0] == pytest.approx(0.87)
    assert AirCooling().chilled_share(weather).tolist() == [1.0, 1.0, 1.0]


def test_direct_to_chip_by_hand():
    """All heat in the water, so that the air is out of the sum."""
    # 24 degrees: 16 K below the water, fans at half speed, 0.02 / 8 = 0.0025: 100 * (0.012 + 0.0025) = 1.45
    # 32 degrees: fans at full speed, nothing trimmed: 100 * (0.012 + 0.02) = 3.2
    # 35 degrees: 3 of the 10 K are left to the chiller of COP 6: 100 * (0.032 + 0.3 / 6) = 8.2
    # 45 degrees: all of it, at COP 6 * 0.9775**10
    cooling = DirectToChip(liquid_share=1.0)
    drawn = cooling.cooling_mw(c(100, 100, 100, 100), at(24, 32, 35, 45))
    assert drawn == pytest.approx([1.45, 3.2, 8.2, 100 * (0.032 + 1 / (6 * 0.9775**10))])


def test_trim_chiller_rests_until_dry_bulb_and_approach_pass_the_supply():
    assert DirectToChip().trimmed_share(at(-10, 20, 32, 32.1, 37, 42, 45)) == pytest.approx([0, 0, 0, 0.01, 0.5, 1, 1])


def test_rest_of_the_heat_is_cooled_as_air():
    weather = at(28)
    split = DirectToChip(liquid_share=0.7).cooling_mw(c(100), weather)
    water = DirectToChip(liquid_share=1.0).cooling_mw(c(70), weather)
    assert split == pytest.approx(water + AirCooling().cooling_mw(c(30), weather))
    none = DirectToChip(liquid_share=0.0).cooling_mw(c(100), weather)
    assert none == pytest.approx(AirCooling().cooling_mw(c(100), weather))


@pytest.mark.parametrize("cooling", [DirectToChip(), AirCooling(), AirCooling(economiser=True)])
@pytest.mark.parametrize("humidity", [0.2, 0.5, 0.9])
def test_warmer_never_draws_less(cooling, humidity):
    weather = at(*np.arange(-15.0, 50.0, 0.5), humidity=humidity)
    drawn = cooling.cooling_mw(np.full_like(weather.dry_bulb_c, 10.0), weather)
    assert (np.diff(drawn) >= -1e-12).all()
    assert drawn[-1] > drawn[0]


@pytest.mark.parametrize("cooling", [DirectToChip(), AirCooling()])
def test_no_heat_needs_no_cooling_and_twice_the_heat_twice_as_much(cooling):
    weather = at(10, 30)
    one, two = (cooling.cooling_mw(c(heat, heat), weather) for heat in (10, 20))
    assert two == pytest.approx(2 * one)
    assert cooling.cooling_mw(c(0, 0), weather).tolist() == [0.0, 0.0]


def test_facility_by_hand():
    # No redundancy, a UPS that loses 4 % of its load: 80 MW of machines, 3.2 MW lost, 83.2 MW of heat.
    # 24 degrees, all heat in water: cooling = 83.2 * 0.0145 = 1.2064
    # losses = 3.2 + 0.015 * (80 + 3.2 + 1.2064) = 4.466096
    chain = PowerChain(redundancy="N", ups=replace(PowerChain().ups, no_load=0.0, linear=0.04, quadratic=0.0))
    load = Facility(chain, DirectToChip(liquid_share=1.0)).load(c(80), 100.0, at(24))
    assert load.cooling_mw == pytest.approx([1.2064])
    assert load.losses_mw == pytest.approx([4.466096])


def test_pue_of_direct_to_chip_is_in_the_published_range(site):
    """1.04 to 1.20 over a year."""
    hourly = pue(Facility(), site)
    assert 1.04 <= hourly.mean() <= 1.20
    assert hourly.min() >= 1.04
    best = Facility(PowerChain(redundancy="N"), DirectToChip(liquid_share=1.0, supply_c=45.0))
    assert 1.04 <= pue(best, site).mean() < hourly.mean()


def test_pue_of_air_is_in_the_published_range(site):
    """1.3 to 1.6 in warm hours."""
    hourly = pue(Facility(cooling=AirCooling()), site)
    warm = hourly[site.dry_bulb_c >= WARM_C]
    assert warm.size > 300
    assert warm.min() >= 1.3
    assert warm.max() <= 1.6
    assert hourly.mean() > pue(Facility(), site).mean()


def test_economiser_saves_in_the_cold_and_never_costs(site):
    without, with_it = (pue(Facility(cooling=AirCooling(economiser=economiser)), site) for economiser in (False, True))
    assert (with_it <= without + 1e-12).all()
    cold = site.wet_bulb_c < 5.0
    assert with_it[cold].max() < without[cold].min() - 0.05


def test_texas_needs_more_cooling_than_the_rhine():
    rhine, texas = (pd.read_csv(DATA / name) for name in SITES)
    means = [
        pue(Facility(), Weather(t["dry_bulb_c"].to_numpy(), t["relative_humidity"].to_numpy())).mean()
        for t in (rhine, texas)
    ]
    assert means[1] > means[0] + 0.005
