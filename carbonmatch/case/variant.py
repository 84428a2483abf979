"""One way to read a case file: its scenario, its year and its settings, laid over what is written."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from carbonmatch.case.block import Reading
from carbonmatch.case.document import Document
from carbonmatch.case.growth import Growth
from carbonmatch.case.overrides import apply_growth_year, apply_scenario, apply_settings, apply_weather_year
from carbonmatch.case.provenance import Provenance, Vintage
from carbonmatch.case.table_reader import TableReader
from carbonmatch.case.vintages import add_vintages


@dataclass(frozen=True)
class Variant:
    """One way to read a case file: a scenario and a year, where named, then settings like `target.cfe=0.95`.

    in_plan   the year of growth as the plan over all years has it: what was signed before on its own terms goes on
    """

    settings: tuple[str, ...] = ()
    scenario: str | None = None
    weather_year: str | None = None
    growth_year: str | None = None
    in_plan: bool = False


def changed(document: Document, variant: Variant, origin: Provenance) -> Provenance:
    """Make the changes of a variant; settings come last, but those on the years before a year is taken."""
    on_years = [each for each in variant.settings if each.strip().split(".")[0].split("=")[0] in _BLOCKS_OF_YEARS]
    others = [setting for setting in variant.settings if setting not in on_years]
    overrides = [
        *([] if variant.scenario is None else apply_scenario(document, variant.scenario)),
        *apply_settings(document, on_years),
    ]
    growth = _growth_of(document) if variant.in_plan else None
    on_vintages = [] if growth is None else [each for each in others if _is_on_vintage(each, document, growth)]
    others = [setting for setting in others if setting not in on_vintages]
    signed = {} if growth is None else {year: _as_in(document, year, others) for year in growth.years}
    overrides += [
        *([] if variant.weather_year is None else apply_weather_year(document, variant.weather_year)),
        *([] if variant.growth_year is None else apply_growth_year(document, variant.growth_year)),
        *apply_settings(document, others),
    ]
    year, vintages = variant.growth_year, tuple[Vintage, ...]()
    if growth is not None and year is not None and year in growth.years:
        vintages = add_vintages(document, growth, year, signed)
        overrides += apply_settings(document, on_vintages)
    return replace(
        origin,
        scenario=variant.scenario,
        weather_year=variant.weather_year,
        overrides=tuple(overrides),
        growth_year=year,
        in_plan=variant.in_plan,
        vintages=vintages,
    )


def _is_on_vintage(setting: str, document: Document, growth: Growth) -> bool:
    """Tell whether a setting is on what was signed in one year, such as contracts.wind-2026, and not on an offer."""
    kind, *rest = setting.partition("=")[0].strip().split(".")
    offers = document.values.get(kind)
    if kind not in ("contracts", "storage") or not isinstance(offers, dict) or len(rest) < 2 or rest[0] in offers:
        return False
    return rest[0] in {f"{offer}-{year}" for offer in offers for year in growth.years}


_BLOCKS_OF_YEARS = ("weather_years", "growth")


def _growth_of(document: Document) -> Growth | None:
    """Return the growth of a case; None where it is at fault, which the check of the case tells."""
    try:
        return Growth.model_validate(document.values.get("growth"), context=_UNREAD)
    except ValidationError:
        return None


_UNREAD = Reading(grid=None, tables=TableReader(Path()), zones=None, site_zones=frozenset(), sites=None, arrays=False)


def _as_in(document: Document, year: str, settings: Sequence[str]) -> Document:
    """Return a copy of a document as it is in a year of growth; its faults are told by who reads that year."""
    copied = replace(document, values=copy.deepcopy(document.values), positions=dict(document.positions), faults=[])
    apply_growth_year(copied, year)
    apply_settings(copied, settings)
    return copied
