"""What every study is set beside: the same load without a target, and matched by the year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carbonmatch.case import Variant

NO_TARGET: Final = "no-target"
"""Business as usual: what the buyer would sign for the price alone."""

ANNUAL: Final = "annual-100"
"""Today's usual claim: as much carbon-free energy over the year as is used, whatever the hour."""

BASELINES: Final = (ANNUAL, NO_TARGET)

_UNLIMITED: Final = ("target.budget_per_year=null", "target.carbon_cap_t_per_year=null", "target.zone_floors=null")
"""A budget, a carbon cap and floors of zones are of the target; a carbon price is a price."""

_SETTINGS: Final = {
    ANNUAL: ("target.matching=annual", "target.cfe=1.0", "target.grid_credit=false", *_UNLIMITED),
    NO_TARGET: ("target.matching=none", *_UNLIMITED),
}


def baseline_variant(name: str, variant: Variant) -> Variant:
    """Return a variant of a case as a baseline: its target is another one, and nothing else.

    Prices, offers and the limit of surplus stay as they are.
    """
    return Variant((*variant.settings, *_SETTINGS[name]), variant.scenario)


def is_baseline(name: str, target: Mapping[str, Any]) -> bool:
    """Tell whether the target of a run (of its summary) is that of a baseline."""
    if target.get("budget_per_year") is not None or target.get("carbon_cap_t_per_year") is not None:
        return False
    if target.get("zone_floors"):
        return False
    if name == NO_TARGET:
        return bool(target["matching"] == "none")
    return bool(target["matching"] == "annual" and target["cfe"] == 1.0)
