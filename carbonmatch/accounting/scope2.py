"""Scope 2 emissions of the electricity consumed, under rules that can be switched.

ghgp_2015             GHG Protocol Scope 2 Guidance (2015): claims count by the year
ghgp_revision_draft   its revision as consulted on from October 2025 to January 2026: claims count by the hour

Both give a location-based and a market-based figure, each a list of lines whose MWh add up to the load.

What a plant behind the meter generates and the site uses is no purchased electricity: it emits nothing in scope 2 but
what the case says of the plant, needs no instrument, and stands in lines of its own (`on_site`). What leaves through
the meter is an instrument like any other. Location-based emissions are those of the metered import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from carbonmatch.records import (
    DIRECT,
    UNTRACED,
    Factor,
    Facts,
    FloatArray,
    Granularity,
    Instrument,
    Ledger,
    SiteFacts,
    ZoneFacts,
    ZoneLedger,
    mix_of_unclaimed,
    served_by_standard_supply,
    totals,
)
from carbonmatch.units import G_PER_KWH_TO_T_PER_MWH
from carbonmatch.wording import listed

ON_SITE: Final = "on_site"
NOT_PURCHASED: Final = "generated behind the meter: not purchased"
NOT_GIVEN: Final = "not given in the case"

NOTHING_SHARE: Final = 1e-9
"""A line of less than this share of load is what a solver leaves of an offer that is not taken."""

LAST_RESORT_G_PER_KWH: Final = 910.0
LAST_RESORT_SOURCE: Final = (
    "conservative default of carbonmatch: highest factor of coal in IPCC AR5 WG III (2014), Annex III, table A.III.2"
)
"""The draft asks for a conservative default and gives no number."""


@dataclass(frozen=True)
class Line:
    """A part of the load with the factor that it is counted at.

    mwh      per step
    factor   None where the case does not give it
    basis    whether it is claimed by the hour or by the year; for load without a claim, how fine its factor is
    deliverability   why a claim counts in this zone, in words; empty where nothing is claimed
    sites    those whose load it is a part of; empty where it is of all sites of the zone
    """

    method: str
    zone: str
    tier: str
    mwh: FloatArray
    factor: Factor | None
    instrument: str = ""
    basis: Granularity | None = None
    deliverability: str = ""
    sites: tuple[str, ...] = ()

    @property
    def emitted_t(self) -> FloatArray | None:
        """Emissions per step [t CO2e]."""
        return None if self.factor is None else self.mwh * self.factor.g_per_kwh * G_PER_KWH_TO_T_PER_MWH

    def told(self) -> dict[str, Any]:
        """Return the line as it is reported: totals, and the factor as emissions / MWh."""
        mwh, emitted, factor = float(self.mwh.sum()), self.emitted_t, self.factor
        total = None if emitted is None else float(emitted.sum())
        return {
            "method": self.method,
            "zone": self.zone,
            "tier": self.tier,
            "instrument": self.instrument,
            "mwh": mwh,
            "factor_g_per_kwh": None if total is None or mwh == 0.0 else total / mwh / G_PER_KWH_TO_T_PER_MWH,
            "emissions_t": total,
            "source": NOT_GIVEN if factor is None else factor.source,
            "vintage": "" if factor is None else factor.vintage,
            "granularity": self.basis or ("" if factor is None else factor.granularity),
            "deliverability": self.deliverability,
        }


def scope2_summary(facts: Facts, ledger: Ledger) -> dict[str, Any]:
    """Return Scope 2 under both sets of rules."""
    excess = sum(float(zone.excess_mwh.sum()) for zone in ledger.zones)
    yearly = [line for z in range(len(facts.zones)) for line in lines_2015(facts, ledger, z)]
    hourly = [line for z in range(len(facts.zones)) for line in lines_of_revision(facts, ledger, z)]
    claimed_by_year = sum(float(line.mwh.sum()) for line in yearly if line.instrument)
    offered = sum(float(zone.contracted_mwh.sum()) for zone in ledger.zones) + _by_year_alone(facts, ledger)
    return {
        "ghgp_2015": _statement(
            "GHG Protocol Scope 2 Guidance (2015)",
            "In force since 2015.",
            yearly,
            ledger,
            excess_mwh=max(offered - claimed_by_year, 0.0),
            notes=_notes_2015(yearly),
        ),
        "ghgp_revision_draft": _statement(
            "GHG Protocol Scope 2, revision (draft)",
            "A draft, consulted on from October 2025 to January 2026. Nothing of it binds yet; the final text is "
            "expected late in 2027.",
            hourly,
            ledger,
            excess_mwh=excess,
            notes=_notes_of_revision(hourly, facts),
        ),
    }


def _statement(
    title: str, status: str, lines: list[Line], ledger: Ledger, *, excess_mwh: float, notes: list[str]
) -> dict[str, Any]:
    load = sum(float(zone.load_mwh.sum()) for zone in ledger.zones)
    told = [line.told() for line in lines if abs(float(line.mwh.sum())) > NOTHING_SHARE * load]
    claimed = sum(line["mwh"] for line in told if line["instrument"])
    return {
        "title": title,
        "status": status,
        "load_mwh": load,
        "location_based_t": _total(told, "location_based"),
        "market_based_t": _total(told, "market_based"),
        "claimed_mwh": claimed,
        "claimed_share": claimed / load if load > 0.0 else 0.0,
        "excess_not_claimed_mwh": excess_mwh,
        "lines": told,
        "notes": notes,
    }


def _total(told: list[dict[str, Any]], method: str) -> float | None:
    emitted = [line["emissions_t"] for line in told if line["method"] == method]
    return None if any(value is None for value in emitted) else float(sum(emitted))


def location_based(facts: ZoneFacts, zone: ZoneLedger) -> list[Line]:
    """Return what passed the meters at the average of the grid; contracts have no place in this method.

    The load that did not pass them was met by what stands behind them, less what that charged, and emits nothing here.
    """
    lines = [Line("location_based", facts.name, "grid_average", zone.metered_import_mwh, facts.average)]
    if zone.metered_export_mwh is not None:
        steps = len(zone.load_mwh)
        behind = zone.load_mwh - zone.metered_import_mwh
        lines.append(
            Line("location_based", facts.name, ON_SITE, behind, Factor(np.zeros(steps), NOT_PURCHASED, "", "annual"))
        )
    return lines


def used_on_site_share(facts: Facts, ledger: Ledger, z: int) -> FloatArray:
    """Return the share of generation behind the meters of a zone that does not leave through them, 0..1 per step."""
    zone = ledger.zones[z]
    plants = [i for i, instrument in enumerate(facts.instruments) if instrument.zone == z and instrument.on_site]
    generation = np.sum([ledger.contracts[i].generation_mwh for i in plants], axis=0) + np.zeros(len(zone.load_mwh))
    exported = np.zeros_like(generation) if zone.metered_export_mwh is None else zone.metered_export_mwh
    left = np.minimum(exported, generation)
    share: FloatArray = 1.0 - np.divide(left, generation, out=np.zeros_like(generation), where=generation > 0.0)
    return share


def lines_2015(facts: Facts, ledger: Ledger, z: int) -> list[Line]:
    """Return the lines of one zone under the guidance of 2015.

    Certificates of the year are set against the load of the year, up to the load, whatever their hour: each contract's
    generation less its losses in storage. What is left is counted at the supplier's rate where there is one, at the
    residual mix, or, where no residual mix is known, at the grid average (which must be disclosed).
    """
    zone = ledger.zones[z]
    steps = len(zone.load_mwh)
    load = float(zone.load_mwh.sum())
    spread = zone.load_mwh / load if load > 0.0 else np.zeros(steps)
    offered = {i: float(mwh) for i, mwh in enumerate(_net_generation(facts, ledger)) if facts.instruments[i].zone == z}
    used = _used_on_site(facts, ledger, z, offered)
    offered = {i: mwh - used.get(i, 0.0) for i, mwh in offered.items()}
    total = sum(offered.values())
    part = min(1.0, (load - sum(used.values())) / total) if total > 0.0 else 0.0
    lines = []
    for i, mwh in used.items():
        lines.append(_on_site(zone.name, facts.instruments[i], mwh * spread, "annual"))
    for i, mwh in offered.items():
        instrument = facts.instruments[i]
        claimed = max(mwh, 0.0) * part
        lines.append(_claim(zone.name, instrument, claimed * spread, "annual"))
    left = zone.load_mwh - np.sum([line.mwh for line in lines] or [np.zeros(steps)], axis=0)
    left = np.where(np.abs(left) <= 1e-12 * zone.load_mwh.max(initial=0.0), 0.0, left)
    rest = _rest(facts.zones[z], [s for s in facts.sites if s.zone == z], left, zone.load_mwh)
    return [*location_based(facts.zones[z], zone), *lines, *rest]


def _used_on_site(facts: Facts, ledger: Ledger, z: int, offered: Mapping[int, float]) -> dict[int, float]:
    """Return what of each plant behind a meter was used there over the period, up to the load [MWh]."""
    stays = used_on_site_share(facts, ledger, z)
    used = {
        i: max(mwh - float((ledger.contracts[i].generation_mwh * (1.0 - stays)).sum()), 0.0)
        for i, mwh in offered.items()
        if facts.instruments[i].on_site
    }
    load, total = float(ledger.zones[z].load_mwh.sum()), sum(used.values())
    return {i: mwh * min(1.0, load / total) if total > 0.0 else 0.0 for i, mwh in used.items()}


def _net_generation(facts: Facts, ledger: Ledger) -> FloatArray:
    """Return what each contract offers over the period: its certificates less what storage lost of it [MWh].

    Neither the rule of the target nor the limits between neighbouring zones are known to a claim of the year.
    """
    accounts = zip(ledger.contracts, facts.instruments, strict=True)
    generated = np.array([float(each.certified_mwh.sum()) if it.carbon_free else 0.0 for each, it in accounts])
    traced = ledger.links.contract != UNTRACED
    lost = totals(
        ledger.links.contract[traced],
        (ledger.links.production_mwh - ledger.links.discharged_mwh)[traced],
        len(ledger.contracts),
    )
    net: FloatArray = generated - lost
    return net


def _by_year_alone(facts: Facts, ledger: Ledger) -> float:
    """Return claims of the year that are none of their hour: what the target does not count, or cannot be delivered."""
    accounts = zip(ledger.contracts, facts.instruments, strict=True)
    return sum(float((each.certified_mwh - each.claimable_mwh).sum()) for each, it in accounts if it.carbon_free)


def _rest(facts: ZoneFacts, sites: list[SiteFacts], left: FloatArray, load: FloatArray) -> list[Line]:
    """Return what no instrument covers, by site where a supplier states a factor."""
    share = np.divide(left, load, out=np.zeros_like(left), where=load > 0.0)
    lines = [
        Line(
            *("market_based", facts.name, "supplier", site.load_mwh * share, replace(site.supplier, source=source)),
            sites=(site.name,),
        )
        for site in sites
        if site.supplier is not None
        for source in [f"{site.name}: {site.supplier.source}"]
    ]
    others = [site for site in sites if site.supplier is None]
    mwh = np.sum([site.load_mwh * share for site in others] or [np.zeros_like(left)], axis=0)
    names = tuple(site.name for site in others)
    if facts.residual_mix is not None:
        return [*lines, Line("market_based", facts.name, "residual_mix", mwh, facts.residual_mix, sites=names)]
    return [*lines, Line("market_based", facts.name, "grid_average", mwh, facts.average, sites=names)]


def lines_of_revision(facts: Facts, ledger: Ledger, z: int) -> list[Line]:
    """Return the lines of one zone under the draft revision.

    market_based = sum_t [ sum_k claimed[k,t] * factor[k] + (load[t] - claimed[t]) * residual[t] ]

    Only what is generated, or comes out of storage, in the hour and the zone of the load is claimed. Of the standard
    supply service everyone may claim their own share, up to what is left of their load. There is no fall-back on the
    grid average: the residual mix, else the mix of fossil plants, else a conservative default.
    """
    zone, known = ledger.zones[z], facts.zones[z]
    steps = len(zone.load_mwh)
    lines: list[Line] = []
    for i, instrument in enumerate(facts.instruments):
        if instrument.zone != z:
            continue
        mine = ledger.claims.contract == i
        claimed = totals(ledger.claims.step[mine], ledger.claims.matched_mwh[mine], steps)
        used = _claimed_on_site(facts, ledger, z, i) if instrument.on_site else None
        if used is not None:
            lines.append(_on_site(zone.name, instrument, used, "hourly"))
            claimed = claimed - used
        lines.append(_claim(zone.name, instrument, claimed, "hourly"))
    left = np.maximum(zone.load_mwh - np.sum([line.mwh for line in lines] or [np.zeros(steps)], axis=0), 0.0)
    if known.standard_supply is not None and known.standard_supply_share is not None:
        served = served_by_standard_supply(known.standard_supply_share, zone.load_mwh, left)
        lines.append(Line("market_based", known.name, "standard_supply", served, known.standard_supply))
        left = left - served
    default = Factor(np.full(steps, LAST_RESORT_G_PER_KWH), LAST_RESORT_SOURCE, "2014", "annual")
    tier, factor = mix_of_unclaimed(known.residual_mix, known.fossil_mix) or ("default", default)
    return [*location_based(known, zone), *lines, Line("market_based", known.name, tier, left, factor)]


def _claimed_on_site(facts: Facts, ledger: Ledger, z: int, i: int) -> FloatArray:
    """Return the claims of a plant behind a meter that were used there, direct or out of a storage behind one [MWh]."""
    claims, steps = ledger.claims, len(ledger.starts)
    through = np.array([storage.on_site for storage in facts.storage] + [True])[claims.storage]  # the last: DIRECT
    mine = (claims.contract == i) & through
    direct = mine & (claims.storage == DIRECT)
    stays = used_on_site_share(facts, ledger, z)[claims.step]
    mwh = np.where(direct, claims.matched_mwh * stays, claims.matched_mwh)
    return totals(claims.step[mine], mwh[mine], steps)


def market_based_t(facts: Facts, ledger: Ledger, z: int) -> FloatArray:
    """Return market-based emissions of one zone under the draft revision, hour by hour [t CO2e per step]."""
    lines = [line.emitted_t for line in lines_of_revision(facts, ledger, z) if line.method == "market_based"]
    emitted: FloatArray = np.sum([line for line in lines if line is not None], axis=0)
    return emitted


def _on_site(zone: str, instrument: Instrument, mwh: FloatArray, basis: Granularity) -> Line:
    return Line("market_based", zone, ON_SITE, mwh, replace(instrument.factor, source=NOT_PURCHASED), "", basis)


def _claim(zone: str, instrument: Instrument, mwh: FloatArray, basis: Granularity) -> Line:
    tier = "certificates" if instrument.certificates else "contracts"
    where = instrument.deliverability
    if basis == "annual" and instrument.plant_zone:
        where = f"neighbouring zone {instrument.plant_zone}, taken as the same market"
    return Line("market_based", zone, tier, mwh, instrument.factor, instrument.name, basis, where)


def _notes_2015(lines: list[Line]) -> list[str]:
    notes = ["Certificates of any hour of the period count, up to the load: this figure is blind to the hour."]
    if any(line.tier == "grid_average" and line.method == "market_based" and line.mwh.any() for line in lines):
        notes.append(
            "No residual mix is given: load without an instrument is counted at the grid average, which may count "
            "carbon-free energy twice that others have claimed."
        )
    return notes


def _notes_of_revision(lines: list[Line], facts: Facts) -> list[str]:
    notes = ["Only carbon-free energy of the same hour and zone is claimed; what is left over in an hour is dropped."]
    notes += [
        f"{each.name} counts as of {each.deliverability}."
        for each in facts.instruments
        if each.plant_zone and not each.not_eligible
    ]
    if left_out := [each.name for each in facts.instruments if each.not_eligible]:
        notes.append(
            f"Claims of the hour are those that the target counts: it leaves out {listed(left_out)}, of which nothing "
            "is claimed here."
        )
    used = {line.tier for line in lines if line.mwh.any()}
    if "fossil_mix" in used:
        notes.append("No residual mix is given: load without a claim is counted at the mix of fossil plants.")
    if "default" in used:
        notes.append(
            "Neither a residual mix nor a mix of fossil plants is given: load without a claim is counted at a "
            f"conservative default of {LAST_RESORT_G_PER_KWH:g} g/kWh."
        )
    return notes
