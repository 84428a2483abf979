"""A run as one flat row of a table: what studies set side by side. Every name carries its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carbonmatch.accounting import Premium, asked_load_mwh, emissions_by_the_hour_t, token_premium


def figures(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return scores, cost, emissions, prices and sizes of a run; money in the currency of its case."""
    cost, scores, scope2 = summary["cost"], summary["scores"], summary["scope2"]
    row: dict[str, Any] = {
        "load_mwh": summary["load_mwh"],
        **_changed_load(summary),
        "hourly_matched_share": scores["hourly_matched_share"],
        "cfe_score": scores["cfe_score"],
        "annual_volumetric_share": scores["annual_volumetric_share"],
        "cost_total": cost["total"],
        "cost_sales": cost["sales"],
        "cost_net_of_sales": cost["net_of_sales"],
        "cost_per_mwh_load": cost["per_mwh_load"],
        "cost_net_of_sales_per_mwh_load": cost["net_of_sales_per_mwh_load"],
        **{f"cost_{component}": amount for component, amount in cost["components"].items()},
        "scope2_location_based_t": summary["emissions"]["scope2_location_based_t"],
        "scope2_market_based_by_the_year_t": scope2["ghgp_2015"]["market_based_t"],
        "scope2_market_based_by_the_hour_t": emissions_by_the_hour_t(summary),
    }
    prices = summary["shadow_prices"]
    premiums = prices["green_premium_per_mwh"]
    row |= {f"{zone}_green_premium_per_mwh": premium for zone, premium in premiums.items()}
    row |= {key: prices[key] for key in ("carbon_cap_value_per_t", "cfe_per_million") if key in prices}
    row |= {f"{name}_contracted_mw": contract["contracted_mw"] for name, contract in summary["contracts"].items()}
    for name, storage in summary["storage"].items():
        row |= {f"{name}_power_mw": storage["power_mw"], f"{name}_energy_mwh": storage["energy_mwh"]}
    row |= {f"{name}_firm_capacity_mw": site["firm_capacity_mw"] for name, site in summary["grid"].items()}
    for name, sites in (summary.get("load") or {}).get("placements", {}).items():
        row |= {f"{name}_{site}_placed_mw": entry["placed_mw"] for site, entry in sites.items()}
    return row | compute_figures(summary.get("compute"))


def _changed_load(summary: Mapping[str, Any]) -> dict[str, float]:
    """Return what was done to the load, of a plan that may change it: `load_mwh` is what was served."""
    told = summary.get("load") or {}
    if "planned_mwh" not in told:
        return {}
    return {
        "asked_load_mwh": asked_load_mwh(summary),
        "moved_load_mwh": told["moved_mwh"],
        "sent_load_mwh": told["sent_mwh"],
        "curtailed_load_mwh": told["curtailed_mwh"],
    }


def compute_figures(compute: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return cost and carbon per million tokens, and what is bound per MW of IT; nothing where no case states it."""
    if compute is None:
        return {}
    cost, portfolio, emissions = compute["cost"], compute["portfolio"], compute["emissions"]
    by_the_year, by_the_hour = emissions["ghgp_2015"], emissions["ghgp_revision_draft"]
    return {
        "compute_million_tokens": compute["million_tokens"],
        "compute_gross_per_million_tokens": cost["per_million_tokens"],
        "compute_net_of_sales_per_million_tokens": cost["net_of_sales_per_million_tokens"],
        "compute_net_of_sales_share_of_compute_cost": cost["net_of_sales_share_of_compute_cost"],
        "compute_location_based_g_per_million_tokens": by_the_hour["location_based_g_per_million_tokens"],
        "compute_market_based_by_the_year_g_per_million_tokens": by_the_year["market_based_g_per_million_tokens"],
        "compute_market_based_by_the_hour_g_per_million_tokens": by_the_hour["market_based_g_per_million_tokens"],
        **{f"compute_{key}": value for key, value in portfolio.items() if key.endswith("_per_it_mw")},
    }


def premium_figures(premiums: Mapping[str, Premium], summary: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the premiums of a run over its baselines, per million tokens too where its summary tells of tokens."""
    compute = None if summary is None else summary.get("compute")
    row: dict[str, Any] = {}
    for name, premium in premiums.items():
        over = f"premium_over_{name.replace('-', '_')}"
        row |= {
            f"{over}_cost": premium.amount,
            f"{over}_share": premium.share,
            f"{over}_per_mwh_load": premium.per_mwh_load,
            f"{over}_per_t": premium.per_tonne_avoided,
        }
        if compute is not None:
            told = token_premium(premium, compute)
            row |= {f"{over}_{key}": told[key] for key in ("per_million_tokens", "share_of_compute_cost")}
    return row


def in_common(summaries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the numbers of a study do not say: its period, None where there are several, and what is offered."""
    periods = [summary["period"] for summary in summaries]
    return {
        "period": periods[0] if periods and periods.count(periods[0]) == len(periods) else None,
        "technologies": {
            name: offer["technology"] for summary in summaries for name, offer in summary["contracts"].items()
        },
    }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON takes them: what is not known is null."""
    plain = table.astype(object)
    return [
        {str(key): value for key, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]
