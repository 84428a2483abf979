"""Losses between meter and machines."""

import numpy as np
import pytest

from carbonmatch.errors import InputError
from carbonmatch.load import UPS_CURVES, PowerChain, UpsCurve

BY_HAND = UpsCurve(no_load=0.01, linear=0.02, quadratic=0.04)


def mw(*values):
    return np.array(values, dtype=float)


def test_losses_by_hand():
    # 2N for 100 MW: 200 MW of UPS, 80 MW of load, x = 0.4.
    # ups = 200 * (0.01 + 0.02 * 0.4 + 0.04 * 0.16) = 200 * 0.0244 = 4.88
    # losses = 4.88 + 0.015 * (80 + 4.88 + 10) = 4.88 + 1.4232 = 6.3032, with 10 MW of cooling
    chain = PowerChain(ups=BY_HAND)
    assert chain.ups_losses_mw(mw(80), 100.0) == pytest.approx([4.88])
    assert chain.losses_mw(mw(80), 100.0, mw(10)) == pytest.approx([6.3032])
    assert chain.efficiency(mw(80), 100.0, mw(10)) == pytest.approx([90 / 96.3032])
    assert chain.ups_efficiency(mw(80), 100.0) == pytest.approx([80 / 84.88])


@pytest.mark.parametrize(
    ("redundancy", "modules", "rated"), [("2N", 4, 200.0), ("N+1", 4, 125.0), ("N+1", 2, 150.0), ("N", 4, 100.0)]
)
def test_rated_power_follows_nameplate_and_redundancy(redundancy, modules, rated):
    chain = PowerChain(redundancy=redundancy, modules=modules)
    assert chain.rated_mw(100.0) == pytest.approx(rated)
    assert chain.ups_losses_mw(mw(0, 0), mw(100, 50)) == pytest.approx([0.01 * rated, 0.005 * rated])


def test_rated_power_may_be_given():
    # 300 MW of UPS for whatever stands there: x = 60 / 300 = 0.2; 300 * (0.01 + 0.004 + 0.0016) = 4.68
    chain = PowerChain(ups_rated_mw=300.0, ups=BY_HAND)
    assert chain.ups_losses_mw(mw(60, 60), mw(100, 80)) == pytest.approx([4.68, 4.68])


def test_nothing_stands_nothing_is_lost():
    chain = PowerChain()
    assert chain.losses_mw(mw(0, 0), mw(0, 100))[0] == 0.0
    assert chain.losses_mw(mw(0, 0), mw(0, 100))[1] > 0.0  # a UPS idles at a loss
    assert chain.efficiency(mw(0, 0), mw(0, 100)) == pytest.approx([0.0, 0.0])
    assert chain.ups_efficiency(mw(0, 0), mw(0, 100)) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("share_of_nameplate", [0.6, 0.75, 0.85, 1.0])
def test_2n_loading_gives_the_published_94_to_96_percent(share_of_nameplate):
    """Each side carries half, so that the UPS run at 30 to 50 % of what they are rated for."""
    assert 0.94 <= PowerChain().ups_efficiency(mw(100 * share_of_nameplate), 100.0)[0] <= 0.96


@pytest.mark.parametrize("loading", [0.3, 0.4, 0.5, 0.75, 1.0])
def test_eco_mode_gives_the_published_98_to_99_percent(loading):
    chain = PowerChain(redundancy="N", ups=UPS_CURVES["eco"])
    assert 0.98 <= chain.ups_efficiency(mw(100 * loading), 100.0)[0] <= 0.99


def test_docstring_figures_of_the_curves():
    chain = {mode: PowerChain(redundancy="N", ups=curve) for mode, curve in UPS_CURVES.items()}
    loads = mw(0.25, 0.3, 0.4, 0.5, 1.0)
    double = 100 * chain["double_conversion"].ups_efficiency(loads, 1.0)
    assert double.round(1).tolist() == [93.8, 94.3, 94.9, 95.1, 95.2]
    assert (100 * chain["eco"].ups_efficiency(loads, 1.0)).round(1).tolist()[2:] == [98.3, 98.5, 98.8]


def test_a_lightly_loaded_ups_is_less_efficient():
    efficiency = PowerChain().ups_efficiency(mw(10, 20, 40, 60, 80, 100), 100.0)
    assert (np.diff(efficiency) > 0).all()


def test_more_redundancy_loses_more_at_part_load():
    """At full load two sides may even lose less than one: half the current in each of them."""
    losses = [PowerChain(redundancy=kind).losses_mw(mw(50), 100.0)[0] for kind in ("N", "N+1", "2N")]
    assert losses[0] < losses[1] < losses[2]


def test_fault_where_the_nameplate_is_exceeded():
    with pytest.raises(InputError) as caught:
        PowerChain().losses_mw(mw(90, 110, 105), 100.0)
    (fault,) = caught.value.faults
    assert fault.where == "ups_rated_mw"
    assert "they draw 110 MW; lower their draw or raise the nameplate" in fault.what


def test_fault_where_one_side_would_not_carry_all():
    # Two sides of 75 MW each: one alone does not carry 80 MW; 2 * 80 = 160 would.
    with pytest.raises(InputError) as caught:
        PowerChain(ups_rated_mw=150.0).losses_mw(mw(70, 80), 100.0)
    (fault,) = caught.value.faults
    assert fault.where == "ups_rated_mw"
    assert "is 150 MW, which carries 75 MW with redundancy 2N, and the machines draw up to 80 MW" in fault.what
    assert "give at least 160 MW" in fault.what
