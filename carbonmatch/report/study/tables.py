"""The tables on a study: cost, components, premiums, scores, emissions and sizes, one row per point or scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from carbonmatch.components import component_words
from carbonmatch.report.numbers import UNKNOWN, Quantity, energy, number, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.study.record import GROSS, NET, Over, Row, Rows, Size, asked_load, number_in


@dataclass(frozen=True)
class Figures:
    """A column of numbers: its head, its number in a row, and how that is written."""

    title: str
    unit: str
    of: Callable[[Row], float | None]
    text: Callable[[float | None], str]

    @property
    def column(self) -> Column:
        """The head of the column on a page."""
        return Column(self.title, self.unit)


def of_key(title: str, key: str, quantity: Quantity) -> Figures:
    """Return a column of one key, in a unit."""
    return Figures(title, quantity.unit, lambda row: number_in(row, key), quantity.text)


def shares(title: str, key: str) -> Figures:
    """Return a column of shares."""
    return Figures(title, "", lambda row: number_in(row, key), share)


def whole(value: float | None) -> str:
    """Write a number without decimals."""
    return UNKNOWN if value is None else number(value, 0)


def signed(text: Callable[[float | None], str]) -> Callable[[float | None], str]:
    """Return a way to write a difference: with its sign on either side of zero."""

    def written(value: float | None) -> str:
        told = text(value)
        rises = value is not None and value > 0.0 and any(digit in told for digit in "123456789")
        return f"+{told}" if rises else told

    return written


def cost_figures(rows: Rows) -> list[Figures]:
    """Return cost per MWh of load and in full."""
    price, money = rows.units.price, rows.units.money
    return [
        of_key("net of sales", NET, price),
        of_key("gross", GROSS, price),
        of_key("net of sales, in the period", "cost_net_of_sales", money),
        of_key("gross, in the period", "cost_total", money),
    ]


def component_figures(rows: Rows) -> list[Figures]:
    """Return the components of cost, gross, sales and net; without components that are nothing everywhere."""
    money = rows.units.money
    shown = [
        component
        for component in rows.components
        if any(money.text(number_in(row, f"cost_{component}") or 0.0) != money.text(0.0) for row in rows.met)
    ]
    return [
        *(of_key(component_words(component), f"cost_{component}", money) for component in shown),
        of_key("gross", "cost_total", money),
        Figures("sales", money.unit, lambda row: -float(row["cost_sales"]), money.text),
        of_key("net of sales", "cost_net_of_sales", money),
    ]


def load_figures(rows: Rows) -> list[Figures]:
    """Return what was done to the load; nothing where no plan may change it."""
    whole = rows.units.energy
    words = {
        "moved_load_mwh": "moved in time",
        "sent_load_mwh": "moved to other sites",
        "curtailed_load_mwh": "given up",
    }
    part = energy(max(number_in(row, key) or 0.0 for row in rows.met for key in words))
    told = [of_key(title, key, part) for key, title in words.items() if any(row.get(key) for row in rows.met)]
    if not any(row.get("asked_load_mwh") for row in rows.met):
        return []
    return [
        Figures("planned load", whole.unit, asked_load, whole.text),
        *told,
        of_key("served load", "load_mwh", whole),
    ]


def premium_figures(rows: Rows, over: Over) -> list[Figures]:
    """Return what rows cost more than a baseline, in cost net of sales."""
    price, money = rows.units.price, rows.units.money
    return [
        Figures("of load", price.unit, over.per_mwh, signed(price.text)),
        Figures("relative", "%", over.share, signed(per_cent)),
        Figures("in the period", money.unit, over.cost, signed(money.text)),
        Figures("per tonne less", f"{rows.currency}/t", over.per_tonne, per_tonne),
    ]


def per_cent(value: float | None) -> str:
    """Write a share in per cent, without the sign."""
    return UNKNOWN if value is None else number(100.0 * value, 1)


def per_tonne(value: float | None) -> str:
    """Write a cost per tonne."""
    return UNKNOWN if value is None else number(value, 1)


def score_figures() -> list[Figures]:
    """Return the scores."""
    return [
        shares("hourly matched share", "hourly_matched_share"),
        shares("CFE score", "cfe_score"),
        shares("annual volumetric share", "annual_volumetric_share"),
    ]


def emission_figures() -> list[Figures]:
    """Return Scope 2 emissions."""
    return [
        Figures("location-based", "t CO2", lambda row: number_in(row, "scope2_location_based_t"), whole),
        Figures(
            "market-based, by the year", "t CO2", lambda row: number_in(row, "scope2_market_based_by_the_year_t"), whole
        ),
        Figures(
            "market-based, by the hour", "t CO2", lambda row: number_in(row, "scope2_market_based_by_the_hour_t"), whole
        ),
    ]


def size_figures(rows: Rows) -> list[Figures]:
    """Return the sizes that are more than nothing somewhere."""
    return [of_key(size.title, size.key, quantity_of(size, rows)) for size in rows.taken]


def quantity_of(size: Size, rows: Rows) -> Quantity:
    """Return the unit that a size is told in."""
    return rows.units.stored if size.unit == "MWh" else rows.units.power


def margin_figures(rows: Rows) -> list[Figures]:
    """Return what is worth what at the margin: one more MWh that counts, a tonne, a million of budget."""
    several = len(rows.margins) > 1
    price = rows.units.price
    found = [
        of_key(f"premium at the margin{f', {zone}' if several else ''}", f"{zone}_green_premium_per_mwh", price)
        for zone in rows.margins
    ]
    tonne = Quantity(f"{rows.currency}/t", 1.0, price.decimals)
    points = Quantity("points of score", 0.01, 2)
    for title, key, quantity in (
        ("a tonne more under the carbon cap", "carbon_cap_value_per_t", tonne),
        ("a million a year more", "cfe_per_million", points),
    ):
        if any(row.get(key) is not None for row in rows.met):
            found.append(of_key(title, key, quantity))
    return found


def table(
    title: str,
    heads: Sequence[Column],
    names: Callable[[Row], Sequence[str]],
    figures: Sequence[Figures],
    rows: Sequence[Row],
    *,
    strong: Callable[[Row], bool] = lambda _: False,
    note: str = "",
) -> OverviewTable:
    """Return rows with their names and figures."""
    return OverviewTable(
        title,
        (*heads, *(each.column for each in figures)),
        tuple((*names(row), *(each.text(each.of(row)) for each in figures)) for row in rows),
        frozenset(i for i, row in enumerate(rows) if strong(row)),
        note,
    )


def missed_table(head: str, missed: Sequence[tuple[str, str]]) -> OverviewTable:
    """Return what is not met, with the reasons."""
    return OverviewTable("Not met", (Column(head, numeric=False), Column("why", numeric=False)), tuple(missed))


def not_taken(rows: Rows) -> str:
    """Say which offers are taken nowhere."""
    taken = {size.offer for size in rows.taken}
    left = list(dict.fromkeys(size.offer for size in rows.sizes if size.offer not in taken))
    return f"Offered and taken nowhere: {', '.join(left)}." if left else ""


# --- differences from the first ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A number and how far it is from the first one; no change where there is none to tell."""

    text: str
    change: str = ""


@dataclass(frozen=True)
class ComparedTable:
    """Measures down and scenarios across; each number with its distance from the first scenario."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Compared, ...]], ...]
    note: str = ""


def compared_table(
    title: str, heads: Sequence[str], figures: Sequence[Figures], rows: Sequence[Row], note: str = ""
) -> ComparedTable:
    """Return measures down and rows across."""
    return ComparedTable(
        title, tuple(heads), tuple((each.title, each.unit, tuple(_compared(each, rows))) for each in figures), note
    )


def _compared(figures: Figures, rows: Sequence[Row]) -> Iterator[Compared]:
    first = figures.of(rows[0]) if rows else None
    for i, row in enumerate(rows):
        value = figures.of(row)
        text = figures.text(value)
        if not i or value is None or first is None:
            yield Compared(text)
            continue
        change = signed(figures.text)(value - first).replace("%", "pp")  # a share changes by percentage points
        yield Compared(text, change if any(digit in change for digit in "123456789") else "")


def text_of(value: Any) -> str:
    """Write what a case was changed to."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
