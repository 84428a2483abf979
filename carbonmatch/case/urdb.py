"""Tariffs in the JSON format of the Utility Rate Database (URDB) of OpenEI, written as the keys of a grid supply.

Rates are per kWh and per kW; schedules are 12 x 24 tables of period numbers on the local clock, one for weekdays, one
for weekends. What a file bills that has no key here is refused, never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from carbonmatch.case.block import Block, Finding, Reading, refuse, say, say_value
from carbonmatch.errors import InputError
from carbonmatch.units import KW_PER_MW
from carbonmatch.wording import listed

MONTHS: Final = 12
HOURS: Final = 24
_DAYS: Final = ("weekday", "weekend")
_MONTHLY: Final = {"$/month": 1.0, "$/day": 365.0 / MONTHS, "$/year": 1.0 / MONTHS}
_NOT_READ: Final = (
    *("coincidentratestructure", "demandratchetpercentage", "demandreactivepowercharge", "fueladjustmentsmonthly"),
    *("fuelAdjustmentsMonthly", "minmonthlycharge", "annualmincharge", "mincharge", "fixedchargeeaaddl"),
)
"""Fields that bill something which is not read: only a file that gives nothing for them is."""


class UtilityRate(Block):
    """A tariff from a file.

    urdb    JSON file in the format of the Utility Rate Database, relative to the case
    label   of the rate, where the file holds several
    """

    urdb: str
    label: str | None = None


def grid_of_rate(value: Any, reading: Reading) -> dict[str, Any]:
    """Return what a rate says as keys of `grid`: energy by time of use, demand charges, the fixed charge.

    Amounts are taken in the currency of the case. A rate is that of its first tier, with its adjustment; a file in
    which other tiers cost otherwise is refused. A demand period is billed on the largest import of each month in its
    hours.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("urdb"), str):
        return {}  # told by the check of the block
    path = value["urdb"]
    try:
        content = reading.tables.read_json(path)
    except InputError as error:
        refuse(*(Finding(fault.what, file=path, inside=("tariff",)) for fault in error.faults))
    rate = _rate(content, path, value.get("label"))
    unread = [field for field in _NOT_READ if _bills(rate.get(field))]
    if unread:
        _refuse(f"{path} gives {listed(unread)}, not read here; write what they bill as keys of grid, without the file")
    found: dict[str, Any] = {"energy": {"time_of_use": list(_energy(rate, path))}}
    charges = dict(_demand_charges(rate, path))
    if charges:
        found["demand_charges"] = charges
    fixed = _fixed_per_month(rate, path)
    if fixed:
        found["fixed_charge_per_month"] = fixed
    return found


def _refuse(what: str) -> None:
    refuse(Finding(what, inside=("tariff", "urdb")))


def _rate(content: Any, path: str, label: Any) -> Mapping[str, Any]:
    """Return the one rate of a file: itself, or of the list `items`."""
    items = content.get("items") if isinstance(content, Mapping) and "items" in content else [content]
    rates = [item for item in items or [] if isinstance(item, Mapping)]
    if label is not None:
        rates = [item for item in rates if item.get("label") == label]
    if len(rates) != 1:
        held = f"{len(rates)} rates" + ("" if label is None else f" with the label {label!r}")
        _refuse(f"{path} holds {held}; one is wanted: name its label, tariff: {{urdb: ..., label: ...}}")
    return rates[0]


def _bills(value: Any) -> bool:
    """Tell whether a field holds anything but zeros."""
    if isinstance(value, list | tuple):
        return any(_bills(each) for each in value)
    if isinstance(value, Mapping):
        return any(_bills(each) for key, each in value.items() if key != "unit")
    return bool(value)


def _prices(rate: Mapping[str, Any], field: str, path: str) -> list[float]:
    """Return the rate of each period of a structure, the same in all its tiers [$/kWh or $/kW]."""
    found = []
    for number, tiers in enumerate(rate.get(field) or []):
        amounts = []
        for tier in tiers if isinstance(tiers, list) else [tiers]:
            parts = [tier.get(key) or 0.0 for key in ("rate", "adj")] if isinstance(tier, Mapping) else [tier]
            if any(isinstance(part, bool) or not isinstance(part, int | float) for part in parts):
                _refuse(f"{path}: {field}, period {number} holds {say_value(tier)}; a rate is a number")
            if isinstance(tier, Mapping) and tier.get("sell"):
                _refuse(f"{path}: {field}, period {number} pays for what is fed in; write that as grid.export_price")
            amounts.append(float(sum(parts)))
        if len(set(amounts)) > 1:
            told = ", ".join(say(amount) for amount in amounts)
            _refuse(
                f"{path}: {field}, period {number} has tiers at {told}: the next MWh costs what those before it "
                "make of it, which is not modelled; write the tariff with the rate of the tier that your load is in"
            )
        found.append(amounts[0] if amounts else 0.0)
    return found


def _schedule(rate: Mapping[str, Any], field: str, periods: int, path: str) -> list[list[int]]:
    """Return a 12 x 24 table of period numbers."""
    table = rate.get(field)
    rows = table if isinstance(table, list) else []
    fits = len(rows) == MONTHS and all(isinstance(row, list) and len(row) == HOURS for row in rows)
    if not fits:
        _refuse(f"{path}: {field} is no table of {MONTHS} months x {HOURS} hours; get the file anew")
    wrong = {number for row in rows for number in row if not isinstance(number, int) or not 0 <= number < periods}
    if wrong:
        _refuse(f"{path}: {field} names the period {min(wrong, key=str)}, and there are {periods}, counted from 0")
    return rows


def _energy(rate: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    prices = _prices(rate, "energyratestructure", path)
    if not prices:
        _refuse(f"{path} has no energyratestructure; a tariff says what energy costs")
    for days in _DAYS:
        table = _schedule(rate, f"energy{days}schedule", len(prices), path)
        for months, row in _alike(table):
            for period in sorted(set(row)):
                hours = _spans(row, period)
                yield {"per_mwh": prices[period] * KW_PER_MW, "months": months, "days": days, "hours": hours}


def _demand_charges(rate: Mapping[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for field in ("demandrateunit", "demandunits", "flatdemandunit"):
        if rate.get(field) not in {None, "", "kW"}:
            _refuse(f"{path}: {field} is {say_value(rate[field])}; demand is billed per kW here")
    flat = _prices(rate, "flatdemandstructure", path)
    of_month = rate.get("flatdemandmonths") or [0] * MONTHS
    for number, price in enumerate(flat):
        months = [month + 1 for month, named in enumerate(of_month) if named == number]
        if price and months:
            yield f"flat-{number}", {"per_kw_month": price, "months": months}
    prices = _prices(rate, "demandratestructure", path)
    if not any(prices):
        return
    weekday, weekend = (_schedule(rate, f"demand{days}schedule", len(prices), path) for days in _DAYS)
    for number, price in enumerate(prices):
        if not price:
            continue
        parts = 0
        for months, both in _alike([a + b for a, b in zip(weekday, weekend, strict=True)]):
            on = {days: row for days, row in zip(_DAYS, (both[:HOURS], both[HOURS:]), strict=True) if number in row}
            if not on:
                continue
            hours = [_spans(row, number) for row in on.values()]
            if len(on) == len(_DAYS) and hours[0] != hours[1]:
                _refuse(
                    f"{path}: period {number} of demandratestructure has other hours at weekends than on weekdays, "
                    "which one demand charge cannot say; write the charge as a key of grid, without the file"
                )
            days = "all" if len(on) == len(_DAYS) else next(iter(on))
            name = f"period-{number}" + (f"-{parts}" if parts else "")
            yield name, {"per_kw_month": price, "months": months, "days": days, "hours": hours[0]}
            parts += 1


def _fixed_per_month(rate: Mapping[str, Any], path: str) -> float:
    if not rate.get("fixedchargefirstmeter"):
        return float(rate.get("fixedmonthlycharge") or 0.0)
    unit = rate.get("fixedchargeunits") or "$/month"
    if unit not in _MONTHLY:
        _refuse(f"{path}: fixedchargeunits is {say_value(unit)}; known are {listed(_MONTHLY)}")
    return float(rate["fixedchargefirstmeter"]) * _MONTHLY[unit]


def _alike(table: Sequence[Sequence[int]]) -> list[tuple[list[int], Sequence[int]]]:
    """Return (months, row) for each row that months have in common, months counted from 1."""
    found: dict[tuple[int, ...], list[int]] = {}
    for month, row in enumerate(table):
        found.setdefault(tuple(row), []).append(month + 1)
    return [(months, row) for row, months in found.items()]


def _spans(row: Sequence[int], period: int) -> list[list[int]]:
    """Return the hours of a period as spans [from, to)."""
    spans: list[list[int]] = []
    for hour, named in enumerate(row):
        if named != period:
            continue
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    return spans
