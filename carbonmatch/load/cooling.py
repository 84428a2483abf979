"""What it takes to carry the heat of a data centre outside, by the weather of every step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from carbonmatch.load.weather import Weather
from carbonmatch.timegrid import FloatArray


@dataclass(frozen=True)
class Chiller:
    """A compression chiller whose coefficient of performance falls as the place where it rejects heat gets warmer.

    cop(T) = min(best_cop, cop * (1 - fall_per_k)**(T - at_c))

    cop          heat removed over power drawn, where it rejects heat at `at_c`
    at_c         temperature for which `cop` is given [degrees C]: wet bulb with a cooling tower, dry bulb without
    fall_per_k   share of the coefficient lost per K. 0.0225: 1 to 1.5 % per degree Fahrenheit of condenser water, a
                 rule of thumb of the trade
    best_cop     what it does not exceed however cold it is: a compressor needs a least lift, assumption
    """

    cop: float
    at_c: float
    fall_per_k: float = 0.0225
    best_cop: float = 10.0

    def cop_at(self, temperature_c: FloatArray) -> FloatArray:
        """Return the coefficient of performance in every step, (steps,)."""
        cop: FloatArray = np.minimum(self.best_cop, self.cop * (1.0 - self.fall_per_k) ** (temperature_c - self.at_c))
        return cop


@dataclass(frozen=True)
class AirCooling:
    """Air through the machines, chilled water to coolers beside them, water-cooled chillers and cooling towers.

    cooling = heat * (room_fans + pumps + tower_fans + chilled / cop(wet bulb))

    chilled     part of the heat that the chillers take, in 0..1. With the economiser the towers alone make the chilled
                water as far as the wet bulb allows: clip((wet bulb + approach_k - supply_c) / range_k, 0, 1); without 1
    supply_c    chilled water [degrees C]. 18: for air at 24, inside the 18 to 27 that ASHRAE TC 9.9 recommends
    range_k     by which the water warms up [K]. 8: facility water 5 to 10 [L]
    approach_k  water of the towers, behind the heat exchanger, above the wet bulb [K]. 7: towers 2.8 to 6.7, exchangers
                1.7 to 2.8 [L]
    chiller     COP 5 at 24 degrees wet bulb: between the least full-load figures of ASHRAE 90.1-2019 for large
                water-cooled (6.3) and air-cooled chillers (3.0); those of a data centre run at part load beside their
                spares, assumption

    room_fans_share    of the heat. 0.05: 300 to 1000 Pa, fans of 60 to 90 %, air warmed by 5 to 19 K [L] give 0.02 to
                       0.14; 800 Pa, 75 % and 18 K give 0.05
    pumps_share        of the heat. 0.022: chilled water 115 to 172 kPa and tower water 167 to 250 kPa, pumps of 60 to
                       80 % [L], water warmed by 8 and 5 K
    tower_fans_share   of the heat. 0.015: 200 to 400 Pa, fans of 60 to 80 % [L], 20 kJ carried per kg of air
    economiser         whether the towers cool without chillers when it is cold. False, as in the ordinary hall: the PUE
                       of 1.3 to 1.6 that is published for air; with it a cold hour is near 1.17

    [L]: ranges of N. Lei, E. Masanet: Climate- and technology-specific PUE and WUE estimations for U.S. data centers.
    Resources, Conservation and Recycling 182 (2022) 106323, https://doi.org/10.1016/j.resconrec.2022.106323.
    Fans and pumps follow the heat. Drying and moistening the air are left out.
    """

    supply_c: float = 18.0
    range_k: float = 8.0
    approach_k: float = 7.0
    chiller: Chiller = field(default_factory=lambda: Chiller(cop=5.0, at_c=24.0))
    room_fans_share: float = 0.05
    pumps_share: float = 0.022
    tower_fans_share: float = 0.015
    economiser: bool = False

    def chilled_share(self, weather: Weather) -> FloatArray:
        """Return the part of the heat that the chillers take in every step, in 0..1, (steps,)."""
        if not self.economiser:
            return np.ones_like(weather.dry_bulb_c)
        return _left_to_chill(weather.wet_bulb_c + self.approach_k, self.supply_c, self.range_k)

    def cooling_mw(self, heat_mw: FloatArray, weather: Weather) -> FloatArray:
        """Return what cooling draws in every step [MW], (steps,).

        heat_mw   heat to be carried outside [MW], (steps,): all that the machines draw and the UPS lose
        """
        moved = self.room_fans_share + self.pumps_share + self.tower_fans_share
        drawn: FloatArray = heat_mw * (moved + self.chilled_share(weather) / self.chiller.cop_at(weather.wet_bulb_c))
        return drawn


@dataclass(frozen=True)
class DirectToChip:
    """Warm water on the chips, dry coolers outside, a trim chiller for the hottest hours; the rest of the heat in air.

    cooling = liquid_share * heat * (pumps + fans + trimmed / cop(dry bulb)) + (1 - liquid_share) * heat * (as `air`)

    fans        = fans_share * (approach_k / max(approach_k, supply_c - dry bulb))**3: the colder it is, the less air
                is needed, and the power of a fan goes with the cube of its flow
    trimmed     = clip((dry bulb + approach_k - supply_c) / range_k, 0, 1): 0 until the dry coolers alone no longer
                reach supply_c

    liquid_share  of the heat, into the water. 0.85: cold plates take 85 to 95 %, of a rack of GB200 NVL72 115 of 132 kW
                  as its makers state it; network and storage stay in air
    supply_c      facility water to the machines [degrees C]. 40: class W40 of ASHRAE TC 9.9; the racks take up to 45
    range_k       by which it warms up [K]. 10: facility water 5 to 10 [L]
    approach_k    water behind the dry coolers above the dry bulb, fans at full speed [K]. 8: usual size, assumption
    pumps_share   of the heat. 0.012: both loops, 150 and 200 kPa, pumps of 70 %, water warmed by 10 K
    fans_share    of the heat, at full speed. 0.02: 150 Pa, fans of 60 %, air warmed by 10 K
    chiller       COP 6 at 35 degrees dry bulb, air-cooled: water of 40 degrees needs little lift, assumption
    air           the cooling of the rest

    [L]: Lei and Masanet 2022, see `AirCooling`.
    """

    liquid_share: float = 0.85
    supply_c: float = 40.0
    range_k: float = 10.0
    approach_k: float = 8.0
    pumps_share: float = 0.012
    fans_share: float = 0.02
    chiller: Chiller = field(default_factory=lambda: Chiller(cop=6.0, at_c=35.0))
    air: AirCooling = field(default_factory=AirCooling)

    def trimmed_share(self, weather: Weather) -> FloatArray:
        """Return the part of the heat in the water that the trim chiller takes in every step, in 0..1, (steps,)."""
        return _left_to_chill(weather.dry_bulb_c + self.approach_k, self.supply_c, self.range_k)

    def fan_share(self, weather: Weather) -> FloatArray:
        """Return what the fans of the dry coolers draw in every step, as a share of the heat in the water, (steps,)."""
        difference = np.maximum(self.supply_c - weather.dry_bulb_c, self.approach_k)
        share: FloatArray = self.fans_share * (self.approach_k / difference) ** 3
        return share

    def cooling_mw(self, heat_mw: FloatArray, weather: Weather) -> FloatArray:
        """Return what cooling draws in every step [MW], (steps,).

        heat_mw   heat to be carried outside [MW], (steps,): all that the machines draw and the UPS lose
        """
        trimmed = self.trimmed_share(weather) / self.chiller.cop_at(weather.dry_bulb_c)
        in_water = self.liquid_share * heat_mw * (self.pumps_share + self.fan_share(weather) + trimmed)
        drawn: FloatArray = in_water + self.air.cooling_mw((1.0 - self.liquid_share) * heat_mw, weather)
        return drawn


Cooling = AirCooling | DirectToChip


def _left_to_chill(reached_c: FloatArray, supply_c: float, range_k: float) -> FloatArray:
    """Return the part of the heat that is left when water is cooled to `reached_c` instead of `supply_c`, in 0..1."""
    left: FloatArray = np.clip((reached_c - supply_c) / range_k, 0.0, 1.0)
    return left
