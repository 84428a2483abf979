"""Google's CFE score, split into contracts and the mix of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carbonmatch.accounting.frameworks.identifiers import frameworks
from carbonmatch.accounting.frameworks.place import Place


def statement(places: Sequence[Place]) -> dict[str, Any]:
    """Return score and split of all zones and each zone: score = contracts + grid."""
    google = frameworks()["google_cfe"]
    fields = []
    for place in places:
        note, known = place.no_cfe_score_note, place.cfe_score is not None
        split = (
            ("cfe_score", place.cfe_score),
            ("cfe_score_from_contracts", place.scores.cfe_score_from_contracts if known else None),
            ("cfe_score_from_grid", place.scores.cfe_score_from_grid if known else None),
        )
        fields += [google.field(identifier, value, zone=place.name, note=note) for identifier, value in split]
    return google.statement(fields)
