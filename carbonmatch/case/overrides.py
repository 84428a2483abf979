"""Changes of single values: the scenarios of a case, and `--set key=value`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from carbonmatch.case.document import Document, KeyPath, Position, parse_value
from carbonmatch.case.schema import Override, fault_of_override_key
from carbonmatch.errors import Fault
from carbonmatch.wording import listed, nearest

_AFTER_THE_LAST_LINE = 1_000_000_000


def apply_scenario(document: Document, scenario: str) -> list[Override]:
    """Apply a named scenario of the case; faults are noted in the document."""
    scenarios = document.values.get("scenarios")
    known = list(scenarios) if isinstance(scenarios, dict) else []
    if scenario not in known:
        listing = f" (the case has {listed(known)})" if known else " (the case has none)"
        position = document.position(("scenarios",))
        what = f"there is no scenario {scenario!r}{nearest(scenario, known)}{listing}"
        document.faults.append((position, Fault(document.place(("scenarios",)), what)))
        return []
    applied = []
    changes = scenarios[scenario] if isinstance(scenarios, dict) else None
    if not isinstance(changes, dict):
        return []  # told by the check of the block itself
    for key, value in changes.items():
        path: KeyPath = ("scenarios", scenario, key)
        below = {
            known[len(path) :]: _marked(where, scenario)
            for known, where in document.positions.items()
            if known[: len(path)] == path and known != path
        }
        position = _marked(document.position(path), scenario)
        if _put(document, key, copy.deepcopy(value), position, document.place(path)):
            document.positions.update({(*_split(key), *rest): place for rest, place in below.items()})
            applied.append(Override(key, value, f"scenario {scenario}"))
    return applied


def apply_settings(document: Document, settings: Sequence[str]) -> list[Override]:
    """Apply `key=value` settings in their order; faults are noted in the document."""
    applied = []
    for number, setting in enumerate(settings):
        key, sign, text = setting.partition("=")
        key = key.strip()
        position = Position(_AFTER_THE_LAST_LINE + number, f"--set {setting}", _split(key))
        if not sign or not key:
            what = "is not of the form key=value, such as target.cfe=0.95"
            document.faults.append((position, Fault(position.label, what)))
            continue
        try:
            value = parse_value(text)
        except ValueError as error:
            document.faults.append((position, Fault(position.label, f"{text!r} {error}")))
            continue
        if _put(document, key, value, position, position.label):
            applied.append(Override(key, value, "--set"))
    return applied


def _marked(position: Position, scenario: str) -> Position:
    """Say beside the line which scenario the value is from."""
    return replace(position, label=f"{position.label} (scenario {scenario})".strip())


def _split(key: str) -> KeyPath:
    return tuple(key.split("."))


def _put(document: Document, key: str, value: Any, position: Position, place: str) -> bool:
    path = _split(key)
    what = fault_of_override_key(key)
    if what is None:
        try:
            document.put(path, value, position)
        except ValueError as error:
            what = str(error)
    if what is not None:
        document.faults.append((position, Fault(place, what)))
    return what is None
