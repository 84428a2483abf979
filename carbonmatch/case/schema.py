"""The case: what a user writes, checked, with its series resolved. One set of classes is both schema and object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)

from carbonmatch.case.block import (
    ABSENT,
    Block,
    Finding,
    Name,
    Reading,
    needed_to_solve,
    refuse,
    say_value,
)
from carbonmatch.case.carbon import uncountable
from carbonmatch.case.certificates import Certificates
from carbonmatch.case.changeable import (
    faults_of_growth,
    faults_of_scenarios,
    faults_of_stress,
    faults_of_weather_years,
)
from carbonmatch.case.choice import warnings_of_choices
from carbonmatch.case.contracts import AnyContract, Contract
from carbonmatch.case.deliverability import (
    deliverability,
    deliverable_share,
    faults_of_deliveries,
    faults_of_neighbours,
)
from carbonmatch.case.eligibility import CARBON_FREE, why_not_eligible
from carbonmatch.case.flexibility import (
    LatencyGroup,
    Placement,
    entries_without_terms,
    faults_of_groups,
    faults_of_placements,
)
from carbonmatch.case.grid import export_above_import
from carbonmatch.case.growth import Growth
from carbonmatch.case.pairing import clipped, unpairable
from carbonmatch.case.provenance import Provenance
from carbonmatch.case.site import Site, above_connection
from carbonmatch.case.storage import Storage
from carbonmatch.case.stress import StressTest
from carbonmatch.case.target import Surplus, Target
from carbonmatch.case.time import Time
from carbonmatch.case.weather_year import WeatherYear
from carbonmatch.case.zone import Zone
from carbonmatch.errors import Fault
from carbonmatch.timegrid import FloatArray, TimeGrid
from carbonmatch.wording import listed


def _currency(value: str) -> str:
    if not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        refuse(f"is {say_value(value)}; a currency has three capital letters, such as EUR")
    return value


class Case(Block):
    """A checked case. Built with `load_case` or `case_from_mapping`."""

    name: Name
    description: str = ""
    currency: Annotated[str, AfterValidator(_currency)]
    time: Time
    zones: dict[Name, Zone]
    sites: dict[Name, Site]
    contracts: dict[Name, AnyContract] = Field(default_factory=dict)
    storage: dict[Name, Storage] = Field(default_factory=dict)
    latency_groups: dict[Name, LatencyGroup] = Field(default_factory=dict)
    placements: dict[Name, Placement] = Field(default_factory=dict)
    surplus: Surplus = Surplus.model_construct(price=None, max_share=None)
    target: Annotated[Target | None, needed_to_solve("a block of keys")] = ABSENT
    certificates: Certificates | None = None
    scenarios: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    stress: dict[Name, StressTest] = Field(default_factory=dict)
    weather_years: dict[Name, WeatherYear] = Field(default_factory=dict)
    growth: Growth | None = None

    _provenance: Provenance = PrivateAttr(default=Provenance())
    _missing_to_solve: tuple[Fault, ...] = PrivateAttr(default=())

    def model_post_init(self, _context: object) -> None:
        """Tell the entries their names."""
        for entries in (
            self.zones,
            self.sites,
            self.contracts,
            self.storage,
            self.latency_groups,
            self.placements,
        ):
            for name, entry in entries.items():
                entry.named(name)

    @property
    def grid(self) -> TimeGrid:
        """The UTC axis of the case."""
        return self.time.grid

    @property
    def served_zones(self) -> tuple[Zone, ...]:
        """The zones that have a site, in the order of the case: elsewhere nothing can be claimed."""
        served = {site.zone for site in self.sites.values()}
        return tuple(zone for name, zone in self.zones.items() if name in served)

    @property
    def provenance(self) -> Provenance:
        """Where the case came from: file, scenario, overrides, tables."""
        return self._provenance

    def with_provenance(self, provenance: Provenance) -> Self:
        """Say where the case came from, once, while it is built."""
        self._provenance = provenance
        return self

    @property
    def missing_to_solve(self) -> tuple[Fault, ...]:
        """What `carbonmatch solve` needs and a case that is only matched leaves out; empty where it can be solved."""
        return self._missing_to_solve

    def with_missing_to_solve(self, faults: tuple[Fault, ...]) -> Self:
        """Say what the case lacks, once, while it is built."""
        self._missing_to_solve = faults
        return self

    @property
    def several_years(self) -> tuple[Fault, ...]:
        """Why the case is not of one year: it names several, and none of them was chosen; empty where it is."""
        if self.growth is not None and self.provenance.growth_year is None:
            what = (
                f"names the years {listed(self.growth.years)}, and one is wanted here: only `carbonmatch solve` plans "
                "over all of them. Take the case without them, --set growth=null, or one of them where there is --year"
            )
            return (Fault(f"{self.provenance.path or 'case'}: growth", what),)
        if not self.weather_years or self.provenance.weather_year is not None:
            return ()
        what = (
            f"names several years ({listed(self.weather_years)}), and one is wanted here: only `carbonmatch solve` "
            "sizes over all of them. Take the case without them, --set weather_years=null"
        )
        return (Fault(f"{self.provenance.path or 'case'}: weather_years", what),)

    @property
    def weather_weight(self) -> float:
        """How much the weather year of this case counts; those of all years add to 1."""
        weights = {name: year.weight for name, year in self.weather_years.items()}
        return weights[str(self.provenance.weather_year)] / sum(weights.values())

    def why_not_eligible(self, contract: Contract) -> str:
        """Say why a contract does not count towards the target; empty where it does."""
        rule = CARBON_FREE if self.target is None or self.target.eligible is None else self.target.eligible
        last_day = self.grid.local_index[-1].date()
        if contract.structure == "yearly_certificates" and self.target is not None and self.target.matching != "annual":
            return "Certificates of a year are told by no hour or month; they count towards annual matching alone."
        return why_not_eligible(rule, contract.technology, contract.commissioned, last_day)

    def deliverable_share(self, contract: Contract) -> FloatArray | None:
        """Return what share of its claims counts in its load zone, 0 or 1 per step; None where all of it does."""
        return deliverable_share(self.zones, contract.zone, contract.load_zone)

    def deliverability(self, contract: Contract) -> str:
        """Say why the claims of a plant in another zone count in its load zone; empty where it stands there."""
        if contract.zone == contract.load_zone:
            return ""
        return deliverability(self.zones, contract.zone, contract.load_zone)

    @property
    def metered(self) -> bool:
        """Whether anything was metered: the load of a site, the generation of a contract, a storage."""
        return (
            any(site.metered_load_mw is not None for site in self.sites.values())
            or any(contract.metered_generation_mw is not None for contract in self.contracts.values())
            or any(storage.metered_charge_mw is not None for storage in self.storage.values())
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and probably not meant."""
        free = [
            f"storage.{name}: power and energy cost nothing, so the best size is not unique; give at least one a cost"
            for name, storage in self.storage.items()
            if storage.costs_nothing
        ]
        years = self.grid.year_fraction
        part = [
            f"contracts.{name}: p50_capacity_factor is the mean of a year, and this case covers {years:.3g} years; its "
            f"profile is scaled to that mean all the same"
            for name, contract in self.contracts.items()
            if not years.is_integer() and getattr(contract, "p50_capacity_factor", None) is not None
        ]
        clips = [found for name, each in self.storage.items() if (found := clipped(name, each, self.contracts))]
        offers = [
            *((f"contracts.{name}", offer) for name, offer in self.contracts.items()),
            *((f"storage.{name}", offer) for name, offer in self.storage.items()),
        ]
        return (*free, *part, *clips, *self._loads_above_connections(), *warnings_of_choices(offers))

    def _loads_above_connections(self) -> list[str]:
        axis, found, behind = self.grid, [], stand_behind_meters(self.contracts, self.storage)
        for name, site in self.sites.items():
            if site.load is None or site.grid is None or site.grid.connection_mw is None:
                continue
            if name in behind or site.load_may_be_lowered:
                continue
            hours = axis.hours_per_step
            above = above_connection(site.load_mw * hours, site.grid.connection_mw, hours, axis.index, axis.timezone)
            if above is not None:
                found.append(f"sites.{name}.grid.connection_mw: {above}")
        return found

    @field_validator("zones")
    @classmethod
    def _neighbours_can_be_compared(cls, zones: Mapping[str, Zone]) -> Mapping[str, Zone]:
        if found := list(faults_of_neighbours(zones)):
            refuse(*found)
        return zones

    @field_validator("contracts")
    @classmethod
    def _claims_cross_to_neighbours(cls, contracts: dict[str, Contract], info: ValidationInfo) -> dict[str, Contract]:
        if found := list(faults_of_deliveries(info.data.get("zones") or {}, contracts)):
            refuse(*found)
        return contracts

    @field_validator("sites")
    @classmethod
    def _there_is_a_site(cls, sites: Mapping[str, Site]) -> Mapping[str, Site]:
        if not sites:
            refuse("is empty; a case has at least one site")
        return sites

    @field_validator("latency_groups", mode="before")
    @classmethod
    def _empty_group_has_no_terms(cls, value: Any) -> Any:
        return entries_without_terms(value)

    @field_validator("latency_groups")
    @classmethod
    def _work_moves_between_sites(
        cls, groups: dict[str, LatencyGroup], info: ValidationInfo
    ) -> dict[str, LatencyGroup]:
        if "sites" in info.data:
            flexible = {name: site.flexible for name, site in info.data["sites"].items()}
            if found := list(faults_of_groups(groups, flexible)):
                refuse(*found)
        return groups

    @field_validator("placements")
    @classmethod
    def _something_is_used(cls, placements: dict[str, Placement], info: ValidationInfo) -> dict[str, Placement]:
        if "sites" not in info.data:
            return placements
        sites, reading = info.data["sites"], Reading.of(info)
        if found := list(faults_of_placements(placements, sites)):
            refuse(*found)
        loads = [None if site.load is None else site.load.total_mw for site in sites.values()]
        if not reading.to_solve:
            loads += [site.metered_load_mw for site in sites.values()]
        used = any(load is not None and load.any() for load in loads) or (placements and reading.to_solve)
        if reading.grid is not None and not used:
            what = "the load of all sites is zero in every step; there is nothing to match"
            refuse(Finding(what, beside="sites"))
        return placements

    @field_validator("storage")
    @classmethod
    def _meters_turn_one_way(cls, storage: dict[str, Storage], info: ValidationInfo) -> dict[str, Storage]:
        axis, found = Reading.of(info).grid, []
        if axis is None or not {"zones", "sites", "contracts"} <= info.data.keys():
            return storage
        for name in stand_behind_meters(info.data["contracts"], storage):
            site = info.data["sites"][name]
            spot_price = info.data["zones"][site.zone].spot_price_per_mwh
            priced = site.grid is not None and (spot_price is not None or not site.grid.needs_spot_price)
            finding = export_above_import(site.grid, spot_price, axis) if priced else None
            if finding is not None:
                found.append(replace(finding, beside="sites", inside=(name, "grid", *finding.inside)))
        if found:
            refuse(*found)
        return storage

    @field_validator("target")
    @classmethod
    def _emissions_can_be_counted(cls, target: Target | None, info: ValidationInfo) -> Target | None:
        read = {"zones", "sites", "contracts"} <= info.data.keys() and Reading.of(info).grid is not None
        if target is None or not target.counts_carbon or not read:
            return target
        zones, sites, contracts = (info.data[key] for key in ("zones", "sites", "contracts"))
        served = {site.zone: zones[site.zone] for site in sites.values()}
        key = "carbon_price_per_t" if target.carbon_cap_t_per_year is None else "carbon_cap_t_per_year"
        found = [Finding(what, inside=(key,)) for what in uncountable(served, contracts)]
        if found and Reading.of(info).to_solve:
            refuse(*found)
        Reading.of(info).lacking |= bool(found)
        return target

    @field_validator("storage")
    @classmethod
    def _pairs_go_together(cls, storage: dict[str, Storage], info: ValidationInfo) -> dict[str, Storage]:
        if "contracts" in info.data and (found := tuple(unpairable(storage, info.data["contracts"]))):
            refuse(*found)
        return storage

    @field_validator("scenarios")
    @classmethod
    def _scenarios_change_known_keys(cls, scenarios: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        faults = list(faults_of_scenarios(scenarios, cls.model_fields))
        if faults:
            refuse(*faults)
        return scenarios

    @field_validator("stress")
    @classmethod
    def _stress_changes_known_keys(cls, tests: dict[str, StressTest]) -> dict[str, StressTest]:
        faults = list(faults_of_stress(tests, cls.model_fields))
        if faults:
            refuse(*faults)
        return tests

    @field_validator("weather_years")
    @classmethod
    def _weather_years_change_weather(
        cls, years: dict[str, WeatherYear], info: ValidationInfo
    ) -> dict[str, WeatherYear]:
        faults = list(faults_of_weather_years(years, info.data, cls.model_fields))
        if faults:
            refuse(*faults)
        return years

    @field_validator("growth")
    @classmethod
    def _growth_can_be_planned(cls, growth: Growth | None, info: ValidationInfo) -> Growth | None:
        if growth is None:
            return None
        found = list(faults_of_growth(growth, info.data, cls.model_fields))
        if found:
            refuse(*found)
        return growth

    @field_validator(
        "contracts",
        "storage",
        "latency_groups",
        "placements",
        "scenarios",
        "stress",
        "weather_years",
        mode="before",
    )
    @classmethod
    def _empty_block_is_no_entries(cls, value: Any) -> Any:
        return {} if value is None else value


def stand_behind_meters(contracts: Mapping[str, Contract], storage: Mapping[str, Storage]) -> list[str]:
    """Return the names of the sites that have a plant or a storage behind their meter."""
    sites = [entry.site for entry in (*contracts.values(), *storage.values())]
    return [site for site in dict.fromkeys(sites) if site is not None]
