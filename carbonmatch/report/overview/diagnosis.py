"""The page on a diagnosis: what can be met, what stands in the way, which hours stay uncovered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from carbonmatch.report.numbers import UNKNOWN, Quantity, energy, number, power, share
from carbonmatch.report.overview.run import target_text
from carbonmatch.report.overview.table import Column, Overview, OverviewTable
from carbonmatch.units import SCORE_TOLERANCE
from carbonmatch.wording import PERIODS, listed, reached

if TYPE_CHECKING:
    from carbonmatch.study import Diagnosis
    from carbonmatch.study.diagnosis import Obstacle
    from carbonmatch.study.uncovered import Part, Uncovered


SHARE: Final = Quantity("share", 1.0, 4)


def diagnosis(found: Diagnosis) -> Overview:
    """Return the page on a diagnosis."""
    tables = [
        _connections(found),
        _whole_sizes(found),
        _obstacles(found),
        _missing(found),
        _together(found),
        *(table for uncovered in found.uncovered for table in _uncovered(found, uncovered)),
        _volumes(found),
    ]
    return Overview(
        title=found.case,
        facts=tuple(_facts(found)),
        tables=tuple(table for table in tables if table.rows or table.note),
    )


def _facts(found: Diagnosis) -> Iterator[tuple[str, str]]:
    yield "target", _target(found)
    yield "can be met", "yes" if found.can_be_met else "no"
    if found.contradicting:
        yield "in reach", "nothing: limits of the case contradict each other, whatever the target"
    if found.best_share is not None:
        over = PERIODS[found.target.matching] + (", in each zone" if found.target.per_zone else "")
        yield "in reach", f"{_score(found, found.best_share)} of load {over}, within the limits of the case"
    for zone, best in found.best_share_by_zone.items():
        yield f"in reach, {zone}", f"{_score(found, best)}, when nothing is asked of other zones"
    whole = found.whole_sizes
    if whole is not None and whole.best_share is not None:
        yield "in whole numbers", f"{_score(found, whole.best_share)}, with {listed(whole.keys)}"
    if found.best_share_unlimited is not None:
        yield "without limits", f"{_score(found, found.best_share_unlimited)}, with these offers at any size"


def _target(found: Diagnosis) -> str:
    target = found.document["target"]
    budget = target.get("budget_per_year")
    if budget is None:
        return target_text(target)
    least = "" if target.get("least_cfe") is None else f", {target_text(target)} at least"
    return f"the best for a budget of {number(budget, 0)} {found.problem.currency} a year{least}"


def _score(found: Diagnosis, best: float) -> str:
    """Write a score; one that misses the target is rounded down."""
    return share(best) if _meets(found, best) else reached(best, found.target.cfe)


def _meets(found: Diagnosis, best: float) -> bool:
    return best >= found.target.cfe - SCORE_TOLERANCE


# --- what stands in the way -------------------------------------------------------------------------------------------


def _connections(found: Diagnosis) -> OverviewTable:
    unit = _power(found)
    rows = tuple(
        (c.key, unit.text(c.connection_mw), f"at least {_enough(c.peak_load_mw, unit.decimals)}")
        for c in found.connections
    )
    told = [f"{c.key} {c.what}." for c in found.connections]
    told.append("No portfolio lowers what passes a connection. What follows is told as if it carried the load.")
    return OverviewTable(
        "Connections below the load",
        (Column("limit", numeric=False), Column("now", unit.unit), Column("needed", unit.unit)),
        rows,
        note="\n".join(told) if rows else "",
    )


def _whole_sizes(found: Diagnosis) -> OverviewTable:
    """Say so where whole lots, least sizes or variants stand in the way, and nothing else does."""
    whole, notes = found.whole_sizes, list[str]()
    if whole is not None and not whole.met:
        notes.append(f"Sizes are whole-number decisions: {listed(whole.keys)}.")
        if _can_be_met_but_for_connections(found):
            alone = f"{' or '.join(whole.enough)} alone" if whole.enough else "several of them, and none alone"
            notes.append(f"With sizes of any kind the target is met. It is enough to free {alone}.")
        else:
            notes.append("What follows is told of sizes of any kind, which do not meet the target either.")
    return OverviewTable("Whole numbers in the way", (), (), note=" ".join(notes))


def _obstacles(found: Diagnosis) -> OverviewTable:
    any_target = any(obstacle.needed_for_any is not None for obstacle in found.obstacles)
    scored = found.target.matching != "none"
    columns = (
        Column("limit", numeric=False),
        Column("unit", numeric=False),
        Column("now"),
        *([Column("enough alone for any score")] if any_target else []),
        *([Column("enough alone for the target")] if scored else []),
        *([Column("best score without it")] if scored else []),
    )
    rows = tuple(
        (
            obstacle.key,
            unit.unit,
            _held(obstacle.value, unit),
            *([_needed(obstacle, obstacle.needed_for_any, unit)] if any_target else []),
            *([_needed(obstacle, obstacle.needed, unit)] if scored else []),
            *([UNKNOWN if obstacle.best_share is None else _score(found, obstacle.best_share)] if scored else []),
        )
        for obstacle in found.obstacles
        for unit in [_unit(obstacle.key, found)]
    )
    notes = [] if _can_be_met_but_for_connections(found) else _obstacle_notes(found, scored=scored)
    return OverviewTable("What stands in the way", columns, rows, note="\n".join(notes))


def _obstacle_notes(found: Diagnosis, *, scored: bool) -> list[str]:
    notes = ["Lifting any single limit changes nothing."]
    if found.obstacles:
        notes = ["Each row moves one limit and leaves all others as they are."]
    if scored and all(obstacle.needed is None for obstacle in found.obstacles):
        best = found.best_share_unlimited
        if best is None or not _meets(found, best):
            notes.append("No limit alone is enough, nor are all of them together.")
        elif found.growth is None:
            notes.append("No limit alone is enough; several must move together.")
        else:
            factor = _enough(found.growth, 2)
            notes.append(
                f"No limit alone is enough. With every largest size, and the surplus limit, {factor} times as large "
                "the target is met."
            )
    if found.obstacles and found.no_help_alone:
        notes.append(f"Of no help alone: {listed(found.no_help_alone)}.")
    if any(obstacle.key == "surplus.max_share" for obstacle in found.obstacles):
        notes.append("A right to curtail (contracts.NAME.curtailment) takes excess out of the surplus as well.")
    return notes


def _can_be_met_but_for_connections(found: Diagnosis) -> bool:
    if found.contradicting:
        return False
    return found.best_share is None or _meets(found, found.best_share)


def _needed(obstacle: Obstacle, value: float | None, unit: Quantity) -> str:
    if value is None:
        return "no value"
    text = _enough(value, unit.decimals, lowered=obstacle.lowered)
    if unit == SHARE:
        text = text.rstrip("0").rstrip(".")
    return f"{'at most' if obstacle.lowered else 'at least'} {text}"


def _held(value: float, unit: Quantity) -> str:
    """Write what a limit holds; a share as it was given."""
    return f"{value:.6g}" if unit == SHARE else unit.text(value)


def _enough(value: float, decimals: int, *, lowered: bool = False) -> str:
    """Write a value that is needed, rounded so that what is written is enough."""
    scaled = value * 10**decimals
    near = round(scaled)
    if not math.isclose(scaled, near, rel_tol=1e-9, abs_tol=1e-9):
        near = math.floor(scaled) if lowered else math.ceil(scaled)
    return number(near / 10**decimals, decimals)


def _unit(key: str, found: Diagnosis) -> Quantity:
    name = key.rsplit(".", 1)[-1]
    decimals = _power(found).decimals
    for ending, unit in (("_mw", "MW"), ("_mwh", "MWh"), ("_hours", "h")):
        if name.endswith(ending):
            return Quantity(unit, 1.0, decimals)
    whole = {
        "cycles_per_year": Quantity("1/year", 1.0, 1),
        "carbon_cap_t_per_year": Quantity("t/year", 1.0, 1),
        "budget_per_year": Quantity(f"{found.problem.currency}/year", 1.0, 0),
    }
    return whole.get(name, SHARE)


def _power(found: Diagnosis) -> Quantity:
    return power(found.problem.peak_load_mwh / found.problem.time.hours_per_step)


def _missing(found: Diagnosis) -> OverviewTable:
    """Say what the case offers nothing of, where no size of what it offers is enough."""
    best = found.best_share_unlimited
    notes = []
    if best is not None and not _meets(found, best):
        notes.append(f"No size of these offers is enough: without any limit they reach {_score(found, best)}.")
        if found.zones_without_storage:
            notes.append(f"The case offers no storage of clean energy in {listed(found.zones_without_storage)}.")
        if found.zones_without_firm_supply:
            notes.append(f"The case offers no clean firm supply in {listed(found.zones_without_firm_supply)}.")
    return OverviewTable("What is missing", (), (), note="\n".join(notes))


def _together(found: Diagnosis) -> OverviewTable:
    """Return the sets of limits that cannot hold together, one after the other."""
    sets = found.irreducible_sets or ()
    rows = tuple(
        (*([f"{place}"] if len(sets) > 1 else []), member.key, _held(member.value, unit), unit.unit)
        for place, members in enumerate(sets, start=1)
        for member in members
        for unit in [_unit(member.key, found)]
    )
    columns = (
        *([Column("set", numeric=False)] if len(sets) > 1 else []),
        Column("limit", numeric=False),
        Column("now"),
        Column("unit", numeric=False),
    )
    note = "With these offers and this load "
    if all(len(members) == 1 for members in sets):
        note += "it cannot hold, whatever the other limits."
    else:
        note += "they cannot all hold" + (" in either set" if len(sets) > 1 else "")
        note += "; when any one is left out, the others can."
    return OverviewTable("What cannot hold together", columns, rows, note=note if rows else "")


# --- the hours that stay uncovered ------------------------------------------------------------------------------------


def _uncovered(found: Diagnosis, uncovered: Uncovered) -> Iterable[OverviewTable]:
    where = "" if uncovered.zone is None else f", {uncovered.zone}"
    amount = energy(found.problem.total_load_mwh)
    if uncovered.hours == 0.0:
        return
    yield OverviewTable(f"Hours that stay uncovered{where}", (), (), note=_sentence(found, uncovered, amount))
    clock = ZoneInfo(found.problem.time.timezone)
    gaps = tuple(
        (
            f"{gap.start_utc.astimezone(clock):%Y-%m-%d %H:%M}",
            f"{gap.end_utc.astimezone(clock):%Y-%m-%d %H:%M}",
            number(gap.hours, 0),
            amount.text(gap.unmatched_mwh),
        )
        for gap in uncovered.gaps
    )
    yield OverviewTable(
        f"Worst gaps{where}",
        (
            Column("from", numeric=False),
            Column(f"to, {clock.key}", numeric=False),
            Column("in a row", "h"),
            Column("uncovered", amount.unit),
        ),
        gaps,
    )
    if len(uncovered.months) > 1:
        yield _parts(f"By month{where}", "month", uncovered.months, amount)
    yield _parts(f"By hour of the day{where}", clock.key, uncovered.day, amount)


def _sentence(found: Diagnosis, uncovered: Uncovered, amount: Quantity) -> str:
    time = found.problem.time
    of_all = uncovered.hours / (time.steps * time.hours_per_step)
    text = f"In {number(uncovered.hours, 0)} hours ({share(of_all)} of the time)"
    usual = []
    if uncovered.usual_hours is not None:
        first, end = uncovered.usual_hours
        usual.append(f"between {first:02d}:00 and {end:02d}:00")
    if uncovered.usual_months is not None:
        names = [f"{date(2000, month, 1):%B}" for month in uncovered.usual_months]
        usual.append(f"in {names[0]}" if names[0] == names[1] else f"from {names[0]} to {names[1]}")
    if usual:
        text += f", most of them {' '.join(usual)},"
    part = uncovered.unmatched_mwh / uncovered.load_mwh
    text += (
        f" {amount.with_unit(uncovered.unmatched_mwh)} of the load ({share(part)}) stay uncovered at the best score."
    )
    if uncovered.without_offer_hours > 0.0:
        text += (
            f" In {number(uncovered.without_offer_hours, 0)} hours no offer can give anything, whatever its size"
            f" ({amount.with_unit(uncovered.without_offer_load_mwh)} of load)."
        )
    return text


def _parts(title: str, heading: str, parts: tuple[Part, ...], amount: Quantity) -> OverviewTable:
    rows = tuple(
        (
            part.name,
            number(part.hours, 0),
            amount.text(part.unmatched_mwh),
            share(part.unmatched_mwh / part.load_mwh) if part.load_mwh else UNKNOWN,
        )
        for part in parts
    )
    return OverviewTable(
        title,
        (
            Column(heading, numeric=False),
            Column("hours with a gap", "h"),
            Column("uncovered", amount.unit),
            Column("share of its load"),
        ),
        rows,
    )


def _volumes(found: Diagnosis) -> OverviewTable:
    amount = energy(found.problem.total_load_mwh)
    zones = any(volume.zone is not None for volume in found.volumes)
    rows = tuple(
        (
            *([volume.zone or UNKNOWN] if zones else []),
            volume.period or "all",
            amount.text(volume.load_mwh),
            amount.text(volume.contracted_mwh),
            share(volume.contracted_mwh / volume.load_mwh) if volume.load_mwh else UNKNOWN,
        )
        for volume in found.volumes
    )
    return OverviewTable(
        "Volumes at the best score",
        (
            *([Column("zone", numeric=False)] if zones else []),
            Column("period", numeric=False),
            Column("load", amount.unit),
            Column("contracted", amount.unit),
            Column("share of load"),
        ),
        rows,
    )
