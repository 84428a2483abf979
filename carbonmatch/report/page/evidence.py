"""Why the page can be believed: assumptions with sources, the certificate in words, and where it all comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carbonmatch.report.numbers import Units, number
from carbonmatch.report.overview import Column, OverviewTable, Row, search_gap
from carbonmatch.report.page.listing import Field, listing
from carbonmatch.units import DUAL_TOLERANCE, GAP_TOLERANCE, INTEGER_TOLERANCE, PRIMAL_TOLERANCE

WHAT_IT_IS_NOT: Final = (
    "It is no forecast. The whole period is optimised at once, with perfect foresight of load, weather and prices; "
    "what is operated day by day will match less and cost more.",
    "It is no offer. Strikes, costs and limits are those of the case, with the sources that the case gives.",
    "One period of weather is one sample. Another year of wind and sun gives another portfolio.",
    "Least cost holds within the case: options that it does not list were not considered.",
)

METERED_IS_NOT: Final = (
    "It is no plan. Nothing is optimised; the page accounts for what meters and plants report.",
    "It is no assurance statement. Whoever signs one can recompute it from the tables beside this page.",
)


@dataclass(frozen=True)
class Certificate:
    """The proof of least cost: in sentences, and its checks with what each may be off by."""

    sentences: tuple[str, ...]
    table: OverviewTable


def certificate(summary: Mapping[str, Any], units: Units) -> Certificate | None:
    """Return the proof of least cost; None for a run that optimises nothing."""
    found = summary.get("certificate")
    if found is None:
        return None
    currency, search = summary["currency"], found.get("integer")
    apart = abs(found["primal_objective"] - found["dual_objective"])
    distance = number(apart, 2) if apart >= 0.005 or apart == 0.0 else "less than 0.01"
    held = " with these whole numbers" if search else ""
    sentences = [
        f"No portfolio within the limits of this case{held} costs less than "
        f"{number(found['dual_objective'], 2)} {currency} net of sales; this one costs "
        f"{number(found['primal_objective'], 2)} {currency}. "
        f"The distance, {distance} {currency}, is {found['gap']:.0e} of gross cost.",
        "carbonmatch computes this itself from the matrix of the problem and the vectors of the engine, and writes no "
        "run whose checks fail. The hourly score is recomputed by code that does not know the model.",
    ]
    if search:
        sentences.insert(
            1,
            f"With other whole numbers none costs less than {number(search['bound'], 2)} {currency}: a distance of "
            f"{search_gap(search):.0e} of gross cost, where {search['gap_asked']:.0e} was asked for. "
            f"That is by {search['solver']}, {search['nodes']} of them, each with a certificate of its own.",
        )
    if second := found.get("cross_check"):
        sentences.append(
            f"A second engine, {second['engine']}, finds the same cost to {second['difference']:.0e} of it."
        )
    rows: tuple[Row, ...] = (
        (
            "every balance and limit holds",
            f"{found['primal_residual']:.0e}",
            f"{PRIMAL_TOLERANCE:.0e}",
            "peak load per step",
        ),
        (
            "every price has its right sign",
            f"{found['dual_residual']:.0e}",
            f"{DUAL_TOLERANCE:.0e}",
            "the prices it is made of",
        ),
        ("distance to the least cost", f"{found['gap']:.0e}", f"{GAP_TOLERANCE:.0e}", "gross cost"),
    )
    if search:
        least = (
            "distance to the least cost of all whole numbers",
            f"{search_gap(search):.0e}",
            f"{search['gap_asked']:.0e}",
            "gross cost",
        )
        whole = (
            "every whole number is one",
            f"{search['integrality_residual']:.0e}",
            f"{INTEGER_TOLERANCE:.0e}",
            "one",
        )
        rows = (*rows, whole, least)
    table = OverviewTable(
        "Checks of the certificate",
        (Column("check", numeric=False), Column("off by"), Column("allowed"), Column("as a share of", numeric=False)),
        rows,
    )
    return Certificate(tuple(sentences), table)


def assumption_table(manifest: Mapping[str, Any]) -> OverviewTable:
    """Return every assumption with its value and its source; a note instead where the manifest has none."""
    entries = manifest.get("assumptions") or ()
    unsourced = sum(1 for entry in entries if not entry.get("source"))
    note = "This run folder does not list its assumptions; the case file holds them."
    if entries:
        note = f"{len(entries)} values, of which {len(entries) - unsourced} name a source."
    return listing(
        "Values by key of the case",
        (Field.words("key of the case", "key"), Field.words("value", "value"), Field.words("source", "source")),
        [{**entry, "source": entry.get("source") or "no source given"} for entry in entries],
        note=note,
    )


def input_table(manifest: Mapping[str, Any]) -> OverviewTable:
    """Return every input by its hash."""
    case = manifest.get("case") or {}
    entries = [{"path": case.get("path"), "what": "case", "sha256": case.get("sha256")}]
    entries += [
        {
            "path": table["path"],
            "what": f"table, {table['rows']:,} rows, {table['format']}",
            "sha256": table["sha256"],
        }
        for table in manifest.get("tables") or ()
    ]
    if held := manifest.get("sizes_held"):
        entries.append({"path": held["path"], "what": "sizes that are held", "sha256": held["sha256"]})
    notes = []
    if case.get("scenario"):
        notes.append(f"Scenario: {case['scenario']}.")
    if case.get("weather_year"):
        notes.append(f"Weather year: {case['weather_year']}.")
    if case.get("growth_year"):
        notes.append(f"Year of growth: {case['growth_year']}.")
    if overrides := case.get("overrides"):
        notes.append("Changed on the way: " + ", ".join(f"{o['key']} = {o['value']}" for o in overrides) + ".")
    if filled := manifest.get("filled"):
        notes.append("Gaps filled: " + "; ".join(str(gap) for gap in filled) + ".")
    return listing(
        "Inputs, by their SHA-256",
        (Field.words("input", "path"), Field.words("what", "what"), Field.words("SHA-256", "sha256")),
        [entry for entry in entries if entry["sha256"]],
        note=" ".join(notes),
    )


def version_table(manifest: Mapping[str, Any]) -> OverviewTable:
    """Return what computed the numbers: versions, engine, size of the problem. Times are left to the manifest."""
    entries = [
        {"what": name, "value": version} for name, version in (manifest.get("versions") or {}).items() if version
    ]
    if machine := manifest.get("machine"):
        entries.append({"what": "machine", "value": f"{machine['system']}, {machine['processor']}"})
    if solver := manifest.get("solver"):
        entries.append({"what": "engine", "value": f"{solver['engine']}, threads: {solver['threads']}"})
        entries += [
            {
                "what": f"run of {run['engine']}",
                "value": f"{run['status']}, {'certified' if run['certified'] else 'not certified'}, "
                f"{run['iterations']} iterations",
            }
            for run in solver.get("runs") or ()
        ]
    if size := manifest.get("size"):
        entries.append(
            {
                "what": "size of the problem",
                "value": f"{size['rows']:,} rows, {size['columns']:,} columns, {size['nonzeros']:,} numbers",
            }
        )
    return listing("Versions and engine", (Field.words("what", "what"), Field.words("value", "value")), entries)
