"""What stands around the machines, as it is written: weather, cooling, power chain. Defaults: `carbonmatch.load`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from carbonmatch.case.block import Block, NonNegative, Number, Positive, Share, ShareBelowOne, refuse, say_value
from carbonmatch.case.series import SeriesRule
from carbonmatch.load import UPS_CURVES, AirCooling, Chiller, Cooling, DirectToChip, PowerChain, UpsCurve, Weather
from carbonmatch.load.weather import COLDEST_C, HOTTEST_C
from carbonmatch.timegrid import FloatArray

DryBulb = Annotated[
    FloatArray,
    SeriesRule(
        "a temperature", "degrees C", low=COLDEST_C, high=HOTTEST_C,
        cure="Kelvin and Fahrenheit have to be converted in the table.",
    ),
]  # fmt: skip
Humidity = Annotated[FloatArray, SeriesRule("a relative humidity", low=0, high=1)]
Pue = Annotated[FloatArray, SeriesRule("a PUE", low=1, cure="It is the load of the site over that of its machines.")]


class WeatherBlock(Block):
    """Outside air: dry bulb [degrees C] and relative humidity, 0..1."""

    dry_bulb_c: DryBulb
    relative_humidity: Humidity

    def weather(self) -> Weather:
        """Return it as the builder takes it."""
        return Weather(self.dry_bulb_c, self.relative_humidity)


Described = TypeVar("Described", AirCooling, Chiller, DirectToChip, PowerChain)


def _with_given(default: Described, block: Block | None, **inner: Any) -> Described:
    """Return a description with the values that a block gives, and with inner descriptions."""
    given = {} if block is None else block.model_dump(exclude=set(inner), exclude_none=True)
    return replace(default, **given, **inner)


class ChillerBlock(Block):
    """A compression chiller. See `carbonmatch.load.Chiller`."""

    cop: Positive | None = None
    at_c: Number | None = None
    fall_per_k: ShareBelowOne | None = None
    best_cop: Positive | None = None


class AirCoolingBlock(Block):
    """Air through the machines. See `carbonmatch.load.AirCooling`."""

    supply_c: Number | None = None
    range_k: Positive | None = None
    approach_k: NonNegative | None = None
    chiller: ChillerBlock | None = None
    room_fans_share: NonNegative | None = None
    pumps_share: NonNegative | None = None
    tower_fans_share: NonNegative | None = None
    economiser: bool | None = None

    def cooling(self) -> AirCooling:
        """Return it as the builder takes it."""
        default = AirCooling()
        return _with_given(default, self, chiller=_with_given(default.chiller, self.chiller))


class DirectToChipBlock(Block):
    """Warm water on the chips. See `carbonmatch.load.DirectToChip`.

    air   the cooling of the heat that does not go into the water
    """

    liquid_share: Share | None = None
    supply_c: Number | None = None
    range_k: Positive | None = None
    approach_k: Positive | None = None
    pumps_share: NonNegative | None = None
    fans_share: NonNegative | None = None
    chiller: ChillerBlock | None = None
    air: AirCoolingBlock | None = None

    def cooling(self) -> DirectToChip:
        """Return it as the builder takes it."""
        default = DirectToChip()
        air = default.air if self.air is None else self.air.cooling()
        return _with_given(default, self, chiller=_with_given(default.chiller, self.chiller), air=air)


_SYSTEMS: Final = ("direct_to_chip", "air")


def _by_name(value: Any) -> Any:
    if isinstance(value, str) and value in _SYSTEMS:
        return {value: {}}
    if not isinstance(value, dict):
        refuse(f"is {say_value(value)}; cooling is direct_to_chip or air, or a block such as {{air: {{supply_c: 20}}}}")
    return value


class CoolingBlock(Block):
    """One of two systems."""

    direct_to_chip: DirectToChipBlock | None = None
    air: AirCoolingBlock | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if (self.direct_to_chip is None) == (self.air is None):
            given = "neither" if self.air is None else "both"
            refuse(
                f"gives {given} of direct_to_chip and air; give one. The air beside water on the chips is "
                f"direct_to_chip.air"
            )
        return self

    def cooling(self) -> Cooling:
        """Return it as the builder takes it."""
        if self.direct_to_chip is not None:
            return self.direct_to_chip.cooling()
        return (self.air or AirCoolingBlock.model_construct()).cooling()


CoolingOrName = Annotated[CoolingBlock, BeforeValidator(_by_name)]


class UpsCurveBlock(Block):
    """Loss of a UPS, quadratic in its load. See `carbonmatch.load.UpsCurve`."""

    no_load: Share
    linear: Share
    quadratic: Share


def _by_mode(value: Any) -> Any:
    if isinstance(value, str):
        known = {str(mode): curve for mode, curve in UPS_CURVES.items()}
        if value not in known:
            refuse(
                f"is {say_value(value)}; it is one of {', '.join(known)}, or a curve: {{no_load: 0.01, linear: 0.02, "
                f"quadratic: 0.02}}"
            )
        curve = known[value]
        return {"no_load": curve.no_load, "linear": curve.linear, "quadratic": curve.quadratic}
    return value


class PowerChainBlock(Block):
    """Transformers, UPS and distribution. See `carbonmatch.load.PowerChain`.

    ups   double_conversion, eco, or a curve
    """

    redundancy: Literal["2N", "N+1", "N"] | None = None
    modules: Annotated[int, Field(ge=1, le=1000)] | None = None
    ups_rated_mw: Positive | None = None
    ups: Annotated[UpsCurveBlock | None, BeforeValidator(_by_mode)] = None
    transformer_loss_share: ShareBelowOne | None = None

    def power_chain(self) -> PowerChain:
        """Return it as the builder takes it."""
        ups = PowerChain().ups if self.ups is None else UpsCurve(self.ups.no_load, self.ups.linear, self.ups.quadratic)
        return _with_given(PowerChain(), self, ups=ups)
