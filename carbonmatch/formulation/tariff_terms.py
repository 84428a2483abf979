"""From the grid supply of a case to what its tariff bills, as the few arrays that the model knows."""

from __future__ import annotations

import math

import numpy as np

from carbonmatch.case import Grid
from carbonmatch.records import CoincidentPeak, DemandCharge, FloatArray, Subscription, Tariff
from carbonmatch.timegrid import TimeGrid
from carbonmatch.units import KW_PER_MW


def tariff_of(grid: Grid, spot_price: FloatArray | None, axis: TimeGrid) -> Tariff:
    """Return what a grid supply bills on metered import.

    Monthly amounts count by the calendar months that the horizon covers, part months by their hours; yearly ones by
    hours / hours of the year.
    """
    adders = [adder.on(spot_price) for adder in grid.adders_per_mwh.values()]
    peak, subscribed, fixed = grid.coincident_peak, grid.subscribed, grid.fixed_charge_per_month
    return Tariff(
        adders_per_mwh=np.sum(adders, axis=0) if adders else None,
        demand_charges=demand_charges(grid, axis),
        coincident_peak=None
        if peak is None
        else CoincidentPeak(peak.share, peak.per_kw_year * KW_PER_MW * axis.year_fraction),
        subscription=None
        if subscribed is None
        else Subscription(
            subscribed.mw, subscribed.charge_per_mw_year * axis.year_fraction, subscribed.excess_penalty_per_mwh
        ),
        fixed_charge=None if fixed is None else fixed * float(axis.month_fractions.sum()),
        export_price_per_mwh=None if grid.export_price is None else grid.export_price.on(spot_price),
        export_limit_mw=math.inf if grid.export_limit_mw is None else grid.export_limit_mw,
    )


def demand_charges(grid: Grid, axis: TimeGrid) -> tuple[DemandCharge, ...]:
    """Return the demand charges of a grid supply, month by month."""
    capacity = grid.contract_capacity
    shared = 0.0 if capacity is None else capacity.mw * capacity.minimum_billing_share
    calendar = np.array([int(label.split("-")[1]) for label in axis.month_labels])
    charges = []
    for name, charge in grid.demand_charges.items():
        due = np.ones(len(calendar), dtype=bool) if charge.months is None else np.isin(calendar, charge.months)
        charges.append(
            DemandCharge(
                name=name,
                counts=charge.steps(axis),
                amount_per_mw=due * charge.per_kw_month * KW_PER_MW * axis.month_fractions,
                ratchet_share=charge.ratchet_share,
                look_back_months=charge.months_back if charge.ratchet_share > 0.0 else 0,
                least_mw=max(charge.billed_min_mw, shared if charge.minimum_billing else 0.0),
                peak_before_mw=charge.peak_before_mw,
            )
        )
    return tuple(charges)
