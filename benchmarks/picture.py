"""Draw what was measured: `python benchmarks/picture.py RESULTS.json PICTURE.png`. Needs the extra `figures`.

Left: CPU time of every contestant on the Frankfurt year. Right: how CPU time grows with the hours of the case.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import matplotlib.pyplot as plt
import report
from matplotlib.axes import Axes

INK, QUIET = "#1f2933", "#9aa5b1"
# of Okabe and Ito, who chose them so that colour-blind readers can tell them apart
COLOURS: Final = {"carbonmatch": "#0072b2", "bare": "#56b4e9", "PyPSA": "#d55e00"}
MARKERS: Final = {"HiGHS": "o", "Clarabel": "s"}


def colour(contestant: str) -> str:
    """Return the colour of the kind of contestant."""
    return next(shade for word, shade in COLOURS.items() if word in contestant)


def draw(results: dict[str, Any], picture: Path) -> None:
    """Draw both parts to a PNG file."""
    plt.rcParams.update({"font.size": 10, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": QUIET})
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained", width_ratios=[1.15, 1])
    draw_base(left, results.get("base"))
    draw_growth(right, results.get("hours"))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=110, metadata={"Software": "carbonmatch"})


def draw_base(axes: Axes, section: dict[str, Any] | None) -> None:
    """Draw a bar per contestant, the least CPU time on top."""
    axes.set_title("One case, one optimum", loc="left", fontweight="bold")
    if section is None or not section["measurements"]:
        return
    size = report.sizes(section)[0]
    seconds = {name: report.median(section, size, name, "cpu_seconds") or 0.0 for name in report.contestants(section)}
    names = sorted(seconds, key=lambda name: -seconds[name])
    bars = axes.barh(names, [seconds[name] for name in names], color=[colour(name) for name in names])
    axes.bar_label(bars, [report.number(seconds[name]) for name in names], padding=3)
    axes.set_xlim(0.0, 1.15 * max(seconds.values()))
    axes.set_xlabel(f"CPU seconds: {size.label}")


def draw_growth(axes: Axes, section: dict[str, Any] | None) -> None:
    """Draw a line per contestant over the hours of the case, both axes logarithmic: a slope of 1 is linear growth."""
    axes.set_title("Growth with hours", loc="left", fontweight="bold")
    if section is None or not section["measurements"]:
        return
    for name in report.contestants(section):
        points = report.along(section, report.of_size(section, name, "cpu_seconds"))
        fit = report.growth(points)
        marker = next(shape for word, shape in MARKERS.items() if word in name)
        line = "--" if "no presolve" in name else "-"
        label = name if fit is None else f"{name}: exponent {fit:.2f}"
        axes.plot(*zip(*points, strict=True), color=colour(name), marker=marker, linestyle=line, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    hours = [size.hours for size in report.sizes(section)]
    axes.set_xticks(hours, [f"{each:,}" for each in hours])
    axes.minorticks_off()
    axes.set_xlabel("hours of the case")
    axes.set_ylabel("CPU seconds")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.15))


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
