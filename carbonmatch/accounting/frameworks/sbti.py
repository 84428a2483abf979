"""SBTi Corporate Net-Zero Standard V2: the share of electricity that is matched by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from carbonmatch.accounting.frameworks.identifiers import frameworks
from carbonmatch.accounting.frameworks.place import Place
from carbonmatch.accounting.frameworks.purchase import Purchase
from carbonmatch.units import SCORE_TOLERANCE

REPORTING_THRESHOLD_MWH: Final = 10_000.0
"""Consumption in a year from which a company of category A reports: 10 GWh in an area."""

RECOGNITION: Final = (("now", 0.50), ("2030", 0.75), ("2035", 0.90))
"""Least shares for voluntary recognition, and by when."""


def statement(places: Sequence[Place], hourly: Sequence[Purchase], year_fraction: float) -> dict[str, Any]:
    """Return hourly-matched shares against the thresholds, for all zones and each zone.

    hourly   purchases that are claimed by the hour
    """
    sbti = frameworks()["sbti"]
    fields = [
        sbti.field("reporting_threshold_mwh_per_year", REPORTING_THRESHOLD_MWH),
        *(sbti.field(f"recognition_{level}_threshold", least) for level, least in RECOGNITION),
    ]
    part = "" if year_fraction == 1.0 else f"The period, {year_fraction:.4g} of a year, scaled to a whole one."
    for place in places:
        share, note, zone = place.hourly_matched_share, place.no_load_note, place.name
        renewable = sum(p.mwh for p in hourly if place.holds(p.zone) and p.instrument.renewable)
        in_a_year = place.load_mwh / year_fraction
        fields += [
            sbti.field("hourly_matched_share", share, zone=zone, note=note),
            sbti.field("hourly_matched_share_renewable", place.share(renewable), zone=zone, note=note),
            sbti.field("electricity_mwh_per_year", in_a_year, zone=zone, note=part),
            sbti.field("reporting_threshold_reached", in_a_year >= REPORTING_THRESHOLD_MWH, zone=zone),
            *(
                sbti.field(f"recognition_{level}_met", _met(share, least), zone=zone, note=note)
                for level, least in RECOGNITION
            ),
        ]
    return sbti.statement(fields)


def _met(share: float | None, least: float) -> bool | None:
    return None if share is None else share >= least - SCORE_TOLERANCE
