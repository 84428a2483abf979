"""From the raw figures of a benchmark to tables in Markdown. Standard library only, see sizes.py."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contestants import (
    CARBONMATCH_CLARABEL,
    CARBONMATCH_HIGHS,
    PYPSA_DEFAULT,
    PYPSA_HIPO,
    SWEEP_CLARABEL,
    SWEEP_HIGHS,
)
from sizes import Size

Results = dict[str, Any]
Section = dict[str, Any]

BESIDE_STAGES: Final = "beside these: Python, imports, the end"
BEGIN: Final = "<!-- measured: begin, written by run.py -->"
END: Final = "<!-- measured: end -->"


# --- Medians ----------------------------------------------------------------------------------------------------------


def sizes(section: Section) -> list[Size]:
    """Return the sizes of a section in the order in which they were measured."""
    return list(dict.fromkeys(Size(**found["size"]) for found in section["measurements"]))


def contestants(section: Section) -> list[str]:
    """Return the names of those who were measured, in order."""
    return list(dict.fromkeys(found["contestant"] for found in section["measurements"]))


def of(section: Section, size: Size, contestant: str) -> list[dict[str, Any]]:
    """Return the runs of a contestant on a size."""
    return [
        found
        for found in section["measurements"]
        if found["contestant"] == contestant and Size(**found["size"]) == size
    ]


def median(section: Section, size: Size, contestant: str, figure: str) -> float | None:
    """Return the median of a figure over the runs, None where there are none."""
    values = [found[figure] for found in of(section, size, contestant)]
    return statistics.median(values) if values else None


def of_size(section: Section, contestant: str, figure: str) -> Callable[[Size], float | None]:
    """Return the median of a figure of one contestant as a function of the size."""
    return lambda size: median(section, size, contestant, figure)


def growth(points: list[tuple[float, float]]) -> float | None:
    """Return the exponent p of cost ~ size^p that fits best (least squares of the logarithms)."""
    if len({size for size, _ in points}) < 2:
        return None
    logarithms = [(math.log(size), math.log(cost)) for size, cost in points]
    return statistics.linear_regression(*zip(*logarithms, strict=True)).slope


# --- Goals ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Goal:
    """What a figure or a ratio of two figures of the same section should not exceed."""

    section: str
    what: str
    limit: float
    value: Callable[[Section], float | None]


def figure(contestant: str, name: str, at: Callable[[Size], bool] | None = None) -> Callable[[Section], float | None]:
    """Return the median of a figure on the one size that is meant; the first one unless told."""

    def value(section: Section) -> float | None:
        meant = [size for size in sizes(section) if at is None or at(size)]
        return median(section, meant[0], contestant, name) if meant else None

    return value


def least(part_of_name: str, name: str) -> Callable[[Section], float | None]:
    """Return the smallest median of a figure among contestants whose name holds a word: the best of its variants."""

    def value(section: Section) -> float | None:
        values = [figure(c, name)(section) for c in contestants(section) if part_of_name in c]
        return min((each for each in values if each is not None), default=None)

    return value


def ratio(
    above: Callable[[Section], float | None], below: Callable[[Section], float | None]
) -> Callable[[Section], float | None]:
    """Return the ratio of two figures, None where one of them is not there."""

    def value(section: Section) -> float | None:
        upper, lower = above(section), below(section)
        return None if upper is None or not lower else upper / lower

    return value


def exponent(contestant: str) -> Callable[[Section], float | None]:
    """Return the exponent with which CPU time grows along the axis of a section.

    The larger one of all sizes together and of the last two: the start of Python flattens what small sizes show.
    """

    def value(section: Section) -> float | None:
        points = along(section, of_size(section, contestant, "cpu_seconds"))
        fits = [growth(points), growth(points[-2:])]
        return max((fit for fit in fits if fit is not None), default=None)

    return value


def along(section: Section, value: Callable[[Size], float | None]) -> list[tuple[float, float]]:
    """Return (size along the axis, value) where there is one, for sizes that differ from the first in the axis only."""
    found = sizes(section)
    other_parts = {"months", "contracts", "storages", "zones"} - {
        "months" if section["axis"] == "hours" else section["axis"]
    }
    alike = [size for size in found if all(getattr(size, part) == getattr(found[0], part) for part in other_parts)]
    values = [(float(getattr(size, section["axis"])), value(size)) for size in alike]
    return [(at, each) for at, each in values if each]


def goals() -> list[Goal]:
    """Return every goal, engine by engine."""
    highs, clarabel = CARBONMATCH_HIGHS.name, CARBONMATCH_CLARABEL.name
    pypsa_hipo, pypsa_default = (figure(c.name, "cpu_seconds") for c in (PYPSA_HIPO, PYPSA_DEFAULT))
    cpu_highs, cpu_clarabel = figure(highs, "cpu_seconds"), figure(clarabel, "cpu_seconds")
    found = [
        Goal("base", "CPU with HiGHS / best bare HiGHS", 1.25, ratio(cpu_highs, least("bare HiGHS", "cpu_seconds"))),
        Goal("base", "CPU with HiGHS / PyPSA hipo", 0.6, ratio(cpu_highs, pypsa_hipo)),
        Goal("base", "CPU with HiGHS / PyPSA default", 0.07, ratio(cpu_highs, pypsa_default)),
        Goal(
            "base", "CPU with Clarabel / bare Clarabel", 2.0, ratio(cpu_clarabel, least("bare Clarabel", "cpu_seconds"))
        ),
        Goal("base", "CPU with Clarabel / PyPSA hipo", 0.2, ratio(cpu_clarabel, pypsa_hipo)),
        Goal("base", "CPU with Clarabel / PyPSA default", 0.025, ratio(cpu_clarabel, pypsa_default)),
    ]
    for engine, solve, sweep in (("HiGHS", highs, SWEEP_HIGHS.name), ("Clarabel", clarabel, SWEEP_CLARABEL.name)):
        cpu = figure(solve, "cpu_seconds")
        found += [
            Goal("base", f"peak memory with {engine} [MB]", 500.0, figure(solve, "peak_mb")),
            Goal("hours", f"exponent of CPU in hours, {engine}", 1.15, exponent(solve)),
            Goal("contracts", f"exponent of CPU in contracts, {engine}", 1.0, exponent(solve)),
            Goal(
                "contracts",
                f"CPU of most contracts and 4 storages / first size, {engine}",
                4.0,
                ratio(figure(solve, "cpu_seconds", lambda size: size.storages == 4), cpu),
            ),
            Goal(
                "zones",
                f"CPU of 3 zones / 1 zone, {engine}",
                4.0,
                ratio(figure(solve, "cpu_seconds", lambda size: size.zones == 3), cpu),
            ),
            Goal("sweep", f"CPU of 11 targets / one solve, {engine}", 6.0, ratio(figure(sweep, "cpu_seconds"), cpu)),
            Goal(
                "sweep",
                f"wall of 11 targets in two processes / one solve, {engine}",
                3.0,
                ratio(figure(sweep, "wall_seconds"), figure(solve, "wall_seconds")),
            ),
        ]
    return found


# --- Tables -----------------------------------------------------------------------------------------------------------


def tables(results: Results) -> str:
    """Return all that was measured as Markdown."""
    if not results:
        return "Nothing has been measured yet."
    parts = [origin(results), goal_table(results)]
    for name, section in results.items():
        parts += [f"### {section['title']}", f"`--only {name}`, {section['began_utc']} UTC."]
        if not section["measurements"]:
            parts.append("Nothing could be measured.")
        elif section["axis"]:
            parts += [growth_table(section, "cpu_seconds", "CPU s"), growth_table(section, "peak_mb", "peak MB")]
            parts += [stage_growth_table(section, name) for name in contestants(section) if stage_names(section, name)]
        else:
            parts += [account_table(section, size) for size in sizes(section)]
            parts += [stage_table(section)]
        parts += notes(section)
    return "\n\n".join(part for part in parts if part)


def origin(results: Results) -> str:
    """Say on what and with what it was measured: once, or section by section where that differs."""
    said: dict[str, list[str]] = {}
    for name, section in results.items():
        on, libraries = section["machine"], section["versions"]
        versions = ", ".join(f"{library} {version}" for library, version in libraries.items())
        words = f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB, {on['system']}; {versions}."
        said.setdefault(words, []).append(name)
    if len(said) == 1:
        return next(iter(said))
    return "\n".join(f"* {', '.join(names)}: {words}" for words, names in said.items())


def goal_table(results: Results) -> str:
    """Return the goals beside what was measured; every ratio is of figures of one section, measured in turn."""
    rows = []
    for goal in goals():
        value = goal.value(results[goal.section]) if goal.section in results else None
        told = "not measured" if value is None else f"{value:.3g}"
        met = "" if value is None else ("yes" if value <= goal.limit else "**no**")
        rows.append([goal.section, goal.what, told, f"{goal.limit:g}", met])
    return table(["section", "goal", "measured", "at most", "met"], rows)


def account_table(section: Section, size: Size) -> str:
    """Return CPU, wall and memory of all contestants on one size."""
    names = [name for name in contestants(section) if of(section, size, name)]
    if not names:
        return ""
    reference = of(section, size, names[0])[0]["objective"]
    rows = []
    for name in names:
        runs = of(section, size, name)
        cpu, wall, peak = (median(section, size, name, part) for part in ("cpu_seconds", "wall_seconds", "peak_mb"))
        spread = [run["cpu_seconds"] for run in runs]
        distance = max(abs(run["objective"] - reference) / abs(reference) for run in runs)
        facts = runs[-1]["facts"]
        how = ", ".join(str(facts[part]) for part in ("engines", "iterations") if part in facts)
        least_most = f"{min(spread):.2f}-{max(spread):.2f}"
        distance_told = f"{distance:.0e}"
        rows.append([name, number(cpu), least_most, number(wall), f"{peak:.0f}", str(len(runs)), how, distance_told])
    head = [size.label, "CPU s", "least-most", "wall s", "peak MB", "runs", "engine, iterations", "cost apart"]
    return table(head, rows)


def stage_names(section: Section, contestant: str) -> list[str]:
    """Return the stages that a contestant tells of, in the words of its manifest."""
    runs = [found for found in section["measurements"] if found["contestant"] == contestant]
    return list(dict.fromkeys(stage for run in runs for stage in run["stages"]))


def stage_seconds(section: Section, size: Size, contestant: str, stage: str) -> float | None:
    """Return the median wall seconds of a stage; of what is beside all stages where that is asked for."""
    runs = of(section, size, contestant)
    if stage == BESIDE_STAGES:
        seconds = [run["wall_seconds"] - sum(run["stages"].values()) for run in runs]
    else:
        seconds = [run["stages"][stage] for run in runs if stage in run["stages"]]
    return statistics.median(seconds) if seconds else None


def stage_table(section: Section) -> str:
    """Return the wall seconds of each stage on the first size, contestant by contestant."""
    size = sizes(section)[0]
    told = [name for name in contestants(section) if stage_names(section, name)]
    if not told:
        return ""
    every = list(dict.fromkeys(stage for name in told for stage in stage_names(section, name)))
    rows = [
        [stage, *(number(stage_seconds(section, size, name, stage)) for name in told)]
        for stage in [*every, BESIDE_STAGES]
    ]
    return table([f"wall s of a stage, {size.label}", *told], rows)


def growth_table(section: Section, name: str, unit: str) -> str:
    """Return a figure of all contestants over the sizes."""
    rows = [growth_row(section, who, of_size(section, who, name)) for who in contestants(section)]
    return table(growth_head(section, unit), rows)


def stage_growth_table(section: Section, contestant: str) -> str:
    """Return the wall seconds of the stages of one contestant over the sizes."""

    def seconds(stage: str) -> Callable[[Size], float | None]:
        return lambda size: stage_seconds(section, size, contestant, stage)

    rows = [growth_row(section, stage, seconds(stage)) for stage in [*stage_names(section, contestant), BESIDE_STAGES]]
    return table(growth_head(section, f"{contestant}: wall s"), rows)


def growth_head(section: Section, unit: str) -> list[str]:
    """Return the head of a table over the sizes."""
    axis = section["axis"]
    first = sizes(section)[0]
    heads = [
        f"{getattr(size, axis):,} {axis}" + (f", {size.storages} storages" if size.storages != first.storages else "")
        for size in sizes(section)
    ]
    return [unit, *heads, "exponent", "last step"]


def growth_row(section: Section, name: str, value: Callable[[Size], float | None]) -> list[str]:
    """Return one row: figures, exponent over all sizes along the axis, exponent between the last two."""
    points = along(section, value)
    exponents = ["" if fit is None else f"{fit:.2f}" for fit in (growth(points), growth(points[-2:]))]
    return [name, *(number(value(size)) for size in sizes(section)), *exponents]


def number(value: float | None) -> str:
    """Write a figure that may not be there."""
    return "" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def farthest(section: Section) -> float:
    """Return how far two least costs of the same size are apart at most, as a share of the cost."""
    costs = [
        [found["objective"] for found in section["measurements"] if Size(**found["size"]) == s] for s in sizes(section)
    ]
    return float(max((max(found) - min(found)) / abs(found[0]) for found in costs))


def notes(section: Section) -> list[str]:
    """Say who was left out and who failed."""
    said = []
    if section["measurements"]:
        names = "; ".join(f"{name}: {count}" for name, count in runs_of(section).items())
        said.append(f"* Least costs of a size are {farthest(section):.0e} apart at most. Runs: {names}.")
    if engines := sorted({found["facts"].get("engines", "") for found in section["measurements"]} - {""}):
        said.append(f"* Engines that carbonmatch took: {'; '.join(engines)}.")
    said += [f"* {name} was left out: {reason}" for name, reason in section["skipped"].items()]
    said += [
        f"* {each['contestant']} found no optimum on {Size(**each['size']).label}: {each['reason']}"
        for each in section["failed"]
    ]
    return ["\n".join(said)] if said else []


def runs_of(section: Section) -> dict[str, str]:
    """Return how often each contestant ran on a size: once, or the least and the most where that differs."""
    found = {}
    for name in contestants(section):
        counts = [count for size in sizes(section) if (count := len(of(section, size, name)))]
        found[name] = str(min(counts)) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    return found


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_between_marks(page: Path, text: str) -> None:
    """Replace what stands between the two marks of a page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page.name} lacks the marks between which the tables belong: {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
