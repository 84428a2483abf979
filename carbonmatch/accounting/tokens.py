"""Tokens: what is made of the energy that was really used, and what that emits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from carbonmatch.accounting.scope2 import NOTHING_SHARE, Line, lines_2015, lines_of_revision
from carbonmatch.records import ComputeFacts, Facts, FloatArray, Ledger, LoadChanges, Problem
from carbonmatch.units import G_PER_TONNE, TOKENS_PER_MILLION

RULES: Final[Mapping[str, Callable[[Facts, Ledger, int], list[Line]]]] = {
    "ghgp_2015": lines_2015,
    "ghgp_revision_draft": lines_of_revision,
}
"""The sets of Scope 2 rules that emissions are told by, as in the summary."""

METHODS: Final = ("location_based", "market_based")


@dataclass(frozen=True)
class SiteTokens:
    """What a site makes of its energy.

    load_mwh         load that makes the tokens, cooling and losses included [MWh per step]
    million_tokens   over the horizon
    """

    site: int
    stated: ComputeFacts
    load_mwh: FloatArray
    million_tokens: float


def tokens_of(problem: Problem, facts: Facts, changes: LoadChanges | None = None) -> tuple[SiteTokens, ...]:
    """Return the tokens of every site whose case states its compute.

    million_tokens = sum_t load[t] * counted_share[t] * tokens_per_mwh / 10^6

    load      [MWh per step] that makes the tokens, as it was served: what was given up makes none
    problem   with the load that was served;  changes   what became of the planned one
    """
    return tuple(
        _made(known.compute, s, _load_of_class(s, served.load_mwh, known.compute, changes))
        for s, (served, known) in enumerate(zip(problem.sites, facts.sites, strict=True))
        if known.compute is not None
    )


def _made(stated: ComputeFacts, site: int, load_mwh: FloatArray) -> SiteTokens:
    counted = float((load_mwh * stated.counted_share).sum())
    return SiteTokens(site, stated, load_mwh, counted * stated.tokens_per_mwh / TOKENS_PER_MILLION)


def _load_of_class(s: int, served_mwh: FloatArray, stated: ComputeFacts, changes: LoadChanges | None) -> FloatArray:
    """Return the load of one class after all changes [MWh per step].

    load_share * (served - changed) + sum_e moved_share[e] * (more - less + received - sent)[e]
        - sum_k given_up_share[k] * curtailed[k]

    changed   what all entries e and k change; served less that is what was planned, and what was placed, which has the
              classes of the site. Without changes the class keeps its share of what was served.
    """
    if changes is None or not stated.of:
        return served_mwh * stated.load_share
    signs = ((changes.more_mwh, 1.0), (changes.less_mwh, -1.0), (changes.received_mwh, 1.0), (changes.sent_mwh, -1.0))
    parts = [
        (sign * flows[s, name], share)
        for name, share in stated.moved_share.items()
        for flows, sign in signs
        if (s, name) in flows
    ]
    parts += [
        (-changes.curtailed_mwh[s, name], share)
        for name, share in stated.given_up_share.items()
        if (s, name) in changes.curtailed_mwh
    ]
    changed, of_class = np.zeros_like(served_mwh), np.zeros_like(served_mwh)
    for flow, share in parts:
        changed, of_class = changed + flow, of_class + flow * share
    load: FloatArray = np.clip((served_mwh - changed) * stated.load_share + of_class, 0.0, served_mwh)
    return load


def emissions_of_tokens(
    problem: Problem, ledger: Ledger, facts: Facts, tokens: tuple[SiteTokens, ...]
) -> list[dict[str, dict[str, float | None]]]:
    """Return, for each of these sites, what the load that makes its tokens emits: {rules: {method: t CO2e}}.

    emissions = sum_l sum_t emitted[l,t] * load[t] / load of l[t]

    Lines l of its zone are shared by the load of each step among the sites that they are of: all of the zone, or the
    one whose supplier states a factor. Where all load makes tokens these add to the totals of Scope 2. None where a
    factor is not known.
    """
    found: list[dict[str, dict[str, float | None]]] = [{} for _ in tokens]
    least = NOTHING_SHARE * sum(float(zone.load_mwh.sum()) for zone in ledger.zones)
    zones = sorted({problem.sites[each.site].zone for each in tokens})
    for rules, lines_of in RULES.items():
        lines = {z: [line for line in lines_of(facts, ledger, z) if abs(float(line.mwh.sum())) > least] for z in zones}
        for told, each in zip(found, tokens, strict=True):
            of_zone = lines[problem.sites[each.site].zone]
            told[rules] = {method: _emitted_t(problem, each, of_zone, method) for method in METHODS}
    return found


def _emitted_t(problem: Problem, tokens: SiteTokens, lines: list[Line], method: str) -> float | None:
    site = problem.sites[tokens.site]
    total = 0.0
    for line in lines:
        if line.method != method or (line.sites and site.name not in line.sites):
            continue
        emitted = line.emitted_t
        if emitted is None:
            return None
        total += float((emitted * _share(tokens.load_mwh, _load_of(problem, site.zone, line))).sum())
    return total


def _load_of(problem: Problem, zone: int, line: Line) -> FloatArray:
    """Return the load of the sites that a line is of [MWh per step]."""
    if not line.sites:
        return problem.zones[zone].load_mwh
    load: FloatArray = np.sum([site.load_mwh for site in problem.sites if site.name in line.sites], axis=0)
    return load


def _share(part_mwh: FloatArray, whole_mwh: FloatArray) -> FloatArray:
    """Return the share of every step; of a step without load that of the whole horizon."""
    whole = float(whole_mwh.sum())
    share = np.full(whole_mwh.shape, float(part_mwh.sum()) / whole if whole > 0.0 else 0.0)
    divided: FloatArray = np.divide(part_mwh, whole_mwh, out=share, where=whole_mwh > 0.0)
    return divided


def grams_per_million(emissions: Mapping[str, Mapping[str, float | None]], million_tokens: float) -> dict[str, Any]:
    """Return emissions with what they are per million tokens: {rules: {..._t, ..._g_per_million_tokens}}."""
    return {
        rules: {
            key: value
            for method in METHODS
            for key, value in (
                (f"{method}_t", by_method[method]),
                (f"{method}_g_per_million_tokens", _per_million(by_method[method], million_tokens)),
            )
        }
        for rules, by_method in emissions.items()
    }


def _per_million(emitted_t: float | None, million_tokens: float) -> float | None:
    return None if emitted_t is None or million_tokens == 0.0 else emitted_t * G_PER_TONNE / million_tokens


def added(emissions: list[dict[str, dict[str, float | None]]]) -> dict[str, dict[str, float | None]]:
    """Return the emissions of several sites together; None where one of them is not known."""
    return {
        rules: {method: _sum([of_site[rules][method] for of_site in emissions]) for method in METHODS}
        for rules in RULES
    }


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
