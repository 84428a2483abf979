"""The months of a run: the hourly ledger summed by the months of the case's own clock."""

from __future__ import annotations

import pandas as pd

from carbonmatch.runfolder import RunFolder


def local_starts(hourly: pd.DataFrame, timezone: str) -> pd.Series:
    """Return the start of every row on the clock of the case; in autumn one hour is there twice."""
    starts: pd.Series = hourly["interval_start_utc"].dt.tz_convert(timezone).dt.tz_localize(None)
    return starts


def is_summed(name: str) -> bool:
    """Tell whether a column holds amounts per step, and not prices, shares or rates."""
    return name.endswith(("_mwh", "_kg")) and not name.endswith("_per_mwh")


def monthly_table(run: RunFolder, hourly: pd.DataFrame) -> pd.DataFrame:
    """Return one row per zone and month: what is counted per step, summed, and the share of load that is matched.

    A month in which a number is not known in some step has no sum of it.
    """
    summed = [name for name in hourly.columns if is_summed(name)]
    month = local_starts(hourly, run.summary["period"]["timezone"]).dt.strftime("%Y-%m").rename("month")
    grouped = hourly[summed].groupby([hourly["zone"], month], sort=False)
    months: pd.DataFrame = grouped.agg(_whole_sum).reset_index()
    load = months["load_mwh"].where(months["load_mwh"] > 0.0)
    months["hourly_matched_share"] = months["matched_mwh"] / load
    return months


def _whole_sum(values: pd.Series) -> float:
    return float(values.sum(skipna=False))
