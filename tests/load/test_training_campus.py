"""The load of the bundled Texan campus is what a campus of its size draws."""

from pathlib import Path

import numpy as np
import pytest

from carbonmatch.case import load_case

MODEL = Path(__file__).parents[2] / "models" / "training-campus-texas.yaml"


@pytest.fixture(scope="module")
def load():
    return load_case(MODEL).sites["abilene"].load


def test_parts_add_up(load):
    assert load.total_it_mw + load.cooling_mw + load.losses_mw == pytest.approx(load.total_mw)
    assert np.sum(list(load.classes_mw.values()), axis=0) == pytest.approx(load.total_mw)


def test_racks_and_what_belongs_to_them_are_the_nameplate(load):
    # 1760 * 132 kW + 1665 * 142 kW = 232.32 + 236.43 = 468.75 MW; 12 % more for network, storage and CPU: 525 MW
    assert load.nameplate_mw == pytest.approx(np.full(8760, 525.0))


def test_half_a_gigawatt_at_the_meter(load):
    """500 MW, nearly all of it around the clock: 500 MW * 8,760 h * 0.88 = 3.84 TWh."""
    assert 495 <= load.total_mw.max() <= 500
    assert load.total_mw.sum() / 1e6 == pytest.approx(3.84, abs=0.01)
    assert 0.85 <= load.total_mw.mean() / 500 <= 0.9


def test_pue_is_in_the_published_range_and_peaks_with_the_heat(load):
    dry_bulb_c = np.genfromtxt(MODEL.parents[1] / "data" / "tx-abilene-2013.csv", delimiter=",", skip_header=1)[:, 1]
    assert 1.04 <= load.total_mw.sum() / load.total_it_mw.sum() <= 1.2
    assert dry_bulb_c[np.argmax(load.pue)] >= 39
    assert np.corrcoef(load.pue, dry_bulb_c)[0, 1] > 0.6


def test_second_tranche_arrives_in_the_year_before():
    before = load_case(MODEL, scenario="year-of-the-second-tranche").sites["abilene"].load.nameplate_mw
    # 232.32 MW * 1.12 until June, all 525 MW sixteen weeks later
    assert before[0] == pytest.approx(232.32 * 1.12)
    assert before[-1] == pytest.approx(525.0)
    assert (np.diff(before) >= -1e-9).all()


def test_air_draws_more_for_the_same_machines(load):
    air = load_case(MODEL, scenario="air-cooled").sites["abilene"].load
    assert air.total_it_mw == pytest.approx(load.total_it_mw)
    assert air.total_mw.sum() > 1.1 * load.total_mw.sum()
    assert 1.3 <= air.total_mw.sum() / air.total_it_mw.sum() <= 1.6
