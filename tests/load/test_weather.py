"""Outside air: the wet bulb, and columns that are not what they should be."""

import numpy as np
import pytest

from carbonmatch.errors import InputError
from carbonmatch.load import Weather, wet_bulb_c


def c(*values):
    return np.array(values, dtype=float)


def psychrometric_wet_bulb(dry_bulb_c, relative_humidity):
    """Solve e_s(Tw) - 0.000665 p (T - Tw) = r e_s(T) by halving; e_s by Bolton 1980 [hPa], p = 1013.25 hPa."""

    def saturation(t):
        return 6.112 * np.exp(17.67 * t / (t + 243.5))

    vapour = relative_humidity * saturation(dry_bulb_c)
    low, high = np.full_like(dry_bulb_c, -60.0), dry_bulb_c.copy()
    for _ in range(60):
        middle = (low + high) / 2
        damp = saturation(middle) - 0.000665 * 1013.25 * (dry_bulb_c - middle) > vapour
        low, high = np.where(damp, low, middle), np.where(damp, middle, high)
    return low


def test_the_example_of_the_paper():
    """Stull 2011: air of 20 degrees and 50 % has a wet bulb of 13.7 degrees."""
    assert wet_bulb_c(c(20), c(0.5))[0] == pytest.approx(13.7, abs=0.05)


def test_the_equation_by_hand():
    # T = 30, r = 40: 30 atan(0.151977 * 48.313659**0.5 = 1.056357) = 30 * 0.812794 = 24.38382
    # + atan(70) = 1.556512 - atan(38.323669) = -1.544709 + 0.00391838 * 252.98221 * atan(0.92404) = 0.991276 * 0.745918
    # = 0.739411 - 4.686035: together 20.4490
    assert wet_bulb_c(c(30), c(0.4))[0] == pytest.approx(20.449, abs=0.005)


def test_errors_are_those_that_the_paper_gives():
    """-1.0 to 0.65 K, 0.3 K in the mean; the psychrometer's constant is itself known to some 0.1 K of wet bulb."""
    dry, share = (grid.ravel() for grid in np.meshgrid(np.arange(0.0, 41.0, 5.0), np.arange(0.2, 0.96, 0.05)))
    error = wet_bulb_c(dry, share) - psychrometric_wet_bulb(dry, share)
    assert error.min() >= -1.0
    assert error.max() <= 0.65 + 0.1
    assert np.abs(error).mean() <= 0.3 + 0.1


def test_rises_with_heat_and_with_damp():
    dry = np.arange(-15.0, 50.0, 1.0)
    assert (np.diff(wet_bulb_c(dry, np.full_like(dry, 0.4))) > 0).all()
    share = np.arange(0.05, 1.0, 0.01)
    assert (np.diff(wet_bulb_c(np.full_like(share, 25.0), share)) > 0).all()


def test_is_never_above_the_dry_bulb():
    dry, share = (grid.ravel() for grid in np.meshgrid(np.arange(-70.0, 60.5, 2.5), np.linspace(0.0, 1.0, 21)))
    assert (wet_bulb_c(dry, share) <= dry).all()


def test_is_not_extrapolated():
    assert wet_bulb_c(c(25, 25), c(0.0, 0.05)) == pytest.approx(wet_bulb_c(c(25, 25), c(0.05, 0.05)))
    assert wet_bulb_c(c(25), c(1.0)) == pytest.approx(wet_bulb_c(c(25), c(0.99)))
    assert wet_bulb_c(c(-35), c(0.5))[0] == -35.0
    assert wet_bulb_c(c(55), c(0.2))[0] - 55.0 == pytest.approx(wet_bulb_c(c(50), c(0.2))[0] - 50.0)


def test_weather_knows_its_wet_bulb():
    weather = Weather(c(20, 30), c(0.5, 0.4))
    assert weather.wet_bulb_c == pytest.approx(wet_bulb_c(c(20, 30), c(0.5, 0.4)))


@pytest.mark.parametrize(
    ("dry", "share", "where", "what"),
    [
        (
            (68, 70),
            (0.5, 0.5),
            "dry_bulb_c",
            "is 68 in step 1 and in 2 steps outside -70 to 60 degrees C; give degrees Cel",
        ),
        ((20, 293), (0.5, 0.5), "dry_bulb_c", "is 293 in step 2 and in 1 steps"),
        (
            (20, 21),
            (0.5, 55),
            "relative_humidity",
            "is 55 in step 2 and in 1 steps outside 0 to 1; give a share, 0.55 for",
        ),
        ((20, np.nan), (0.5, 0.5), "dry_bulb_c", "has no value in 1 steps, the first is step 2; fill the gaps"),
        ((20, 21), (np.inf, 0.5), "relative_humidity", "has no value in 1 steps, the first is step 1"),
        ((20, 21), (0.5,), "relative_humidity", "has 1 values and dry_bulb_c has 2; give one of each for every step"),
    ],
)
def test_faults_name_the_column_and_the_cure(dry, share, where, what):
    with pytest.raises(InputError) as caught:
        Weather(c(*dry), c(*share))
    (fault,) = caught.value.faults
    assert fault.where == where
    assert what in fault.what


def test_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        Weather(c(300), c(55))
    assert [fault.where for fault in caught.value.faults] == ["dry_bulb_c", "relative_humidity"]
