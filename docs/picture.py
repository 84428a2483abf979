"""Draw the picture of the README from a run folder: `python docs/picture.py RUN docs/frankfurt-2018.png`.

Above: the share of load matched, by month and hour of day. Below: the week with the least of it. Needs the extra
`figures`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

TIMEZONE = "Europe/Berlin"
INK, QUIET = "#1f2933", "#9aa5b1"
# of Okabe and Ito, who chose them so that colour-blind readers can tell them apart
MATCHED, STORED, UNMATCHED, EXCESS = "#0072b2", "#56b4e9", "#d55e00", "#e0e4e8"


def draw(run: Path, picture: Path) -> None:
    """Draw one run folder to a PNG file."""
    hourly = pd.read_parquet(run / "hourly.parquet").set_index("interval_start_utc").tz_convert(TIMEZONE)
    plt.rcParams.update({"font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": QUIET})
    figure, (above, below) = plt.subplots(2, 1, figsize=(9, 6.4), layout="constrained", height_ratios=[1, 1.1])

    by_hour = hourly.groupby([hourly.index.month, hourly.index.hour])[["matched_mwh", "load_mwh"]].sum()
    share = (by_hour["matched_mwh"] / by_hour["load_mwh"]).unstack() * 100
    image = above.imshow(share, aspect="auto", cmap="cividis", vmin=np.floor(share.min().min() / 10) * 10, vmax=100)
    above.set_yticks(range(12), ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
    above.set_xticks(range(0, 24, 3), [f"{hour:02d}:00" for hour in range(0, 24, 3)])
    above.set_title("Share of load matched, by month and hour of day (local time)", loc="left", fontweight="bold")
    figure.colorbar(image, ax=above, label="matched, % of load", pad=0.01)

    matched = hourly["matched_mwh"].rolling(168).sum()
    end = int(np.nanargmin(matched.to_numpy()))
    week = hourly.iloc[end - 167 : end + 1]
    direct = week["matched_mwh"] - week["matched_from_storage_mwh"]
    below.stackplot(
        week.index,
        direct,
        week["matched_from_storage_mwh"],
        week["unmatched_mwh"],
        step="post",
        colors=[MATCHED, STORED, UNMATCHED],
        labels=["matched directly", "matched from storage", "unmatched: bought from the grid"],
    )
    top = week["load_mwh"] + week["excess_mwh"]
    below.fill_between(week.index, week["load_mwh"], top, step="post", color=EXCESS, label="excess: sold")
    below.plot(week.index, week["load_mwh"], color=INK, linewidth=1.2, label="load")
    below.set_ylabel("MWh per hour")
    below.set_ylim(0, None)
    below.margins(x=0)
    below.xaxis.set_major_formatter(plt.matplotlib.dates.DateFormatter("%a %d %b", tz=TIMEZONE))
    below.xaxis.set_major_locator(plt.matplotlib.dates.DayLocator(tz=TIMEZONE))
    below.set_title("The hardest week", loc="left", fontweight="bold")
    below.legend(ncols=3, loc="upper left", frameon=False, bbox_to_anchor=(0, -0.1))
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=110, metadata={"Software": "carbonmatch"})


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
