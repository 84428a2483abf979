"""What a solution must prove before anyone sees it: its money adds up, and its claim stands on its own."""

from __future__ import annotations

import math

import numpy as np

from carbonmatch.accounting.bill import bill, export_sales, metered_import_of, subscribed_of
from carbonmatch.accounting.pairing import pairing_faults
from carbonmatch.accounting.payment import payment_faults
from carbonmatch.accounting.scope2 import market_based_t
from carbonmatch.accounting.score import score
from carbonmatch.errors import VerificationError
from carbonmatch.records import UNTRACED, Facts, FloatArray, Ledger, Problem, Solution, totals
from carbonmatch.units import (
    BUDGET_TOLERANCE,
    GAP_TOLERANCE,
    LEAST_METERED_MWH,
    MONEY_TOLERANCE,
    PRIMAL_TOLERANCE,
    SCORE_TOLERANCE,
)


def prove(problem: Problem, solution: Solution, ledger: Ledger) -> None:
    """Check a solution against its own accounts (primal and dual proof are the certificate's).

    * money: the cost components add to the objective, and what is paid step by step to what each contract costs;
    * ledgers: energy that is generated, stored, bought and sold adds up to the load in every step, and no storage takes
      up more claims than there are;
    * pairs: a storage beside a plant charges no more than that generates, and both keep to their connection;
    * claim: the recomputed score is not below the model's, and equal to it where no step has both excess and
      unmatched load;
    * target: the recomputed claim meets it, in every group and period that it is asked for;
    * surplus: the recomputed excess respects its limit;
    * budget: the cost, net of sales, keeps to it;
    * bills: what tariffs bill, recomputed from what passed the meters, is what the model pays (to the gap);
    * accounts: see `prove_accounts`.

    Raises:
        VerificationError: anything of this does not hold; the message names all of it.
    """
    faults = [
        *_accounts(problem, ledger),
        *_money(solution),
        *payment_faults(problem, solution),
        *_ledgers(problem, solution, ledger),
        *pairing_faults(problem, solution),
        *_claim(problem, solution, ledger),
        *target_faults(problem, ledger),
        *_surplus(problem, ledger),
        *_budget(problem, solution),
        *_bills(problem, solution),
    ]
    _refuse(faults)


def prove_accounts(problem: Problem, ledger: Ledger) -> None:
    """Check that a ledger adds up in every step, whatever it was made from.

    * load = matched + unmatched, and what is matched is no more than there is;
    * what every contract can claim = matched + stored + excess;
    * claims add up to what is matched, in every zone, and out of every contract;
    * claims of no contract's generation are above what it can claim.

    Raises:
        VerificationError: anything of this does not hold; the message names all of it.
    """
    _refuse(_accounts(problem, ledger))


def prove_carbon(problem: Problem, solution: Solution, ledger: Ledger, facts: Facts) -> None:
    """Check what a target says of emissions against the accounts: market-based, by the draft revision, claim by claim.

    * the accounts count no more than the model does;
    * they keep to the cap;
    * the carbon price is paid on what they count, to the gap that a certificate allows.

    Raises:
        VerificationError: anything of this does not hold; the message names all of it.
    """
    target, counted = problem.target, solution.carbon_t
    if counted is None:
        return
    emitted = sum(float(market_based_t(facts, ledger, z).sum()) for z in range(len(problem.zones)))
    unmatched = sum(
        float(zone.load_mwh @ zone.carbon.unclaimed_t_per_mwh) for zone in problem.zones if zone.carbon is not None
    )
    near = SCORE_TOLERANCE * max(1.0, unmatched)
    faults = []
    if not emitted <= counted + near:
        faults.append(f"the accounts count {emitted:.6f} t, above the model's {counted:.6f} t")
    cap = problem.carbon_cap_t
    if cap is not None and not emitted <= cap + near:
        faults.append(f"the accounts count {emitted:.6f} t, above the carbon cap of {cap:.6f} t")
    if target.carbon_price_per_t is not None:
        paid, due = solution.cost["carbon_price"], target.carbon_price_per_t * emitted
        if not abs(paid - due) <= target.carbon_price_per_t * near + GAP_TOLERANCE * max(1.0, _gross(solution)):
            faults.append(f"the carbon price comes to {due:.6f} on what the accounts count, the model pays {paid:.6f}")
    _refuse(faults)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise VerificationError("The result does not agree with its own accounts:\n" + "\n".join(faults))


def _accounts(problem: Problem, ledger: Ledger) -> list[str]:
    near = max(PRIMAL_TOLERANCE * problem.peak_load_mwh, LEAST_METERED_MWH)
    steps, claims = problem.time.steps, ledger.claims
    faults: list[str] = []

    def check(what: str, off: FloatArray) -> None:
        worst = int(np.abs(off).argmax())
        if not abs(off[worst]) <= near:
            faults.append(f"{what} by {off[worst]:.3g} MWh in step {worst}")

    direct, stored, cancelled = (np.zeros((len(ledger.contracts), steps)) for _ in range(3))
    known = claims.contract != UNTRACED
    for i in range(len(ledger.contracts)):
        mine = claims.contract == i
        out = claims.storage >= 0
        direct[i] = totals(claims.step[mine & ~out], claims.matched_mwh[mine & ~out], steps)
        stored[i] = totals(claims.step[mine & out], claims.matched_mwh[mine & out], steps)
        cancelled[i] = totals(claims.production_step[mine], claims.production_mwh[mine], steps)
    if not known.all():
        faults.append(f"{int((~known).sum())} claims are of no contract")
    for z, zone in enumerate(ledger.zones):
        members = [i for i, contract in enumerate(problem.contracts) if contract.zone == z]
        claimed = (direct[members] + stored[members]).sum(axis=0)
        check(f"load of {zone.name} is off matched + unmatched", zone.load_mwh - zone.matched_mwh - zone.unmatched_mwh)
        check(f"claims in {zone.name} are off what is matched", claimed - zone.matched_mwh)
        check(f"unmatched load of {zone.name} is below zero", np.minimum(zone.unmatched_mwh, 0.0))
        check(f"matched load of {zone.name} is above what there is", np.minimum(zone.excess_mwh, 0.0))
    for i, account in enumerate(ledger.contracts):
        if not problem.contracts[i].eligible:
            continue
        used = account.matched_mwh + account.stored_mwh + account.excess_mwh
        check(f"claimable energy of {account.name} is off matched + stored + excess", account.claimable_mwh - used)
        check(f"claims of {account.name} are off what it matched directly", direct[i] - account.matched_mwh)
        check(
            f"claims of {account.name} are off what storage matched of it", stored[i] - account.matched_from_storage_mwh
        )
        check(
            f"claims of {account.name} are above its claimable energy",
            np.maximum(cancelled[i] - account.claimable_mwh, 0.0),
        )
    return faults


def _money(solution: Solution) -> list[str]:
    total = math.fsum(solution.cost.values())
    if abs(total - solution.objective) <= MONEY_TOLERANCE * max(1.0, _gross(solution)):
        return []
    return [f"cost components add to {total:.6f}, the objective is {solution.objective:.6f}"]


def _budget(problem: Problem, solution: Solution) -> list[str]:
    budget, cost = problem.budget_amount, math.fsum(solution.cost.values())
    if budget is None or cost <= budget + BUDGET_TOLERANCE * max(1.0, _gross(solution)):
        return []
    return [f"cost net of sales is {cost:.6f}, above the budget of {budget:.6f}"]


def _bills(problem: Problem, solution: Solution) -> list[str]:
    due: dict[str, float] = {}
    for s in range(len(problem.sites)):
        imported = metered_import_of(problem, solution.metered_import_mwh, s)
        billed = bill(problem, s, imported, subscribed_of(solution.subscribed_mw, s))
        if "export_sales" in solution.cost and solution.metered_export_mwh is not None:
            billed["export_sales"] = -export_sales(problem, s, solution.metered_export_mwh[s])
        for component, amount in billed.items():
            due[component] = due.get(component, 0.0) + amount
    near = GAP_TOLERANCE * max(1.0, _gross(solution))
    return [
        f"{component} comes to {amount:.6f} on what passed the meters, the model pays {solution.cost[component]:.6f}"
        for component, amount in due.items()
        if not abs(amount - solution.cost[component]) <= near
    ]


def _gross(solution: Solution) -> float:
    """Return what is paid, without what is earned."""
    return sum(max(amount, 0.0) for amount in solution.cost.values())


def _meters(problem: Problem, solution: Solution, near: float) -> list[str]:
    """Return where a meter does not see the load, less what is generated and discharged behind it, plus the charge."""
    faults: list[str] = []
    if solution.metered_import_mwh is None or solution.metered_export_mwh is None:
        return faults
    stored = solution.clean_charge_mwh + solution.grey_charge_mwh
    stored = stored - solution.clean_discharge_mwh - solution.grey_discharge_mwh
    for s, site in enumerate(problem.sites):
        plants = [i for i, contract in enumerate(problem.contracts) if contract.site == s]
        storage = [b for b, terms in enumerate(problem.storage) if terms.site == s]
        behind = stored[storage].sum(axis=0) - solution.generation_mwh[plants].sum(axis=0)
        off = solution.metered_import_mwh[s] - solution.metered_export_mwh[s] - site.load_mwh - behind
        if np.abs(off).max() > near:
            step = int(np.abs(off).argmax())
            faults.append(f"what passed the meter of {site.name} is off by {off[step]:.3g} MWh in step {step}")
        beyond = solution.retail_supply_mwh[s] - solution.metered_import_mwh[s]
        if beyond.max() > near:
            faults.append(f"{site.name} buys {beyond.max():.3g} MWh more at retail than passed its meter")
    return faults


def _ledgers(problem: Problem, solution: Solution, ledger: Ledger) -> list[str]:
    near = PRIMAL_TOLERANCE * problem.peak_load_mwh
    faults = _meters(problem, solution, near)
    for z, zone in enumerate(ledger.zones):
        members = [i for i, contract in enumerate(problem.contracts) if contract.zone == z and contract.site is None]
        supplied = (
            solution.delivered_mwh[members].sum(axis=0)
            + solution.storage_net_delivery_mwh[z]
            + zone.retail_supply_mwh
            - zone.sold_mwh
        )
        off = np.abs(supplied - zone.metered_import_mwh)
        if off.max() > near:
            faults.append(f"energy in {zone.name} is off by {off.max():.3g} MWh in step {int(off.argmax())}")
        storage = [b for b, terms in enumerate(problem.storage) if terms.zone == z]
        moved = (solution.clean_discharge_mwh[storage] - solution.clean_charge_mwh[storage]).sum(axis=0)
        net = zone.generation_mwh + moved
        if net.min() < -near:
            step = int(net.argmin())
            faults.append(
                f"storage in {zone.name} takes up {-net[step]:.3g} MWh more claims than there are in step {step}"
            )
    return faults


def model_score(problem: Problem, ledger: Ledger) -> float:
    """Return the score that the target counts, recomputed from the ledger (with grid credit where it gives that)."""
    scores = score(ledger.zones, problem.time.month_of_step, problem.time.hours_per_step)
    if problem.target.grid_credit and scores.cfe_score is not None:
        return scores.cfe_score
    return scores.hourly_matched_share


def _claim(problem: Problem, solution: Solution, ledger: Ledger) -> list[str]:
    claimed = model_score(problem, ledger)
    faults = []
    if claimed < solution.model_score - SCORE_TOLERANCE:
        faults.append(f"the recomputed score is {claimed:.9f}, below the model's {solution.model_score:.9f}")
    slack = float(np.minimum(solution.excess_mwh, solution.unmatched_mwh).sum()) / problem.total_load_mwh
    if claimed > solution.model_score + slack + SCORE_TOLERANCE:
        faults.append(
            f"the recomputed score is {claimed:.9f}, above the model's {solution.model_score:.9f} by more than the "
            f"{slack:.3g} of hours with both excess and unmatched load"
        )
    return faults


def target_faults(problem: Problem, ledger: Ledger) -> list[str]:
    """Return where a recomputed claim misses a target, in every group and period that it is asked for."""
    target = problem.target
    if target.matching == "none":
        return []
    numbers = range(len(ledger.zones))
    groups = [[z] for z in numbers] if target.per_zone else [list(numbers)]
    months = problem.time.month_of_step
    wanted = [
        (group, target.share(number, sum(float(ledger.zones[z].load_mwh.sum()) for z in group)), "target")
        for number, group in enumerate(groups)
    ]
    wanted += [([z], floor, "floor") for z, floor in enumerate(target.zone_floors) if floor > 0.0]
    faults = []
    for group, asked, kind in wanted:
        zones = tuple(ledger.zones[z] for z in group)
        where = ", ".join(zone.name for zone in zones)
        if target.matching == "hourly":
            scores = score(zones, months, problem.time.hours_per_step)
            reached = scores.cfe_score if target.grid_credit else scores.hourly_matched_share
            reached_by_period = {"the year": 0.0 if reached is None else reached}
        else:
            periods, yearly = {"the year": months >= 0}, sum(zone.yearly_volume_mwh for zone in zones)
            if target.matching == "monthly":
                periods = {label: months == m for m, label in enumerate(problem.time.month_labels)}
            reached_by_period = {
                label: (
                    yearly
                    if target.matching == "annual"
                    else sum(float(zone.contracted_mwh[steps].sum()) for zone in zones)
                )
                / max(sum(float(zone.load_mwh[steps].sum()) for zone in zones), 1e-300)
                for label, steps in periods.items()
                if any(zone.load_mwh[steps].any() for zone in zones)
            }
        faults += [
            f"the {target.matching} {kind} of {asked:.6f} is missed in {where}, {label}: {reached:.9f}"
            for label, reached in reached_by_period.items()
            if reached < asked - SCORE_TOLERANCE
        ]
    return faults


def _surplus(problem: Problem, ledger: Ledger) -> list[str]:
    excess = sum(float(zone.excess_mwh.sum()) for zone in ledger.zones) / problem.total_load_mwh
    if excess <= problem.target.max_surplus_share + SCORE_TOLERANCE:
        return []
    return [f"excess is {excess:.9f} of load, above the limit of {problem.target.max_surplus_share:.6f}"]
