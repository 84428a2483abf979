"""The score of every site: claims of a zone are shared among its sites by their load of the hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from carbonmatch.accounting.score import credited_grid_cfe
from carbonmatch.records import FloatArray, Ledger, Problem


def with_site_scores(grid: Mapping[str, Mapping[str, Any]], problem: Problem, ledger: Ledger) -> dict[str, Any]:
    """Return what is told of every site with its score, where there are several sites.

    matched[s,t] = load[s,t] * matched[z,t] / load[z,t]                                   [MWh per step], z zone of s
    hourly_matched_share[s] = sum_t matched[s,t] / sum_t load[s,t]                        0..1
    cfe_score[s] = sum_t (matched[s,t] + g[z,t] * (load[s,t] - matched[s,t])) / sum_t load[s,t]

    g   carbon-free share of the grid; cfe_score is None where the zone gives none

    No claim says which site of its zone it is for, so every site has the matched share of its zone in every step: sites
    of a zone differ by when they use energy. Their matched energy adds up to that of the zone, and nothing is shared
    between zones. A site without load leaves nothing unmatched: its share is 1.
    """
    if len(problem.sites) < 2:
        return dict(grid)
    return {site.name: {**grid[site.name], **_scores(site.load_mwh, ledger, site.zone)} for site in problem.sites}


def _scores(load_mwh: FloatArray, ledger: Ledger, number: int) -> dict[str, Any]:
    zone, load = ledger.zones[number], float(load_mwh.sum())
    credited = credited_grid_cfe(zone)
    matched = _part(load_mwh, zone.load_mwh, zone.matched_mwh)
    known = None if credited is None else matched + _part(load_mwh, zone.load_mwh, credited)
    return {
        "matched_mwh": matched,
        "hourly_matched_share": matched / load if load > 0.0 else 1.0,
        "cfe_score": None if known is None else known / load if load > 0.0 else 1.0,
    }


def _part(site_mwh: FloatArray, zone_mwh: FloatArray, shared_mwh: FloatArray) -> float:
    """Return what a site has of something that its zone shares by load [MWh over the horizon]."""
    share = np.divide(shared_mwh, zone_mwh, out=np.zeros_like(zone_mwh), where=zone_mwh > 0.0)
    return float((share * site_mwh).sum())
