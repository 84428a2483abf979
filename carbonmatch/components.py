"""Names of the cost components, in the order of every table: model, summary and reports speak of the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TARIFF_COMPONENTS: Final = ("grid_adders", "demand_charges", "coincident_peak", "subscribed_capacity", "grid_fixed")
"""Cost components of a tariff; a case has those that one of its sites is billed for."""

LOAD_COMPONENTS: Final = ("load_shifting", "load_moves", "load_curtailment", "load_placement")
"""Cost components of load that may be changed; a case has those that it names a part of the load for."""

SALES_COMPONENTS: Final = ("surplus_sales", "export_sales")
"""Cost components that are negative where something is earned; all others are gross cost."""

COST_COMPONENTS: Final = (
    "contracts",
    "existing_contracts",
    "storage_capacity",
    "storage_operation",
    "storage_degradation",
    "grid_energy",
    "firm_capacity",
    *LOAD_COMPONENTS,
    *TARIFF_COMPONENTS,
    "carbon_price",
    *SALES_COMPONENTS,
)
"""All together are the objective.

`storage_degradation`, `carbon_price`, `export_sales`, the components of changed load and those of a tariff are there
only where the case gives them.
"""

_WORDS: Final[Mapping[str, str]] = {
    "load_shifting": "load moved in time",
    "load_moves": "load moved between sites",
    "load_curtailment": "load given up",
    "load_placement": "load placed",
}


def component_words(component: str) -> str:
    """Return what a component is called where people read it."""
    return _WORDS.get(component, component.replace("_", " "))
