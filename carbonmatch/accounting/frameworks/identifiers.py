"""Identifiers: what the frameworks call their fields, read from `identifiers.json`, since they get renumbered."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

Value = float | int | str | bool | None
"""Of a field; None where it is not known, which the note of the field then explains."""

FILE: Final = "identifiers.json"


@dataclass(frozen=True)
class Framework:
    """A framework as the data file knows it: every field has a label, a unit and, where it needs one, a note.

    confirmed   what of it was read at the publisher, what second-hand, and what could not be confirmed
    """

    key: str
    title: str
    version: str
    note: str
    confirmed: str
    fields: Mapping[str, Mapping[str, str]]

    def field(
        self, identifier: str, value: Value, *, zone: str = "", instrument: str = "", note: str = ""
    ) -> dict[str, Any]:
        """Return a field as it is reported; `zone` empty for all zones, `instrument` the contract that it tells of.

        Raises:
            ValueError: the identifier is not in the data file, or a value is not known and no note says why.
        """
        if identifier not in self.fields:
            raise ValueError(f"{identifier} of {self.key} is not in {FILE}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{identifier} of {self.key} is {value}")
        if value is None and not note:
            raise ValueError(f"{identifier} of {self.key} is not known, and no note says why")
        known = self.fields[identifier]
        return {
            "id": identifier,
            "label": f"{known['label']}: {instrument}" if instrument else known["label"],
            "zone": zone,
            "instrument": instrument,
            "value": value,
            "unit": known["unit"],
            "note": " ".join(part for part in (note, known.get("note", "")) if part),
        }

    def statement(self, fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the framework with its fields, as it is reported."""
        return {
            "framework": self.key,
            "title": self.title,
            "version": self.version,
            "note": f"{self.note} {self.confirmed}",
            "fields": list(fields),
        }


@cache
def frameworks() -> Mapping[str, Framework]:
    """Return the frameworks of the data file by key, in its order."""
    content = json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    return {
        key: Framework(key, entry["title"], entry["version"], entry["note"], entry["confirmed"], entry["fields"])
        for key, entry in content.items()
    }
