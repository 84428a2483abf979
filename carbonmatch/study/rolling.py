"""Operation without foresight: every day planned on what is known at its start, then run as the hours happen.

A plan of a year knows every hour of it. An operator does not: the portfolio is the same, the score is lower. Each local
day begins with a plan of a window, made on what is known then; its first day is carried out, hour by hour, by the rules
of `recourse`, and the next day begins with what is in store by then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from carbonmatch.formulation import build_window, read_schedule
from carbonmatch.records import FloatArray, Problem, Schedule, Worth
from carbonmatch.solving import SolveOptions, solve_model
from carbonmatch.study.foresight import Outlook
from carbonmatch.study.recourse import Intention, ZoneOperator

WINDOW_ENGINES: Final = ("simplex", "ipx")
"""A window has some hundred rows: a vertex is found in milliseconds."""

MOST_PASSES: Final = 3
"""How often the horizon is run so that it ends with as much in store as it began with. The second pass meets the first
one after some days, for most storage is full or empty every other day; a store for seasons takes all of them."""

SAME_MWH: Final = 1e-6
"""Stores that differ by less, one watt-hour, are the same: from there on the days are too."""


@dataclass(frozen=True)
class State:
    """What a day begins with: energy in each pool [MWh], energy cycled by each storage [MWh], firm power used [MW]."""

    stored: tuple[float, ...]
    cycled: tuple[float, ...]
    firm_mw: tuple[float, ...]

    def same_as(self, other: State) -> bool:
        """Tell whether the days that follow will be the same."""
        mine, theirs = (*self.stored, *self.cycled, *self.firm_mw), (*other.stored, *other.cycled, *other.firm_mw)
        return all(abs(a - b) <= SAME_MWH for a, b in zip(mine, theirs, strict=True))


@dataclass(frozen=True)
class Operated:
    """A horizon as it was operated.

    states   what every day began with, and what the last one ended with
    passes   how often the horizon was run
    """

    schedule: Schedule
    states: tuple[State, ...]
    passes: int

    @property
    def opening_mwh(self) -> tuple[float, ...]:
        """What each pool held at the start."""
        return self.states[0].stored

    @property
    def closing_mwh(self) -> tuple[float, ...]:
        """What each pool held at the end."""
        return self.states[-1].stored

    @property
    def left_mwh(self) -> float:
        """What is in store at the end beyond what was there at the start."""
        return sum(self.closing_mwh) - sum(self.opening_mwh)


class RollingOperator:
    """Operates a problem whose sizes are held, day by day."""

    def __init__(
        self, outlook: Outlook, worth: Worth, firm_mw: Sequence[float], window_steps: int, options: SolveOptions
    ) -> None:
        """Prepare the operation.

        firm_mw        firm capacity that the plan reserved for each site: more of it costs more
        window_steps   of a window, of which the first local day is carried out
        """
        self.problem, self.outlook, self.worth = outlook.actual, outlook, worth
        self.firm_mw = tuple(firm_mw)
        self.window_steps = window_steps
        self.options = replace(options, solver=WINDOW_ENGINES, cross_check=False, on_progress=None, on_iteration=None)
        self.zones = [ZoneOperator(self.problem, z, worth) for z in range(len(self.problem.zones))]
        self.days = local_days(self.problem)
        self.pools_of = _pools_of(self.problem)

    def operate(self) -> Operated:
        """Return the horizon as it is operated.

        It is a cycle, as in a plan: it begins with what is in store at its end. The first pass begins with nothing in
        store, and each next one with what the one before left, until that is the same. A pass that ends with less than
        it began with has borrowed, and does not count; of the others the one counts that leaves least.
        """
        latest = found = self._run([0.0] * sum(len(storage.pools) for storage in self.problem.storage), None)
        for passes in range(2, MOST_PASSES + 1):
            if abs(latest.left_mwh) <= SAME_MWH:
                break
            latest = replace(self._run(latest.closing_mwh, latest), passes=passes)
            if -SAME_MWH <= latest.left_mwh < found.left_mwh:
                found = latest
        return found

    def _run(self, stored: Sequence[float], before: Operated | None) -> Operated:
        """Run all days; where one begins as it did in a pass before, the rest is as it was there."""
        problem = self.problem
        steps, pools = problem.time.steps, len(stored)
        schedule = Schedule(np.zeros((len(problem.contracts), steps)), *(np.zeros((pools, steps)) for _ in range(3)))
        state = State(tuple(stored), (0.0,) * len(problem.storage), self.firm_mw)
        states = [state]
        for day, (first, end) in enumerate(self.days):
            if before is not None and state.same_as(before.states[day]):
                _copy_from(before.schedule, schedule, first)
                states += before.states[day + 1 :]
                break
            state = self._run_day(first, end, state, schedule)
            states.append(state)
        return Operated(schedule, tuple(states), 1)

    def _run_day(self, first: int, end: int, state: State, schedule: Schedule) -> State:
        """Plan a window and carry its first day out into the schedule; return what the next day begins with."""
        last = min(max(first + self.window_steps, end), self.problem.time.steps)
        window = self._begun(self.outlook.window(first, last), last, state)
        model = build_window(window, self.worth, dict(zip([s.name for s in window.sites], state.firm_mw, strict=True)))
        optimum = solve_model(model, window.yardstick, self.options)
        plan = read_schedule(model, window, optimum.columns, optimum.values)
        intentions = [_Intentions(window, plan, zone, state.stored) for zone in self.zones]
        left = [self._cycles_left(b, end, state) for b in range(len(self.problem.storage))]
        stored, firm_mw = list(state.stored), list(state.firm_mw)
        for t in range(first, end):
            for z, zone in enumerate(self.zones):
                hour = zone.carry_out(t, intentions[z].of(t - first), [stored[p] for p in zone.pools], left)
                schedule.generation_mwh[zone.contracts, t] = hour.generation
                schedule.charge_mwh[zone.pools, t] = hour.charge
                schedule.discharge_mwh[zone.pools, t] = hour.discharge
                for p, held in zip(zone.pools, hour.state(), strict=True):
                    stored[p] = held
                self._see_firm_power(z, t, hour.delivered, firm_mw)
            schedule.state_of_charge_mwh[:, t] = stored
            for b, storage in enumerate(self.problem.storage):
                left[b] -= schedule.discharge_mwh[self.pools_of[b], t].sum() / storage.cycle_efficiency
        cycled = tuple(
            done + float(schedule.discharge_mwh[self.pools_of[b], first:end].sum()) / storage.cycle_efficiency
            for b, (storage, done) in enumerate(zip(self.problem.storage, state.cycled, strict=True))
        )
        return State(tuple(stored), cycled, tuple(firm_mw))

    def _begun(self, window: Problem, last: int, state: State) -> Problem:
        """Return a window that begins with what is in store, and may use its part of the cycles of the year."""
        storage = []
        for b, terms in enumerate(window.storage):
            stored = [state.stored[p] for p in self.pools_of[b]]
            per_cycle = terms.max_energy_mwh * window.time.year_fraction
            limited = math.isfinite(terms.cycles_per_year) and per_cycle > 0.0
            storage.append(
                replace(
                    terms,
                    pools=tuple(
                        replace(pool, opening_mwh=held) for pool, held in zip(terms.pools, stored, strict=True)
                    ),
                    cycles_per_year=self._cycles_left(b, last, state) / per_cycle if limited else terms.cycles_per_year,
                )
            )
        return replace(window, storage=tuple(storage))

    def _cycles_left(self, b: int, end: int, state: State) -> float:
        """Return what a storage may still cycle before a step [MWh]: a limit for the year comes in equal parts."""
        storage, time = self.problem.storage[b], self.problem.time
        whole = storage.cycles_per_year * time.year_fraction * storage.max_energy_mwh
        return math.inf if math.isinf(storage.cycles_per_year) else max(whole * end / time.steps - state.cycled[b], 0.0)

    def _see_firm_power(self, z: int, t: int, delivered: float, firm_mw: list[float]) -> None:
        """Note the power that the sites of a zone draw at retail: shared by their loads, which settles nothing."""
        load = self.zones[z].load[t]
        drawn = max(load - delivered, 0.0)
        for s, site in enumerate(self.problem.sites):
            if site.zone == z and load > 0.0:
                firm_mw[s] = max(firm_mw[s], drawn * site.load_mwh[t] / load / self.problem.time.hours_per_step)


class _Intentions:
    """What the plan of a window meant for one zone, step by step."""

    def __init__(self, window: Problem, plan: Schedule, zone: ZoneOperator, opening: Sequence[float]) -> None:
        terms = [window.contracts[i] for i in zone.contracts]
        eligible = np.array([contract.eligible for contract in terms], dtype=float)
        clean = np.array(zone.clean, dtype=float)
        generation, charge = plan.generation_mwh[zone.contracts], plan.charge_mwh[zone.pools]
        discharge, stored = plan.discharge_mwh[zone.pools], plan.state_of_charge_mwh[zone.pools]
        load = window.zones[zone.number].load_mwh
        over = eligible @ generation + clean @ (discharge - charge) - load
        self.generation = generation.T.tolist()
        self.available = np.array([c.available_mwh_per_mw * c.max_mw for c in terms]).T.tolist()
        self.charge, self.discharge = charge.T.tolist(), discharge.T.tolist()
        begun: FloatArray = np.concatenate([[sum(opening[p] for p in zone.pools)], stored.sum(axis=0)])
        self.stored: list[float] = begun.tolist()
        self.load: list[float] = load.tolist()
        self.over: list[float] = over.tolist()

    def of(self, step: int) -> Intention:
        """Return what was meant for a step of the window."""
        return Intention(
            generation=self.generation[step] if self.generation else [],
            available=self.available[step] if self.available else [],
            charge=self.charge[step] if self.charge else [],
            discharge=self.discharge[step] if self.discharge else [],
            stored=self.stored[step],
            load=self.load[step],
            unmatched=max(-self.over[step], 0.0),
            excess=max(self.over[step], 0.0),
        )


def local_days(problem: Problem) -> list[tuple[int, int]]:
    """Return the first step of every local day, and the one after its last: 23 to 25 hours lie between them."""
    days = problem.time.starts.tz_convert(problem.time.timezone).normalize()
    firsts = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist()]
    return list(zip(firsts, [*firsts[1:], problem.time.steps], strict=True))


def _pools_of(problem: Problem) -> list[list[int]]:
    """Return the numbers of the pools of each storage, counted through all of them."""
    found, number = [], 0
    for storage in problem.storage:
        found.append(list(range(number, number + len(storage.pools))))
        number += len(storage.pools)
    return found


def _copy_from(source: Schedule, target: Schedule, first: int) -> None:
    for name in ("generation_mwh", "charge_mwh", "discharge_mwh", "state_of_charge_mwh"):
        getattr(target, name)[:, first:] = getattr(source, name)[:, first:]
