"""Outside air at a site: dry bulb, humidity and the wet bulb that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from carbonmatch.errors import Fault, InputError
from carbonmatch.timegrid import FloatArray

COLDEST_C: Final = -70.0
HOTTEST_C: Final = 60.0
"""Air on Earth is not colder or hotter than this where anyone builds; beyond it the column is in another unit."""

_FIT_COLDEST_C: Final = -20.0
_FIT_HOTTEST_C: Final = 50.0
_FIT_DRIEST: Final = 0.05
_FIT_DAMPEST: Final = 0.99


@dataclass(frozen=True)
class Weather:
    """Outside air in every step.

    dry_bulb_c          temperature [degrees C], (steps,)
    relative_humidity   in 0..1, (steps,)

    Raises:
        InputError: a gap, a temperature in another unit, a humidity outside 0..1; each fault names its field.
    """

    dry_bulb_c: FloatArray
    relative_humidity: FloatArray

    def __post_init__(self) -> None:
        faults = [
            fault for fault in (_odd_temperature(self.dry_bulb_c), _odd_humidity(self.relative_humidity)) if fault
        ]
        if self.dry_bulb_c.shape != self.relative_humidity.shape:
            what = (
                f"has {self.relative_humidity.size} values and dry_bulb_c has {self.dry_bulb_c.size}; "
                f"give one of each for every step"
            )
            faults.append(Fault("relative_humidity", what))
        if faults:
            raise InputError(faults)

    @cached_property
    def wet_bulb_c(self) -> FloatArray:
        """Wet-bulb temperature [degrees C], (steps,): as cold as evaporating water makes the air; see `wet_bulb_c`."""
        return wet_bulb_c(self.dry_bulb_c, self.relative_humidity)


def wet_bulb_c(dry_bulb_c: FloatArray, relative_humidity: FloatArray) -> FloatArray:
    """Return the wet-bulb temperature [degrees C] of air near sea level.

    Tw = T atan(0.151977 (r + 8.313659)**0.5) + atan(T + r) - atan(r - 1.676331)
         + 0.00391838 r**1.5 atan(0.023101 r) - 4.686035

    T   dry bulb [degrees C], (steps,);  r   relative humidity in per cent, here given in 0..1, (steps,)

    The fit of R. Stull: Wet-Bulb Temperature from Relative Humidity and Air Temperature. Journal of Applied Meteorology
    and Climatology 50 (2011) 2267-2269, https://doi.org/10.1175/JAMC-D-11-0143.1. Valid for 5 to 99 % and -20 to 50
    degrees C, not for air both cold and dry; errors -1.0 to 0.65 K, 0.3 K in the mean, at 1013 hPa. At 930 hPa, some
    700 m up, the true wet bulb is 0.1 to 0.4 K lower, which makes this one cautious for cooling. Outside that range
    it is not extrapolated: humidity counts as 5 or 99 % there; below -20 degrees, where air holds next to no water, the
    wet bulb is the dry bulb; above 50 degrees it lies as far below the dry bulb as at 50. Never above the dry bulb.
    """
    t = np.clip(dry_bulb_c, _FIT_COLDEST_C, _FIT_HOTTEST_C)
    r = 100.0 * np.clip(relative_humidity, _FIT_DRIEST, _FIT_DAMPEST)
    fitted = (
        t * np.arctan(0.151977 * np.sqrt(r + 8.313659))
        + np.arctan(t + r)
        - np.arctan(r - 1.676331)
        + 0.00391838 * r**1.5 * np.arctan(0.023101 * r)
        - 4.686035
    )
    depression = np.where(dry_bulb_c < _FIT_COLDEST_C, 0.0, np.maximum(t - fitted, 0.0))
    wet: FloatArray = dry_bulb_c - depression
    return wet


def _odd_temperature(dry_bulb_c: FloatArray) -> Fault | None:
    if fault := _gap("dry_bulb_c", dry_bulb_c):
        return fault
    outside = np.flatnonzero((dry_bulb_c < COLDEST_C) | (dry_bulb_c > HOTTEST_C))
    if not outside.size:
        return None
    what = (
        f"is {dry_bulb_c[outside[0]]:g} in step {outside[0] + 1} and in {outside.size} steps outside {COLDEST_C:g} to "
        f"{HOTTEST_C:g} degrees C; give degrees Celsius (kelvin - 273.15, or (Fahrenheit - 32) / 1.8)"
    )
    return Fault("dry_bulb_c", what)


def _odd_humidity(relative_humidity: FloatArray) -> Fault | None:
    if fault := _gap("relative_humidity", relative_humidity):
        return fault
    outside = np.flatnonzero((relative_humidity < 0.0) | (relative_humidity > 1.0))
    if not outside.size:
        return None
    what = (
        f"is {relative_humidity[outside[0]]:g} in step {outside[0] + 1} and in {outside.size} steps outside 0 to 1; "
        f"give a share, 0.55 for 55 %"
    )
    return Fault("relative_humidity", what)


def _gap(name: str, values: FloatArray) -> Fault | None:
    missing = np.flatnonzero(~np.isfinite(values))
    if not missing.size:
        return None
    return Fault(name, f"has no value in {missing.size} steps, the first is step {missing[0] + 1}; fill the gaps")
