"""Why a case cannot be solved, in a sentence: what is asked for, what is in reach, and how to see more."""

from __future__ import annotations

import json
import math
import re
import shlex
from dataclasses import replace
from typing import Final

from carbonmatch.case import Case, Override
from carbonmatch.errors import InfeasibleError, LimitError, SolverError
from carbonmatch.formulation import (
    cap_below_claims,
    offers_with_choice,
    overloaded_connections,
    planned_above_connections,
    settings_that_hold_load,
    with_any_size,
    without_connections,
)
from carbonmatch.records import ChoiceTerms, Problem, TargetTerms
from carbonmatch.solving import SolveOptions
from carbonmatch.study.fix import Sizes
from carbonmatch.study.reach import best_share
from carbonmatch.units import SCORE_TOLERANCE
from carbonmatch.wording import PERIODS, listed, reached

_PLAIN: Final = re.compile(r"[A-Za-z][\w/.+-]*|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+)?")
_NOT_TEXT: Final = {"null", "true", "false"}


def why_infeasible(
    case: Case,
    problem: Problem,
    best: float | None,
    sizes: Sizes | None = None,
    options: SolveOptions | None = None,
) -> str:
    """Say why a problem has no solution: one that an engine has found to be infeasible, or that cannot be built.

    best      what `best_in_reach` found
    sizes     those that the problem holds, if any
    options   how to find out whether whole numbers stand in the way; not looked at unless given
    """
    overloaded = overloaded_connections(problem)
    if overloaded:
        told = "; ".join(f"sites.{site}.grid.connection_mw {above}" for site, above in overloaded.items())
        return f"No portfolio can serve the load of this case: {told}." + pointer(case)
    below = cap_below_claims(problem)
    if below is not None:
        return below + pointer(case)
    if best is None or math.isnan(best):
        above = _planned_above_connections(problem, best, options)
        if above:
            return above + pointer(case, *_held(problem))
    if sizes is not None:
        return _missed_by_sizes(problem.target, sizes, best)
    whole = "" if options is None else _whole_numbers_in_the_way(problem, options)
    return _missed(problem.target, best) + whole + pointer(case, *_held(problem))


def _held(problem: Problem) -> tuple[str, ...]:
    """Return the settings without which a diagnosis would refuse a load that is a decision."""
    return settings_that_hold_load(problem) or ()


def _planned_above_connections(problem: Problem, best: float | None, options: SolveOptions | None) -> str:
    """Say that what may be moved or given up of a load does not bring it below its connection; empty where it does.

    Where the best share is not looked for, it may be the target as well that stands in the way.
    """
    above = planned_above_connections(problem)
    if not above:
        return ""
    known = best is None
    if known and options is not None:
        share = best_in_reach(without_connections(problem, above), options)
        if share is None:  # something else stands in the way, with any connection
            return ""
    told = "; ".join(f"sites.{site}.grid.connection_mw {what}" for site, what in above.items())
    enough = "is not enough" if known else "may not be enough"
    return f"No portfolio can serve the load of this case: {told}. What may be moved or given up of it {enough}."


def _whole_numbers_in_the_way(problem: Problem, options: SolveOptions) -> str:
    """Say so where sizes of any kind would do: it is the lots, least sizes or variants that do not."""
    keys = [f"{key}.{word}" for key, _, choice in offers_with_choice(problem) for word in words_of_choice(choice)]
    if not keys:
        return ""
    free = with_any_size(problem)
    share = best_in_reach(free, options)
    if share is None or math.isnan(share):
        return ""
    if problem.target.matching != "none" and share < problem.target.cfe - SCORE_TOLERANCE:
        return ""
    return f" With sizes of any kind it could be met: {listed(keys)} stand{'s' if len(keys) == 1 else ''} in the way."


def words_of_choice(choice: ChoiceTerms) -> list[str]:
    """Return the keys of the case that make the size of an offer a whole-number decision."""
    given = {"lot_mw": choice.lot_mw, "or_nothing": choice.or_nothing, "variant_of": choice.variant_of}
    return [key for key, value in given.items() if value]


def why_unaffordable(
    case: Case, problem: Problem, said: InfeasibleError, options: SolveOptions, sizes: Sizes | None = None
) -> str:
    """Say why a budget buys nothing that will do: for what was said of it, or for limits that hold without it too."""
    free = replace(problem, target=replace(problem.target, budget=None))
    best = best_in_reach(free, options)
    if best is None:
        return why_infeasible(case, free, best, sizes)
    return str(said) if sizes is not None else f"{said}{pointer(case)}"


def target_words(target: TargetTerms) -> str:
    """Return what a target asks for: 99 % hour by hour."""
    each = " in each zone" if target.per_zone else ""
    return f"{100 * target.cfe:.6g} % {PERIODS[target.matching]}{each}"


def pointer(case: Case, *held: str) -> str:
    """Return the sentence that names the command which says more; empty where the case is from no file.

    held   settings that hold a load which is a decision: a diagnosis is of a given one
    """
    command = diagnose_command(case)
    if command is None:
        return ""
    if held:
        settings = " ".join(f"--set {shlex.quote(setting)}" for setting in held)
        return f" `{command} {settings}` says what stands in the way of the load as it is then given."
    return f" `{command}` says what stands in the way."


def diagnose_command(case: Case) -> str | None:
    """Return the command that diagnoses a case as it was changed; None where it is from no file."""
    source = case.provenance
    if source.path is None:
        return None
    words = ["carbonmatch", "diagnose", source.path]
    if source.scenario is not None:
        words += ["--scenario", source.scenario]
    year = source.growth_year if source.weather_year is None else source.weather_year
    if year is not None:
        words += ["--year", year]
    for override in source.overrides:
        if override.origin == "--set":
            words += ["--set", f"{override.key}={_written(override)}"]
    return shlex.join(words)


def _written(override: Override) -> str:
    """Return a value as it can be typed: text as it is where YAML reads it as text, everything else as JSON."""
    value = override.value
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) is not None and value.lower() not in _NOT_TEXT
    return str(value) if plain else json.dumps(value)


def best_in_reach(problem: Problem, options: SolveOptions) -> float | None:
    """Return the best share in reach; None where no share is, nan where the search found no answer or is none."""
    if not problem.keeps_target_load:
        return math.nan
    if options.on_progress is not None:
        options.on_progress("looking for the best score in reach")
    try:
        return best_share(problem, options)
    except InfeasibleError:
        return None
    except (LimitError, SolverError):  # that the case is infeasible is known all the same
        return math.nan


def _missed(target: TargetTerms, best: float | None) -> str:
    if target.matching == "none" or best is None:
        cap = "" if target.carbon_cap_t_per_year is None else f" and its carbon cap of {_cap(target)}"
        floors = " and the floors of its zones" if any(target.zone_floors) else ""
        whatever = "without any target" if target.matching == "none" else "whatever its target"
        limits = f"the limits of this case{cap}{floors}"
        return f"No portfolio keeps within {limits}: they contradict each other, {whatever}."
    text = f"No portfolio within the limits of this case meets its target of {target_words(target)}"
    return text + ("." if math.isnan(best) else f": the best score in reach is {reached(best, target.cfe)}.")


def _missed_by_sizes(target: TargetTerms, sizes: Sizes, best: float | None) -> str:
    if target.matching != "none" and best is not None:
        text = f"The sizes of {sizes.path} do not meet the {target.matching} target of {target.cfe:g}"
        if not math.isnan(best):
            text += f": the best score that they reach is {reached(best, target.cfe)}"
        return f"{text}. --set target.matching=none solves the case with them all the same."
    asked, freed = [], []
    if math.isfinite(target.max_surplus_share):
        asked.append(f"the surplus limit of {target.max_surplus_share:g}")
        freed.append("--set surplus.max_share=null")
    if target.carbon_cap_t_per_year is not None:
        asked.append(f"the carbon cap of {_cap(target)}")
        freed.append("--set target.carbon_cap_t_per_year=null")
    if not asked:
        return f"The sizes of {sizes.path} cannot be operated within the limits of this case."
    return (
        f"The sizes of {sizes.path} cannot be operated within {' and '.join(asked)}, whatever the target. "
        f"{' '.join(freed)} {'lifts it' if len(freed) == 1 else 'lifts them'}."
    )


def _cap(target: TargetTerms) -> str:
    return f"{target.carbon_cap_t_per_year:g} t a year"
