"""Plain words for every fault of a case. The only place that knows how pydantic names its errors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from carbonmatch.case.block import FINDINGS, say, say_value
from carbonmatch.case.document import Document, KeyPath, Position
from carbonmatch.errors import Fault
from carbonmatch.wording import listed, nearest, number_hint

Error = Mapping[str, Any]


@dataclass(frozen=True)
class Placed:
    """A fault with its position, and the file that is at fault as a whole, if one is."""

    position: Position
    fault: Fault
    file: str | None = None


def translate(errors: Iterable[Error], document: Document, blocks: Mapping[int, type[BaseModel]]) -> list[Placed]:
    """Turn the errors of a validation into faults with their lines.

    errors   as `ValidationError.errors()` gives them
    blocks   which class read which mapping, by identity
    """
    placed: list[Placed] = []
    for error in errors:
        path = _path(error)
        if error["type"] == FINDINGS:
            for finding in error["ctx"][FINDINGS]:
                key = (*path[:-1], finding.beside) if finding.beside else path
                key = (*key, *finding.inside)
                place = finding.place or document.place(key)
                placed.append(Placed(document.position(key), Fault(place, finding.what), finding.file))
        else:
            what = (
                _unknown_key(path, document, blocks) if error["type"] == "extra_forbidden" else say_error(error, path)
            )
            placed.append(Placed(document.position(path), Fault(document.place(path), what)))
    return placed


def in_reading_order(placed: Iterable[Placed]) -> list[Fault]:
    """Sort faults by line; what is wrong with a file as a whole is told at the first key that names it."""
    first: dict[object, Fault] = {}
    again: Counter[object] = Counter()
    for item in sorted(placed, key=lambda item: item.position.order):
        identity = item.fault if item.file is None else (item.file, item.fault.what)
        if identity in first and item.file is not None:
            again[identity] += 1
        first.setdefault(identity, item.fault)
    return [Fault(fault.where, f"{fault.what}{_and_more_keys(again[identity])}") for identity, fault in first.items()]


def _and_more_keys(count: int) -> str:
    return f" ({count} more key{'s name' if count > 1 else ' names'} this file)" if count else ""


def _path(error: Error) -> KeyPath:
    """Return the keys that the user wrote: without pydantic's mark for keys and our own name for a price's table."""
    *parts, last = error["loc"] or ("",)
    own = {"[key]", "in_steps_per_mwh"}
    written = [part for part in parts if part not in own]
    if last != "" and (last not in own or error["type"] == "extra_forbidden"):
        written.append(last)
    return tuple(written)


def _unknown_key(path: KeyPath, document: Document, blocks: Mapping[int, type[BaseModel]]) -> str:
    model = blocks.get(id(document.at(path[:-1])))
    known = list(model.model_fields) if model else []
    close = nearest(str(path[-1]), known)
    listing = f"; known here: {listed(known, 20)}" if known and not close else ""
    return f"is not a known key{close}{listing}"


def say_error(error: Error, path: KeyPath) -> str:
    """Say what is wrong with a value, in plain words."""
    words = _WORDS.get(str(error["type"]))
    if words is None:
        return f"is {say_value(error['input'])}; this cannot be used here"
    return words(error["input"], error.get("ctx") or {}, str(path[-1]) if path else "")


def _number(value: Any, _ctx: Mapping[str, Any], _key: str) -> str:
    if value is None:
        return "is empty; a number is wanted"
    hint = number_hint(value) if isinstance(value, str) else ""
    if isinstance(value, str) and not hint and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value.strip()):
        hint = ". Take it out of the quotes"
    return f"is {say_value(value)}; a number is wanted{hint}"


def _whole_number(value: Any, ctx: Mapping[str, Any], key: str) -> str:
    if isinstance(value, float):
        return f"is {say_value(value)}; a whole number is wanted"
    return _number(value, ctx, key)


def _missing(_value: Any, _ctx: Mapping[str, Any], key: str) -> str:
    return f"is missing; {_ADVICE.get(key, 'add it')}"


_ADVICE = {
    "name": "give the case a name of letters, digits, - and _",
    "currency": "name the currency of all prices, such as EUR",
    "time": "say from when to when, such as {start: 2018-01-01, end: 2019-01-01, timezone: Europe/Berlin, step: 1h}",
    "start": "give the first local time, such as 2018-01-01",
    "end": "give the local time at which the last step ends, such as 2019-01-01",
    "zones": "list at least one zone with its spot price",
    "sites": "list at least one site with its zone, load and grid",
    "target": "say what to reach, such as {matching: hourly, cfe: 0.9}",
    "matching": "say one of none, annual, monthly or hourly",
    "zone": "name one of the zones of the case",
    "load": "give {flat_mw: 100} or {file: ..., column: ...}, or build it: {ai_factory: {contracted_mw: 100}}",
    "racks": "give the number of racks",
    "dry_bulb_c": "give the temperature outside, such as {file: ..., column: ...}",
    "relative_humidity": "give it as a share, such as {file: ..., column: ..., scale: 0.01} for a column in per cent",
    "grid": "give the price of retail energy, such as {energy: {index: spot, margin_per_mwh: 12}}",
    "energy": "give {index: spot, margin_per_mwh: 12}, {flat_per_mwh: 80} or {file: ..., column: ...}",
    "technology": "name the technology, such as solar or onshore_wind",
    "strike_per_mwh": "give the price of the contract's energy, or price: {index: spot} where it floats",
    "index": "say what the price follows: spot, or a series {file: ..., column: ...}",
    "cfe_share": "give the share of each MWh that is carbon-free, a number or {file: ..., column: ...}",
    "capacity_factor": "give the hourly profile, such as {file: ..., column: ...}",
    "offered_mw": "give the volume on offer in every hour, such as {file: ..., column: ...}",
    "power_cost_per_mw_year": "give the yearly cost of a MW of power; 0 if there is none. Or give owned or tolled",
    "energy_cost_per_mwh_year": "give the yearly cost of a MWh of energy capacity; 0 if there is none",
    "discount_rate": "give the yearly rate of the annuity as a share, such as 0.07; 0 spreads the investment evenly",
    "life_years": "give the years over which the investment is paid back, such as 15",
    "fee_per_kw_month": "give the monthly fee for a kW of power",
    "round_trip_efficiency": "give the efficiency from charge to discharge, such as 0.86",
    "file": "name the CSV or Parquet file",
    "column": "name the column of the values",
}


def _wanted(wanted: str) -> Callable[[Any, Mapping[str, Any], str], str]:
    def say_it(value: Any, _ctx: Mapping[str, Any], _key: str) -> str:
        return f"is {say_value(value)}; {wanted} is wanted"

    return say_it


def _bound(sign: str) -> Callable[[Any, Mapping[str, Any], str], str]:
    def say_it(value: Any, ctx: Mapping[str, Any], _key: str) -> str:
        (limit,) = ctx.values()
        percent = (
            f". A share is written as a fraction: {say(value / 100)} for {say(value)} %"
            if limit == 1 and 1 < value <= 100
            else ""
        )
        return f"is {say_value(value)}; a number {sign} {say(float(limit))} is wanted{percent}"

    return say_it


def _one_of(value: Any, ctx: Mapping[str, Any], _key: str) -> str:
    options = re.findall(r"'([^']*)'", str(ctx.get("expected", "")))
    return f"is {say_value(value)}; one of {', '.join(options)} is wanted{nearest(str(value), options)}"


_WORDS: dict[str, Callable[[Any, Mapping[str, Any], str], str]] = {
    "missing": _missing,
    "float_type": _number,
    "float_parsing": _number,
    "int_type": _whole_number,
    "finite_number": _wanted("a finite number"),
    "greater_than": _bound("above"),
    "greater_than_equal": _bound("of at least"),
    "less_than": _bound("below"),
    "less_than_equal": _bound("of at most"),
    "list_type": _wanted("a list"),
    "string_type": _wanted("text"),
    "bool_type": _wanted("true or false"),
    "bool_parsing": _wanted("true or false"),
    "literal_error": _one_of,
    "enum": _one_of,
    "dict_type": _wanted("a block of keys"),
    "model_type": _wanted("a block of keys"),
    "model_attributes_type": _wanted("a block of keys"),
}
