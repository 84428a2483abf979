"""What a target costs: the slope of cost over the score, its knee, and where the target stops binding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from carbonmatch.units import GAP_TOLERANCE

LEAST_BEND: Final = 1.5
"""A point behind which cost rises less than this many times as fast as before it is no knee worth the name."""

NOTHING_SHARE: Final = 1e-5
"""A margin below this share of the gross cost is what an interior-point engine leaves of none."""

MARGIN_TOLERANCE: Final = 0.01
"""Slopes between points lie between the margins at the points, to this share of the larger one: an interior-point dual
is that far off at most where it is small beside others."""


@dataclass(frozen=True)
class Place:
    """One target that is met.

    net_per_mwh      cost net of sales [currency per MWh of load]
    gross_per_mwh    cost gross [currency per MWh of load]
    margin_per_mwh   what the target's dual says: d(cost per MWh of load) / d(target); None at an hourly target of
                     exactly 1, which has no dual
    slope_per_mwh    the same, from this point to the next one; None at the last one
    binds            whether the target costs anything: else the cheapest portfolio is better than it asks for
    """

    cfe: float
    net_per_mwh: float
    gross_per_mwh: float
    margin_per_mwh: float | None
    slope_per_mwh: float | None
    binds: bool


@dataclass(frozen=True)
class Frontier:
    """Cost over the target, for one value of what else varies.

    held           {key: value} of what else varies
    places         lowest target first
    knee           the target from which cost rises steeply: where the slope rises most from one stretch to the next;
                   None where it rises evenly
    free_up_to     the share that the cheapest portfolio reaches without being asked; None where every target binds
    not_as_proved  what should hold and does not: cost never falls, the curve is convex, its slopes lie between the
                   margins; empty where all is well
    """

    held: Mapping[str, Any]
    places: tuple[Place, ...]
    knee: float | None
    free_up_to: float | None
    not_as_proved: tuple[str, ...]


def frontier_of(held: Mapping[str, Any], points: Sequence[tuple[float, Mapping[str, Any] | None]]) -> Frontier:
    """Return the frontier through points (target, summary); targets that are not met are left out."""
    met = sorted(((cfe, summary) for cfe, summary in points if summary is not None), key=lambda point: point[0])
    net = [float(summary["cost"]["net_of_sales_per_mwh_load"]) for _, summary in met]
    slopes = [(after - before) / (met[i + 1][0] - met[i][0]) for i, (before, after) in enumerate(pairwise(net))]
    places = tuple(
        Place(
            cfe=cfe,
            net_per_mwh=net[i],
            gross_per_mwh=float(summary["cost"]["per_mwh_load"]),
            margin_per_mwh=_margin(summary),
            slope_per_mwh=slopes[i] if i < len(slopes) else None,
            binds=_binds(summary),
        )
        for i, (cfe, summary) in enumerate(met)
    )
    free = [_reached(summary) for (_, summary), place in zip(met, places, strict=True) if not place.binds]
    return Frontier(held, places, _knee(places), max(free, default=None), tuple(_not_as_proved(places)))


def _margin(summary: Mapping[str, Any]) -> float | None:
    """Return d(cost per MWh of load) / d(target): the premiums of the zones, weighted with what they use."""
    premiums, zones = summary["shadow_prices"]["green_premium_per_mwh"], summary["zones"]
    if any(premium is None for premium in premiums.values()):
        return None
    load = {name: float(zones[name]["load_mwh"]) for name in premiums}
    return float(sum(premiums[name] * load[name] for name in premiums) / sum(load.values()))


def _binds(summary: Mapping[str, Any]) -> bool:
    margin = _margin(summary)
    return margin is None or margin > NOTHING_SHARE * float(summary["cost"]["per_mwh_load"])


def _reached(summary: Mapping[str, Any]) -> float:
    """Return the share that a target of this kind counts."""
    target, scores = summary["target"], summary["scores"]
    if target["matching"] == "hourly":
        return float(scores["cfe_score"] if target["grid_credit"] else scores["hourly_matched_share"])
    return float(scores["annual_volumetric_share"])


def _knee(places: Sequence[Place]) -> float | None:
    """Return the target behind which the slope is most above the one before it."""
    bends = [
        (after.slope_per_mwh - before.slope_per_mwh, after)
        for before, after in pairwise(places)
        if before.slope_per_mwh is not None
        and after.slope_per_mwh is not None
        and after.slope_per_mwh >= LEAST_BEND * before.slope_per_mwh
        and before.binds
    ]
    return max(bends, key=lambda bend: bend[0])[1].cfe if bends else None


def _not_as_proved(places: Sequence[Place]) -> Iterator[str]:
    """Yield what contradicts the theory: a higher target never costs less, and each further step costs no less."""
    for i, (here, after) in enumerate(pairwise(places)):
        between = f"from {here.cfe:.6g} to {after.cfe:.6g}"
        slope = here.slope_per_mwh or 0.0
        noise = 2.0 * GAP_TOLERANCE * after.gross_per_mwh / (after.cfe - here.cfe)
        if slope < -noise:
            yield f"cost falls {between}, by {-slope:.3g} per unit of score"
        if i and slope < (places[i - 1].slope_per_mwh or 0.0) - 2.0 * noise:
            yield f"cost rises less {between} than before it"
        for place, off in (
            (here, (here.margin_per_mwh or 0.0) - slope),
            (after, slope - (after.margin_per_mwh or 0.0)),
        ):
            margin = place.margin_per_mwh
            if margin is not None and off > noise + MARGIN_TOLERANCE * max(abs(margin), abs(slope)):
                yield f"cost rises by {slope:.4g} {between}, and the margin at {place.cfe:.6g} says {margin:.4g}"
