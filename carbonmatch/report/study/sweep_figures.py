"""The figures of a sweep: which of them its keys allow, and what is seen in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from carbonmatch.report.numbers import share
from carbonmatch.report.overview.sweep import BASELINE_WORDS, CFE, key_text, value_text
from carbonmatch.report.page.figure import Figure
from carbonmatch.report.study import tables
from carbonmatch.report.study.across import Across, value_in
from carbonmatch.report.study.curves import HELD_SLOTS, Curve, Knee, Level, curve_figure, curve_of, margin_figure
from carbonmatch.report.study.grid import Grid, grid
from carbonmatch.report.study.page import Smalls
from carbonmatch.report.study.record import GROSS, NET, Row, asked_load, net_of, number_in
from carbonmatch.report.study.sizes import size_figures
from carbonmatch.report.study.stacks import BarLabel, Bars, cost_bars, cost_columns
from carbonmatch.report.study.sweep import Sweep, named

MOST_COLUMNS: Final = 26
"""More columns than this are slivers on a telephone; the table has them all."""

_LEVEL_SLOTS: Final = {"annual-100": "vermilion", "no-target": "stone"}


def groups(sweep: Sweep) -> list[tuple[str, str, Sequence[Row]]]:
    """Return the points by the value of the other key, each with a name and a colour; one group where there is none.

    Empty where the other key has more values than there are colours.
    """
    other = sweep.other
    if other is None:
        return [("", "", sweep.rows.met)]
    if len(other["values"]) > len(HELD_SLOTS):
        return []
    found: list[tuple[str, str, Sequence[Row]]] = []
    for value, slot in zip(other["values"], HELD_SLOTS, strict=False):
        members = [row for row in sweep.rows.met if value_in(row, other["key"]) == value]
        found.append((named(other["key"], value_text(other["key"], value)), slot, members))
    return found


# --- cost -------------------------------------------------------------------------------------------------------------


def cost(sweep: Sweep) -> Figure | Bars | None:
    """Return cost over what is varied: curves over numbers, bars for words; None where there is nothing to see."""
    across, price = sweep.across, sweep.rows.units.price
    if len(sweep.rows.met) < 2:
        return None
    if across is None:
        return _cost_bars(sweep) if len(sweep.axes) == 1 else None
    if sweep.other is not None:
        curves = [curve_of(across, rows, NET, name, slot) for name, slot, rows in groups(sweep)]
        if not curves:
            return None
        readouts = _readouts(across, curves, price.text)
        levels: list[Level] = []
    else:
        curves = [curve_of(across, sweep.rows.met, NET, "net of sales", "accent")]
        if any(price.text(row[NET]) != price.text(row[GROSS]) for row in sweep.rows.met):
            curves.append(curve_of(across, sweep.rows.met, GROSS, "gross", "ink", style="dash"))
        readouts = {float(value_in(row, across.key)): _point_text(sweep, row) for row in sweep.rows.met}
        levels = _levels(sweep)
    knee, free = (_knee(sweep), _free(sweep, across)) if sweep.over_targets else (None, None)
    missed = {float(value_in(row, across.key)) for row in sweep.missed} - {x for c in curves for x, _ in c.points}
    return curve_figure(
        across,
        curves,
        name="cost-curve",
        title=f"Cost of load over {_over(sweep, across)}",
        caption=_cost_caption(sweep),
        unit=f"{price.unit} of load{', net of sales' if sweep.other is not None else ''}",
        readouts=readouts,
        levels=levels,
        knee=knee,
        free_up_to=free,
        missed=sorted(missed),
    )


def _over(sweep: Sweep, across: Across) -> str:
    beside = f", by {key_text(sweep.other['key'])}" if sweep.other is not None else ""
    return f"{'the target' if across.key == CFE else across.title}{beside}"


def _readouts(across: Across, curves: Sequence[Curve], text: Any) -> dict[float, str]:
    values = sorted({x for curve in curves for x, _ in curve.points})
    return {
        x: f"{across.text(x)}: "
        + "; ".join(f"{curve.name}: {text(dict(curve.points)[x])}" for curve in curves if x in dict(curve.points))
        for x in values
    }


def _point_text(sweep: Sweep, row: Row) -> str:
    price = sweep.rows.units.price
    told = f"{sweep.label(row)}: {price.with_unit(net_of(row))} net of sales, {price.text(number_in(row, GROSS))} gross"
    for over in sweep.rows.over:
        premium = over.per_mwh(row)
        if premium is not None:
            told += f"; {tables.signed(price.text)(premium)} over {over.word}"
    return told


def _levels(sweep: Sweep) -> list[Level]:
    """Return the baselines as lines, where they are of the same load."""
    loads = {asked_load(row) for row in sweep.rows.met}
    return [
        Level(
            f"{BASELINE_WORDS.get(row['point'], row['point'])}: {sweep.rows.units.price.text(net_of(row))}",
            net_of(row),
            _LEVEL_SLOTS.get(row["point"], "stone"),
        )
        for row in sweep.baselines
        if loads == {asked_load(row)}
    ]


def slopes_at_knee(frontier: Mapping[str, Any]) -> tuple[float, float]:
    """Return d(cost per MWh of load) / d(target) before the knee and after it."""
    places = frontier["places"]
    index = next(i for i, place in enumerate(places) if place["cfe"] == frontier["knee"])
    return float(places[index - 1]["slope_per_mwh"]), float(places[index]["slope_per_mwh"])


def _knee(sweep: Sweep) -> Knee | None:
    (frontier,) = sweep.frontiers
    if frontier["knee"] is None:
        return None
    place = next(place for place in frontier["places"] if place["cfe"] == frontier["knee"])
    return Knee(place["cfe"], place["net_per_mwh"], f"knee: {value_text(CFE, place['cfe'])}")


def _free(sweep: Sweep, across: Across) -> tuple[float, str] | None:
    (frontier,) = sweep.frontiers
    free = frontier["free_up_to"]
    if free is None or free < across.values[0]:
        return None
    return min(free, across.values[-1]), f"costs nothing up to {share(free)}"


def _cost_caption(sweep: Sweep) -> str:
    price = sweep.rows.units.price
    cheapest, dearest = sweep.rows.cheapest, sweep.rows.dearest
    told = (
        f"Net of sales, cost goes from {price.text(net_of(cheapest))} at {sweep.label(cheapest)} to "
        f"{price.with_unit(net_of(dearest))} at {sweep.label(dearest)}. The axis need not begin at zero."
    )
    if sweep.over_targets and sweep.frontiers[0]["knee"] is not None:
        before, after = slopes_at_knee(sweep.frontiers[0])
        told += (
            f" The knee is where the slope rises most: a percentage point costs {price.text(before / 100)} before it "
            f"and {price.with_unit(after / 100)} after it."
        )
    if sweep.missed:
        told += " What is not met is marked at the bottom, and the curve leaves it out."
    return told


def grids(sweep: Sweep) -> Iterator[Grid]:
    """Yield all points in cells, where two keys vary: net cost; and what is matched, where no target says it."""
    if len(sweep.axes) < 2:
        return
    price = sweep.rows.units.price
    cheapest, dearest = sweep.rows.cheapest, sweep.rows.dearest
    ringed = " The knee of each row or column is ringed." if any(f["knee"] is not None for f in sweep.frontiers) else ""
    caption = (
        f"Least at {sweep.label(cheapest)} with {price.with_unit(net_of(cheapest))} of load, most at "
        f"{sweep.label(dearest)} with {price.with_unit(net_of(dearest))}.{ringed}"
    )
    yield grid(
        sweep.axes,
        sweep.study.rows,
        lambda row: number_in(row, NET),
        name="cost-grid",
        title="Cost net of sales",
        caption=caption,
        text=price.text,
        with_unit=lambda value: f"{price.with_unit(value)} of load",
        strong=sweep.at_knee,
    )
    matched = {share(number_in(row, "hourly_matched_share")) for row in sweep.rows.met}
    if len(matched) > 1 and all(axis["key"] != CFE for axis in sweep.axes):
        yield grid(
            sweep.axes,
            sweep.study.rows,
            lambda row: number_in(row, "hourly_matched_share"),
            name="matched-grid",
            title="Hourly matched share",
            caption="Load that is met by contracted carbon-free energy of the same hour.",
            text=share,
            with_unit=lambda value: f"{share(value)} of load",
        )


# --- the other figures ------------------------------------------------------------------------------------------------


def margins(sweep: Sweep) -> list[Figure]:
    """Return the cost at the margin beside the slopes; for one frontier, which is all that a figure can tell apart."""
    if len(sweep.frontiers) != 1 or sweep.across is None:
        return []
    (frontier,) = sweep.frontiers
    price = sweep.rows.units.price
    slopes = [place["slope_per_mwh"] for place in frontier["places"] if place["slope_per_mwh"] is not None]
    if not slopes:
        return []
    caption = (
        f"Between points, one more MWh costs from {price.text(min(slopes))} to {price.with_unit(max(slopes))}."
        + (
            " A target of exactly 100 % has no price: no further MWh can be asked for."
            if any(place["margin_per_mwh"] is None for place in frontier["places"])
            else ""
        )
    )
    figure = margin_figure(sweep.across, frontier, caption, price.unit, price.with_unit)
    return [] if figure is None else [figure]


def sizes(sweep: Sweep) -> Smalls | None:
    """Return a small figure for every size."""
    across, drawn = sweep.across, groups(sweep)
    if across is None or not drawn or len(sweep.rows.met) < 2 or not sweep.rows.taken:
        return None
    legend = "" if sweep.other is None else f" Lines: {', '.join(name for name, _, rows in drawn if rows)}."
    return Smalls(
        "sizes-over",
        f"Sizes over {_over(sweep, across)}",
        f"Each on a scale of its own. {tables.not_taken(sweep.rows)}{legend}".strip(),
        size_figures(across, sweep.rows, drawn),
    )


def parts(sweep: Sweep) -> Figure | None:
    """Return what the cost is made of, upright over the values of the only key that varies."""
    if len(sweep.axes) != 1 or sweep.across is None or len(sweep.rows.met) > MOST_COLUMNS:
        return None
    labels = [sweep.label(row) for row in sweep.rows.met]
    caption = "Sales of excess stand below zero; what is left above them is net."
    return cost_columns(sweep.rows, labels, caption, key_text(sweep.axes[0]["key"]))


def _cost_bars(sweep: Sweep) -> Bars:
    labels = [BarLabel(sweep.label(row)) for row in sweep.rows.met]
    caption = "Per MWh of load. Sales of excess stand to the left of zero; what is left of gross is net."
    return cost_bars(sweep.rows, labels, key_text(sweep.axes[0]["key"]), caption)


def scores(sweep: Sweep) -> Figure | None:
    """Return the scores over what is varied, in per cent; None where they are no curves."""
    across = sweep.across
    if across is None or sweep.other is not None or len(sweep.rows.met) < 2:
        return None
    curves = [
        curve_of(across, sweep.rows.met, key, name, slot)
        for key, name, slot in (
            ("annual_volumetric_share", "annual volumetric share", "amber"),
            ("cfe_score", "CFE score", "green"),
            ("hourly_matched_share", "hourly matched share", "accent"),
        )
    ]
    return curve_figure(
        across,
        [curve for curve in curves if curve.points],
        name="score-curve",
        title="Scores",
        caption="What is contracted over the year may exceed the load, and yet leave hours unmatched.",
        unit="% of load",
        readouts=_readouts(across, curves, share),
        from_zero=True,
        per=0.01,
        rem=14.0,
        half=True,
    )


def emissions(sweep: Sweep) -> Figure | None:
    """Return Scope 2 emissions over what is varied; None where they are no curves."""
    across = sweep.across
    if across is None or sweep.other is not None or len(sweep.rows.met) < 2:
        return None
    curves = [
        curve_of(across, sweep.rows.met, key, name, slot)
        for key, name, slot in (
            ("scope2_location_based_t", "location-based", "stone"),
            ("scope2_market_based_by_the_year_t", "market-based, by the year", "amber"),
            ("scope2_market_based_by_the_hour_t", "market-based, by the hour", "vermilion"),
        )
    ]
    drawn = [curve for curve in curves if curve.points]
    if not drawn:
        return None
    tonnes = max(y for curve in drawn for _, y in curve.points)
    unit, per = ("thousand t CO\u2082", 1000.0) if tonnes >= 10_000.0 else ("t CO\u2082", 1.0)
    return curve_figure(
        across,
        drawn,
        name="emission-curve",
        title="Scope 2 emissions",
        caption="By the year, what is generated in one hour covers the load of another; by the hour, it does not.",
        unit=unit,
        readouts=_readouts(across, drawn, lambda value: f"{tables.whole(value)} t"),
        from_zero=True,
        per=per,
        rem=14.0,
        half=True,
    )
