"""Why a case cannot be met: what is in reach, which limits stand in the way, and the hours that stay uncovered."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from carbonmatch.case import Case
from carbonmatch.errors import InfeasibleError
from carbonmatch.formulation import (
    Limit,
    binds,
    lifted,
    limits_of,
    load_changes,
    matching_flows,
    offers_with_choice,
    overloaded_connections,
    planned_above_connections,
    problem_from_case,
    score_weights,
    with_any_size,
    without_connections,
)
from carbonmatch.records import Problem, TargetTerms, target_groups
from carbonmatch.solving import SolveOptions, check_solver
from carbonmatch.study.diagnosis import Connection, Diagnosis, Member, Obstacle, WholeSizes
from carbonmatch.study.infeasible import words_of_choice
from carbonmatch.study.moves import is_met, least_growth, least_move, share_or_none, without_target
from carbonmatch.study.reach import Reach, best_reach
from carbonmatch.study.uncovered import Uncovered, Volume, contracted_volumes, uncovered_hours
from carbonmatch.units import SCORE_TOLERANCE


def diagnose_case(case: Case, options: SolveOptions | None = None, *, irreducible: bool = False) -> Diagnosis:
    """Say whether a case can be met, how near it comes, and what stands in the way.

    irreducible   look for limits that cannot hold together as well

    Every number is from a solve with a certificate: the best score in reach, the same without each limit that binds,
    and the least move of each one that is enough by itself.

    Raises:
        InputError: the case leaves out what is needed to solve it, or the solver is not there.
        LimitError, SolverError: a search ended without a proof.
    """
    options = options or SolveOptions()
    check_solver(options)
    asked = problem_from_case(case)
    connections = tuple(_connections(asked))
    problem = replace(
        asked,
        sites=tuple(
            site if asked.load_varies(s) else replace(site, connection_mw=math.inf)
            for s, site in enumerate(asked.sites)
        ),
        target=_least_asked(asked.target),
    )
    whole, problem = problem, with_any_size(problem)
    search = _Search(case, problem, options)
    above = planned_above_connections(problem) if search.best is None else {}
    free = without_connections(problem, above)
    if above and share_or_none(free, options) is not None:  # as far as it may be moved, the load does not pass
        connections = (*connections, *_moved_connections(problem, above))
        whole, problem = without_connections(whole, above), free
        search = _Search(case, problem, options)
    whole_sizes = _whole_sizes(whole, search)
    best, scored = search.best, problem.target.matching != "none"
    obstacles = search.obstacles
    told = {obstacle.key for obstacle in obstacles}
    sets: list[tuple[Member, ...]] = [(Member(c.key, c.connection_mw),) for c in connections]
    if irreducible and not search.met:
        sets.append(search.irreducible_set())
    clean_storage = {b.zone for b in problem.storage if any(pool.clean for pool in b.pools)}
    firm = {c.zone for c in problem.contracts if c.dispatchable and c.eligible}
    return Diagnosis(
        case=case.name,
        problem=problem,
        can_be_met=search.met and not connections and (whole_sizes is None or whole_sizes.met),
        connections=connections,
        contradicting=best is None,
        best_share=best.share if best is not None and scored else None,
        best_share_by_zone=search.shares_by_zone if problem.target.per_zone else {},
        best_share_unlimited=search.best_unlimited if scored and not search.met else None,
        obstacles=obstacles,
        no_help_alone=tuple(limit.key for limit in search.limits if limit.key not in told),
        growth=search.growth if scored else None,
        uncovered=search.uncovered,
        volumes=search.volumes,
        zones_without_storage=_zones_without(problem, clean_storage),
        zones_without_firm_supply=_zones_without(problem, firm),
        irreducible_sets=tuple(sets) if irreducible else None,
        whole_sizes=whole_sizes,
    )


def _whole_sizes(problem: Problem, search: _Search) -> WholeSizes | None:
    """Look what is left of the score in reach where sizes are whole-number decisions; None where none are."""
    offers = list(offers_with_choice(problem))
    if not offers:
        return None
    share, enough = None, list[str]()
    if search.best is not None:  # what sizes of any kind cannot do, whole ones cannot
        search.tell("looking for the best score in reach of whole numbers")
        share = share_or_none(problem, search.options)
    met = share is not None and is_met(problem, share)
    if search.met and not met:
        for key, _, _ in offers:
            search.tell(f"looking whether {key} is enough at any size")
            free = share_or_none(with_any_size(problem, key), search.options)
            enough += [key] if free is not None and is_met(problem, free) else []
    return WholeSizes(
        keys=tuple(f"{key}.{word}" for key, _, choice in offers for word in words_of_choice(choice)),
        met=met,
        best_share=None if problem.target.matching == "none" else share,
        enough=tuple(enough),
    )


def _connections(problem: Problem) -> Iterator[Connection]:
    overloaded = overloaded_connections(problem)
    for site in problem.sites:
        if site.name in overloaded:
            peak = float(site.load_mwh.max()) / problem.time.hours_per_step
            yield Connection(f"sites.{site.name}.grid.connection_mw", site.connection_mw, peak, overloaded[site.name])


def _moved_connections(problem: Problem, above: Mapping[str, str]) -> Iterator[Connection]:
    for site in problem.sites:
        if site.name in above:
            peak = float(site.load_mwh.max()) / problem.time.hours_per_step
            what = f"{above[site.name]}. What may be moved of it is not enough"
            yield Connection(f"sites.{site.name}.grid.connection_mw", site.connection_mw, peak, what)


def _served(reach: Reach) -> Problem:
    """Return the problem with the load as it was moved for the best score."""
    return reach.problem.as_served(load_changes(reach.model, reach.problem))


def _least_asked(target: TargetTerms) -> TargetTerms:
    """Return a target with what is asked for at least: beside a budget that may be nothing."""
    return target if target.budget is None else replace(target, cfe=target.budget.least_cfe or 0.0)


def _zones_without(problem: Problem, served: Collection[int]) -> tuple[str, ...]:
    return tuple(zone.name for number, zone in enumerate(problem.zones) if number not in served)


class _Search:
    """The solves behind one diagnosis, each made once and when it is first needed.

    The problem has no limits on connections: they carry the load or they do not, whatever else is chosen.
    """

    def __init__(self, case: Case, problem: Problem, options: SolveOptions) -> None:
        self.case = case
        self.problem = problem
        self.options = options
        self.limits = limits_of(problem)
        self.groups = target_groups(problem)

    def tell(self, stage: str) -> None:
        """Announce what is looked for."""
        if self.options.on_progress is not None:
            self.options.on_progress(stage)

    @cached_property
    def best(self) -> Reach | None:
        """The best score in reach; None where limits contradict each other."""
        self.tell("looking for the best score in reach")
        try:
            return best_reach(self.problem, self.options)
        except InfeasibleError:
            return None

    @cached_property
    def best_of_group(self) -> list[tuple[list[int], Reach]]:
        """The zones of every group and the best score of it alone; nothing where limits contradict each other."""
        if self.best is None:
            return []
        if len(self.groups) == 1:
            return [(self.groups[0], self.best)]
        return [
            (zones, best_reach(self.problem, self.options, asked=[number])) for number, zones in enumerate(self.groups)
        ]

    @property
    def met(self) -> bool:
        """Whether the target is in reach."""
        return self.best is not None and is_met(self.problem, self.best.share)

    @cached_property
    def best_unlimited(self) -> float | None:
        """The best score in reach without any limit."""
        self.tell("looking for the best score without any limit")
        return share_or_none(lifted(self.problem, self.limits), self.options)

    @property
    def shares_by_zone(self) -> dict[str, float]:
        """The best score of every zone alone."""
        return {self.problem.zones[zone].name: reach.share for (zone,), reach in self.best_of_group}

    @cached_property
    def binding(self) -> tuple[Limit, ...]:
        """The limits that may keep the score down: all of them where they contradict each other."""
        best = self.best
        if best is None:
            return self.limits
        return tuple(limit for limit in self.limits if binds(best.model, best.problem, limit))

    @cached_property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """The limits that stand in the way, each with its least move."""
        if self.met:
            return ()
        found = []
        for number, limit in enumerate(self.binding, start=1):
            self.tell(f"limit {number} of {len(self.binding)}: {limit.key}")
            found.append(self._obstacle(limit))
        return tuple(obstacle for obstacle in found if obstacle is not None)

    def _obstacle(self, limit: Limit) -> Obstacle | None:
        """Return what a limit is worth; None where nothing is gained without it."""
        share = share_or_none(lifted(self.problem, [limit]), self.options)
        if share is None or (self.best is not None and share <= self.best.share + SCORE_TOLERANCE):
            return None
        needed = needed_for_any = None
        if is_met(self.problem, share):
            needed = least_move(self.problem, limit, self.options)
        if self.best is None:
            needed_for_any = least_move(without_target(self.problem), limit, self.options)
        return Obstacle(
            key=limit.key,
            value=self._in_case(limit, limit.value),
            lowered=limit.lowered,
            needed=None if needed is None else self._in_case(limit, needed),
            needed_for_any=None if needed_for_any is None else self._in_case(limit, needed_for_any),
            best_share=None if self.problem.target.matching == "none" else share,
        )

    @cached_property
    def growth(self) -> float | None:
        """The factor by which upper limits must grow together, where none of them is enough alone."""
        unlimited = None if self.met or any(o.needed is not None for o in self.obstacles) else self.best_unlimited
        if unlimited is None or not is_met(self.problem, unlimited):
            return None
        self.tell("looking how far all limits must move together")
        return least_growth(self.problem, self.options)

    def irreducible_set(self) -> tuple[Member, ...]:
        """Return limits that cannot hold together, though they can when any one of them is left out.

        One limit after another is left out for good where the others cannot hold together without it (deletion filter,
        Chinneck and Dravnieks 1991). One that is enough by itself belongs to every such set, and is not tried.
        """
        asked = self.problem if self.best is not None else without_target(self.problem)
        always = {obstacle.key for obstacle in self.obstacles if self.best is None or obstacle.needed is not None}
        kept = self.binding if self._contradict(asked, self.binding) else self.limits
        for limit in kept:
            if limit.key not in always:
                self.tell(f"looking whether the others can hold without {limit.key}")
                others = tuple(other for other in kept if other is not limit)
                kept = others if self._contradict(asked, others) else kept
        members = [Member(limit.key, self._in_case(limit, limit.value)) for limit in kept]
        if self.best is not None:  # without a target nothing contradicts
            members.append(Member("target.cfe", self.problem.target.cfe))
        return tuple(members)

    def _contradict(self, asked: Problem, kept: tuple[Limit, ...]) -> bool:
        """Tell whether some limits cannot hold together with what is asked, all others lifted."""
        share = share_or_none(lifted(asked, [limit for limit in self.limits if limit not in kept]), self.options)
        return share is None or not is_met(asked, share)

    @cached_property
    def uncovered(self) -> tuple[Uncovered, ...]:
        """The load that stays uncovered at the best score, where hours count."""
        if self.problem.target.matching != "hourly":
            return ()
        weights = np.stack(
            [score_weights(zone, grid_credit=self.problem.target.grid_credit) for zone in self.problem.zones]
        )
        return tuple(
            uncovered_hours(_served(reach), matching_flows(reach.model, self.problem)[0], zones, weights)
            for zones, reach in self.best_of_group
        )

    @cached_property
    def volumes(self) -> tuple[Volume, ...]:
        """What is contracted at the best score, where volumes count."""
        if self.problem.target.matching not in {"annual", "monthly"}:
            return ()
        return tuple(
            volume
            for zones, reach in self.best_of_group
            for volume in contracted_volumes(_served(reach), *matching_flows(reach.model, self.problem), zones)
        )

    def _in_case(self, limit: Limit, value: float) -> float:
        """Return a value of a limit as the case has it: must-run is a share of the size there."""
        if limit.kind != "must_run_share":
            return value
        contract = self.case.contracts[self.problem.contracts[limit.number].name]
        return value / (contract.loss_factor * self.problem.time.hours_per_step)
