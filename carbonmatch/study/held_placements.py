"""MW of placements held where they stand: their load is load of their sites from then on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from carbonmatch.errors import Fault, InputError
from carbonmatch.formulation import with_placed
from carbonmatch.records import PlacementTerms, Problem
from carbonmatch.units import PRIMAL_TOLERANCE
from carbonmatch.wording import listed, nearest

PLACED_KEYS: Final = ("placed_mw",)

Placed = Mapping[str, Mapping[str, Mapping[str, float]]]
"""What stands where: {placement: {site: {placed_mw}}}."""


def placed_of(summary: Mapping[str, Any]) -> Any:
    """Return what a summary says of placements, as it stands there; None where it says nothing."""
    load = summary.get("load")
    return load.get("placements") if isinstance(load, Mapping) else None


def hold_placements(problem: Problem, placed: Placed | None, path: str) -> Problem:
    """Return the problem with its placements held, see `with_placed`.

    placed   {placement: {site: {placed_mw}}};  path   where it comes from, for messages

    Raises:
        InputError: it names no MW, other ones than the case has, or does not place all of them.
    """
    if faults := list(_faults(problem, placed or {}, f"{path}: load.placements")):
        raise InputError(faults)
    if not problem.placements or placed is None:
        return problem
    names = [site.name for site in problem.sites]
    return with_placed(
        problem,
        {
            (placement.name, candidate.site): placed[placement.name][names[candidate.site]]["placed_mw"]
            for placement in problem.placements
            for candidate in placement.candidates
        },
    )


def _faults(problem: Problem, placed: Placed, where: str) -> Iterator[Fault]:
    known = [placement.name for placement in problem.placements]
    for name in placed:
        if name not in known:
            listing = f" (it has {listed(known)})" if known else " (it has none)"
            yield Fault(f"{where}.{name}", f"the case has no placement of that name{nearest(name, known)}{listing}")
    for placement in problem.placements:
        if placement.name not in placed:
            what = (
                "is missing; give placed_mw of every candidate, as load.placements of any summary.json does that is "
                "of this case"
            )
            yield Fault(f"{where}.{placement.name}", what)
        else:
            yield from _faults_of(problem, placement, placed[placement.name], f"{where}.{placement.name}")


def _faults_of(
    problem: Problem, placement: PlacementTerms, sites: Mapping[str, Mapping[str, float]], where: str
) -> Iterator[Fault]:
    known = [problem.sites[candidate.site].name for candidate in placement.candidates]
    for site in sites:
        if site not in known:
            what = f"the case may not place it there{nearest(site, known)} (candidates: {listed(known)})"
            yield Fault(f"{where}.{site}", what)
    missing = [site for site in known if site not in sites]
    yield from (Fault(f"{where}.{site}", "is missing; give placed_mw, 0 for none") for site in missing)
    total = sum(entry["placed_mw"] for entry in sites.values())
    if not missing and abs(total - placement.mw) > PRIMAL_TOLERANCE * max(1.0, placement.mw):
        what = f"places {total:.6g} MW, and placements.{placement.name}.mw is {placement.mw:.6g}; make them agree"
        yield Fault(where, what)
