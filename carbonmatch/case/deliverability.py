"""Deliverability: whether, and in which hours, the claims of a plant in one zone count in another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from carbonmatch.case.block import Finding, say
from carbonmatch.case.contracts import Contract
from carbonmatch.case.zone import Zone
from carbonmatch.timegrid import FloatArray
from carbonmatch.wording import listed, nearest


def hours_alike(here: FloatArray, there: FloatArray, max_price_ratio: float) -> FloatArray:
    """Return 1 in steps in which the prices of two zones are at most a factor apart, else 0; (steps,).

    max(here, there) <= max_price_ratio * min(here, there), both above 0

    A ratio says nothing where a price is zero or negative: such a step does not count, even if the prices are equal.
    """
    low, high = np.minimum(here, there), np.maximum(here, there)
    return np.where((low > 0.0) & (high <= max_price_ratio * low), 1.0, 0.0)


def deliverable_share(zones: Mapping[str, Zone], plant_zone: str, load_zone: str) -> FloatArray | None:
    """Return what share of the claims of a plant counts in a zone, 0 or 1 per step; None where all of it does."""
    if plant_zone == load_zone:
        return None
    rule = zones[load_zone].neighbours[plant_zone]
    here, there = zones[load_zone].spot_price_per_mwh, zones[plant_zone].spot_price_per_mwh
    if rule.max_price_ratio is None:
        return None
    if here is None or there is None:
        raise ValueError("the case gives no price for this test; it should have been refused before")
    return hours_alike(here, there, rule.max_price_ratio)


def deliverability(zones: Mapping[str, Zone], plant_zone: str, load_zone: str) -> str:
    """Say why the claims of a plant in another zone count in a zone, and in which hours."""
    ratio = zones[load_zone].neighbours[plant_zone].max_price_ratio
    when = "with firm transmission rights" if ratio is None else f"in hours with prices within a factor of {say(ratio)}"
    return f"neighbouring zone {plant_zone}, {when}"


def faults_of_neighbours(zones: Mapping[str, Zone]) -> Iterator[Finding]:
    """Yield what is wrong with the neighbours of the zones."""
    for name, zone in zones.items():
        for other, rule in zone.neighbours.items():
            place = (name, "neighbours", other)
            if other not in zones:
                what = (
                    f"is not one of the zones of the case{nearest(other, zones)} (zones: {listed(zones)}); add it there"
                )
                yield Finding(what, inside=place)
            elif other == name:
                yield Finding("is the zone itself, where every plant counts; leave it out", inside=place)
            elif rule.max_price_ratio is not None:
                for lacking in (each for each in (name, other) if zones[each].spot_price_per_mwh is None):
                    what = (
                        f"compares the spot prices of {name} and {other}, and the zone {lacking} gives none; add "
                        f"zones.{lacking}.spot_price_per_mwh"
                    )
                    yield Finding(what, inside=(*place, "max_price_ratio"))


def faults_of_deliveries(zones: Mapping[str, Zone], contracts: Mapping[str, Contract]) -> Iterator[Finding]:
    """Yield contracts that are to count in a zone which their plant's is no neighbour of."""
    for name, contract in contracts.items():
        there, here = contract.zone, contract.load_zone
        if there == here or here not in zones or there in zones[here].neighbours:
            continue
        reverse = (
            f" (zones.{there}.neighbours.{here} is the other direction)"
            if there in zones and here in zones[there].neighbours
            else ""
        )
        yield Finding(
            f"is {here}, and {there} is not one of its neighbours; say when its plants count there: add "
            f"zones.{here}.neighbours.{there}: {{max_price_ratio: 1.05}}, or {{firm_transmission: true}}{reverse}",
            inside=(name, "delivered_to"),
        )
