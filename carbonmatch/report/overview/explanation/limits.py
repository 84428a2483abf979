"""Limits on the page of an explanation: which of them bind, and what relaxing them saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carbonmatch.report.numbers import UNKNOWN, Units, given_share, number, yearly
from carbonmatch.report.overview.table import Column, OverviewTable, Row, Summary


def limits_table(summary: Summary, units: Units) -> OverviewTable:
    """Return the limits that bind, the dearest first: what relaxing each would save."""
    binding = [limit for limit in summary["limits"] if limit["binds"]]
    known = [limit for limit in binding if limit["saved_by_one_per_cent_year"] is not None]
    one = yearly([limit["saved_by_one_per_cent_year"] for limit in known], summary["currency"])
    step = yearly([limit["saved_per_step_year"] for limit in known], summary["currency"])
    rows = tuple(
        (
            limit_words(limit["key"]),
            _limit_value(limit, units),
            _step(limit),
            _no_price(limit) if limit["saved_per_step_year"] is None else step.text(abs(limit["saved_per_step_year"])),
            units.price.text(limit["per_mwh"]),
            one.text(limit["saved_by_one_per_cent_year"]),
        )
        for limit in binding
    )
    slack = len(summary["limits"]) - len(binding)
    note = (
        f"{slack} other limit{'s do' if slack != 1 else ' does'} not bind: relaxing {'them' if slack != 1 else 'it'} "
    )
    return OverviewTable(
        "Limits that bind",
        (
            Column("limit", numeric=False),
            Column("is at"),
            Column("one step", numeric=False),
            Column("saves", step.unit),
            Column("per MWh", units.price.unit),
            Column("1 % of it saves", one.unit),
        ),
        rows,
        note=f"{note}saves nothing." if slack else "" if rows else "The case sets no limits.",
    )


_PLAIN: Final = {"surplus.max_share": "surplus limit", "target.carbon_cap_t_per_year": "carbon cap"}

_WORDS: Final = {
    "max_mw": "largest size of {}",
    "min_mw": "least size of {}",
    "existing_mw": "signed size of {}",
    "contracted_mw": "held size of {}",
    "must_run_share": "must-run of {}",
    "max_power_mw": "largest power of {}",
    "min_power_mw": "least power of {}",
    "power_mw": "held power of {}",
    "max_energy_mwh": "largest energy of {}",
    "min_energy_mwh": "least energy of {}",
    "energy_mwh": "held energy of {}",
    "cycles_per_year": "cycles of {}",
    "connection_mw": "connection of {} and its plant",
    "connection_share": "connection of {} and its plant",
    "min_state_of_charge": "least stored energy of {}",
}


def limit_words(key: str) -> str:
    """Say which limit a key of the case stands for."""
    if key.startswith("target.cfe"):
        return f"target{key.removeprefix('target.cfe')}"
    if key in _PLAIN:
        return _PLAIN[key]
    _, owner, last = key.split(".", 2)
    return _WORDS[last].format(owner)


def _limit_value(limit: Mapping[str, Any], units: Units) -> str:
    if limit["unit"] in {"MW", "MWh"}:
        return (units.power if limit["unit"] == "MW" else units.stored).with_unit(limit["value"])
    if limit["unit"].startswith("of "):
        return given_share(limit["value"])
    return f"{number(limit['value'], 0)} t" if limit["step_unit"] == "t" else number(limit["value"], 1)


def _no_price(limit: Summary) -> str:
    """Say why relaxing a limit has no price: hourly prices do not tell what a size is worth under an agreed volume."""
    of_contract = str(limit["key"]).startswith("contracts.")
    return "not told under an agreed volume" if of_contract else "no price at an exact limit"


def _step(limit: Mapping[str, Any]) -> str:
    saved, way = limit["saved_per_step_year"], limit["relaxed_by"]
    if way == "either":
        way = "less" if saved is not None and saved < 0.0 else "more"
    return f"1 {limit['step_unit']} {way}"


SIDES: Final = ("relaxed", "tightened")


def measured_table(summary: Summary) -> OverviewTable:
    """Return what the prices of the target and of the surplus limit were measured to be; empty where they were not."""
    rows: list[Row] = []
    found: dict[str, list[Mapping[str, Any]]] = {}
    for limit in summary["limits"]:
        if limit["measured"]:
            found.setdefault(limit["key"].split(" ")[0], []).append(limit)
    amounts = [limits[0]["measured"][f"{way}_per_point_year"] for limits in found.values() for way in SIDES]
    unit = yearly([amount for amount in amounts if amount is not None], summary["currency"])
    for key, limits in found.items():
        known = [limit["saved_per_step_year"] for limit in limits if limit["saved_per_step_year"] is not None]
        reported = sum(known) if len(known) == len(limits) else None
        for kind in ("measured", "measured_closer"):
            slope = limits[0][kind]
            if slope is not None:
                rows.append(
                    (
                        limit_words(key),
                        number(100.0 * slope["step"], 2),
                        unit.text(slope["relaxed_per_point_year"]),
                        unit.text(reported),
                        unit.text(slope["tightened_per_point_year"]),
                        _verdict(slope, limits, finer=kind == "measured" and limits[0]["measured_closer"] is not None),
                    )
                )
    return OverviewTable(
        "Prices measured by solving beside the limit",
        (
            Column("limit", numeric=False),
            Column("by points"),
            Column("relaxed: a point saves", unit.unit),
            Column("price here", unit.unit),
            Column("tightened: a point costs", unit.unit),
            Column("remark", numeric=False),
        ),
        tuple(rows),
        note="Cost is convex: every price at the limit lies between the two sides." if rows else "",
    )


def _verdict(slope: Mapping[str, Any], limits: list[Mapping[str, Any]], *, finer: bool) -> str:
    """Say whether both sides have one price; `finer`: they were measured once more, closer to the limit."""
    if slope["cannot_be_met"]:
        return "tighter cannot be met: there is no price on that side"
    if slope["agree"] is None:
        return "one side alone is there"
    if slope["agree"]:
        return "one price, to 1 %"
    if finer:
        return "changes within this distance: see closer by"
    if all(limit["price_is_unique"] for limit in limits):
        return "changes fast; at the limit itself it is proved to be the only one"
    return "not unique: the two sides differ by more than 1 %"


def firm_table(summary: Summary, units: Units) -> OverviewTable:
    """Return what sets the firm grid supply of every site that pays for it."""
    rows = tuple(
        (
            site,
            units.power.text(firm["firm_capacity_mw"]),
            units.money.text(firm["cost_per_year"]),
            number(firm["hours_that_set_it"], 0),
            firm["dearest"][0]["start_local"][:10] if firm["dearest"] else UNKNOWN,
        )
        for site, firm in summary["firm_capacity"].items()
        if firm["charge_per_mw_year"] > 0.0
    )
    return OverviewTable(
        "Firm grid supply",
        (
            Column("site", numeric=False),
            Column("reserved", units.power.unit),
            Column("charge", f"{units.money.unit}/year"),
            Column("hours that set it", "h"),
            Column("first of all on", numeric=False),
        ),
        rows,
    )
