"""What a run tells of load that was changed: volumes and cost by entry, and a note wherever load is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from carbonmatch.accounting.placement import next_mw_costs
from carbonmatch.records import FlexibleTerms, FloatArray, LoadChanges, Problem


def placed_mwh(problem: Problem, changes: LoadChanges, s: int) -> FloatArray:
    """Return the load of what is placed at a site, (steps,): sum_p load_mwh_per_mw[p,s,t] * placed_mw[p,s].

    What is held there is part of the planned load.
    """
    placed = np.zeros(problem.time.steps)
    for placement in problem.placements:
        for candidate in placement.open:
            if candidate.site == s:
                placed = placed + changes.placed_mw[placement.name, s] * candidate.load_mwh_per_mw
    return placed


def load_summary(
    problem: Problem, changes: LoadChanges, load_value_per_mwh: Mapping[int, FloatArray]
) -> dict[str, Any]:
    """Return what became of the load: of all sites together, of every site where it may be changed, of placements.

    planned_mwh    as the case gives it, without what is placed;  served_mwh   what was used [MWh over the horizon]
    placed_mwh     used by what is placed
    moved_mwh      moved to another step;  sent_mwh, received_mwh   to and from other sites;  curtailed_mwh   given up

        served = planned + placed - sent + received - curtailed, of every site and of all

    load_value_per_mwh   of `ShadowPrices`: where the next MW of a placement goes, see `next_mw_costs`
    """
    hours = problem.time.hours_per_step
    sites: dict[str, Any] = {}
    for s, site in enumerate(problem.sites):
        if not problem.load_varies(s):
            continue
        placed = placed_mwh(problem, changes, s)
        sites[site.name] = {
            "planned_mwh": float(site.load_mwh.sum()),
            **({"placed_mwh": float(placed.sum())} if problem.placements else {}),
            "served_mwh": float(changes.load_mwh[s].sum()),
            "planned_peak_mw": float((site.load_mwh + placed).max()) / hours,
            "served_peak_mw": float(changes.load_mwh[s].max()) / hours,
            "flexible": {entry.name: _moved(problem, changes, s, entry) for entry in site.flexible},
            "curtailable": {
                entry.name: {
                    "curtailed_mwh": float(changes.curtailed_mwh[s, entry.name].sum()),
                    "price_per_mwh": entry.price_per_mwh,
                    "cost": entry.price_per_mwh * float(changes.curtailed_mwh[s, entry.name].sum()),
                }
                for entry in site.curtailable
            },
        }
    told: dict[str, Any] = {**_totals(problem, changes), "sites": sites}
    if problem.placements:
        told["placements"] = _placements(problem, changes, load_value_per_mwh)
    return told


def _totals(problem: Problem, changes: LoadChanges) -> dict[str, float]:
    def total(flows: Mapping[tuple[int, str], FloatArray]) -> float:
        return float(sum(flow.sum() for flow in flows.values()))

    placed = sum(float(placed_mwh(problem, changes, s).sum()) for s in range(len(problem.sites)))
    return {
        "planned_mwh": float(sum(site.load_mwh.sum() for site in problem.sites)),
        "placed_mwh": placed,
        "served_mwh": float(changes.load_mwh.sum()),
        "moved_mwh": total(changes.less_mwh),
        "sent_mwh": total(changes.sent_mwh),
        "curtailed_mwh": total(changes.curtailed_mwh),
    }


def _moved(problem: Problem, changes: LoadChanges, s: int, entry: FlexibleTerms) -> dict[str, Any]:
    """Return what was moved of an entry; of a way that it is not moved in, nothing is told."""
    key, told = (s, entry.name), dict[str, Any]()
    if entry.window_of_step is not None:
        moved = float(changes.less_mwh[key].sum())
        told |= {"window_hours": entry.window_hours, "moved_mwh": moved}
        told |= {"cost_per_mwh": entry.cost_per_mwh, "shifting_cost": entry.cost_per_mwh * moved}
    if entry.latency_group is not None:
        group, sent = problem.latency_groups[entry.latency_group], float(changes.sent_mwh[key].sum())
        told |= {"latency_group": group.name, "sent_mwh": sent}
        told |= {"received_mwh": float(changes.received_mwh[key].sum()), "moving_cost": group.cost_per_mwh * sent}
    return told


def _placements(problem: Problem, changes: LoadChanges, load_value_per_mwh: Mapping[int, FloatArray]) -> dict[str, Any]:
    return {
        placement.name: {
            problem.sites[c.site].name: {
                "placed_mw": changes.placed_mw[placement.name, c.site],
                "load_mwh": changes.placed_mw[placement.name, c.site] * float(c.load_mwh_per_mw.sum()),
                "cost": changes.placed_mw[placement.name, c.site] * c.cost_per_mw_year * problem.time.year_fraction,
                **costs[c.site],
            }
            for c in placement.candidates
        }
        for placement in problem.placements
        for costs in [next_mw_costs(problem, placement, changes.placed_mw, load_value_per_mwh)]
    }


def load_note(told: Mapping[str, Any]) -> str:
    """Return a sentence for whoever reads a load that is not the planned one; it says what was done to it."""
    load = told["served_mwh"]

    def amount(mwh: float) -> str:
        share = f" ({100.0 * mwh / load:.1f} %)" if load > 0.0 else ""
        return f"{mwh:,.0f} MWh{share}"

    done = [
        f"{amount(told[key])} {words}"
        for key, words in (
            ("moved_mwh", "moved to other hours"),
            ("sent_mwh", "moved to other sites"),
            ("curtailed_mwh", "given up"),
            ("placed_mwh", "placed where the plan chose"),
        )
        if told[key] >= LEAST_TOLD_MWH
    ]
    what = f"the plan changed it: {', '.join(done)}" if done else "the plan may change it, and left it as it is"
    return f"Load is the load that was served, {load:,.0f} MWh; {what}."


LEAST_TOLD_MWH: Final = 0.5
"""Below this a volume reads 0 MWh, and nothing is said of it."""


def tell_load(
    summary: dict[str, Any],
    problem: Problem,
    changes: LoadChanges,
    load_value_per_mwh: Mapping[int, FloatArray],
) -> None:
    """Put what became of the load into a summary, and a note of it wherever others read its load from there."""
    told = load_summary(problem, changes, load_value_per_mwh)
    note = load_note(told)
    summary["load"] = {**told, "note": note}
    for statement in summary["scope2"].values():
        statement["notes"] = [*statement["notes"], note]
    summary["frameworks"] = [
        {**_noted(framework, note), "fields": [_of_field(field, note) for field in framework["fields"]]}
        for framework in summary["frameworks"]
    ]


CONSUMPTION: Final = frozenset({"consumption_mwh", "7.30.16/purchased_electricity", "E1-5_01"})
"""The fields that ask how much electricity was used: a table of fields is sent on without what stands above it."""


def _of_field(field: Mapping[str, Any], note: str) -> dict[str, Any]:
    return _noted(field, note) if field["id"] in CONSUMPTION else dict(field)


def _noted(told: Mapping[str, Any], note: str) -> dict[str, Any]:
    return {**told, "note": " ".join(text for text in (told["note"], note) if text)}
