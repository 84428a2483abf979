"""The columns of a workbook on a study: headings with their units, and numbers as the record has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from carbonmatch.components import component_words
from carbonmatch.report.overview.sweep import CFE, key_text
from carbonmatch.report.study.across import value_in
from carbonmatch.report.study.record import GROSS, NET, Row, Rows, Size, Study, number_in
from carbonmatch.report.tables.columns import Heading, Kind
from carbonmatch.runfolder import POINTS


@dataclass(frozen=True)
class Measure:
    """A column: its heading, and its value in a row."""

    heading: Heading
    of: Callable[[Row], Any]


def number_column(title: str, unit: str, key: str, kind: Kind = "amount") -> Measure:
    """Return the column of one key."""
    return Measure(Heading(title, unit, kind), lambda row: number_in(row, key))


def names(study: Study) -> list[Measure]:
    """Return the columns that name a row."""
    if study.kind.stem == "stress":
        return [Measure(Heading("Case"), lambda row: row["what"])]
    if study.kind.stem == "comparison":
        return [
            Measure(Heading("Scenario"), lambda row: row["scenario"]),
            Measure(Heading("Case"), lambda row: row["case"]),
        ]
    return [_varied(axis["key"]) for axis in study.content["axes"]]


def _varied(key: str) -> Measure:
    heading = Heading("Target", "%", "share") if key == CFE else Heading(key_text(key), "", "given")
    return Measure(heading, lambda row: value_in(row, key))


CHANGED_LOAD: Final[Mapping[str, str]] = {
    "asked_load_mwh": "Planned load",
    "moved_load_mwh": "Load moved in time",
    "sent_load_mwh": "Load moved to other sites",
    "curtailed_load_mwh": "Load given up",
}
"""What is told of the load where a plan may change it: `load_mwh` is what was served."""


def main_columns(study: Study, groups: Sequence[Rows]) -> list[Measure]:
    """Return what a reader looks for first, and why a row has no numbers."""
    currencies = {rows.currency for rows in groups} or {str(study.content.get("currency") or "")}
    one = currencies.pop() if len(currencies) == 1 else ""
    money = one or "currency of the row"
    over = {each.key: each for rows in groups for each in rows.over}
    stressed = study.kind.stem == "stress"  # at the best share in reach, the next MWh has no price that says anything
    margins = [] if stressed else list(dict.fromkeys(zone for rows in groups for zone in rows.margins))
    found = [
        *(_stress_columns(money) if stressed else []),
        *([] if one else [Measure(Heading("Currency"), lambda row: row.get("currency"))]),
        number_column("Load", "MWh", "load_mwh"),
        *(number_column(title, "MWh", key) for key, title in CHANGED_LOAD.items() if any(key in r for r in study.met)),
        number_column("Hourly matched share", "%", "hourly_matched_share", "share"),
        number_column("Cost net of sales, per MWh of load", f"{money}/MWh", NET, "price"),
        number_column("Cost gross, per MWh of load", f"{money}/MWh", GROSS, "price"),
        number_column("Cost net of sales", money, "cost_net_of_sales"),
        *(
            Measure(Heading(f"Premium over {each.word}, per MWh of load", f"{money}/MWh", "price"), each.per_mwh)
            for each in over.values()
        ),
        *(
            number_column(f"{zone}: premium at the margin", f"{money}/MWh", f"{zone}_green_premium_per_mwh", "price")
            for zone in margins
        ),
    ]
    at_the_margin = {
        "carbon_cap_value_per_t": Heading("A tonne more under the carbon cap", f"{money}/t CO2e", "price"),
        "cfe_per_million": Heading("Score for a million a year more", "%", "share"),
    }
    found += [
        Measure(heading, partial(number_in, key=key))
        for key, heading in at_the_margin.items()
        if any(row.get(key) is not None for row in study.met)
    ]
    if study.kind.stem == "comparison":
        found.append(Measure(Heading("From"), lambda row: row["origin"]))
    elif study.kind.stem == "sweep":
        found.append(Measure(Heading("Run folder"), _folder))
    if study.missed:
        found.append(Measure(Heading("Not met because"), lambda row: row.get("error")))
    return found


def _stress_columns(money: str) -> list[Measure]:
    return [
        Measure(Heading("Target met"), lambda row: bool(row["met"])),
        number_column("Share that the target counts", "%", "reached_share", "share"),
        number_column("Unmatched", "MWh", "unmatched_mwh"),
        number_column("Change of cost net of sales", f"{money}/MWh", "change_net_of_sales_per_mwh_load", "price"),
    ]


def _folder(row: Row) -> str | None:
    return None if row.get("error") else f"{POINTS}/{row['point']}"


def component_columns(rows: Rows) -> list[Measure]:
    """Return cost by component, and what it comes to."""
    money = rows.currency
    return [
        *(number_column(component_words(name).capitalize(), money, f"cost_{name}") for name in rows.components),
        Measure(Heading("Sales of excess", money, "amount"), lambda row: -float(row["cost_sales"])),
        number_column("Cost net of sales", money, "cost_net_of_sales"),
        number_column("Cost gross", money, "cost_total"),
        number_column("Net of sales, per MWh of load", f"{money}/MWh", NET, "price"),
        number_column("Gross, per MWh of load", f"{money}/MWh", GROSS, "price"),
    ]


def size_columns(rows: Rows) -> list[Measure]:
    """Return all sizes, of what is not taken too."""
    return [number_column(_size_title(size), size.unit, size.key) for size in rows.sizes]


def _size_title(size: Size) -> str:
    if size.kind == "storage":
        return f"{size.offer}: {'energy' if size.unit == 'MWh' else 'power'}"
    return f"{size.offer}: firm grid supply" if size.kind == "site" else size.offer


def score_columns(rows: Rows) -> list[Measure]:
    """Return scores and Scope 2 emissions."""
    del rows  # the same for all
    return [
        number_column("Hourly matched share", "%", "hourly_matched_share", "share"),
        number_column("CFE score", "%", "cfe_score", "share"),
        number_column("Annual volumetric share", "%", "annual_volumetric_share", "share"),
        number_column("Scope 2, location-based", "t CO2e", "scope2_location_based_t"),
        number_column("Scope 2, market-based by the year", "t CO2e", "scope2_market_based_by_the_year_t"),
        number_column("Scope 2, market-based by the hour", "t CO2e", "scope2_market_based_by_the_hour_t"),
    ]


def premium_columns(rows: Rows) -> list[Measure]:
    """Return what rows cost more than each baseline."""
    money = rows.currency
    return [
        measure
        for over in rows.over
        for measure in (
            Measure(Heading(f"Over {over.word}", money, "amount"), over.cost),
            Measure(Heading(f"Over {over.word}", "%", "share"), over.share),
            Measure(Heading(f"Over {over.word}, per MWh of load", f"{money}/MWh", "price"), over.per_mwh),
            Measure(Heading(f"Over {over.word}, per tonne less", f"{money}/t CO2e", "price"), over.per_tonne),
        )
    ]
