"""Load that was changed, as pandas tables: what `load.parquet` and `load_entries.parquet` of a run folder hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.accounting import placed_mwh
from carbonmatch.records import FlexibleTerms, FloatArray, LoadChanges, Problem
from carbonmatch.study.frames import concat

_Flows = Mapping[tuple[int, str], FloatArray]


def load_frame(problem: Problem, changes: LoadChanges) -> pd.DataFrame:
    """Return planned and served load of every site, one row per site and step [MWh per step].

        served = planned + placed - moved_out + moved_in - sent + received - curtailed

    A site whose load may not be changed is there too: served loads add up to the load of the ledger.
    """
    nothing = np.zeros(problem.time.steps)

    def of_site(flows: _Flows, s: int) -> FloatArray:
        return sum((flow for (site, _), flow in flows.items() if site == s), nothing)

    frames = [
        pd.DataFrame(
            {
                "interval_start_utc": problem.time.starts,
                "site": site.name,
                "zone": problem.zones[site.zone].name,
                "planned_mwh": site.load_mwh,
                "placed_mwh": placed_mwh(problem, changes, s),
                "moved_out_mwh": of_site(changes.less_mwh, s),
                "moved_in_mwh": of_site(changes.more_mwh, s),
                "sent_mwh": of_site(changes.sent_mwh, s),
                "received_mwh": of_site(changes.received_mwh, s),
                "curtailed_mwh": of_site(changes.curtailed_mwh, s),
                "served_mwh": changes.load_mwh[s],
            }
        )
        for s, site in enumerate(problem.sites)
    ]
    return pd.concat(frames, ignore_index=True)


def load_entries_frame(problem: Problem, changes: LoadChanges) -> pd.DataFrame:
    """Return what was moved, given up and placed, one row per entry and step [MWh per step].

    kind               flexible, curtailable or placement
    window_start_utc   first step of the window: over its steps moved_out and moved_in add up to the same
    latency_group      sent and received of all entries of a group add up to the same in every step

    Over the entries of a site the columns add up to those of `load.parquet`.
    """
    frames = [
        pd.DataFrame(
            {
                "interval_start_utc": problem.time.starts,
                "site": problem.sites[s].name,
                "zone": problem.zones[problem.sites[s].zone].name,
                "entry": name,
                "kind": kind,
                "latency_group": "",
                "window_start_utc": pd.Series(pd.NaT, index=range(problem.time.steps), dtype=problem.time.starts.dtype),
                **dict.fromkeys(_FLOWS, 0.0),
            }
        ).assign(**told)
        for s, name, kind, told in _entries(problem, changes)
    ]
    return concat(frames, [*_NAMES, *_FLOWS])  # none where all that there is are placements that are held


_NAMES: Final = ("interval_start_utc", "site", "zone", "entry", "kind", "latency_group", "window_start_utc")
_FLOWS: Final = ("moved_out_mwh", "moved_in_mwh", "sent_mwh", "received_mwh", "curtailed_mwh", "placed_mwh")


def _entries(problem: Problem, changes: LoadChanges) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    """Yield number of the site, name, kind, and what is known of every entry, site by site."""
    for s, site in enumerate(problem.sites):
        for entry in site.flexible:
            yield s, entry.name, "flexible", _flexible(problem, changes, s, entry)
        for each in site.curtailable:
            yield s, each.name, "curtailable", {"curtailed_mwh": changes.curtailed_mwh[s, each.name]}
        for placement in problem.placements:
            for candidate in (c for c in placement.open if c.site == s):
                placed = changes.placed_mw[placement.name, s] * candidate.load_mwh_per_mw
                yield s, placement.name, "placement", {"placed_mwh": placed}


def _flexible(problem: Problem, changes: LoadChanges, s: int, entry: FlexibleTerms) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if entry.window_of_step is not None:
        first = np.searchsorted(entry.window_of_step, entry.window_of_step)
        told["window_start_utc"] = problem.time.starts[first]
    if entry.latency_group is not None:
        told["latency_group"] = problem.latency_groups[entry.latency_group].name
    flows = {"moved_out_mwh": changes.less_mwh, "moved_in_mwh": changes.more_mwh}
    flows |= {"sent_mwh": changes.sent_mwh, "received_mwh": changes.received_mwh}
    return told | {name: flow[s, entry.name] for name, flow in flows.items() if (s, entry.name) in flow}
