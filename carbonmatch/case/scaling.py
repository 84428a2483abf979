"""Values of a case made larger or smaller, however they are written: as settings, which every run tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonmatch.case.load import BUILT_LOADS
from carbonmatch.case.reading import varied_document
from carbonmatch.case.variant import Variant
from carbonmatch.errors import Fault, InputError


def scaled_settings(path: Path | str, variant: Variant, factors: Mapping[str, float]) -> tuple[str, ...]:
    """Return settings that multiply values of a case by factors.

    factors   {dotted key: factor}. The value is a number, {flat_mw: ...}, {file: ..., column: ...}, the entries of
              {time_of_use: [...]}, or a load that is built, by its `scale`; where the case gives none, it is 1, as for
              a loss factor

    Raises:
        InputError: a value is neither of these.
    """
    document = varied_document(path, variant)
    settings, faults = [], []
    for key, factor in factors.items():
        value = _value(document.values, key)
        scaled = _scaled(1.0 if value is None else value, factor)
        if scaled is None:
            what = f"is {json.dumps(value)}, which cannot be scaled; a number, flat_mw or a column of a table can"
            faults.append(Fault(key, what))
        else:
            settings.append(f"{key}={json.dumps(scaled)}")
    if faults:
        raise InputError(faults)
    return tuple(settings)


def outage_setting(path: Path | str, variant: Variant, contract: str, start: str, end: str) -> str:
    """Return the setting that lets a plant be out from `start` to before `end`, beside the outages that it has."""
    known = _value(varied_document(path, variant).values, f"contracts.{contract}.outages")
    outages = [*(known if isinstance(known, list) else []), {"start": start, "end": end}]
    return f"contracts.{contract}.outages={json.dumps(outages)}"


def _value(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _scaled(value: Any, factor: float) -> Any:
    """Return a value times a factor, written as it was; None where that has no meaning."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * factor
    if isinstance(value, Mapping) and isinstance(value.get("flat_mw"), int | float):
        return {**value, "flat_mw": value["flat_mw"] * factor}
    if isinstance(value, Mapping) and (built := BUILT_LOADS & value.keys()):
        return {**value, **{form: _rescaled(value[form], factor) for form in built}}
    if isinstance(value, Mapping) and isinstance(value.get("time_of_use"), list):
        entries = [_scaled_entry(entry, factor) for entry in value["time_of_use"]]
        return None if None in entries else {**value, "time_of_use": entries}
    if isinstance(value, Mapping) and "file" in value:
        return _rescaled(value, factor)
    return None


def _rescaled(block: Any, factor: float) -> Any:
    """Return a block with its `scale`, 1 unless it gives one, times a factor; what is no block as it is."""
    return {**block, "scale": float(block.get("scale", 1.0)) * factor} if isinstance(block, Mapping) else block


def _scaled_entry(entry: Any, factor: float) -> Any:
    """Return an entry of a time-of-use tariff with its price times a factor; None where it has none."""
    price = _scaled(entry.get("per_mwh"), factor) if isinstance(entry, Mapping) else None
    return None if price is None else {**entry, "per_mwh": price}
