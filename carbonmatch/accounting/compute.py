"""Economics of compute: cost, carbon and premium per million tokens, and what a portfolio binds per MW of IT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from carbonmatch.accounting.capital import capital_summary
from carbonmatch.accounting.premium import Premium
from carbonmatch.accounting.tokens import SiteTokens, added, emissions_of_tokens, grams_per_million, tokens_of
from carbonmatch.components import SALES_COMPONENTS
from carbonmatch.records import Facts, Ledger, Problem, Solution
from carbonmatch.units import PRIMAL_TOLERANCE
from carbonmatch.wording import listed

NO_BASELINE: Final = (
    "a run knows no baseline; name one with `carbonmatch report RUN --baseline OTHER`, or use `carbonmatch compare`"
)

WHOLE_LOAD_SHARE: Final = 1.0 - 1e-9
"""From this share of the load on, all of it makes tokens: what is left is the rounding of two sums."""

PER_MW: Final[Mapping[str, str]] = {
    "contracted_mw": "contracted_mw_per_it_mw",
    "contracts_due_per_year": "contracts_due_per_year_per_it_mw",
    "contracts_paid_per_year": "contracts_paid_per_year_per_it_mw",
    "storage_power_mw": "storage_power_mw_per_it_mw",
    "storage_energy_mwh": "storage_energy_mwh_per_it_mw",
    "storage_capital": "storage_capital_per_it_mw",
    "storage_paid_per_year": "storage_paid_per_year_per_it_mw",
}
"""What is told per MW of IT, and under which name."""


def compute_summary(
    problem: Problem, ledger: Ledger, facts: Facts, solution: Solution | None = None
) -> dict[str, dict[str, Any]]:
    """Return `{compute: ...}` of a plan, or of a metered period, which has no cost; nothing where no case states it.

    cost of the tokens = cost * load that makes tokens / load          [currency], gross and net of sales
    per_million_tokens = cost of the tokens / million_tokens
    share_of_compute_cost = cost / (sum_s cost_per_year[s] * year_fraction)      where every site with a load states it

    problem   with the load that was served, as the ledger counts it

    Cost goes with energy, as it does in cost per MWh of load: a MWh that makes tokens costs what every other one does.
    Nothing splits the cost of a portfolio among its sites, so that cost is told over the tokens of all of them.
    """
    tokens = tokens_of(problem, facts, None if solution is None else solution.load_changes)
    if not tokens:
        return {}
    million = sum(each.million_tokens for each in tokens)
    load = sum(float(each.load_mwh.sum()) for each in tokens)
    share = load / problem.total_load_mwh
    emissions = emissions_of_tokens(problem, ledger, facts, tokens)
    found: dict[str, Any] = {
        "million_tokens": million,
        "token_load_mwh": load,
        "token_load_share": 1.0 if share >= WHOLE_LOAD_SHARE else share,
        "it_mw": sum(each.stated.it_mw for each in tokens),
        "cost": None,
        "premium": token_premium(None),
        "emissions": grams_per_million(added(emissions), million),
        "portfolio": None,
        "sites": {
            problem.sites[each.site].name: _site(problem, each, emitted)
            for each, emitted in zip(tokens, emissions, strict=True)
        },
    }
    if solution is not None:
        found["cost"] = _cost(problem, solution, found)
        found["portfolio"] = _portfolio(problem, solution, facts, found)
    return {"compute": {**found, "notes": list(_notes(problem, found))}}


def _site(problem: Problem, tokens: SiteTokens, emitted: Mapping[str, Mapping[str, float | None]]) -> dict[str, Any]:
    stated, site = tokens.stated, problem.sites[tokens.site]
    return {
        "zone": problem.zones[site.zone].name,
        "tokens_per_mwh": stated.tokens_per_mwh,
        "tokens_counted_at": "machines" if stated.of_it else "site",
        "of": stated.of or "whole load",
        "token_load_mwh": float(tokens.load_mwh.sum()),
        "million_tokens": tokens.million_tokens,
        "it_mw": stated.it_mw,
        "compute_cost_per_year": stated.cost_per_year,
        "emissions": grams_per_million(emitted, tokens.million_tokens),
    }


def _cost(problem: Problem, solution: Solution, found: Mapping[str, Any]) -> dict[str, Any]:
    net = solution.objective
    total = net - sum(solution.cost.get(component, 0.0) for component in SALES_COMPONENTS)
    share, million = found["token_load_share"], found["million_tokens"]
    unknown = _without(problem, found, "compute_cost_per_year")
    stated = None if unknown else sum(site["compute_cost_per_year"] for site in found["sites"].values())
    compute = None if stated is None else stated * problem.time.year_fraction
    return {
        "total": total * share,
        "net_of_sales": net * share,
        "total_of_other_load": total * (1.0 - share),
        "net_of_sales_of_other_load": net * (1.0 - share),
        "per_million_tokens": total * share / million if million else None,
        "net_of_sales_per_million_tokens": net * share / million if million else None,
        "compute_cost": compute,
        "share_of_compute_cost": None if compute is None else total / compute,
        "net_of_sales_share_of_compute_cost": None if compute is None else net / compute,
    }


def _portfolio(problem: Problem, solution: Solution, facts: Facts, found: Mapping[str, Any]) -> dict[str, Any]:
    nothing = PRIMAL_TOLERANCE * problem.peak_load_mwh / problem.time.hours_per_step
    bound = capital_summary(problem, solution, facts, nothing)
    of_it_alone = not _without(problem, found, "it_mw")
    return {
        **bound,
        **{
            name: bound[key] / found["it_mw"] if of_it_alone and bound[key] is not None else None
            for key, name in PER_MW.items()
        },
        "notes": list(_notes_on_portfolio(problem, found, bound["not_owned"])),
    }


def _without(problem: Problem, found: Mapping[str, Any], key: str) -> list[str]:
    """Return the sites with a load whose case does not state something of their compute."""
    sites = found["sites"]
    return [
        site.name
        for site in problem.sites
        if site.load_mwh.any() and (site.name not in sites or sites[site.name][key] is None)
    ]


def _notes(problem: Problem, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a reader has to know beside the numbers."""
    if found["token_load_share"] < 1.0:
        yield (
            f"Tokens are made of {found['token_load_share']:.1%} of the load, and bear that share of cost and premium: "
            "a MWh that makes tokens costs what every other one does."
        ).replace("%", " %")
    if len(found["sites"]) > 1:
        yield (
            "Cost and premium are those of the portfolio over the tokens of all sites; tokens and emissions are told "
            "by site too."
        )
    cost = found["cost"]
    if cost is not None and cost["compute_cost"] is None:
        missing = listed(_without(problem, found, "compute_cost_per_year"))
        yield f"No share of the compute cost is told: {missing} does not state sites.NAME.compute.cost_per_year."


def _notes_on_portfolio(problem: Problem, found: Mapping[str, Any], not_owned: list[str]) -> Iterator[str]:
    """Yield what is not told of what the portfolio binds."""
    if without := _without(problem, found, "it_mw"):
        yield f"Nothing is told per MW of IT: the portfolio also serves {listed(without)}, which states no compute."
    if not_owned:
        yield (
            f"Storage that is not owned has no capital that the case knows: of {listed(not_owned)} only what it costs "
            "in a year is told."
        )


def token_premium(premium: Premium | None, compute: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a premium per million tokens and as a share of the compute cost; unknown where no baseline is.

    per_million_tokens = premium * token_load_share / million_tokens
    share_of_compute_cost = premium / compute_cost

    compute   what the summary of the run says of it
    """
    if premium is None or compute is None or premium.amount is None:
        why_not = NO_BASELINE if premium is None else premium.why_not
        return {"per_million_tokens": None, "share_of_compute_cost": None, "why_not": why_not}
    million, spent = compute["million_tokens"], compute["cost"]["compute_cost"]
    return {
        "per_million_tokens": premium.amount * compute["token_load_share"] / million if million else None,
        "share_of_compute_cost": None if spent is None else premium.amount / spent,
        "why_not": "",
    }
