"""From a checked case to what the accounts know beside the flows: factors with their source, plants, meters."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from carbonmatch.accounting.embodied import EMBODIED_BY_TECHNOLOGY
from carbonmatch.case import Case, Contract, RetailSupplyContract, Site, Storage, Zone, demanded
from carbonmatch.load import SiteLoad
from carbonmatch.records import (
    SAME_ZONE,
    ComputeFacts,
    DataTier,
    Device,
    Embodied,
    Factor,
    Facts,
    FloatArray,
    Guarantee,
    Instrument,
    Registry,
    SiteFacts,
    StorageFacts,
    StoragePayment,
    ZoneFacts,
)

GIVEN: Final = "given in the case"
NO_COMBUSTION: Final = "no combustion counted at the plant: default of carbonmatch"


def facts_from_case(case: Case) -> Facts:
    """Return the facts of a case, in the order of its problem: zones without a site drop out."""
    zones = case.served_zones
    number = {zone.name: z for z, zone in enumerate(zones)}
    return Facts(
        zones=tuple(_zone(case, zone) for zone in zones),
        sites=tuple(_site(case, site, number[site.zone]) for site in case.sites.values()),
        instruments=tuple(
            _instrument(case, contract, number[contract.load_zone]) for contract in case.contracts.values()
        ),
        storage=tuple(_storage(case, storage, number[storage.zone]) for storage in case.storage.values()),
        registry=None if case.certificates is None else Registry(**case.certificates.model_dump()),
    )


def _zone(case: Case, zone: Zone) -> ZoneFacts:
    place = f"zones.{zone.name}"
    standard = zone.standard_supply
    service = f"{place}.standard_supply.emission_factor_g_per_kwh"
    return ZoneFacts(
        name=zone.name,
        average=_factor(case, f"{place}.carbon_intensity_g_per_kwh", zone.carbon_intensity_g_per_kwh),
        residual_mix=_factor(case, f"{place}.residual_mix_g_per_kwh", zone.residual_mix_g_per_kwh),
        fossil_mix=_factor(case, f"{place}.fossil_mix_g_per_kwh", zone.fossil_mix_g_per_kwh),
        marginal=_factor(case, f"{place}.marginal_g_per_kwh", zone.marginal_g_per_kwh),
        standard_supply=None
        if standard is None
        else _factor(case, service, standard.emission_factor_g_per_kwh, NO_COMBUSTION),
        standard_supply_share=None if standard is None else standard.share,
    )


def _site(case: Case, site: Site, zone_number: int) -> SiteFacts:
    key = f"sites.{site.name}.supplier_emission_factor_g_per_kwh"
    return SiteFacts(
        name=site.name,
        zone=zone_number,
        load_mwh=site.load_mw * case.grid.hours_per_step,
        data_tier=site.data_tier or _tier_of(site.load_mw),
        supplier=_factor(case, key, site.supplier_emission_factor_g_per_kwh),
        compute=_compute(site),
    )


def _compute(site: Site) -> ComputeFacts | None:
    """Return what the case states of the compute of a site; a share of no load is that of the whole horizon."""
    stated, load = site.compute, site.load
    if stated is None or load is None:
        return None
    of_it, of = stated.tokens_per_it_mwh is not None, stated.of
    drawn = load.total_mw if of is None else load.classes_mw[of]
    counted = drawn
    if of_it:
        counted = demanded(load.total_it_mw) if of is None else load.it_mw[of]
    share = _share_of(drawn, load.total_mw)
    return ComputeFacts(
        tokens_per_mwh=demanded(stated.tokens_per_it_mwh if of_it else stated.tokens_per_mwh),
        of_it=of_it,
        of=of or "",
        load_share=share,
        counted_share=_share_of(counted, drawn),
        it_mw=demanded(stated.it_mw_of(load)),
        cost_per_year=stated.cost_per_year,
        moved_share={name: _part_of(of, entry.of, load, share) for name, entry in site.flexible.items()},
        given_up_share={name: _part_of(of, entry.of, load, share) for name, entry in site.curtailable.items()},
    )


def _part_of(wanted: str | None, changed: str | None, load: SiteLoad, share: FloatArray) -> FloatArray:
    """Return the share of a class in what an entry changes; an entry of no class changes all but what is fixed.

    share   of the class in the whole load, taken where nothing may be changed
    """
    if wanted is None or wanted == changed:
        return np.ones_like(share)
    if changed is not None or wanted in load.fixed:
        return np.zeros_like(share)
    whole = load.part_mw(None)
    return np.divide(load.classes_mw[wanted], whole, out=share.copy(), where=whole > 0.0)


def _share_of(part_mw: FloatArray, whole_mw: FloatArray) -> FloatArray:
    total = float(whole_mw.sum())
    share = np.full(whole_mw.shape, float(part_mw.sum()) / total if total > 0.0 else 1.0)
    divided: FloatArray = np.divide(part_mw, whole_mw, out=share, where=whole_mw > 0.0)
    return divided


def _tier_of(load_mw: FloatArray) -> DataTier:
    """Say how a load is known that the case does not say it of: one number, or the profile of this facility."""
    return "flat" if load_mw.max() == load_mw.min() else "facility_profile"


def _instrument(case: Case, contract: Contract, zone_number: int) -> Instrument:
    value = np.full(case.grid.steps, contract.emission_factor_g_per_kwh)
    factor = _factor(case, f"contracts.{contract.name}.emission_factor_g_per_kwh", value, NO_COMBUSTION)
    if factor is None:
        raise ValueError("a contract always has an emission factor")
    return Instrument(
        name=contract.name,
        zone=zone_number,
        technology=contract.technology.value,
        structure=contract.structure,
        renewable=contract.renewable,
        carbon_free=contract.carbon_free,
        commissioned=contract.commissioned,
        factor=factor,
        certificates=contract.certificates,
        embodied=_embodied(case, contract),
        device=_device(contract),
        support_received=contract.support_received,
        not_eligible=case.why_not_eligible(contract),
        plant_zone="" if contract.zone == contract.load_zone else contract.zone,
        deliverability=case.deliverability(contract) or SAME_ZONE,
        marginal_there=_marginal_there(case, contract),
        guarantee=_guarantee(contract),
        on_site=contract.site is not None,
    )


def _marginal_there(case: Case, contract: Contract) -> Factor | None:
    if contract.zone == contract.load_zone:
        return None
    return _factor(case, f"zones.{contract.zone}.marginal_g_per_kwh", case.zones[contract.zone].marginal_g_per_kwh)


def _guarantee(contract: Contract) -> Guarantee | None:
    if not isinstance(contract, RetailSupplyContract) or contract.guarantee is None:
        return None
    return Guarantee(contract.guarantee.share, contract.guarantee.penalty_per_mwh)


def _device(entry: Contract | Storage) -> Device | None:
    return None if entry.device is None else Device(**entry.device.model_dump())


def _embodied(case: Case, contract: Contract) -> Embodied | None:
    if contract.embodied_g_per_kwh is None:
        return EMBODIED_BY_TECHNOLOGY.get(contract.technology.value)
    given = case.provenance.assumption(f"contracts.{contract.name}.embodied_g_per_kwh")
    return Embodied(contract.embodied_g_per_kwh, (given and given.source) or GIVEN)


def _storage(case: Case, storage: Storage, zone_number: int) -> StorageFacts:
    given = case.provenance.assumption(f"storage.{storage.name}.embodied_kg_per_kwh")
    return StorageFacts(
        name=storage.name,
        zone=zone_number,
        tracing=storage.tracing,
        efficiency_limit=storage.round_trip_efficiency,
        embodied=None
        if storage.embodied_kg_per_kwh is None
        else Embodied(storage.embodied_kg_per_kwh, (given and given.source) or GIVEN),
        lifetime_years=storage.lifetime_years,
        device=_device(storage),
        payment=_payment(case, storage),
        on_site=storage.site is not None,
    )


def _payment(case: Case, storage: Storage) -> StoragePayment | None:
    """Return how a storage is paid for; a case that is only matched leaves the rate of an annuity out."""
    figures: dict[str, float] = {}
    if storage.owned is not None and storage.owned.discount_rate is not None:
        figures = {**storage.owned.model_dump(), "annuity_factor": storage.owned.annuity_factor}
    elif storage.tolled is not None:
        figures = {**storage.tolled.model_dump(), "months": case.grid.months}
    elif storage.library is None and storage.degradation_cost_per_mwh == 0.0:
        return None
    return StoragePayment(storage.terms, None if storage.library is None else storage.library.name, figures)


def _factor(case: Case, key: str, values: FloatArray | None, default_source: str = "") -> Factor | None:
    """Return a factor with what the case says about it; None where there is none."""
    if values is None:
        return None
    given = case.provenance.assumption(key)
    if given is None:
        return Factor(values, default_source or GIVEN, "", "annual")
    source = ": ".join(part for part in (given.source, given.value if given.hourly else "") if part) or GIVEN
    if not given.hourly:
        return Factor(values, source, "", "annual")
    return Factor(values, source, _years(case.grid.local_index), "hourly")


def _years(local: pd.DatetimeIndex) -> str:
    first, last = local[0].year, local[-1].year
    return str(first) if first == last else f"{first}-{last}"
