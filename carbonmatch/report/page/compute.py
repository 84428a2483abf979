"""Cost and carbon of compute: what a million tokens cost and emit, and what is bound per MW of IT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carbonmatch.accounting import token_premium
from carbonmatch.report.numbers import UNKNOWN, Quantity, Units
from carbonmatch.report.overview import OverviewTable
from carbonmatch.report.overview.compute import compute_tables, part_text, per_million_tokens, tokens_text
from carbonmatch.report.page.answer import BigNumber
from carbonmatch.report.page.baselines import Baseline

Summary = Mapping[str, Any]


@dataclass(frozen=True)
class Compute:
    """The section: a sentence, the numbers that decide, and the tables behind them."""

    sentence: str
    numbers: tuple[BigNumber, ...]
    tables: tuple[OverviewTable, ...]


def compute_section(summary: Summary, units: Units, baselines: Sequence[Baseline]) -> Compute | None:
    """Return the section on compute; None where no site of the case states it."""
    compute = summary.get("compute")
    if compute is None:
        return None
    made = f"{tokens_text(compute['million_tokens'])} of {units.energy.with_unit(compute['token_load_mwh'])}"
    return Compute(
        sentence=(
            f"The load makes {made}, by tokens per MWh that the case states: they are the user's own figure. Energy "
            "is told per million tokens, as tokens are sold."
        ),
        numbers=tuple(_numbers(summary, compute, baselines)),
        tables=compute_tables(summary, units, [(baseline.word, baseline.over) for baseline in baselines]),
    )


def _numbers(summary: Summary, compute: Summary, baselines: Sequence[Baseline]) -> Iterator[BigNumber]:
    currency, cost = summary["currency"], compute["cost"]
    if cost is not None:
        net = cost["net_of_sales_per_million_tokens"]
        premiums = [(baseline, token_premium(baseline.over, compute)) for baseline in baselines]
        known = [(baseline, told) for baseline, told in premiums if told["per_million_tokens"] is not None]
        quantity = per_million_tokens([net, *(told["per_million_tokens"] for _, told in known)], currency)
        spent = _of_compute_cost(cost["net_of_sales_share_of_compute_cost"])
        yield BigNumber("Energy per million tokens", quantity.text(net), currency, f"net of sales{spent}")
        yield from (_premium(baseline, told, quantity) for baseline, told in known)
        if not known:
            yield BigNumber("Premium per million tokens", UNKNOWN, "", "not known: no baseline that compares is given")
    for label, rules, key, note in (
        ("Carbon, market-based", "ghgp_revision_draft", "market_based", "claims counted by the hour, draft revision"),
        ("Carbon, location-based", "ghgp_revision_draft", "location_based", "the grid average of each hour"),
    ):
        grams = compute["emissions"][rules][f"{key}_g_per_million_tokens"]
        said = "not known: the case gives no factor" if grams is None else f"per million tokens; {note}"
        unit = "" if grams is None else "g CO\u2082"
        yield BigNumber(label, per_million_tokens([grams], unit).text(grams), unit, said)


def _premium(baseline: Baseline, told: Summary, quantity: Quantity) -> BigNumber:
    amount = told["per_million_tokens"]
    sign = "+" if amount > 0.0 else ""
    return BigNumber(
        f"Premium over {baseline.word}",
        f"{sign}{quantity.text(amount)}",
        quantity.unit,
        f"per million tokens{_of_compute_cost(told['share_of_compute_cost'])}",
    )


def _of_compute_cost(part: float | None) -> str:
    return "" if part is None else f"; {part_text(part)} of the compute cost that the case states"
