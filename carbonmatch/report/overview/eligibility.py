"""Which claims each contract counts for, on one page: yes, no, or what share of its energy; and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carbonmatch.report.numbers import share
from carbonmatch.report.overview.table import Column, OverviewTable, Summary

_TITLES: Final[Mapping[str, str]] = {
    "target": "target",
    "carbon_free": "carbon-free",
    "renewable": "renewable",
    "re100": "RE100",
    "ghgp_2015": "Scope 2 (2015)",
    "ghgp_revision_draft": "Scope 2 (draft)",
}


def eligibility_table(summary: Summary) -> OverviewTable | None:
    """Return a table of contracts and claims; None where a run does not tell."""
    contracts = summary.get("eligibility")
    if not contracts:
        return None
    rows = tuple((name, *(_cell(claims[claim]) for claim in _TITLES)) for name, claims in contracts.items())
    reasons = dict[str, list[str]]()
    for name, claims in contracts.items():
        for claim in _TITLES:
            if claims[claim]["why_not"] and name not in reasons.setdefault(claims[claim]["why_not"], []):
                reasons[claims[claim]["why_not"]].append(name)
    return OverviewTable(
        "What counts for which claims",
        (Column("contract", numeric=False), *(Column(title, numeric=False) for title in _TITLES.values())),
        rows,
        note=" ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items()),
    )


def counts_in_part(summary: Summary) -> bool:
    """Whether some contract does not count towards the target, or not with all of its energy."""
    found = [claims["target"] for claims in (summary.get("eligibility") or {}).values()]
    return any(not each["counts"] or each["why_not"] for each in found)


def _cell(claim: Mapping[str, Any]) -> str:
    if not claim["counts"]:
        return "no"
    part = claim["deliverable_share"]
    return "yes" if part is None or part == 1.0 else share(part)
