"""What the name of a number says: its title, its unit, and what kind of number it is.

Names carry their unit at the end (`load_mwh`, `strike_per_mwh`), in the summary of a run as in its tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["amount", "price", "share", "count", "tiny", "given", "stamp", "month", "day", "text"]
"""amount   as many decimals as its size asks for     stamp   a moment
price    two decimals                              month   of a year
share    of 1, shown in per cent                   day     a date
count    whole                                     text    words, yes or no
tiny     shown as a power of ten                   given   shown as somebody wrote it
"""

_MONEY: Final = "money"
_SUFFIXES: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("_share_of_compute_cost", "%", "share"),
    ("_g_per_million_tokens", "g CO2e/million tokens", "amount"),
    ("_per_million_tokens", f"{_MONEY}/million tokens", "amount"),
    ("_mw_per_it_mw", "MW/MW", "amount"),
    ("_mwh_per_it_mw", "MWh/MW", "amount"),
    ("_per_year_per_it_mw", f"{_MONEY}/MW/year", "amount"),
    ("_capital_per_it_mw", f"{_MONEY}/MW", "amount"),
    ("_due_per_year", f"{_MONEY}/year", "amount"),
    ("_paid_per_year", f"{_MONEY}/year", "amount"),
    ("_cost_per_year", f"{_MONEY}/year", "amount"),
    ("_per_t", f"{_MONEY}/t CO2e", "price"),
    ("_t_per_year", "t CO2e/year", "amount"),
    ("_per_mwh_load", f"{_MONEY}/MWh", "price"),
    ("_per_mwh", f"{_MONEY}/MWh", "price"),
    ("_g_per_kwh", "g CO2e/kWh", "amount"),
    ("_per_mw_year", f"{_MONEY}/MW/year", "price"),
    ("_per_mwh_year", f"{_MONEY}/MWh/year", "price"),
    ("_per_kw_year", f"{_MONEY}/kW/year", "price"),
    ("_per_kwh_year", f"{_MONEY}/kWh/year", "price"),
    ("_per_kw_month", f"{_MONEY}/kW/month", "price"),
    ("_per_kw", f"{_MONEY}/kW", "price"),
    ("_capex_per_kwh", f"{_MONEY}/kWh", "price"),
    ("_share", "%", "share"),
    ("_mwh", "MWh", "amount"),
    ("_mw", "MW", "amount"),
    ("_kg", "kg CO2e", "amount"),
    ("_t", "t CO2e", "amount"),
    ("_hours", "h", "amount"),
    ("_utc", "UTC", "stamp"),
)
_WHOLE_NAMES: Final[Mapping[str, tuple[str, Kind]]] = {
    **dict.fromkeys(
        (
            "amount",
            "cost",
            "total",
            "sales",
            "net_of_sales",
            "payment",
            "unused_payment",
            "shifting_cost",
            "moving_cost",
            "penalty",
            "primal_objective",
            "dual_objective",
        ),
        (_MONEY, "amount"),
    ),
    **dict.fromkeys(("capacity_cost", "operation_cost", "degradation_cost"), (_MONEY, "amount")),
    **dict.fromkeys(("discount_rate", "annuity_factor"), ("%", "share")),
    **dict.fromkeys(
        ("total_of_other_load", "net_of_sales_of_other_load", "compute_cost", "storage_capital"), (_MONEY, "amount")
    ),
    "tokens_per_mwh": ("tokens/MWh", "amount"),
    "million_tokens": ("million tokens", "amount"),
    "life_years": ("years", "amount"),
    "months": ("", "amount"),
    **dict.fromkeys(
        ("cfe", "cfe_score", "cfe_score_from_contracts", "cfe_score_from_grid", "annual_volumetric_claim"),
        ("%", "share"),
    ),
    **dict.fromkeys(("primal_residual", "dual_residual", "gap", "difference", "primal_residual_mwh"), ("", "tiny")),
    **dict.fromkeys(("least_cfe", "best_cfe", "cfe_per_million"), ("%", "share")),
    "budget_per_year": (f"{_MONEY}/year", "amount"),
    "components": (_MONEY, "amount"),
    "by_contract": ("t CO2e", "amount"),
    "by_storage": ("t CO2e", "amount"),
    "full_cycles": ("", "amount"),
    "hours_per_step": ("h", "amount"),
    "year_fraction": ("years", "amount"),
    "start_local": ("local time", "stamp"),
    "end_local": ("local time", "stamp"),
    "steps": ("", "count"),
    "rows": ("", "count"),
    "month": ("", "month"),
    "worst_month": ("", "month"),
    "commissioned": ("", "day"),
    "quantity": ("", "amount"),
    "factor": ("", "amount"),
}
_TITLES: Final[Mapping[str, str]] = {
    "total": "Total gross",
    "net_of_sales": "Cost net of sales",
    "net_of_sales_per_mwh_load": "Cost net of sales, per MWh of load",
    "components": "Component",
    "location_based_t": "Location-based",
    "market_based_t": "Market-based",
    "scope2_location_based_t": "Scope 2, location-based",
    "excess_not_claimed_mwh": "Excess, not claimed",
    "mwh": "Energy",
    "per_mwh_load": "Per MWh of load",
    "budget_per_year": "Budget",
    "it_mw": "IT",
    "million_tokens": "Tokens",
    "tokens_per_mwh": "Tokens per MWh",
    "per_million_tokens": "Gross, per million tokens",
    "net_of_sales_per_million_tokens": "Net of sales, per million tokens",
    "share_of_compute_cost": "Gross, share of the compute cost",
    "net_of_sales_share_of_compute_cost": "Net of sales, share of the compute cost",
    "location_based_g_per_million_tokens": "Location-based, per million tokens",
    "market_based_g_per_million_tokens": "Market-based, per million tokens",
    "contracts_due_per_year": "Contracts, due whatever is used",
    "contracts_paid_per_year": "Contracts, paid in the plan",
    "storage_paid_per_year": "Size of storage, paid for",
    "contracted_mw_per_it_mw": "Contracted, per MW of IT",
    "storage_power_mw_per_it_mw": "Power of storage, per MW of IT",
    "storage_energy_mwh_per_it_mw": "Energy of storage, per MW of IT",
    "contracts_due_per_year_per_it_mw": "Contracts, due whatever is used, per MW of IT",
    "contracts_paid_per_year_per_it_mw": "Contracts, paid in the plan, per MW of IT",
    "storage_capital_per_it_mw": "Capital in owned storage, per MW of IT",
    "storage_paid_per_year_per_it_mw": "Size of storage, paid for, per MW of IT",
    "cfe_per_million": "CFE added by one more million a year",
    "factor_g_per_kwh": "Factor",
    "emissions_t": "Emissions",
    "interval_start_utc": "Start",
    "served_load_share": "Of the load of its site",
}
_RULES: Final = {"ghgp_2015": "by the year", "ghgp_revision_draft": "by the hour", "portfolio": "Portfolio"}
_PARENTS: Final = frozenset({"components", "by_contract", "by_storage"})
"""Whose entries are named by the user or by the model, and have the unit of the whole."""


@dataclass(frozen=True)
class Heading:
    """What stands above a column: its title, the unit of its cells, and their kind."""

    title: str
    unit: str = ""
    kind: Kind = "text"

    @property
    def text(self) -> str:
        """The title with the unit in brackets."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


def heading(name: str, currency: str) -> Heading:
    """Return what the name of a column says; a name that says nothing is one of words."""
    unit, kind = _unit(name) or ("", "text")
    return Heading(_title(name), unit.replace(_MONEY, currency), kind)


def heading_of_key(path: Sequence[str], currency: str) -> Heading:
    """Return what the key of a summary says, such as `zones`, `DE`, `load_mwh`."""
    parent = path[-2] if len(path) > 1 else ""
    named_by_zone = parent.endswith(("_by_zone", "_per_mwh"))
    found = _unit(parent.removesuffix("_by_zone")) if named_by_zone or parent in _PARENTS else _unit(path[-1])
    unit, kind = found or ("", "text")
    title = _title(path[-1])
    if named_by_zone or parent in _PARENTS:
        title = f"{_title(parent.removesuffix('_by_zone'))}: {path[-1]}"
    elif path[0] == "compute" and len(path) > 2:
        title = ": ".join([*(_compute_title(key) for key in path[1:-1] if key != "sites"), title])
    elif path[0] == "zones" and len(path) > 2:
        title = f"{path[1]}: {title}"
    return Heading(title, unit.replace(_MONEY, currency), kind)


def _compute_title(key: str) -> str:
    """Name a part of the economics of compute; sites keep the names that the user gave them."""
    return {"cost": "Compute, energy", "premium": "Compute, premium", "emissions": "Compute", **_RULES}.get(key, key)


def _unit(name: str) -> tuple[str, Kind] | None:
    if name in _WHOLE_NAMES:
        return _WHOLE_NAMES[name]
    for suffix, unit, kind in _SUFFIXES:
        if name.endswith(suffix) or name == suffix[1:]:
            return unit, kind
    return None


def _title(name: str) -> str:
    if name in _TITLES:
        return _TITLES[name]
    for suffix, _, _ in _SUFFIXES:
        if suffix not in {"_share", "_hours"} and name.endswith(suffix):
            name = name.removesuffix(suffix)
            break
    words = [word.upper() if word in {"cfe", "mw"} else word for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
