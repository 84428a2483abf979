"""Facts: what the accounts know about a case beside its flows. The model does not need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

from carbonmatch.records.array import FloatArray
from carbonmatch.records.site_load import LoadChanges

Granularity = Literal["hourly", "annual"]
Tracing = Literal["fifo", "lifo", "weighted_average"]
DataTier = Literal["meter", "facility_profile", "market_profile", "time_of_use", "flat"]
"""How load is known, best first (draft revision of the GHG Protocol Scope 2 Guidance)."""


SAME_ZONE: Final = "same zone as the load"
"""Deliverability of a plant in the zone of the load."""


@dataclass(frozen=True)
class Factor:
    """An emission factor and where it came from.

    g_per_kwh     per step [g CO2e/kWh]
    source        who says so, in words
    vintage       the year or years that it was observed in; empty where that is not stated
    granularity   hourly where it follows the steps, annual where it is one number
    """

    g_per_kwh: FloatArray
    source: str
    vintage: str
    granularity: Granularity


@dataclass(frozen=True)
class ZoneFacts:
    """The factors of one zone; None where the case gives none.

    average                 of the grid's generation
    residual_mix            of what no one has claimed
    fossil_mix              of the generation that is not carbon-free
    marginal                of the plants that answer a change of load
    standard_supply         factor of the standard supply service, with
    standard_supply_share   the share of load that it serves, 0..1: service MWh / retail sales
    """

    name: str
    average: Factor | None
    residual_mix: Factor | None
    fossil_mix: Factor | None
    marginal: Factor | None
    standard_supply: Factor | None
    standard_supply_share: FloatArray | None


@dataclass(frozen=True)
class ComputeFacts:
    """What the machines of a site make of its energy, and what they cost, as the user states it.

    tokens_per_mwh   tokens per MWh of what it counts: of the load, or of what of it reaches the machines
    of_it            whether it counts what reaches the machines
    of               class of work that makes the tokens; empty where the whole load does
    load_share       share of the load of the site that is drawn for that class, cooling and losses included, (steps,)
    counted_share    share of that load that tokens_per_mwh counts, (steps,): 1, or where of_it what the machines get
    moved_share, given_up_share   by flexible and curtailable entry: share of that class in what it changes, (steps,)
    it_mw            what the machines may draw [MW]
    cost_per_year    all that compute costs in a year [currency/year]; None where the case does not state it
    """

    tokens_per_mwh: float
    of_it: bool
    of: str
    load_share: FloatArray
    counted_share: FloatArray
    it_mw: float
    cost_per_year: float | None
    moved_share: Mapping[str, FloatArray] = field(default_factory=dict)
    given_up_share: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteFacts:
    """How the load of a site is known, the factor of its supplier and what is computed, where the case says so."""

    name: str
    zone: int
    load_mwh: FloatArray
    data_tier: DataTier
    supplier: Factor | None
    compute: ComputeFacts | None = None


@dataclass(frozen=True)
class Device:
    """What a certificate registry knows a plant or a storage as; None where the case does not say.

    capacity_mw   of the whole device, not of the contracted share of it
    """

    device_id: str | int | None
    device_name: str | None
    device_location: str | None
    capacity_mw: float | None


@dataclass(frozen=True)
class Registry:
    """What a registry of granular certificates asks for beside the energy; None where the case does not say.

    The names are those of the EnergyTag standard; expiry_months count from the end of the production interval.
    """

    issuing_body: str | None
    legal_status: str | None
    account_id: str | int | None
    beneficiary: str | None
    country_of_issuance: str | None
    connected_grid_identification: str | None
    issue_market_zone: str | None
    issuance_purpose: str | None
    registry_configuration: int | None
    quality_scheme_reference: str | None
    dissemination_level: str | None
    expiry_months: int | None
    validator_id: str | int | None


@dataclass(frozen=True)
class Instrument:
    """A contract as its certificates are seen.

    renewable, carbon_free   what its generation counts as
    commissioned             first day of operation of the plant; None where the case does not say
    factor                   emission factor of its generation
    certificates             whether energy attribute certificates come with the energy
    embodied                 emissions of building and fuelling the plant; None where no value is known
    device, support_received   what a certificate registry asks about the plant
    on_site                  it stands behind the meter of a site: what is used there was never purchased
    not_eligible             why it does not count towards the target; empty where it does
    plant_zone               where its plant stands; empty where that is the zone whose load it counts for
    deliverability           why, and when, it counts in that zone, in words
    marginal_there           intensity of the plants that answer a change of load in the zone of its plant, if another
    guarantee                the share of carbon-free energy that a supplier answers for; None where there is none
    """

    name: str
    zone: int
    technology: str
    structure: str
    renewable: bool
    carbon_free: bool
    commissioned: date | None
    factor: Factor
    certificates: bool
    embodied: Embodied | None
    device: Device | None = None
    support_received: str | None = None
    on_site: bool = False
    not_eligible: str = ""
    plant_zone: str = ""
    deliverability: str = SAME_ZONE
    marginal_there: Factor | None = None
    guarantee: Guarantee | None = None


@dataclass(frozen=True)
class Guarantee:
    """A share of carbon-free energy that is settled after the fact.

    share             0..1 of all energy supplied in the period
    penalty_per_mwh   [currency/MWh] paid to the buyer for each MWh of claims below it
    """

    share: float
    penalty_per_mwh: float


@dataclass(frozen=True)
class Embodied:
    """Emissions of building something, and who says so.

    value   [g CO2e/kWh generated] of a plant, [kg CO2e/kWh of capacity] of a storage
    """

    value: float
    source: str


@dataclass(frozen=True)
class StoragePayment:
    """How a storage is paid for, so that its yearly costs can be computed again.

    terms     owned, tolled or yearly
    library   the technology whose figures it takes; None where it names none
    figures   what the terms say, by key of the case; the annuity factor of owned terms, the months of a toll
    """

    terms: str
    library: str | None
    figures: Mapping[str, float]


@dataclass(frozen=True)
class StorageFacts:
    """How stored energy is traced, and what a storage took to build.

    efficiency_limit   round-trip efficiency that the case gives: no more than this share of a charge is claimed
    lifetime_years     over which the embodied emissions are spread
    payment            how it is paid for; None where the case names yearly costs and nothing else
    on_site            it stands behind the meter of a site
    """

    name: str
    zone: int
    tracing: Tracing
    efficiency_limit: float
    embodied: Embodied | None
    lifetime_years: float
    device: Device | None = None
    payment: StoragePayment | None = None
    on_site: bool = False


@dataclass(frozen=True)
class Facts:
    """What the accounts know about a case, in the order of its problem."""

    zones: tuple[ZoneFacts, ...]
    sites: tuple[SiteFacts, ...]
    instruments: tuple[Instrument, ...]
    storage: tuple[StorageFacts, ...]
    registry: Registry | None = None

    def as_served(self, changes: LoadChanges | None) -> Facts:
        """Return the facts with the load that was served in the place of the planned one."""
        if changes is None:
            return self
        sites = zip(self.sites, changes.load_mwh, strict=True)
        return replace(self, sites=tuple(replace(site, load_mwh=load) for site, load in sites))
