"""The library of hardware generations: kilowatts per rack as published, which a tranche names and may override."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from carbonmatch.case.block import refuse, say, say_value
from carbonmatch.case.document import Document, KeyPath
from carbonmatch.wording import listed, nearest

_FILE: Final = Path(__file__).with_name("generations.yaml")


@dataclass(frozen=True)
class Generation:
    """A generation of racks as it was published.

    kw_per_rack   the most that a rack draws [kW];  source, year   who published it, and when
    """

    name: str
    words: str
    kw_per_rack: float
    source: str
    year: int


@cache
def generations() -> Mapping[str, Generation]:
    """Return the generations of the library by name."""
    written = YAML(typ="safe", pure=True).load(_FILE.read_text(encoding="utf-8"))
    return {
        name: Generation(
            name, entry["words"], float(entry["kw_per_rack"]["value"]), entry["kw_per_rack"]["source"],
            entry["kw_per_rack"]["year"],
        )
        for name, entry in written.items()
    }  # fmt: skip


def known_generation(value: str | None) -> str | None:
    """Check the name of a generation."""
    known = generations()
    if value is not None and value not in known:
        refuse(
            f"is {say_value(value)}, which is not in the library{nearest(value, known)} (known: {listed(known)}); for "
            "other racks leave it out and give kw_per_rack"
        )
    return value


def fill_fleets_from_library(document: Document) -> None:
    """Give every tranche that names a generation its kilowatts per rack, where it does not give them itself."""
    sites = document.values.get("sites")
    for name in sites if isinstance(sites, dict) else ():
        for key in ("load", "forecast_load"):
            path: KeyPath = ("sites", name, key, "ai_factory", "tranches")
            tranches = document.at(path)
            for tranche, entry in tranches.items() if isinstance(tranches, dict) else ():
                if isinstance(entry, dict):
                    _fill(document, (*path, tranche), entry)


def _fill(document: Document, path: KeyPath, entry: dict[str, Any]) -> None:
    named = entry.get("generation")
    generation = generations().get(named) if isinstance(named, str) else None
    if generation is None or "kw_per_rack" in entry:
        return  # what is wrong with it, the check of the tranche tells
    entry["kw_per_rack"] = generation.kw_per_rack
    document.positions[(*path, "kw_per_rack")] = document.position((*path, "generation"))
    document.sources[(*path, "kw_per_rack")] = (
        f"library {generation.name}: {say(generation.kw_per_rack)} kW, {generation.source} ({generation.year})"
    )
