"""Plan against actual: by how much what is matched has changed, hour by hour, and what changed it.

    matched = min(max(generation + storage, 0), load)        storage: clean discharge - clean charge

Plan and actual differ in three causes: load, generation, storage. Replacing the plan's by the actual ones, one after
another, changes matched step by step; how much each cause adds depends on the order. The mean over the six orders
(Shapley) does not, and the three parts add up to the change in every step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.records import FloatArray

CAUSES: Final = ("load", "generation", "storage")

HOURS_TOLD: Final = 10
"""So many of the steps that fell furthest behind the plan are named in the summary; the table holds them all."""


@dataclass(frozen=True)
class Balance:
    """What a plan, or a metered period, had in every zone and step, (zones, steps) [MWh per step].

    storage_mwh   clean discharge - clean charge
    """

    load_mwh: FloatArray
    generation_mwh: FloatArray
    storage_mwh: FloatArray

    @property
    def matched_mwh(self) -> FloatArray:
        """What is matched."""
        return matched(self.load_mwh, self.generation_mwh, self.storage_mwh)


def matched(load: FloatArray, generation: FloatArray, storage: FloatArray) -> FloatArray:
    """Return min(max(generation + storage, 0), load)."""
    least: FloatArray = np.minimum(np.maximum(generation + storage, 0.0), load)
    return least


def change_by_cause(plan: Balance, actual: Balance) -> dict[str, FloatArray]:
    """Return how much of the change of matched each cause brought, (zones, steps); they add up to the change."""
    before = (plan.load_mwh, plan.generation_mwh, plan.storage_mwh)
    after = (actual.load_mwh, actual.generation_mwh, actual.storage_mwh)
    parts = {cause: np.zeros_like(plan.load_mwh) for cause in CAUSES}
    orders = list(permutations(range(len(CAUSES))))
    for order in orders:
        state = list(before)
        so_far = matched(*state)
        for number in order:
            state[number] = after[number]
            now = matched(*state)
            parts[CAUSES[number]] += (now - so_far) / len(orders)
            so_far = now
    return parts


def reconciliation_frame(
    starts: pd.DatetimeIndex, zones: Sequence[str], plan: Balance, actual: Balance
) -> pd.DataFrame:
    """Return plan and actual with the change by cause, one row per zone and step, MWh per step."""
    parts = change_by_cause(plan, actual)
    frames = []
    for z, zone in enumerate(zones):
        columns: dict[str, Any] = {"interval_start_utc": starts, "zone": zone}
        for name, value in (
            ("load_mwh", lambda balance: balance.load_mwh),
            ("generation_mwh", lambda balance: balance.generation_mwh),
            ("storage_net_mwh", lambda balance: balance.storage_mwh),
            ("matched_mwh", lambda balance: balance.matched_mwh),
            ("unmatched_mwh", lambda balance: balance.load_mwh - balance.matched_mwh),
        ):
            columns |= _both(name, plan, actual, value, z)
        columns["matched_change_mwh"] = columns["actual_matched_mwh"] - columns["plan_matched_mwh"]
        columns |= {f"matched_change_by_{cause}_mwh": parts[cause][z] for cause in CAUSES}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _both(
    name: str, plan: Balance, actual: Balance, value: Callable[[Balance], FloatArray], z: int
) -> dict[str, FloatArray]:
    return {f"plan_{name}": value(plan)[z], f"actual_{name}": value(actual)[z]}


def reconciliation_summary(
    frame: pd.DataFrame,
    month_of_step: Sequence[str],
    plan_generation_mwh: Mapping[str, float],
    actual_generation_mwh: Mapping[str, float],
) -> dict[str, Any]:
    """Return the totals of a reconciliation: by cause, by contract, by month, and the steps furthest behind the plan.

    month_of_step         name of the local month of every step
    ..._generation_mwh    by contract, over the steps
    """
    columns = [name for name in frame.columns if name.endswith("_mwh")]
    total = frame[columns].sum()
    months = frame[columns].groupby(np.tile(np.asarray(month_of_step), frame["zone"].nunique())).sum()
    behind = frame[frame["matched_change_mwh"] < 0.0].nsmallest(HOURS_TOLD, "matched_change_mwh", keep="first")
    return {
        "plan_matched_share": _share(total["plan_matched_mwh"], total["plan_load_mwh"]),
        "actual_matched_share": _share(total["actual_matched_mwh"], total["actual_load_mwh"]),
        **{name: float(total[name]) for name in columns if name.startswith(("plan_", "actual_"))},
        "matched_change_mwh": float(total["matched_change_mwh"]),
        "causes": _causes(total),
        "zones": {
            str(zone): {name: float(rows[name].sum()) for name in columns}
            for zone, rows in frame.groupby("zone", sort=False)
        },
        "contracts": [
            {
                "contract": name,
                "plan_generation_mwh": planned,
                "actual_generation_mwh": actual_generation_mwh[name],
                "change_mwh": actual_generation_mwh[name] - planned,
                "change_share": (actual_generation_mwh[name] - planned) / planned if planned > 0.0 else None,
            }
            for name, planned in plan_generation_mwh.items()
        ],
        "months": [
            {
                "month": str(month),
                "plan_matched_share": _share(row["plan_matched_mwh"], row["plan_load_mwh"]),
                "actual_matched_share": _share(row["actual_matched_mwh"], row["actual_load_mwh"]),
                "matched_change_mwh": float(row["matched_change_mwh"]),
                "causes": _causes(row),
            }
            for month, row in months.iterrows()
        ],
        "hours_furthest_behind": [
            {
                "interval_start_utc": row["interval_start_utc"].isoformat(),
                "zone": row["zone"],
                "matched_change_mwh": float(row["matched_change_mwh"]),
                "causes": _causes(row),
            }
            for _, row in behind.iterrows()
        ],
        "note": (
            "matched = min(max(generation + storage, 0), load) in every zone and step; its change is shared among the "
            "three causes by the mean over the six orders in which they can be replaced. A change of load adds to "
            "unmatched what it does not add to matched."
        ),
    }


def _causes(row: pd.Series[Any]) -> list[dict[str, Any]]:
    """Return the change of matched and of unmatched load by cause: load = matched + unmatched."""
    load_change = float(row["actual_load_mwh"] - row["plan_load_mwh"])
    changes = {cause: float(row[f"matched_change_by_{cause}_mwh"]) for cause in CAUSES}
    return [
        {
            "cause": cause,
            "matched_mwh": change,
            "unmatched_mwh": (load_change if cause == "load" else 0.0) - change,
        }
        for cause, change in changes.items()
    ]


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0.0 else 1.0
