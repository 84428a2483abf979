"""Reporting frameworks: the accounts of a run as the fields that reports ask for.

Scores come from `score`, claims and emissions from `scope2`: here they are sorted, summed and set against thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonmatch.accounting.frameworks import cdp, compact, esrs, google, re100, sbti
from carbonmatch.accounting.frameworks.place import place_of_all, places_of
from carbonmatch.accounting.frameworks.purchase import purchases_of
from carbonmatch.records import Facts, Ledger, Problem

__all__ = ["framework_statements"]


def framework_statements(
    problem: Problem, ledger: Ledger, facts: Facts, scope2: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what the frameworks ask for: `{framework, title, version, note, fields}` each.

    A field is `{id, label, zone, instrument, value, unit, note}`: `zone` is empty for all zones together, `instrument`
    is the contract that a field tells of, or empty. Shares are in 0..1, their unit is "share". A value that the case
    has no data for is None, and the note says why.

    scope2   both statements of `scope2_summary`: annual claims are those of `ghgp_2015`, the guidance in force, hourly
             ones those of `ghgp_revision_draft`
    """
    places = places_of(ledger, problem.time)
    in_force = scope2["ghgp_2015"]
    yearly, hourly = purchases_of(in_force, facts), purchases_of(scope2["ghgp_revision_draft"], facts)
    local = problem.time.starts.tz_convert(problem.time.timezone)
    first_day, last_day = local[0].date(), local[-1].date()
    return [
        sbti.statement(places, hourly, problem.time.year_fraction),
        re100.statement(places, yearly, last_day),
        cdp.statement(places, yearly, in_force, first_day, last_day),
        esrs.statement(place_of_all(places), yearly, in_force),
        compact.statement(places),
        google.statement(places),
    ]
