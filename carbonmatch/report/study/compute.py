"""Cost and carbon of compute in a study: per million tokens, of the compute cost, and per MW of IT."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from carbonmatch.report.numbers import UNKNOWN, Quantity
from carbonmatch.report.overview.compute import digits, part_text, per_million_tokens
from carbonmatch.report.study.measures import Measure, number_column
from carbonmatch.report.study.record import Over, Rows, number_in
from carbonmatch.report.study.tables import Figures
from carbonmatch.report.tables.columns import Heading

PER_MILLION = (
    ("gross", "compute_gross_per_million_tokens"),
    ("net of sales", "compute_net_of_sales_per_million_tokens"),
)
GRAMS = (
    ("location-based", "compute_location_based_g_per_million_tokens"),
    ("market-based, by the year", "compute_market_based_by_the_year_g_per_million_tokens"),
    ("market-based, by the hour", "compute_market_based_by_the_hour_g_per_million_tokens"),
)
BOUND = (
    ("contracts", "MW/MW", "compute_contracted_mw_per_it_mw"),
    ("energy of storage", "MWh/MW", "compute_storage_energy_mwh_per_it_mw"),
    ("contracts, due whatever is used", "{}/MW/year", "compute_contracts_due_per_year_per_it_mw"),
    ("contracts, paid in the plan", "{}/MW/year", "compute_contracts_paid_per_year_per_it_mw"),
    ("capital in owned storage", "{}/MW", "compute_storage_capital_per_it_mw"),
    ("size of storage, paid for", "{}/MW/year", "compute_storage_paid_per_year_per_it_mw"),
)
OF_COMPUTE_COST = "compute_net_of_sales_share_of_compute_cost"


NOTE = "Tokens per MWh are the user's own figure. Emissions by the year and by the hour are market-based."


def states_compute(rows: Rows) -> bool:
    """Tell whether some row tells of tokens."""
    return any(row.get("compute_million_tokens") is not None for row in rows.met)


def token_figures(rows: Rows) -> list[Figures]:
    """Return cost, premiums and carbon per million tokens."""
    money = _quantity(
        rows, [*(key for _, key in PER_MILLION), *(_over(each, "per_million_tokens") for each in rows.over)]
    )
    grams = _quantity(rows, [key for _, key in GRAMS])
    unit = f"{rows.currency}/million tokens"
    return [
        *(Figures(title, unit, partial(number_in, key=key), money.text) for title, key in PER_MILLION),
        *(
            Figures(
                f"premium over {each.word}", unit, partial(number_in, key=_over(each, "per_million_tokens")), money.text
            )
            for each in rows.over
        ),
        *(Figures(title, "g CO2/million tokens", partial(number_in, key=key), grams.text) for title, key in GRAMS),
    ]


def bound_figures(rows: Rows) -> list[Figures]:
    """Return shares of the compute cost, and what is bound per MW of IT."""
    return [
        Figures("energy, of compute cost", "", partial(number_in, key=OF_COMPUTE_COST), part_text),
        *(
            Figures(
                f"premium over {each.word}, of compute cost",
                "",
                partial(number_in, key=_over(each, "share_of_compute_cost")),
                part_text,
            )
            for each in rows.over
        ),
        *(
            Figures(f"{title}, per MW of IT", unit.format(rows.currency), partial(number_in, key=key), _digits)
            for title, unit, key in BOUND
        ),
    ]


def compute_columns(rows: Rows) -> list[Measure]:
    """Return the same for the workbook; nothing where no case states its compute."""
    return list(_columns(rows)) if states_compute(rows) else []


def _columns(rows: Rows) -> Iterator[Measure]:
    unit = f"{rows.currency}/million tokens"
    yield number_column("Tokens", "million", "compute_million_tokens")
    for title, key in PER_MILLION:
        yield number_column(f"Energy, {title}", unit, key)
    for each in rows.over:
        yield number_column(f"Premium over {each.word}", unit, _over(each, "per_million_tokens"))
    yield number_column("Energy, net of sales, of compute cost", "%", OF_COMPUTE_COST, "share")
    for each in rows.over:
        key = _over(each, "share_of_compute_cost")
        yield Measure(Heading(f"Premium over {each.word}, of compute cost", "%", "share"), partial(number_in, key=key))
    for title, key in GRAMS:
        yield number_column(title.capitalize(), "g CO2e/million tokens", key)
    for title, per, key in BOUND:
        yield number_column(f"{title.capitalize()}, per MW of IT", per.format(rows.currency), key)


def _over(over: Over, key: str) -> str:
    return f"premium_over_{over.key}_{key}"


def _quantity(rows: Rows, keys: list[str]) -> Quantity:
    return per_million_tokens([number_in(row, key) for row in rows.met for key in keys], "")


def _digits(value: float | None) -> str:
    return UNKNOWN if value is None else digits(value)
