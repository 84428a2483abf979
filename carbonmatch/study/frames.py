"""The ledger as pandas tables: what the Parquet files of a run folder hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting import payments
from carbonmatch.accounting.emissions import location_based_t
from carbonmatch.accounting.scope2 import market_based_t
from carbonmatch.accounting.score import credited_grid_cfe
from carbonmatch.records import Factor, Facts, FloatArray, IntArray, Ledger, Optimum, Problem, Solution, totals
from carbonmatch.units import KG_PER_TONNE


def zone_frame(ledger: Ledger, facts: Facts, z: int, planned_load_mwh: FloatArray | None = None) -> pd.DataFrame:
    """Return the accounts of one zone, one row per step, MWh per step.

    planned_load_mwh   as the case gives it, where a plan may change it: load_mwh is what was served
    """
    zone, known = ledger.zones[z], facts.zones[z]
    steps = len(ledger.starts)
    credited, emitted = credited_grid_cfe(zone), location_based_t(zone)
    charge = zone.clean_charge_mwh + zone.grey_charge_mwh
    discharge = zone.clean_discharge_mwh + zone.grey_discharge_mwh
    return pd.DataFrame(
        {
            "interval_start_utc": ledger.starts,
            "zone": zone.name,
            "load_mwh": zone.load_mwh,
            **({} if planned_load_mwh is None else {"planned_load_mwh": planned_load_mwh}),
            "generation_mwh": zone.generation_mwh,
            "contracted_mwh": zone.contracted_mwh,
            "matched_mwh": zone.matched_mwh,
            "matched_from_storage_mwh": zone.matched_from_storage_mwh,
            "unmatched_mwh": zone.unmatched_mwh,
            "excess_mwh": zone.excess_mwh,
            "curtailed_mwh": zone.curtailed_mwh,
            "charge_mwh": charge,
            "grey_charge_mwh": zone.grey_charge_mwh,
            "discharge_mwh": discharge,
            "grey_discharge_mwh": zone.grey_discharge_mwh,
            "storage_losses_mwh": _storage_losses(ledger, zone.name, steps),
            "sold_mwh": zone.sold_mwh,
            "retail_supply_mwh": zone.retail_supply_mwh,
            "metered_import_mwh": zone.metered_import_mwh,
            **({} if zone.metered_export_mwh is None else {"metered_export_mwh": zone.metered_export_mwh}),
            "grid_cfe_share": _known(zone.grid_cfe_share, steps),
            "credited_grid_cfe_mwh": _known(credited, steps),
            "carbon_intensity_g_per_kwh": _known(zone.carbon_intensity_g_per_kwh, steps),
            "residual_mix_g_per_kwh": _factor(known.residual_mix, steps),
            "fossil_mix_g_per_kwh": _factor(known.fossil_mix, steps),
            "marginal_g_per_kwh": _factor(known.marginal, steps),
            "location_based_kg": _known(None if emitted is None else emitted * KG_PER_TONNE, steps),
            "market_based_kg": market_based_t(facts, ledger, z) * KG_PER_TONNE,
            "data_tier": "+".join(dict.fromkeys(site.data_tier for site in facts.sites if site.zone == z)),
        }
    )


def _storage_losses(ledger: Ledger, zone: str, steps: int) -> FloatArray:
    """Return what storage loses on the energy that it discharges, told in the step of the discharge [MWh]."""
    inside = np.array([account.zone == zone for account in ledger.storage] or [False])[ledger.links.storage]
    lost = (ledger.links.charged_mwh - ledger.links.discharged_mwh)[inside]
    return totals(ledger.links.discharge_step[inside], lost, steps)


def contracts_frame(ledger: Ledger, problem: Problem | None = None, solution: Solution | None = None) -> pd.DataFrame:
    """Return where the generation of each contract went, one row per contract and step.

    Prices, and what is paid in a step, are a plan's to know: they are empty without its problem and solution.
    """
    frames = [
        pd.DataFrame(
            {
                "interval_start_utc": ledger.starts,
                "contract": account.name,
                "zone": account.zone,
                "generation_mwh": account.generation_mwh,
                "curtailed_mwh": account.curtailed_mwh,
                "delivered_mwh": account.delivered_mwh,
                "claimable_mwh": account.claimable_mwh,
                "matched_mwh": account.matched_mwh,
                "matched_from_storage_mwh": account.matched_from_storage_mwh,
                "stored_mwh": account.stored_mwh,
                "excess_mwh": account.excess_mwh,
                **(_unpriced() if problem is None or solution is None else _priced(problem, solution, i)),
            }
        )
        for i, account in enumerate(ledger.contracts)
    ]
    return concat(frames, ["interval_start_utc", "contract", "zone"])


def _priced(problem: Problem, solution: Solution, i: int) -> dict[str, FloatArray]:
    """Return the prices of a contract [currency/MWh], and what is paid in each step [currency]."""
    contract, size = problem.contracts[i], float(solution.contracted_mw[i])
    unused = None if solution.unused_mwh is None else solution.unused_mwh[i]
    paid = payments(contract, size, solution.generation_mwh[i], solution.curtailed_mwh[i], unused)
    due, on_top = contract.compensation_per_mwh, contract.on_top_per_mwh
    told = dict(zip(_PRICES, (contract.price_per_mwh, due, on_top, contract.received_per_mwh, paid), strict=True))
    return told if unused is None else {**told, "unused_mwh": unused}


def _unpriced() -> dict[str, float]:
    return dict.fromkeys(_PRICES, np.nan)


_PRICES: Final = (
    "price_per_mwh",
    "compensation_per_mwh",
    "on_top_per_mwh",
    "reference_price_per_mwh",
    "payment",
)


def claims_frame(ledger: Ledger) -> pd.DataFrame:
    """Return which generation met which load, one row per claim; the storage is empty where the claim is direct."""
    claims = ledger.claims
    contracts = [account.name for account in ledger.contracts]
    return pd.DataFrame(
        {
            "interval_start_utc": ledger.starts[claims.step],
            "zone": _named(claims.contract, [account.zone for account in ledger.contracts]),
            "contract": _named(claims.contract, contracts),
            "storage": _named(claims.storage, [account.name for account in ledger.storage]),
            "production_start_utc": _stamps(claims.production_step, ledger.starts),
            "matched_mwh": claims.matched_mwh,
            "production_mwh": claims.production_mwh,
        }
    )


def links_frame(ledger: Ledger) -> pd.DataFrame:
    """Return which generation each discharge drew on, one row per link; what is not known is empty."""
    links = ledger.links
    return pd.DataFrame(
        {
            "storage": _named(links.storage, [account.name for account in ledger.storage]),
            "contract": _named(links.contract, [account.name for account in ledger.contracts]),
            "production_start_utc": _stamps(links.production_step, ledger.starts),
            "charge_start_utc": _stamps(links.charge_step, ledger.starts),
            "discharge_start_utc": ledger.starts[links.discharge_step],
            "production_mwh": links.production_mwh,
            "charged_mwh": links.charged_mwh,
            "discharged_mwh": links.discharged_mwh,
        }
    )


VALUE, DUAL = "value", "dual"


def vectors_frame(optimum: Optimum) -> pd.DataFrame:
    """Return the values of the columns and the duals of the rows, in the order of the compiled model."""
    kinds = np.array([VALUE, DUAL], dtype=object)
    return pd.DataFrame(
        {
            "vector": np.repeat(kinds, [len(optimum.values), len(optimum.duals)]),
            "number": np.concatenate([optimum.values, optimum.duals]),
        }
    )


def concat(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Return frames one below the other; an empty one with these columns where there are none."""
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _named(numbers: IntArray, names: Sequence[str]) -> np.typing.NDArray[np.object_]:
    """Return names by number; the number -1, which stands for none, is an empty name."""
    return np.array([*names, ""], dtype=object)[numbers]


def _stamps(steps: IntArray, starts: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the starts of steps by number; -1 is no stamp."""
    known = np.append(starts.asi8, pd.NaT.value)
    return pd.DatetimeIndex(known[steps].view(f"M8[{starts.unit}]"), tz="UTC")


def _known(values: FloatArray | None, steps: int) -> FloatArray:
    return np.full(steps, np.nan) if values is None else values


def _factor(factor: Factor | None, steps: int) -> FloatArray:
    return _known(None if factor is None else factor.g_per_kwh, steps)
