"""A checked case with other series: what happens to a portfolio, or what is expected to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonmatch.case.schema import Case
from carbonmatch.load import SiteLoad
from carbonmatch.timegrid import FloatArray


def with_series(case: Case, series: Mapping[str, FloatArray]) -> Case:
    """Return a case with other values of some of its series, by dotted key, such as `sites.works.load`.

    The values are taken as they are, and must be ones that a case may have.
    """
    blocks: dict[str, dict[str, Any]] = {}
    for key, values in series.items():
        block, name, field = key.split(".")
        entries = blocks.setdefault(block, dict(getattr(case, block)))
        held = values.copy()
        held.flags.writeable = False
        present = getattr(entries[name], field)
        changed = present.with_total(held) if isinstance(present, SiteLoad) else held
        entries[name] = entries[name].model_copy(update={field: changed})
    return case.model_copy(update=blocks)
