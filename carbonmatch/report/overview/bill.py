"""What the tariffs of sites bill power on: billed peaks, the peak of the system, subscribed power."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonmatch.report.numbers import Units
from carbonmatch.report.overview.table import Column, OverviewTable


def bill_table(summary: Mapping[str, Any], units: Units) -> OverviewTable:
    """Return the power that every site is billed for; no rows where no tariff bills power."""
    rows = tuple(row for name, site in summary["grid"].items() for row in _rows(name, site, units))
    return OverviewTable(
        "Billed power",
        (
            Column("site", numeric=False),
            Column("charge", numeric=False),
            Column("months"),
            Column("largest", units.power.unit),
            Column("mean", units.power.unit),
        ),
        rows,
    )


def _rows(name: str, site: Mapping[str, Any], units: Units) -> Iterator[tuple[str, ...]]:
    for charge, months in site.get("billed_peak_mw", {}).items():
        peaks = list(months.values())
        if peaks:
            mean = sum(peaks) / len(peaks)
            yield name, charge, str(len(peaks)), units.power.text(max(peaks)), units.power.text(mean)
    for key, words in (("coincident_peak_mw", "peak of the system"), ("subscribed_mw", "subscribed power")):
        if site.get(key) is not None:
            yield name, words, "-", units.power.text(site[key]), units.power.text(site[key])
