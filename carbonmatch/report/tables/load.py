"""Load that may be changed, as a table: planned and served by site, then what was done by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

COLUMNS: Final = (
    *("row", "site", "entry", "latency_group", "window_hours", "planned_mwh", "served_mwh", "placed_mw", "placed_mwh"),
    *("moved_mwh", "sent_mwh", "received_mwh", "curtailed_mwh", "served_load_share", "cost", "cost_per_mwh"),
    *("next_cost_per_mw_year", "added_cost_per_mw_year"),
)
"""row                 site, flexible, curtailable or placement
served_load_share   what an entry moved, sent, gave up or placed, of the served load of its site
cost                of moving it in time and between sites, of giving it up, of placing it
cost_per_mwh        of what was moved in time, sent, given up or placed
next_cost_per_mw_year, added_cost_per_mw_year   what one MW more of a placement would cost there, and by how much
                    that is more than where it would cost least
"""


def load_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per site whose load may be changed, each followed by one per entry; none where there is none."""
    told = summary.get("load") or {}
    sites = told.get("sites") or {}
    rows = [row for name, site in sites.items() for row in _rows(name, site, told)]
    held = [name for placed in (told.get("placements") or {}).values() for name in placed if name not in sites]
    return rows + [{**row, "site": name} for name in dict.fromkeys(held) for row in _placed(name, told)]


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
    yield from _placed(name, told)


def _placed(name: str, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what is placed at a site; where it is held and nothing else may be changed, that is all there is."""
    for placement, candidates in (told.get("placements") or {}).items():
        if (placed := candidates.get(name)) is not None:
            yield {
                "row": "placement",
                "entry": placement,
                **{key: placed[key] for key in COLUMNS if key in placed},
                "placed_mwh": placed["load_mwh"],
                "cost": placed["cost"],
            }


_LEAST_SHARE: Final = 1e-6
"""Of the load of a site: what is changed below it is the noise of an engine, and its cost per MWh is none."""
