"""The bill of a site, recomputed from what passed its meter by code that does not know the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from carbonmatch.records import FloatArray, Problem, billed_peaks_mw, excess_mwh


def metered_import_of(problem: Problem, metered_import_mwh: FloatArray | None, s: int) -> FloatArray:
    """Return what passed the meter of a site [MWh per step]: its load where nothing stands behind any meter."""
    return problem.sites[s].load_mwh if metered_import_mwh is None else metered_import_mwh[s]


def bill(problem: Problem, s: int, metered_import_mwh: FloatArray, subscribed_mw: float | None) -> dict[str, float]:
    """Return what the tariff of a site bills, by cost component [currency over the horizon].

    subscribed_mw   as it was chosen; None where no power is subscribed
    """
    site, time = problem.sites[s], problem.time
    tariff, hours = site.tariff, time.hours_per_step
    billed: dict[str, float] = {}
    if tariff.adders_per_mwh is not None:
        billed["grid_adders"] = float(tariff.adders_per_mwh @ metered_import_mwh)
    if tariff.demand_charges:
        billed["demand_charges"] = sum(
            float(charge.amount_per_mw @ billed_peaks_mw(charge, metered_import_mwh, time.month_of_step, hours))
            for charge in tariff.demand_charges
        )
    if tariff.coincident_peak is not None:
        peak = float(tariff.coincident_peak.share @ metered_import_mwh) / hours
        billed["coincident_peak"] = tariff.coincident_peak.amount_per_mw * peak
    if tariff.subscription is not None and subscribed_mw is not None:
        above = float(excess_mwh(subscribed_mw, metered_import_mwh, hours).sum())
        billed["subscribed_capacity"] = (
            tariff.subscription.amount_per_mw * subscribed_mw + tariff.subscription.excess_penalty_per_mwh * above
        )
    if tariff.fixed_charge is not None:
        billed["grid_fixed"] = tariff.fixed_charge
    return billed


def export_sales(problem: Problem, s: int, metered_export_mwh: FloatArray) -> float:
    """Return what leaves through the meter of a site earns [currency over the horizon]."""
    price = problem.sites[s].tariff.export_price_per_mwh
    return 0.0 if price is None else float(price @ metered_export_mwh)


def bill_summary(
    problem: Problem, s: int, metered_import_mwh: FloatArray, subscribed_mw: float | None
) -> dict[str, Any]:
    """Return what a tariff bills and the quantities that it is billed on; empty where nothing is billed beside energy.

    billed_peak_mw        by demand charge and calendar month, in which it is due
    coincident_peak_mw    mean import in the steps in which the system peaked
    subscribed_mw, above_subscribed_mwh
    charges               by cost component [currency over the horizon]
    """
    tariff, time = problem.sites[s].tariff, problem.time
    if not tariff.bills_import:
        return {}
    told: dict[str, Any] = {}
    if tariff.demand_charges:
        told["billed_peak_mw"] = {}
    for charge in tariff.demand_charges:
        peaks = billed_peaks_mw(charge, metered_import_mwh, time.month_of_step, time.hours_per_step)
        told["billed_peak_mw"][charge.name] = {
            time.month_labels[month]: float(peaks[month]) for month in charge.months_due
        }
    if tariff.coincident_peak is not None:
        told["coincident_peak_mw"] = float(tariff.coincident_peak.share @ metered_import_mwh) / time.hours_per_step
    if tariff.subscription is not None and subscribed_mw is not None:
        told["subscribed_mw"] = subscribed_mw
        told["above_subscribed_mwh"] = float(excess_mwh(subscribed_mw, metered_import_mwh, time.hours_per_step).sum())
    told["charges"] = bill(problem, s, metered_import_mwh, subscribed_mw)
    return told


def subscribed_of(subscribed_mw: FloatArray | None, s: int) -> float | None:
    """Return the subscribed power of a site [MW]; None where it has none."""
    return None if subscribed_mw is None or np.isnan(subscribed_mw[s]) else float(subscribed_mw[s])
