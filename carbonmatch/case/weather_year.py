"""Weather years: other weather, load and prices in which the same portfolio has to serve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import Field, field_validator

from carbonmatch.case.block import Block, Positive
from carbonmatch.wording import listed, nearest


class WeatherYear(Block):
    """One of several years over which the sizes are chosen.

    weight   how much it counts beside the others, whatever they add to
    set      what it changes in the case, by dotted key
    """

    weight: Positive = 1.0
    set: dict[str, Any] = Field(default_factory=dict)

    @field_validator("set", mode="before")
    @classmethod
    def _empty_block_is_no_change(cls, value: Any) -> Any:
        return {} if value is None else value


MAY_DIFFER: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    ("time",): frozenset({"start", "end"}),
    ("zones", "NAME"): frozenset(
        {
            *("spot_price_per_mwh", "carbon_intensity_g_per_kwh", "grid_cfe_share", "residual_mix_g_per_kwh"),
            *("fossil_mix_g_per_kwh", "marginal_g_per_kwh", "standard_supply", "forecast_spot_price_per_mwh"),
        }
    ),
    ("sites", "NAME"): frozenset({"load", "forecast_load", "supplier_emission_factor_g_per_kwh"}),
    ("sites", "NAME", "grid"): frozenset({"energy", "coincident_peak", "export_price"}),
    ("contracts", "NAME"): frozenset(
        {
            *("capacity_factor", "p50_capacity_factor", "availability", "outages"),
            *("forecast_capacity_factor", "forecast_availability", "settlement_price_per_mwh"),
            *("start", "end", "shape", "cfe_share"),
        }
    ),
    ("contracts", "NAME", "price"): frozenset({"index"}),
    ("latency_groups", "NAME"): frozenset({"max_mw"}),
    ("placements", "NAME", "candidates", "NAME"): frozenset({"load_per_mw"}),
    ("surplus",): frozenset({"price"}),
}
"""What weather, load and prices of a year are: all else is decided once, for all years."""

BLOCKS_OF_NAMES: Final = tuple(dict.fromkeys(block[0] for block in MAY_DIFFER if "NAME" in block))
"""The blocks of a case whose entries a weather year may change."""


def fault_of_year_key(key: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Say why a weather year cannot change a key; None where it can.

    names   the names in each of BLOCKS_OF_NAMES, as far as they are known
    """
    path = key.split(".")
    for block, keys in MAY_DIFFER.items():
        place, rest = path[: len(block)], path[len(block) :]
        if len(place) == len(block) and all(b in ("NAME", p) for b, p in zip(block, place, strict=True)) and rest:
            known = list(names.get(path[0], ()))
            if "NAME" in block and known and path[1] not in known:
                return f"{path[1]!r} is not in {path[0]}{nearest(path[1], known)} (it has {listed(known)})"
            if rest[0] in keys:
                return None
    may = [".".join((*block, name)) for block, keys in MAY_DIFFER.items() for name in sorted(keys)]
    return (
        "is decided once, for all weather years, and cannot differ from one to another; change it in the case itself, "
        f"in a scenario or with --set. A weather year may set {listed(may, 30)}"
    )


def fault_of_mean(year: WeatherYear, contract: str, p50_capacity_factor: float | None) -> str | None:
    """Say why a year with a profile of its own cannot be scaled to the mean of the case; None where it can."""
    key = f"contracts.{contract}"
    own = any(given.split(".")[0] == "time" or f"{given}.".startswith(f"{key}.capacity_factor.") for given in year.set)
    if p50_capacity_factor is None or not own or f"{key}.p50_capacity_factor" in year.set:
        return None
    return (
        f"{key}.p50_capacity_factor would scale the profile of this year to the mean of all others, "
        f"{p50_capacity_factor:g}, so that no year is better or worse; give the year its own "
        f"({key}.p50_capacity_factor: ...), or null to take its profile as it is"
    )
