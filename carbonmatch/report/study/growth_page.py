"""The page on a plan over years: what to sign when, what is in force, what it costs, year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from carbonmatch.components import SALES_COMPONENTS, component_words
from carbonmatch.report.numbers import Quantity, Units, given_share, money, share
from carbonmatch.report.overview import Column, OverviewTable
from carbonmatch.report.overview.growth import (
    cost_table,
    growth_facts,
    growth_units,
    signed_table,
    sizes_table,
    year_name,
    year_table,
)
from carbonmatch.report.page.answer import BigNumber
from carbonmatch.report.page.colours import STORAGE, contract_slots, stacking_order
from carbonmatch.report.page.figure import UNITS_PER_STEP, Figure, Key, Panel, Scale, Shape, Tick, columns
from carbonmatch.report.study.page import Answer, Evidence, Page, Section, blocks, origin_rows, sections
from carbonmatch.report.study.record import Study
from carbonmatch.report.study.stacks import SALES, Part, component_slots, shows, stacked

_COLUMN: Final = 10 * UNITS_PER_STEP
_SHARE: Final = 0.6
"""Of the room of a column that it fills."""

_MOST: Final = 7
"""Contracts that have a colour of their own; others share one."""

IS_NOT: Final = (
    "It is no forecast. Prices, load and carbon of every year are those that the case names, known from the first day.",
    "It is a plan for the years it names: what is signed goes on after the last one, and what that costs or earns then "
    "is not counted.",
    "Years stand as one hourly year each. Weather is that of the time of the case, in all of them.",
)


def growth_page(study: Study) -> Page:
    """Return the page on a plan over years."""
    content: dict[str, Any] = dict(study.content)
    units = growth_units(content)
    return Page(
        answer=_answer(content, units),
        sections=sections(*_sections(content, units)),
        evidence=_evidence(content),
        made_from="the record of a plan over years. The same plan gives the same page",
    )


def _answer(content: dict[str, Any], units: Units) -> Answer:
    cost, years = content["cost"], content["years"]
    present = money(abs(cost["present_value_net_of_sales"]), content["currency"])
    worst = min(years, key=lambda name: years[name]["target_score"])
    dearest = max(years, key=lambda name: years[name]["cost_net_of_sales_per_mwh_load"])
    value, unit = share(years[worst]["hourly_matched_share"]).split(" ")
    facts = tuple((label.capitalize(), text) for label, text in growth_facts(content, units) if label != "verified")
    return Answer(
        overline="A plan over years",
        title=content["case"],
        sentence=_sentence(content, units),
        facts=facts,
        verified=f"Verified: each of {len(years)} years is proved like a single run, and so is the plan as a whole",
        numbers=(
            BigNumber(
                "Present value",
                present.text(cost["present_value_net_of_sales"]),
                present.unit,
                f"net of sales, at {given_share(content['discount_rate'])} a year",
            ),
            BigNumber(
                "Levelised cost",
                units.price.text(cost["levelised_net_of_sales_per_mwh_load"]),
                units.price.unit,
                "of load net of sales, over the plan",
            ),
            BigNumber(
                "Dearest year",
                units.price.text(years[dearest]["cost_net_of_sales_per_mwh_load"]),
                units.price.unit,
                f"of load net of sales, in {dearest}",
            ),
            BigNumber("Lowest share", value, unit, f"of load matched hour by hour, in {worst}"),
        ),
        warnings=tuple(content["warnings"]),
    )


def _sentence(content: dict[str, Any], units: Units) -> str:
    first = next(iter(content["years"]))
    signed = [
        f"{units.power.with_unit(size)} of {name}"
        for block, key in (("contracts", "contracted_mw"), ("storage", "power_mw"))
        for name, offer in content[block].items()
        if (size := offer["signings"].get(first, {}).get(key, 0.0)) > units.nothing_mw
    ]
    if not signed:
        return f"Nothing is signed in {first}, the first year."
    together = signed[0] if len(signed) == 1 else f"{', '.join(signed[:-1])} and {signed[-1]}"
    return f"To sign in {first}: {together}. What follows in later years is below."


# --- the sections -----------------------------------------------------------------------------------------------------


def _sections(content: dict[str, Any], units: Units) -> Iterator[Section]:
    slots = _slots(content, units)
    signed = {
        name: [offer["signings"].get(year, {}).get(key, 0.0) for year in content["years"]]
        for name, offer, key in _offers(content)
    }
    in_force = {
        name: [offer["years"][year].get(key, 0.0) for year in content["years"]] for name, offer, key in _offers(content)
    }
    yield Section(
        "signed",
        "What to sign, and when",
        "What is signed stays for its tenor, on the terms of the year in which it was signed.",
        blocks(
            _columns(
                content, _parts(signed, slots, units), units.power, name="signed-columns", title="Signed in each year"
            ),
            signed_table(content, units),
        ),
    )
    yield Section(
        "sizes",
        "What is in force",
        "All that was signed before and has not ended, with contracts that existed already.",
        blocks(
            _columns(content, _parts(in_force, slots, units), units.power, name="size-columns", title="Sizes by year"),
            sizes_table(content, units),
        ),
    )
    yield Section(
        "cost",
        "What it costs",
        "Each year as it is paid, not counted down.",
        blocks(_cost_columns(content, units), cost_table(content, units)),
    )
    yield Section("scores", "Scores and emissions", "", blocks(year_table(content, units)))


def _offers(content: dict[str, Any]) -> list[tuple[str, Mapping[str, Any], str]]:
    """Return contracts from the bottom of a stack to its top, then storage, each with the key of its power."""
    contracts = content["contracts"]
    return [
        *((name, contracts[name], "contracted_mw") for name in stacking_order(contracts)),
        *((name, storage, "power_mw") for name, storage in content["storage"].items()),
    ]


def _slots(content: dict[str, Any], units: Units) -> dict[str, Key]:
    """Return how each offer is drawn."""
    contracts = content["contracts"]

    def largest(name: str) -> float:
        return max(float(year.get("contracted_mw", 0.0)) for year in contracts[name]["years"].values())

    taken = [name for name in stacking_order(contracts) if largest(name) > units.nothing_mw]
    own = sorted(taken, key=largest, reverse=True)[:_MOST]
    colour = contract_slots([name for name in taken if name in own], contracts)
    keys = {name: Key(name, colour.get(name, "stone")) for name in contracts}
    styles = ("fill", "pale")
    return keys | {
        name: Key(f"{name} (power)", STORAGE, styles[min(number, 1)]) for number, name in enumerate(content["storage"])
    }


def _parts(amounts: Mapping[str, Sequence[float]], keys: Mapping[str, Key], units: Units) -> list[Part]:
    return [
        Part(keys[name], np.array(sizes, dtype=float))
        for name, sizes in amounts.items()
        if max(sizes) > units.nothing_mw
    ]


def _columns(
    content: dict[str, Any], parts: Sequence[Part], quantity: Quantity, *, name: str, title: str, caption: str = ""
) -> Figure | None:
    """Return wholes as upright columns, one for each year."""
    if not parts:
        return None
    stack = stacked(parts)
    labels = [year_name(name, year) for name, year in content["years"].items()]
    ends = [value / quantity.divisor for _, *sides in stack for side in sides for value in side.tolist()]
    scale = Scale.over(min(ends), max(ends))
    zero = scale.y(np.zeros(1))[0]
    shapes = [
        Shape(
            columns(begin / quantity.divisor, end / quantity.divisor, scale, share=_SHARE),
            part.key.slot,
            part.key.style,
        )
        for part, begin, end in stack
    ]
    if scale.low < 0.0:
        shapes.append(Shape(f"M0 {zero}H{_COLUMN * len(labels)}", "ink", "hair"))
    return Figure(
        name=name,
        title=title,
        caption=caption,
        legend=tuple(part.key for part, *_ in stack),
        panels=(Panel(quantity.unit, scale.labels(), tuple(shapes), _COLUMN * len(labels), rem=16.0),),
        ticks=tuple(Tick(100.0 * (i + 0.5) / len(labels), label) for i, label in enumerate(labels)),
        readouts=tuple(
            f"{label}: " + ", ".join(f"{part.key.text} {quantity.text(part.amounts[i])}" for part, *_ in stack)
            for i, label in enumerate(labels)
        ),
    )


def _cost_columns(content: dict[str, Any], units: Units) -> Figure | None:
    years = list(content["years"].values())
    components = list(content["cost"]["components"])
    slots = component_slots(components)
    yearly = Quantity(f"{units.money.unit} a year", units.money.divisor, units.money.decimals)
    parts = []
    for component in components:
        amounts = np.array([year["components_per_year"].get(component, 0.0) for year in years])
        key = SALES if component in SALES_COMPONENTS else Key(component_words(component), slots[component])
        if shows(amounts, yearly):
            parts.append(Part(key, amounts))
    return _columns(
        content,
        parts,
        yearly,
        name="cost-columns",
        title="What each year is made of",
        caption="Sales stand below zero.",
    )


# --- where it comes from ----------------------------------------------------------------------------------------------


def _evidence(content: dict[str, Any]) -> Evidence:
    manifest = content["manifest"]
    case = manifest["case"]
    certificate = content["certificate"]
    origin = (
        ("case", str(content["case"])),
        ("case file", str(case["path"])),
        ("SHA-256 of the case file", str(case["sha256"])),
        ("gap of the whole", f"{certificate['gap']:.1e}"),
        *origin_rows({"solver": [manifest["solver"]["engine"]], "carbonmatch": manifest["versions"]["carbonmatch"]}),
    )
    return Evidence(
        sentences=(
            "All years are one linear programme, whose optimum has a certificate. Every year is a run of its own in "
            "the folder points, its sizes held: with its ledger by the hour, the proof that its operation is the "
            "cheapest, and the hashes of its inputs. The costs of the years add to the present value.",
        ),
        tables=(OverviewTable("Origin", (Column("what", numeric=False), Column("value", numeric=False)), origin),),
        is_not=IS_NOT,
    )
