"""What the tariff of a site bills on its metered import: adders, demand charges, coincident peak, subscribed power."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyomo.core as pyo

from carbonmatch.components import TARIFF_COMPONENTS
from carbonmatch.formulation.terms import Flow, is_constant, linear_sum, size_variable
from carbonmatch.records import (
    DemandCharge,
    FloatArray,
    Problem,
    SiteTerms,
    Subscription,
    TimeTerms,
    billed_peaks_mw,
    excess_mwh,
)


def tariff_components(problem: Problem) -> list[str]:
    """Return the cost components that the tariffs of a case bill."""
    tariffs = [site.tariff for site in problem.sites]
    billed = {
        "grid_adders": any(tariff.adders_per_mwh is not None for tariff in tariffs),
        "demand_charges": any(tariff.demand_charges for tariff in tariffs),
        "coincident_peak": any(tariff.coincident_peak is not None for tariff in tariffs),
        "subscribed_capacity": any(tariff.subscription is not None for tariff in tariffs),
        "grid_fixed": any(tariff.fixed_charge is not None for tariff in tariffs),
    }
    return [component for component in TARIFF_COMPONENTS if billed[component]]


def add_tariff(block: pyo.Block, site: SiteTerms, time: TimeTerms, metered_import: Flow) -> None:
    """Add what a site is billed for beside energy; `block.bill[component]` holds the costs.

    metered_import   [MWh per step] numbers where nothing stands behind the meter: it is the load, all charges on it are
                     constants, and nothing but subscribed power is left to choose
    """
    tariff = site.tariff
    bill: dict[str, pyo.Expression] = {}
    if tariff.adders_per_mwh is not None:
        bill["grid_adders"] = priced(tariff.adders_per_mwh, metered_import)
    if tariff.demand_charges:
        bill["demand_charges"] = add_demand_charges(block, site, time, metered_import)
    if tariff.coincident_peak is not None:
        amount = tariff.coincident_peak.amount_per_mw / time.hours_per_step
        bill["coincident_peak"] = priced(amount * tariff.coincident_peak.share, metered_import)
    if tariff.subscription is not None:
        bill["subscribed_capacity"] = add_subscription(block, tariff.subscription, time, metered_import)
    if tariff.fixed_charge is not None:
        bill["grid_fixed"] = tariff.fixed_charge
    block.bill = pyo.Expression(list(bill), rule=lambda _, component: bill[component])


def priced(price: FloatArray, flow: Flow) -> pyo.Expression:
    """Return sum_t price[t] * flow[t] [currency]; a number where the flow is."""
    if is_constant(flow):
        return float(price @ np.array(flow, dtype=float))
    return linear_sum(price.tolist(), flow)


def add_demand_charges(block: pyo.Block, site: SiteTerms, time: TimeTerms, metered_import: Flow) -> pyo.Expression:
    """Bill the largest metered import of every month, for each demand charge d; return what it costs [currency].

    metered_import[t] <= billed_peak_mw[d,m(t)] * h                     [MWh per step], steps that count
    billed_peak_mw[d,m] >= least_mw[d]                                  [MW]
    ratchet_share * measured_peak_mw[d,m'] <= billed_peak_mw[d,m]       [MW], months m' that are looked back at
    cost = sum_d sum_m amount[d,m] * billed_peak_mw[d,m]                [currency]

    least_mw   the least that is billed: of the charge, of the contract capacity, of a peak before the horizon
    With a ratchet, `measured_peak_mw` takes the place of `billed_peak_mw` in the first row, and is at most it.
    """
    charges = site.tariff.demand_charges
    if is_constant(metered_import):
        load = np.array(metered_import, dtype=float)
        return sum(
            float(charge.amount_per_mw @ billed_peaks_mw(charge, load, time.month_of_step, time.hours_per_step))
            for charge in charges
        )
    of = {charge.name: charge for charge in charges}
    due = [(charge.name, month) for charge in charges for month in charge.months_due]
    block.billed_peak_mw = pyo.Var(due, bounds=lambda _, name, month: (of[name].floor_mw(month), None))
    ratcheted = [(name, month) for name, month in due if of[name].ratchet_share > 0.0]
    measured = block.billed_peak_mw
    if ratcheted:
        block.measured_peak_mw = pyo.Var(ratcheted, bounds=(0.0, None))
        add_ratchet(block, [of[name] for name in dict.fromkeys(name for name, _ in ratcheted)])
    hours = time.hours_per_step

    def billed_peak(_: pyo.Block, name: str, t: int) -> pyo.Expression:
        month = int(time.month_of_step[t])
        peaks = block.measured_peak_mw if of[name].ratchet_share > 0.0 else measured
        return metered_import[t] - hours * peaks[name, month] <= 0.0

    block.billed_peak = pyo.Constraint(list(_counted(charges, time)), rule=billed_peak)
    amounts = [float(of[name].amount_per_mw[month]) for name, month in due]
    return linear_sum(amounts, [block.billed_peak_mw[key] for key in due])


def _counted(charges: tuple[DemandCharge, ...], time: TimeTerms) -> Iterator[tuple[str, int]]:
    """Yield (charge, step) of every step that counts, in a month in which the charge is due."""
    for charge in charges:
        due = charge.counts & (charge.amount_per_mw > 0.0)[time.month_of_step]
        yield from ((charge.name, int(t)) for t in np.flatnonzero(due))


def add_ratchet(block: pyo.Block, charges: list[DemandCharge]) -> None:
    """Bill at least a share of the peaks of earlier months.

    ratchet_share * measured_peak_mw[d,m'] <= billed_peak_mw[d,m]       [MW], months m' that are looked back at
    measured_peak_mw[d,m] <= billed_peak_mw[d,m]

    Months before the horizon are the last ones of it, as the year before is taken to be like this one, unless the case
    gives their peak.
    """
    of = {charge.name: charge for charge in charges}
    measured, billed = block.measured_peak_mw, block.billed_peak_mw
    pairs = [
        (name, month, before)
        for name, charge in of.items()
        for month in charge.months_due
        for before in [month, *(b for b in charge.looked_back_at(month) if (name, b) in measured)]
    ]

    def ratchet(_: pyo.Block, name: str, month: int, before: int) -> pyo.Expression:
        share = 1.0 if before == month else of[name].ratchet_share
        return share * measured[name, before] - billed[name, month] <= 0.0

    block.ratchet = pyo.Constraint(pairs, rule=ratchet)


def add_subscription(
    block: pyo.Block, subscription: Subscription, time: TimeTerms, metered_import: Flow
) -> pyo.Expression:
    """Subscribe for power, and pay for import above it; return what both cost [currency].

    metered_import[t] - excess[t] <= subscribed_mw * h                  [MWh per step]
    cost = charge * year_fraction * subscribed_mw + sum_t excess_penalty * excess[t]
    """
    held, hours, penalty = subscription.mw, time.hours_per_step, subscription.excess_penalty_per_mwh
    if held is not None and is_constant(metered_import):
        above = excess_mwh(held, np.array(metered_import, dtype=float), hours)
        return subscription.amount_per_mw * held + penalty * float(above.sum())
    block.subscribed_mw = size_variable(0.0, np.inf) if held is None else size_variable(held, held)
    block.excess_mwh = pyo.Var(range(time.steps), bounds=(0.0, None))
    excess, subscribed = block.excess_mwh, block.subscribed_mw
    block.subscribed_limit = pyo.Constraint(
        range(time.steps), rule=lambda _, t: metered_import[t] - excess[t] - hours * subscribed <= 0.0
    )
    return subscription.amount_per_mw * subscribed + linear_sum([penalty] * time.steps, list(excess.values()))


def subscribed_mw(model: pyo.Block, problem: Problem) -> FloatArray | None:
    """Return the subscribed power of every site of a model that has its values, (sites,) [MW]; None where none has."""
    if all(site.tariff.subscription is None for site in problem.sites):
        return None
    blocks = [model.site[site.name] for site in problem.sites]
    held = [np.nan if site.tariff.subscription is None else site.tariff.subscription.mw for site in problem.sites]
    return np.array(
        [
            block.subscribed_mw.value if hasattr(block, "subscribed_mw") else mw
            for block, mw in zip(blocks, held, strict=True)
        ],
        dtype=float,
    )
