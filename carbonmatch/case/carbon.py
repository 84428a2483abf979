"""Whether a linear programme can count what a case emits, exactly as the accounts do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from carbonmatch.case.block import say
from carbonmatch.case.contracts import Contract
from carbonmatch.case.zone import Zone
from carbonmatch.records import mix_of_unclaimed
from carbonmatch.wording import listed


def uncountable(zones: Mapping[str, Zone], contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Say, zone by zone, what keeps emissions from being counted by a linear programme.

    Which contract met which hour is the accounts' to say, by shares of generation and by tracing storage. Only where
    all contracts of a zone emit alike does it not matter. And emissions must rise with unmatched load, ever faster:
    a claim emits no more than standard supply, that no more than what no one has claimed.
    """
    for name, zone in zones.items():
        mix = mix_of_unclaimed(zone.residual_mix_g_per_kwh, zone.fossil_mix_g_per_kwh)
        if mix is None:
            continue  # told by the target
        emitting = {key: c.emission_factor_g_per_kwh for key, c in contracts.items() if c.load_zone == name}
        if len(set(emitting.values())) > 1:
            told = listed([f"{contract} {say(factor)}" for contract, factor in emitting.items()])
            yield (
                f"emissions count, and contracts of the zone {name} emit differently [g/kWh]: {told}. Which of "
                "them met which hour is known only once the portfolio is; give all the same emission_factor_g_per_kwh"
            )
            continue
        claimed, standard = max(emitting.values(), default=0.0), zone.standard_supply
        tier, unclaimed = mix
        served = np.zeros(len(unclaimed), dtype=bool) if standard is None else standard.share > 0.0
        if standard is not None:
            of_standard = standard.emission_factor_g_per_kwh
            yield from _falling(served & (of_standard > unclaimed), name, "standard supply", f"{tier}_g_per_kwh")
            yield from _falling(served & (claimed > of_standard), name, "its contracts", "standard supply")
        yield from _falling(~served & (claimed > unclaimed), name, "its contracts", f"{tier}_g_per_kwh")


def _falling(steps: NDArray[np.bool_], zone: str, larger: str, smaller: str) -> Iterator[str]:
    if steps.any():
        yield (
            f"emissions count, and in the zone {zone} {larger} emit more than {smaller} says in "
            f"{int(steps.sum()):,} of {len(steps):,} steps, so that a claim would add to what is counted; look at "
            "these factors"
        )
