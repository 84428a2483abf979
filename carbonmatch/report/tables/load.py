"""Load that may be changed, as a table: planned and served by site, then what was done by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

COLUMNS: Final = (
    *("row", "site", "entry", "latency_group", "window_hours", "planned_mwh", "served_mwh", "placed_mw", "placed_mwh"),
    *("moved_mwh", "sent_mwh", "received_mwh", "curtailed_mwh", "served_load_share", "cost", "cost_per_mwh"),
)
"""row                 site, flexible, curtailable or placement
served_load_share   what an entry moved, sent, gave up or placed, of the served load of its site
cost                of moving it in time and between sites, of giving it up, of placing it
cost_per_mwh        of what was moved in time, sent, given up or placed
"""


def load_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per site whose load may be changed, each followed by one per entry; none where there is none."""
    told = summary.get("load") or {}
    return [row for name, site in (told.get("sites") or {}).items() for row in _rows(name, site, told)]


def _rows(name: str, site: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    served = site["served_mwh"]
    volumes = ("planned_mwh", "served_mwh", "placed_mwh")
    yield {"row": "site", "site": name, **{key: site[key] for key in volumes if key in site}}
    for row in _entries(name, site, told):
        changed = sum(row.get(key, 0.0) for key in ("moved_mwh", "sent_mwh", "curtailed_mwh", "placed_mwh"))
        yield {
            **row,
            "site": name,
            "served_load_share": changed / served if served > 0.0 else None,
            "cost_per_mwh": row["cost"] / changed if changed > _LEAST_SHARE * served else None,
        }


def _entries(name: str, site: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield kind, name, volumes and cost of the entries of a site, and of what may be placed there."""
    for entry, flexible in site["flexible"].items():
        known = {key: flexible[key] for key in COLUMNS if key in flexible}
        cost = flexible.get("shifting_cost", 0.0) + flexible.get("moving_cost", 0.0)
        yield {**known, "row": "flexible", "entry": entry, "cost": cost}
    for entry, each in site["curtailable"].items():
        yield {
            "row": "curtailable",
            "entry": entry,
            "curtailed_mwh": each["curtailed_mwh"],
            "cost": each["cost"],
        }
    for placement, candidates in (told.get("placements") or {}).items():
        if (placed := candidates.get(name)) is not None:
            yield {
                "row": "placement",
                "entry": placement,
                "placed_mw": placed["placed_mw"],
                "placed_mwh": placed["load_mwh"],
                "cost": placed["cost"],
            }


_LEAST_SHARE: Final = 1e-6
"""Of the load of a site: what is changed below it is the noise of an engine, and its cost per MWh is none."""
