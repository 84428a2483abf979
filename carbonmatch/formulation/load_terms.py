"""From what a case says of changeable load to the terms that the model knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from carbonmatch.case import Candidate, Case, Curtailable, Flexible, Placement, Site, demanded
from carbonmatch.errors import Fault, InputError
from carbonmatch.records import (
    CandidateTerms,
    CurtailableTerms,
    FlexibleTerms,
    LatencyGroup,
    PlacementTerms,
    Problem,
)


def flexible_terms(case: Case, site: Site) -> tuple[FlexibleTerms, ...]:
    """Return the parts of the load of a site that may be moved."""
    return tuple(_flexible(case, site, name, entry) for name, entry in site.flexible.items())


def _flexible(case: Case, site: Site, name: str, entry: Flexible) -> FlexibleTerms:
    part = demanded(site.load).part_mw(entry.of) * case.grid.hours_per_step
    windows = None if entry.window_hours is None else case.grid.windows_of_step(entry.window_hours)
    group = entry.latency_group
    return FlexibleTerms(
        name=name,
        most_less_mwh=entry.share * part,
        most_more_mwh=(entry.share if entry.max_increase_share is None else entry.max_increase_share) * part,
        window_of_step=windows,
        cost_per_mwh=entry.cost_per_mwh,
        latency_group=None if group is None else list(case.latency_groups).index(group),
        window_hours=entry.window_hours,
    )


def curtailable_terms(case: Case, site: Site) -> tuple[CurtailableTerms, ...]:
    """Return the parts of the load of a site that may be given up."""
    return tuple(_curtailable(case, site, name, entry) for name, entry in site.curtailable.items())


def _curtailable(case: Case, site: Site, name: str, entry: Curtailable) -> CurtailableTerms:
    """Return a part that may be given up.

    most_of_day = event_hours * share * largest load of that part in the day
    most_of_year = events_per_year * year_fraction * event_hours * share * largest load of that part
    """
    grid = case.grid
    most_mw = entry.share * demanded(site.load).part_mw(entry.of)
    days = grid.windows_of_step(24.0)
    of_day = of_year = None
    if entry.event_hours is not None:
        of_day = np.zeros(int(days[-1]) + 1)
        np.maximum.at(of_day, days, most_mw * entry.event_hours)
    if entry.events_per_year is not None:
        hours = grid.hours_per_step if entry.event_hours is None else entry.event_hours
        of_year = entry.events_per_year * grid.year_fraction * hours * float(most_mw.max())
    return CurtailableTerms(name, most_mw * grid.hours_per_step, entry.price_per_mwh, days, of_day, of_year)


def most_load_mw(case: Case, zone: str) -> float:
    """Return the largest load that the sites of a zone may have in a step [MW], whatever is moved or placed."""
    most = np.zeros(case.grid.steps)
    for name, site in case.sites.items():
        if site.zone == zone:
            most = most + site.load_mw
            for terms in flexible_terms(case, site):
                most = most + terms.most_more_mwh / case.grid.hours_per_step
            for placement in case.placements.values():
                candidate = placement.candidates.get(name)
                if candidate is not None and placement.at in {None, name}:
                    most = most + placement.mw * (1.0 if candidate.load_per_mw is None else candidate.load_per_mw)
    return float(most.max())


def check_carbon_of_load(problem: Problem) -> None:
    """Make sure that what a load emits is counted right where it is a decision.

    Raises:
        InputError: standard supply serves a share of such a load, or its claims emit something.
    """
    faults = []
    for s, site in enumerate(problem.sites):
        carbon = problem.zones[site.zone].carbon
        if carbon is None or not problem.load_varies(s):
            continue
        if carbon.standard_mwh.any() or carbon.claimed_t_per_mwh > 0.0:
            what = (
                f"can be moved, given up or placed, and zone {problem.zones[site.zone].name} has standard supply or "
                "contracts that emit: what it emits is then no linear row. Leave out the carbon cap or price, or hold "
                "the load"
            )
            faults.append(Fault(f"sites.{site.name}.load", what))
    if faults:
        raise InputError(faults)


def latency_group_terms(case: Case) -> tuple[LatencyGroup, ...]:
    """Return the groups of sites that work is moved among."""
    endless = np.full(case.grid.steps, math.inf)
    return tuple(
        LatencyGroup(
            name, group.cost_per_mwh, endless if group.max_mw is None else group.max_mw * case.grid.hours_per_step
        )
        for name, group in case.latency_groups.items()
    )


def placement_terms(case: Case) -> tuple[PlacementTerms, ...]:
    """Return what has to be placed, with its candidates: the one at which it stands, where the case names that."""
    return tuple(
        PlacementTerms(
            name,
            placement.mw,
            tuple(
                _candidate(case, placement, site, candidate)
                for site, candidate in placement.candidates.items()
                if placement.at in {None, site}
            ),
        )
        for name, placement in case.placements.items()
    )


def _candidate(case: Case, placement: Placement, site: str, candidate: Candidate) -> CandidateTerms:
    per_mw = np.ones(case.grid.steps) if candidate.load_per_mw is None else candidate.load_per_mw
    return CandidateTerms(
        site=list(case.sites).index(site),
        load_mwh_per_mw=per_mw * case.grid.hours_per_step,
        max_mw=math.inf if candidate.max_mw is None else candidate.max_mw,
        cost_per_mw_year=candidate.cost_per_mw_year,
    )


def with_placed(problem: Problem, placed_mw: Mapping[tuple[str, int], float]) -> Problem:
    """Return the problem with its placements held: what they use is planned load of their sites and zones.

    load[s,t] = planned[s,t] + sum_p load_mwh_per_mw[p,s,t] * placed_mw[p,s]             [MWh per step]

    placed_mw   by (placement, number of the site); placements that it does not name are left as they are
    """
    sites, zones, placements = list(problem.sites), list(problem.zones), []
    for placement in problem.placements:
        candidates = []
        for candidate in placement.candidates:
            mw = placed_mw.get((placement.name, candidate.site))
            if mw is None:
                candidates.append(candidate)
                continue
            load = candidate.load_mwh_per_mw * (mw - (candidate.held_mw or 0.0))  # held before: only what changes
            site = sites[candidate.site]
            sites[candidate.site] = replace(site, load_mwh=site.load_mwh + load)
            zones[site.zone] = replace(zones[site.zone], load_mwh=zones[site.zone].load_mwh + load)
            candidates.append(replace(candidate, max_mw=mw, held_mw=mw))
        placements.append(replace(placement, candidates=tuple(candidates)))
    return replace(problem, placements=tuple(placements), sites=tuple(sites), zones=tuple(zones))


def with_given_placements(problem: Problem) -> Problem:
    """Return the problem with every placement held that has one candidate alone, and room there for all of it."""
    given = {
        (placement.name, placement.candidates[0].site): placement.mw
        for placement in problem.placements
        if len(placement.candidates) == 1 and placement.mw <= placement.candidates[0].max_mw
    }
    return with_placed(problem, given) if given else problem
