"""24/7 Carbon-free Energy Compact of UN-Energy: an aim without a measure; hourly scores tell how near it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carbonmatch.accounting.frameworks.identifiers import frameworks
from carbonmatch.accounting.frameworks.place import Place


def statement(places: Sequence[Place]) -> dict[str, Any]:
    """Return the hourly scores of all zones and each zone."""
    compact = frameworks()["un_24_7_compact"]
    fields = []
    for place in places:
        fields += [
            compact.field("cfe_score", place.cfe_score, zone=place.name, note=place.no_cfe_score_note),
            compact.field("hourly_matched_share", place.hourly_matched_share, zone=place.name, note=place.no_load_note),
        ]
    return compact.statement(fields)
