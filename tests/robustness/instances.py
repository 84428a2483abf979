"""Two hundred random cases on cuts of the bundled real years, every one the same in every run: its number is its seed.

Each draws everything at random, then a theme sets what the instance is there for: a target, negative prices, storage
that costs nothing, and so on. Some themes cannot be met, and some are bounded by nothing, by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from carbonmatch.case import Case, case_from_mapping

DATA = Path(__file__).parents[2] / "data"
COUNTRIES = ("cz", "de", "dk", "fr")
COUNT = 200

HOURS = (48, 168, 168, 336, 336, 504, 672, 672, 1344, 2160)
"""Two days to three months: mostly long enough to have the structure of a year."""

Mapped = dict[str, Any]
Ending = Literal["optimal", "infeasible", "unbounded"]


@dataclass(frozen=True)
class Instance:
    """A case, what it is there for, and how it must end where that is known by construction (else None)."""

    number: int
    theme: str
    case: Case
    must_end: Ending | None


@cache
def real_year(country: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{country}-2018.csv")


class Draw:
    """Random draws for one instance, all sizes in multiples of its load."""

    def __init__(self, number: int) -> None:
        self.rng = np.random.default_rng(number)
        self.hours = self.one_of(*HOURS)
        self.first = int(self.rng.integers(0, 8760 - self.hours + 1))
        self.mean_mw = self.one_of(0.2, 10.0, 100.0, 100.0, 3000.0)

    def one_of(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def mw(self, low: float, high: float) -> float:
        """Return a size between multiples of the mean load."""
        return self.mean_mw * self.between(low, high)

    def cut(self, country: str, column: str) -> np.ndarray:
        return real_year(country)[column].to_numpy(dtype=float)[self.first : self.first + self.hours]


# --- parts of a case --------------------------------------------------------------------------------------------------


def load(draw: Draw, kind: str) -> np.ndarray:
    """Return a load [MW] with the mean of the instance."""
    hour = np.arange(draw.hours)
    if kind == "flat":
        shape = np.ones(draw.hours)
    elif kind == "daily":
        shape = 1.0 + 0.3 * np.sin(2 * np.pi * (hour - 8) / 24) + draw.rng.uniform(0.0, 0.2, draw.hours)
    elif kind == "spiky":  # a spike of up to a hundred times the base in one hour of twenty
        spike = draw.rng.random(draw.hours) < 0.05
        spike[draw.rng.integers(draw.hours)] = True
        shape = np.where(spike, draw.rng.uniform(5.0, 20.0, draw.hours), 0.2)
    else:  # working hours: none at all at other times
        shape = np.where((hour % 24 >= 7) & (hour % 24 < 19) & (hour // 24 % 7 < 5), 1.0, 0.0)
    return draw.mean_mw * shape / shape.mean()


def spot(draw: Draw, country: str) -> np.ndarray:
    kind = draw.one_of("real", "real", "real", "low", "coarse", "zero")
    if kind == "coarse":  # ties everywhere
        return 10.0 * draw.rng.integers(-3, 13, draw.hours)
    if kind == "zero":
        return np.zeros(draw.hours)
    return draw.cut(country, "spot_price_per_mwh") - (draw.between(20.0, 60.0) if kind == "low" else 0.0)


def retail(draw: Draw) -> Mapped:
    return draw.one_of(
        {"index": "spot", "margin_per_mwh": draw.between(0.0, 20.0)},
        {"index": "spot", "margin_per_mwh": draw.between(0.0, 20.0)},
        {"flat_per_mwh": draw.between(20.0, 150.0)},
    )


def surplus(draw: Draw) -> Mapped:
    """Return what surplus earns (at times more than retail supply costs) and how much of it there may be."""
    price = draw.one_of(
        None,
        {"index": "spot", "margin_per_mwh": -draw.between(0.0, 10.0)},
        {"index": "spot", "margin_per_mwh": -draw.between(0.0, 10.0)},
        {"flat_per_mwh": draw.between(-5.0, 60.0)},
    )
    return {"price": price, "max_share": draw.one_of(None, None, 0.0, 0.003, 0.1, 0.5, 2.0)}


def profile(draw: Draw, country: str, technology: str) -> np.ndarray:
    if draw.chance(0.15):  # coarse, with hours of nothing
        return draw.rng.integers(0, 11, draw.hours) * (draw.rng.random(draw.hours) < 0.8) / 10
    return draw.cut(country, f"{technology}_capacity_factor")


def contract(draw: Draw, zone: str, country: str) -> Mapped:
    """Return a contract of any structure that may be left out of the portfolio, or is signed already."""
    structure = draw.one_of("pay_as_produced", "pay_as_produced", "virtual", "clean_firm")
    technology = draw.one_of("solar", "onshore_wind")
    made: Mapped = {"zone": zone, "structure": structure, "technology": technology}
    made["strike_per_mwh"] = draw.between(20.0, 110.0)
    size = draw.one_of("open", "open", "offer", "offer", "offer", "least", "existing")
    if size == "existing":
        made["existing_mw"] = draw.mw(0.0, 0.5)
    elif size != "open":
        made["max_mw"] = draw.mw(0.3, 8.0)
        made["min_mw"] = draw.mw(0.0, 0.2) if size == "least" else 0.0
    if draw.chance(0.3):
        made["loss_factor"] = draw.between(0.9, 1.0)
    if structure == "clean_firm":
        made["technology"] = "geothermal"
        made["must_run_share"] = draw.one_of(0.0, 0.3, 0.7, 1.0)
        made["availability"] = draw.one_of(1.0, 0.9, np.where(draw.rng.random(draw.hours) < 0.9, 0.95, 0.0))
        made["capacity_fee_per_mw_year"] = draw.one_of(0.0, 0.0, draw.between(1e4, 2e5))
        return made
    made["capacity_factor"] = profile(draw, country, technology)
    if draw.chance(0.4):
        made["curtailment"] = {"compensation": draw.one_of(0.0, 0.5, 1.0)}
        if draw.chance(0.5):
            made["curtailment"]["when_spot_price_at_most_per_mwh"] = draw.between(-10.0, 20.0)
    return made


def backup(draw: Draw, zone: str) -> Mapped:
    """Return a dear offer that can follow the load of its zone: with it any target can be met."""
    made = {"zone": zone, "structure": "clean_firm", "technology": "nuclear"}
    return {**made, "strike_per_mwh": draw.between(120.0, 300.0)}


def storage(draw: Draw, zone: str) -> Mapped:
    made: Mapped = {
        "zone": zone,
        "power_cost_per_mw_year": draw.one_of(0.0, 9000.0, 59000.0),
        "energy_cost_per_mwh_year": draw.one_of(4700.0, 18000.0),
        "round_trip_efficiency": draw.one_of(0.53, 0.86, 1.0),
        "standing_loss_per_hour": draw.one_of(0.0, 0.0001, 0.01),
        "discharge_cost_per_mwh": draw.one_of(0.0, 0.5, 3.0),
        "min_state_of_charge": draw.one_of(0.0, 0.0, 0.1),
        "cycle_basis": draw.one_of("stored", "delivered"),
    }
    if draw.chance(0.8):
        made["max_power_mw"] = draw.mw(0.1, 10.0)
    if draw.chance(0.3):
        made["duration_hours"] = draw.one_of(1.0, 4.0, 100.0)
    elif draw.chance(0.4):
        made["max_energy_mwh"] = draw.mw(0.5, 40.0)
    if draw.chance(0.3):
        made["cycles_per_year"] = draw.one_of(50.0, 365.0)
    if draw.chance(0.3):
        made["grid_charging"] = True
        made["grid_charging_margin_per_mwh"] = draw.between(0.0, 10.0)
    return made


def target(draw: Draw) -> Mapped:
    matching = draw.one_of("none", "annual", "monthly", "hourly", "hourly", "hourly", "hourly")
    cfe = draw.one_of(0.0, draw.between(0.0, 1.0), draw.between(0.7, 1.0), 0.99, 0.999, 0.9999, 1.0)
    scope = draw.one_of("portfolio", "zone")
    return {"matching": matching, "cfe": cfe, "grid_credit": matching == "hourly" and draw.chance(0.3), "scope": scope}


def anything(draw: Draw) -> Mapped:
    """Return a case in which everything is drawn."""
    countries = {"A": draw.one_of(*COUNTRIES)}
    if draw.chance(0.2):
        countries["B"] = draw.one_of(*COUNTRIES)
    start = pd.Timestamp(real_year("de")["timestamp_utc"].iloc[draw.first])
    case: Mapped = {
        "name": "random",
        "currency": "EUR",
        "time": {
            "start": f"{start:%Y-%m-%dT%H:%M}",
            "end": f"{start + pd.Timedelta(hours=draw.hours):%Y-%m-%dT%H:%M}",
            "timezone": "UTC",
        },
        "zones": {
            zone: {"spot_price_per_mwh": spot(draw, country), "grid_cfe_share": draw.cut(country, "grid_cfe_share")}
            for zone, country in countries.items()
        },
        "sites": {},
        "contracts": {},
        "storage": {},
        "surplus": surplus(draw),
        "target": target(draw),
    }
    for zone, country in countries.items():
        case["sites"][f"site-{zone}"] = {
            "zone": zone,
            "load": load(draw, draw.one_of("flat", "daily", "spiky", "working hours")),
            "grid": {
                "energy": retail(draw),
                "firm_capacity_charge_per_mw_year": draw.one_of(0.0, 30000.0, 60000.0),
            },
        }
        for number in range(draw.rng.integers(1, 5)):
            case["contracts"][f"offer-{zone}{number}"] = contract(draw, zone, country)
        if draw.chance(0.8):
            case["contracts"][f"backup-{zone}"] = backup(draw, zone)
        for number in range(draw.rng.integers(0, 3)):
            case["storage"][f"storage-{zone}{number}"] = storage(draw, zone)
    return case


# --- themes -----------------------------------------------------------------------------------------------------------


def hourly(cfe: float) -> Callable[[Mapped, Draw], None]:
    def change(case: Mapped, draw: Draw) -> None:
        case["target"] |= {"matching": "hourly", "cfe": cfe}

    return change


def negative_prices(case: Mapped, draw: Draw) -> None:
    for zone in case["zones"].values():
        zone["spot_price_per_mwh"] = zone["spot_price_per_mwh"] - np.median(zone["spot_price_per_mwh"]) - 5.0


def free_storage(case: Mapped, draw: Draw) -> None:
    """Storage of no cost at all; every second one without a limit either."""
    free = {"power_cost_per_mw_year": 0.0, "energy_cost_per_mwh_year": 0.0, "discharge_cost_per_mwh": 0.0}
    made = storage(draw, "A") | free
    if draw.chance(0.5):
        made = {key: value for key, value in made.items() if key not in {"max_power_mw", "max_energy_mwh"}}
        made["grid_charging"] = False  # without a limit, trade with the grid would have none
        made["settlement"] = "delivered"
    case["storage"] = {**case["storage"], "free": made}
    case["target"] |= {"matching": "hourly", "cfe": draw.one_of(0.9, 0.99, 1.0)}


def no_storage(case: Mapped, draw: Draw) -> None:
    case["storage"] = {}


def capped_sizes(case: Mapped, draw: Draw) -> None:
    """Every size within limits, some of them within none at all: least and most are the same."""
    for made in case["contracts"].values():
        if "existing_mw" not in made:
            made["max_mw"] = draw.mw(0.2, 2.0)
            made["min_mw"] = draw.one_of(0.0, 0.0, 0.05 * made["max_mw"], made["max_mw"])
    for made in case["storage"].values():
        made["max_power_mw"] = draw.mw(0.05, 1.0)
        made["min_power_mw"] = draw.one_of(0.0, made["max_power_mw"])


def no_capacity_charge(case: Mapped, draw: Draw) -> None:
    for site in case["sites"].values():
        site["grid"]["firm_capacity_charge_per_mw_year"] = 0.0


def loads(kind: str) -> Callable[[Mapped, Draw], None]:
    def change(case: Mapped, draw: Draw) -> None:
        for site in case["sites"].values():
            site["load"] = load(draw, kind)

    return change


def volumes(case: Mapped, draw: Draw) -> None:
    matching = draw.one_of("annual", "monthly")
    case["target"] |= {"matching": matching, "cfe": draw.one_of(0.8, 1.0), "grid_credit": False}


def grid_credit(case: Mapped, draw: Draw) -> None:
    """A credit that in some hours is the whole load: their unmatched load is then worth nothing."""
    for zone in case["zones"].values():
        zone["grid_cfe_share"] = np.where(draw.rng.random(draw.hours) < 0.05, 1.0, zone["grid_cfe_share"])
    case["target"] |= {"matching": "hourly", "cfe": draw.one_of(0.95, 0.999, 1.0), "grid_credit": True}


def tight_surplus(case: Mapped, draw: Draw) -> None:
    case["surplus"]["max_share"] = draw.one_of(0.0, 1e-5, 0.001, 0.01)


def sold_above_retail(case: Mapped, draw: Draw) -> None:
    """Two ledgers that do not coincide, with a limit on surplus so that there is an end to it."""
    case["surplus"] = {"price": {"index": "spot", "margin_per_mwh": 25.0}, "max_share": draw.one_of(0.1, 1.0)}


def sun_at_night(case: Mapped, draw: Draw) -> None:
    """Every hour to be matched by the sun alone."""
    only_sun(case, draw)
    case["target"] = {"matching": "hourly", "cfe": 1.0}


def beside_the_reach_of_the_sun(case: Mapped, draw: Draw) -> None:
    """One per mille more than the load in hours with sun, at whatever size."""
    only_sun(case, draw)
    shone = case["contracts"]["sun"]["capacity_factor"] > 0.0
    demand = case["sites"]["site-A"]["load"]
    case["target"] = {"matching": "hourly", "cfe": min(1.0, demand[shone].sum() / demand.sum() + 0.001)}


def only_sun(case: Mapped, draw: Draw) -> None:
    only_zone_a(case)
    sun = {"zone": "A", "structure": "pay_as_produced", "technology": "solar"}
    sun["capacity_factor"] = draw.cut("de", "solar_capacity_factor")
    case["contracts"] = {"sun": {**sun, "strike_per_mwh": draw.between(30.0, 60.0)}}
    case["storage"] = {}
    case["surplus"]["max_share"] = None
    case["sites"]["site-A"]["load"] = load(draw, draw.one_of("flat", "daily"))


def only_zone_a(case: Mapped) -> None:
    for part in ("zones", "sites"):
        case[part] = {name: made for name, made in case[part].items() if name in {"A", "site-A"}}
    for part in ("contracts", "storage"):
        case[part] = {name: made for name, made in case[part].items() if made["zone"] == "A"}


def too_small(case: Mapped, draw: Draw) -> None:
    """All offers together, at full size in every hour, generate less than is to be matched."""
    only_zone_a(case)
    case["contracts"] = {name: made for name, made in case["contracts"].items() if "backup" not in name}
    share = draw.between(0.5, 0.95)
    for made in case["contracts"].values():
        made.pop("existing_mw", None)
        made["min_mw"] = 0.0
        made["max_mw"] = share * draw.mean_mw / len(case["contracts"])
    case["target"] = {"matching": draw.one_of("annual", "hourly"), "cfe": min(1.0, share + draw.one_of(0.001, 0.05))}


def too_much(case: Mapped, draw: Draw) -> None:
    """Signed contracts that may not be curtailed generate more than load and limit of surplus take, all the time."""
    only_zone_a(case)
    case["storage"] = {}
    band = {"zone": "A", "structure": "clean_firm", "technology": "nuclear", "strike_per_mwh": 60.0}
    demand = case["sites"]["site-A"]["load"]
    case["contracts"]["band"] = {**band, "must_run_share": 1.0, "existing_mw": 1.2 * demand.mean()}
    case["surplus"]["max_share"] = draw.one_of(0.0, 0.1, 0.19)


def sold_above_strike(case: Mapped, draw: Draw) -> None:
    """An offer without a limit whose energy always sells for more than it costs, and no limit on surplus."""
    only_zone_a(case)
    growing = {"zone": "A", "technology": "onshore_wind", "structure": "pay_as_produced", "strike_per_mwh": 30.0}
    case["contracts"]["growing"] = {**growing, "capacity_factor": draw.cut("dk", "onshore_wind_capacity_factor")}
    case["surplus"] = {"price": {"flat_per_mwh": draw.one_of(30.5, 60.0)}}
    make_feasible(case, draw)


def claims_that_pay(case: Mapped, draw: Draw) -> None:
    """A virtual offer without a limit whose strike is below what its profile earns at spot."""
    only_zone_a(case)
    wind = draw.cut("dk", "onshore_wind_capacity_factor")
    earned = float(case["zones"]["A"]["spot_price_per_mwh"] @ wind / wind.sum())
    growing = {"zone": "A", "technology": "onshore_wind", "structure": "virtual", "strike_per_mwh": earned - 1.0}
    case["contracts"]["growing"] = {**growing, "capacity_factor": wind}
    make_feasible(case, draw)


def make_feasible(case: Mapped, draw: Draw) -> None:
    """Make sure that the case can be met: the target by a backup, whatever is signed by selling it."""
    case["contracts"]["backup-A"] = backup(draw, "A")
    case["surplus"]["max_share"] = None


def no_change(case: Mapped, draw: Draw) -> None:
    """Leave everything as it was drawn."""


THEMES: tuple[tuple[str, Callable[[Mapped, Draw], None], Ending | None], ...] = (
    ("anything", no_change, None),
    ("target-0", hourly(0.0), None),
    ("target-0.99", hourly(0.99), None),
    ("target-0.999", hourly(0.999), None),
    ("target-0.9999", hourly(0.9999), None),
    ("target-1", hourly(1.0), None),
    ("negative-prices", negative_prices, None),
    ("free-storage", free_storage, None),
    ("no-storage", no_storage, None),
    ("capped-sizes", capped_sizes, None),
    ("no-capacity-charge", no_capacity_charge, None),
    ("flat-load", loads("flat"), None),
    ("spiky-load", loads("spiky"), None),
    ("working-hours", loads("working hours"), None),
    ("volumes", volumes, None),
    ("grid-credit", grid_credit, None),
    ("tight-surplus", tight_surplus, None),
    ("sold-above-retail", sold_above_retail, None),
    ("sun-at-night", sun_at_night, "infeasible"),
    ("beside-the-reach-of-the-sun", beside_the_reach_of_the_sun, "infeasible"),
    ("too-small", too_small, "infeasible"),
    ("too-much", too_much, "infeasible"),
    ("sold-above-strike", sold_above_strike, "unbounded"),
    ("claims-that-pay", claims_that_pay, "unbounded"),
)


def instance(number: int) -> Instance:
    """Return the instance of a number; themes take turns."""
    name, change, must_end = THEMES[number % len(THEMES)]
    draw = Draw(number)
    case = anything(draw)
    change(case, draw)
    return Instance(number, name, case_from_mapping(case, Path()), must_end)


def name_of(number: int) -> str:
    return f"{number:03d}-{THEMES[number % len(THEMES)][0]}"
