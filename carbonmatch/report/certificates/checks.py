"""Certificates against the rules that they must keep, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.certificates.certify import USES, Certificates
from carbonmatch.accounting.certificates.run_flows import RunFlows
from carbonmatch.errors import VerificationError
from carbonmatch.units import WH_PER_MWH

WHOLE_WH: Final = 1.0 + 1e-3
"""A device may be off by what is cut off to whole watt-hours, and the rounding of sums."""


def check_certificates(certificates: Certificates, flows: RunFlows) -> None:
    """Hold certificates against the standard's rules and against the tables of the run.

    Raises:
        VerificationError: a rule is broken; all that are, are told.
    """
    broken = [what for holds, what in _rules(certificates, flows) if not holds]
    if broken:
        raise VerificationError("The certificates break rules of theirs: " + "; ".join(broken) + ".")


def _rules(made: Certificates, flows: RunFlows) -> Iterator[tuple[bool, str]]:
    bundles, allocations = made.bundles, made.allocations
    yield bool((bundles["quantity"] > 0).all()), "a bundle without energy"
    yield _numbered_without_holes(bundles), "numbers of a device that overlap or leave holes"
    yield _generation_agrees(made, flows), "a device whose certificates are not its generation"
    yield _matched_agrees(made), "matched energy that is neither certified nor told as not certified"
    yield bool((made.not_certified[["discharged_wh", "matched_wh"]] >= 0).all(axis=None)), "negative energy"
    if allocations.empty:
        return
    yield bool((allocations["charge_step"] < allocations["discharge_step"]).all()), "a discharge before its charge"
    yield _ranges_fit(bundles, allocations), "certificates cancelled that are not of the bundle, or cancelled twice"
    yield _cancelled_is_issued(made), "cancelled energy that is not issued energy / efficiency"
    yield _within_records(made), "allocations that exceed their charge or are not their discharge"


def _numbered_without_holes(bundles: pd.DataFrame) -> bool:
    before = bundles.groupby(["is_storage", "device"])["range_end"].shift(1, fill_value=0)
    length = bundles["range_end"] - bundles["range_start"] + 1
    return bool((bundles["range_start"] == before + 1).all() and (length == bundles["quantity"]).all())


def _generation_agrees(made: Certificates, flows: RunFlows) -> bool:
    if not made.contracts:
        return bool(made.bundles.empty)
    sums = flows.contracts.groupby("contract")["claimable_mwh"].sum().reindex(list(made.contracts))
    generated = sums.where(~sums.index.isin(flows.without), 0.0).to_numpy(dtype=float) * WH_PER_MWH
    of_plants = made.bundles[~made.bundles["is_storage"].astype(bool)]
    issued = np.bincount(of_plants["device"], weights=of_plants["quantity"], minlength=len(made.contracts))
    return bool((np.abs(generated - issued) < WHOLE_WH).all())


def _matched_agrees(made: Certificates) -> bool:
    """Say whether what is certified and what is not add up to matched, and what is certified is in the bundles."""
    matched = made.matched
    told = made.not_certified.groupby("zone")["matched_wh"].sum().reindex(matched["zone"], fill_value=0).to_numpy()
    cancelled = made.bundles.loc[made.bundles["use"] == USES.index("matched"), "quantity"].sum()
    adds_up = matched["direct_wh"] + matched["from_storage_wh"] + told == matched["matched_wh"]
    return bool(adds_up.all() and cancelled == (matched["direct_wh"] + matched["from_storage_wh"]).sum())


def _ranges_fit(bundles: pd.DataFrame, allocations: pd.DataFrame) -> bool:
    """Say whether the ranges of each bundle that is cancelled for charges lie end to end and use it up."""
    cancels = allocations[allocations["gc"] > 0].sort_values(["gc", "gc_start"])
    pools = bundles[bundles["use"] == USES.index("storage")].set_index("id")
    if set(cancels["gc"]) != set(pools.index):
        return False
    pool = pools.loc[cancels["gc"]]
    before = cancels.groupby("gc")["gc_end"].shift(1).to_numpy(dtype=float)
    expected = np.where(np.isnan(before), pool["range_start"].to_numpy(), before + 1)
    ends = cancels.groupby("gc")["gc_end"].max()
    return bool(
        (cancels["gc_start"].to_numpy() == expected).all()
        and (ends == pools.loc[ends.index, "range_end"]).all()
        and (cancels["charge_step"].to_numpy() == pool["step"].to_numpy()).all()
        and (cancels["gc_end"] - cancels["gc_start"] + 1 == cancels["cancelled_wh"]).all()
    )


def _cancelled_is_issued(made: Certificates) -> bool:
    """Say whether over the period cancelled = issued / efficiency, for each storage and depth of a chain."""
    sums = made.allocations.groupby(["device", "depth"])[["cancelled_wh", "issued_wh"]].sum()
    efficiency = made.efficiency[sums.index.get_level_values("device")]
    return bool((np.abs(sums["cancelled_wh"] - sums["issued_wh"] / efficiency) < WHOLE_WH).all())


def _within_records(made: Certificates) -> bool:
    allocations, none = made.allocations, made.not_certified
    charged = allocations.groupby(["device", "charge_step"])["cancelled_wh"].sum()
    charges = made.charges.set_index(["device", "step"])["energy"]
    issued = allocations.groupby(["device", "discharge_step"])["issued_wh"].sum()
    rest = none[none["device"] >= 0].groupby(["device", "discharge_step"])["discharged_wh"].sum()
    discharged = issued.add(rest, fill_value=0)
    discharges = made.discharges.set_index(["device", "step"])["energy"]
    discharged = discharged[discharged > 0]
    return bool(
        (charged <= charges.reindex(charged.index, fill_value=0)).all()
        and issued.index.isin(discharges.index).all()
        and len(discharged) == len(discharges)
        and (discharged.to_numpy() == discharges.reindex(discharged.index).to_numpy()).all()
    )
