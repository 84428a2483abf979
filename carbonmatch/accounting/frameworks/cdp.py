"""CDP questionnaire: purchases of low-carbon and renewable electricity, consumption by zone, gross Scope 2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from carbonmatch.accounting.frameworks.identifiers import Value, frameworks
from carbonmatch.accounting.frameworks.place import Place
from carbonmatch.accounting.frameworks.purchase import Purchase
from carbonmatch.accounting.frameworks.scope2_total import emissions_and_why

SOURCING_METHOD: Final[Mapping[str, str]] = {
    "pay_as_produced": "physical power purchase agreement with a grid-connected plant",
    "virtual": "financial (virtual) power purchase agreement with a grid-connected plant",
    "clean_firm": "physical power purchase agreement for firm supply",
    "baseload": "physical power purchase agreement with a grid-connected plant, delivered as baseload",
    "shaped": "physical power purchase agreement with a grid-connected plant, delivered by a shape",
    "pay_as_consumed": "physical power purchase agreement, taken as consumed",
    "retail_supply": "retail supply contract with an electricity supplier (retail green electricity)",
    "hourly_certificates": "unbundled procurement of energy attribute certificates",
    "yearly_certificates": "unbundled procurement of energy attribute certificates",
}
"""By the structure of a contract; CDP's list is to be chosen from by these words."""

SYSTEM_NOT_STATED: Final = "The case does not say of which system (such as GO, REGO, REC or I-REC)."
NO_DATE: Final = "The case gives no date of commissioning."
NO_OWN_PLANTS: Final = "Not known: contracts are purchases; the case does not say whether a plant is the company's."


def statement(
    places: Sequence[Place],
    yearly: Sequence[Purchase],
    scope2: Mapping[str, Any],
    first_day: date,
    last_day: date,
) -> dict[str, Any]:
    """Return the answers, contract by contract and zone by zone.

    yearly, scope2        purchases and statement under the guidance of 2015
    first_day, last_day   of the period
    """
    cdp = frameworks()["cdp"]
    location, no_location = emissions_and_why(scope2, "location_based")
    market, no_market = emissions_and_why(scope2, "market_based")
    fields = [
        cdp.field("7.7/location_based", location, note=no_location),
        cdp.field("7.7/market_based", market, note=no_market),
    ]
    for purchase in yearly:
        fields += _rows("7.30.14", purchase, {"energy_carrier": ("electricity", "")})
    vintage = str(first_day.year) if first_day.year == last_day.year else f"{first_day.year}-{last_day.year}"
    for place in places:
        if place.name:
            fields += [
                cdp.field("7.30.14/supplier_at_zero", _supplier_at_zero(scope2, place.name), zone=place.name),
                cdp.field("7.30.16/purchased_electricity", place.load_mwh, zone=place.name),
                cdp.field("7.30.16/self_generated_electricity", None, zone=place.name, note=NO_OWN_PLANTS),
            ]
    for purchase in yearly:
        if purchase.instrument.renewable:
            more = {"vintage": (vintage, ""), "supply_start_year": (None, "Not known: the case does not say it.")}
            fields += _rows("7.30.17", purchase, more)
    fields.append(cdp.field("7.30.19/generated", None, note=NO_OWN_PLANTS))
    return cdp.statement(fields)


def _rows(question: str, purchase: Purchase, more: Mapping[str, tuple[Value, str]]) -> list[dict[str, Any]]:
    instrument, factor = purchase.instrument, purchase.factor_g_per_kwh
    commissioned = instrument.commissioned
    columns: dict[str, tuple[Value, str]] = {
        "country": (purchase.zone, ""),
        "sourcing_method": (SOURCING_METHOD[instrument.structure], ""),
        "technology": (instrument.technology, ""),
        "consumed": (
            purchase.mwh,
            f"Counted at {factor:g} g/kWh: whether that is near zero is for the reader to say." if factor else "",
        ),
        "tracking_instrument": ("energy attribute certificates", SYSTEM_NOT_STATED)
        if instrument.certificates
        else ("contract", "No certificates come with it."),
        "country_of_origin": (purchase.zone, ""),
        "commissioning_year_known": (commissioned is not None, ""),
        "commissioning_year": (None, NO_DATE) if commissioned is None else (commissioned.year, ""),
        **more,
    }
    cdp = frameworks()["cdp"]
    return [
        cdp.field(f"{question}/{column}", value, zone=purchase.zone, instrument=instrument.name, note=note)
        for column, (value, note) in columns.items()
    ]


def _supplier_at_zero(scope2: Mapping[str, Any], zone: str) -> float:
    lines = [line for line in scope2["lines"] if line["zone"] == zone and line["tier"] == "supplier"]
    return float(sum(line["mwh"] for line in lines if line["factor_g_per_kwh"] == 0.0))
