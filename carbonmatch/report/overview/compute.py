"""What tokens cost and emit, and what is bound per MW of IT: tables, as text in cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from carbonmatch.report.numbers import UNKNOWN, Quantity, Units, money, number
from carbonmatch.report.overview.table import Column, OverviewTable, Row, Summary
from carbonmatch.units import TOKENS_PER_MILLION

if TYPE_CHECKING:
    from carbonmatch.accounting import Premium

FIGURES: Final = 4
"""Significant digits of a number per million tokens, which may be of any size."""

LEAST: Final = 5e-4
"""A size or an amount below it is as good as none, or what a solver leaves of none."""

METHODS: Final = (
    ("location-based", "ghgp_revision_draft", "location_based", "the grid average of each hour"),
    ("market-based", "ghgp_2015", "market_based", "claims by the year: guidance of 2015, in force"),
    ("market-based", "ghgp_revision_draft", "market_based", "claims by the hour: draft revision, nothing binds yet"),
)
"""Rows of a table on emissions: method, set of rules, key, and what it counts by."""

COUNTED_AT: Final = {"site": "load of the site", "machines": "what reaches the machines"}


def compute_tables(
    summary: Summary, units: Units, premiums: Sequence[tuple[str, Premium]] = ()
) -> tuple[OverviewTable, ...]:
    """Return the tables on compute; none where no site of the case states it.

    premiums   of this run over its baselines, with the words for these
    """
    compute = summary.get("compute")
    if compute is None:
        return ()
    found = [] if compute["cost"] is None else [token_cost_table(summary, premiums)]
    found.append(token_carbon_table(compute))
    if compute["portfolio"] is not None:
        found.append(_bound_table(compute, units, summary["currency"]))
    return (*found, _site_table(compute, units))


def token_cost_table(summary: Summary, premiums: Sequence[tuple[str, Premium]]) -> OverviewTable:
    """Return cost and premium per million tokens, and as shares of the compute cost."""
    compute = summary["compute"]
    cost = compute["cost"]
    from carbonmatch.accounting import token_premium  # noqa: PLC0415 - slow to import, and --help must not wait

    told = [(word, token_premium(premium, compute)) for word, premium in premiums]
    per_million = per_million_tokens(
        [cost["per_million_tokens"], *(each["per_million_tokens"] for _, each in told)], summary["currency"]
    )
    rows: list[Row] = [
        _cost_row("energy, gross", cost["per_million_tokens"], cost["share_of_compute_cost"], per_million),
        _cost_row(
            "energy, net of sales",
            cost["net_of_sales_per_million_tokens"],
            cost["net_of_sales_share_of_compute_cost"],
            per_million,
        ),
        *(
            _cost_row(f"premium over {word}", each["per_million_tokens"], each["share_of_compute_cost"], per_million)
            for word, each in told
        ),
    ]
    notes = [f"{tokens_text(compute['million_tokens'])} in the period.", *compute["notes"]]
    if not told:
        rows.append(("premium of matching", "not known", "not known"))
        notes.append(f"The premium is not known: {compute['premium']['why_not']}.")
    notes += [f"Not compared with {word}: {each['why_not']}." for word, each in told if each["why_not"]]
    columns = (
        Column("what", numeric=False),
        Column("per million tokens", summary["currency"]),
        Column("of compute cost"),
    )
    return OverviewTable("Cost of energy per million tokens", columns, tuple(rows), note=" ".join(notes))


def _cost_row(word: str, amount: float | None, part: float | None, per_million: Quantity) -> Row:
    return word, per_million.text(amount), part_text(part)


def part_text(part: float | None) -> str:
    """Write a share of the compute cost: energy is a small part of it, a premium a smaller one."""
    return UNKNOWN if part is None else f"{number(100.0 * part, 2)} %"


def token_carbon_table(compute: Summary) -> OverviewTable:
    """Return emissions per million tokens, by method and set of rules."""
    grams = [compute["emissions"][rules][f"{key}_g_per_million_tokens"] for _, rules, key, _ in METHODS]
    quantity = per_million_tokens(grams, "g CO2")
    rows = tuple(
        (method, quantity.text(per_million), UNKNOWN if emitted is None else digits(emitted), counted_by)
        for (method, rules, key, counted_by), per_million in zip(METHODS, grams, strict=True)
        for emitted in [compute["emissions"][rules][f"{key}_t"]]
    )
    columns = (
        Column("method", numeric=False),
        Column("per million tokens", "g CO2"),
        Column("in the period", "t CO2"),
        Column("counted by", numeric=False),
    )
    unknown = any(value is None for value in grams)
    note = "A dash where the case gives no factor, such as carbon_intensity_g_per_kwh." if unknown else ""
    return OverviewTable("Carbon per million tokens", columns, rows, note=note)


def _bound_table(compute: Summary, units: Units, currency: str) -> OverviewTable:
    """Return what the portfolio binds, in all and per MW of IT."""
    rows = tuple(
        (
            word,
            quantity.unit,
            UNKNOWN if portfolio[key] is None else digits(portfolio[key] / quantity.divisor),
            UNKNOWN if per_mw is None else digits(per_mw / quantity.divisor),
        )
        for portfolio in [compute["portfolio"]]
        for word, key, quantity in _bound(portfolio, units, currency)
        for per_mw in [portfolio[f"{key}_per_it_mw"]]
    )
    columns = (
        Column("what", numeric=False),
        Column("unit", numeric=False),
        Column("in all"),
        Column("per MW of IT"),
    )
    note = (
        f"IT: {units.power.with_unit(compute['it_mw'])}, as the case states it, or of its fleet. Due whatever is used: "
        "what sellers are owed in a year of this weather if the load takes nothing that it need not, before what "
        "contracts for difference pay back."
    )
    note = " ".join([note, *compute["portfolio"]["notes"]])
    return OverviewTable("Bound per MW of IT", columns, rows, note=note)


def _bound(portfolio: Summary, units: Units, currency: str) -> Iterator[tuple[str, str, Quantity]]:
    yearly = ("contracts_due_per_year", "contracts_paid_per_year", "storage_paid_per_year")
    largest = max(abs(portfolio[key] or 0.0) for key in (*yearly, "storage_capital"))
    unit = money(largest, currency)
    per_year = Quantity(f"{unit.unit}/year", unit.divisor, unit.decimals)
    yield "contracts", "contracted_mw", units.power
    yield "contracts, due whatever is used", "contracts_due_per_year", per_year
    yield "contracts, paid in the plan", "contracts_paid_per_year", per_year
    yield "power of storage", "storage_power_mw", units.power
    yield "energy of storage", "storage_energy_mwh", units.stored
    yield "capital in owned storage", "storage_capital", unit
    yield "size of storage, paid for", "storage_paid_per_year", per_year


def _site_table(compute: Summary, units: Units) -> OverviewTable:
    """Return what every site makes, and of what."""
    sites = compute["sites"]
    by_hour = {
        name: [
            site["emissions"]["ghgp_revision_draft"][f"{method}_g_per_million_tokens"]
            for method in ("location_based", "market_based")
        ]
        for name, site in sites.items()
    }
    grams = per_million_tokens([value for values in by_hour.values() for value in values], "g CO2")
    tokens = token_quantity(max(site["million_tokens"] for site in sites.values()))
    rows = tuple(
        (
            name,
            digits(site["tokens_per_mwh"] / TOKENS_PER_MILLION),
            COUNTED_AT[site["tokens_counted_at"]],
            site["of"],
            units.energy.text(site["token_load_mwh"]),
            tokens.text(site["million_tokens"]),
            units.power.text(site["it_mw"]),
            *(grams.text(value) for value in by_hour[name]),
        )
        for name, site in sites.items()
    )
    columns = (
        Column("site", numeric=False),
        Column("tokens per MWh", "million"),
        Column("MWh of", numeric=False),
        Column("made by", numeric=False),
        Column("load for it", units.energy.unit),
        Column("tokens", tokens.unit),
        Column("IT", "MW"),
        Column("location-based", "g CO2"),
        Column("market-based, by the hour", "g CO2"),
    )
    note = (
        "Grams are per million tokens. Tokens per MWh are the user's own figure: they span more than a factor of 100 "
        "with model and batch size."
    )
    return OverviewTable("Tokens by site", columns, rows, note=note)


Compared = tuple[Row, Summary, Mapping[str, "Premium"]]
"""What is compared: its names, its summary, and its premiums by baseline."""


def compared_tables(
    heads: Sequence[Column], compared: Sequence[Compared], currency: str, words: Mapping[str, str]
) -> Iterator[OverviewTable]:
    """Yield cost, premium and carbon per million tokens and what is bound per MW of IT, one row each.

    words   of the baselines, by name; nothing is yielded where no case states its compute
    """
    told = [(names, s["compute"], premiums) for names, s, premiums in compared if s.get("compute") is not None]
    if not told:
        return
    over = [(name, word) for name, word in words.items() if any(name in premiums for *_, premiums in told)]
    money_rows = [
        [
            compute["cost"]["per_million_tokens"],
            compute["cost"]["net_of_sales_per_million_tokens"],
            *(_premium_in(compute, premiums, name, "per_million_tokens") for name, _ in over),
        ]
        for _, compute, premiums in told
    ]
    gram_rows = [
        [compute["emissions"][rules][f"{key}_g_per_million_tokens"] for _, rules, key, _ in METHODS]
        for _, compute, _ in told
    ]
    price = per_million_tokens([value for row in money_rows for value in row], currency)
    grams = per_million_tokens([value for row in gram_rows for value in row], "g CO2")
    yield OverviewTable(
        "Per million tokens",
        (
            *heads,
            *(Column(title, price.unit) for title in ("gross", "net of sales")),
            *(Column(f"premium over {word}", price.unit) for _, word in over),
            *(Column(title, grams.unit) for title in ("location-based", "by the year", "by the hour")),
        ),
        tuple(
            (*names, *map(price.text, amounts), *map(grams.text, emitted))
            for (names, *_), amounts, emitted in zip(told, money_rows, gram_rows, strict=True)
        ),
        note="Emissions by the year and by the hour are market-based.",
    )
    yield OverviewTable(
        "Of compute cost, and per MW of IT",
        (
            *heads,
            Column("energy, of compute cost"),
            *(Column(f"premium over {word}, of compute cost") for _, word in over),
            Column("contracts", "MW/MW"),
            Column("storage", "MWh/MW"),
            Column("due whatever is used", f"{currency}/MW/year"),
            Column("capital in storage", f"{currency}/MW"),
        ),
        tuple(
            (
                *names,
                part_text(compute["cost"]["net_of_sales_share_of_compute_cost"]),
                *(part_text(_premium_in(compute, premiums, name, "share_of_compute_cost")) for name, _ in over),
                *(_digits(compute["portfolio"][key]) for key in BOUND_PER_MW),
            )
            for names, compute, premiums in told
        ),
    )


BOUND_PER_MW: Final = (
    "contracted_mw_per_it_mw",
    "storage_energy_mwh_per_it_mw",
    "contracts_due_per_year_per_it_mw",
    "storage_capital_per_it_mw",
)
"""What studies set side by side of what is bound per MW of IT."""


def _premium_in(compute: Summary, premiums: Mapping[str, Premium], name: str, key: str) -> float | None:
    from carbonmatch.accounting import token_premium  # noqa: PLC0415 - as above

    found: float | None = token_premium(premiums.get(name), compute)[key]
    return found


def _digits(value: float | None) -> str:
    return UNKNOWN if value is None else digits(value)


def per_million_tokens(values: Iterable[float | None], unit: str) -> Quantity:
    """Return a unit with digits enough for the largest of some amounts per million tokens."""
    return Quantity(unit, 1.0, decimals(max((abs(value) for value in values if value is not None), default=0.0)))


def decimals(value: float) -> int:
    """Return the decimals that give a number its significant digits; two for none."""
    return max(0, min(9, FIGURES - 1 - math.floor(math.log10(abs(value))))) if value else 2


def digits(value: float) -> str:
    """Write a number with its significant digits; what a solver leaves of nothing is nothing."""
    return number(value, decimals(value) if abs(value) >= LEAST else 2)


def token_quantity(million_tokens: float) -> Quantity:
    """Return the unit that an amount of million tokens is told in."""
    if million_tokens >= 1e7:
        return Quantity("trillion", 1e6, 1)
    if million_tokens >= 1e4:
        return Quantity("billion", 1e3, 1)
    return Quantity("million", 1.0, 1)


def tokens_text(million_tokens: float) -> str:
    """Write an amount of tokens."""
    return f"{token_quantity(million_tokens).with_unit(million_tokens)} tokens"
