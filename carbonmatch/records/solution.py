"""Solution: the optimum in the terms of the problem."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from carbonmatch.records.array import FloatArray
from carbonmatch.records.pairing import PairingPrices
from carbonmatch.records.site_load import LoadChanges


@dataclass(frozen=True)
class ShadowPrices:
    """Prices that the model finds, per MWh of the currency of the case.

    energy_value_per_mwh       (zones, steps) worth of one more MWh delivered in the zone, without its claim
    attribute_value_per_mwh    (zones, steps) worth of one more MWh of carbon-free claim in that hour
    green_premium_per_mwh      (zones,) the dual of the target: worth of one more score-weighted matched MWh (hourly) or
                               of one more contracted MWh (annual; monthly: mean over the load); nan where there is
                               no target row (none, or hourly at exactly 1)
    floor_premium_per_mwh      (zones,) the same of the floor of a zone, on top; 0 where it has none or none that binds.
                               None where no zone has a floor
    surplus_limit_value_per_mwh  worth of one more MWh of excess allowed; 0 where the limit does not bind
    pairing                    what the rows of a storage and its plant are worth, by name of the contract
    carbon_cap_value_per_t     worth of one more tonne allowed; 0 where the cap does not bind, nan where there is no row
                               (no cap, or one of exactly 0)
    yearly_claim_value_per_mwh  (zones,) worth of one more MWh of certificates of the year; None where no target counts
                               them
    consumed_limit_value_per_mwh  (zones, steps) worth of one more MWh that may be taken under contracts paid as
                               consumed; None where there is no such contract
    site_energy_value_per_mwh  by number of a site that has something behind its meter: (steps,) worth of one more MWh
                               behind it, without its claim
    export_source_value_per_mwh  by number of such a site: (steps,) what one more MWh generated or discharged behind its
                               meter is worth beside, because it may leave
    load_value_per_mwh         by number of a site whose load is a decision: (steps,) what one more MWh of planned load
                               costs there
    clean_source_value_per_mwh  by number of such a site with a storage: (steps,) what one more MWh generated behind its
                               meter is worth beside, because it may be charged as clean
    """

    energy_value_per_mwh: FloatArray
    attribute_value_per_mwh: FloatArray
    green_premium_per_mwh: FloatArray
    surplus_limit_value_per_mwh: float
    carbon_cap_value_per_t: float = math.nan
    yearly_claim_value_per_mwh: FloatArray | None = None
    floor_premium_per_mwh: FloatArray | None = None
    pairing: Mapping[str, PairingPrices] = field(default_factory=dict)
    consumed_limit_value_per_mwh: FloatArray | None = None
    site_energy_value_per_mwh: Mapping[int, FloatArray] = field(default_factory=dict)
    export_source_value_per_mwh: Mapping[int, FloatArray] = field(default_factory=dict)
    clean_source_value_per_mwh: Mapping[int, FloatArray] = field(default_factory=dict)
    load_value_per_mwh: Mapping[int, FloatArray] = field(default_factory=dict)

    @property
    def matched_value_per_mwh(self) -> FloatArray:
        """What one more matched MWh is worth in each zone by target and floor, (zones,); nan where it is not known."""
        if self.floor_premium_per_mwh is None:
            return self.green_premium_per_mwh
        return self.green_premium_per_mwh + self.floor_premium_per_mwh

    def energy_value_of(self, zone: int, site: int | None) -> FloatArray:
        """Return what a MWh is worth where it is generated: in a zone, or behind the meter of a site of it."""
        worth: FloatArray = self.energy_value_per_mwh[zone]
        if site is not None:
            worth = self.site_energy_value_per_mwh[site]
            worth = worth + self.export_source_value_per_mwh.get(site, 0.0 * worth)
            worth = worth + self.clean_source_value_per_mwh.get(site, 0.0 * worth)
        return worth


@dataclass(frozen=True)
class Solution:
    """The optimum in the terms of the problem. Arrays are (entities, steps), MWh per step unless named otherwise.

    delivered_mwh is what contracts deliver, to the load or to be sold. Clean flows of a storage are the sum of its
    clean pools. storage_net_delivery_mwh is (zones, steps): what storage adds to the energy ledger, discharge less
    charge of delivered pools; negative where it takes up contracted energy.
    cost is {component: amount over the horizon}; surplus sales are negative: the components add to the objective.
    contract_cost and storage_cost are the parts that belong to one offer, {name: amount}.
    storage_cost_parts is {name: {capacity, operation, degradation: amount}}.
    yearly_certificates_mwh are spread over the steps; None where there is no contract for them.
    unused_mwh is what is paid for under take-or-pay and not taken, in the last step of each settlement period; None
    where no contract has such terms.
    carbon_t is what the model counts as emitted; None where the target neither prices nor limits it.
    metered_import_mwh and metered_export_mwh are (sites, steps); None where nothing stands behind any meter: then the
    load is imported, and nothing leaves.
    subscribed_mw is (sites,), nan where no power is subscribed; None where no site subscribes for any.
    load_changes is None where the load of no site may be changed.
    """

    contracted_mw: FloatArray
    generation_mwh: FloatArray
    curtailed_mwh: FloatArray
    delivered_mwh: FloatArray
    power_mw: FloatArray
    energy_mwh: FloatArray
    clean_charge_mwh: FloatArray
    clean_discharge_mwh: FloatArray
    clean_state_of_charge_mwh: FloatArray
    grey_charge_mwh: FloatArray
    grey_discharge_mwh: FloatArray
    grey_state_of_charge_mwh: FloatArray
    storage_net_delivery_mwh: FloatArray
    retail_supply_mwh: FloatArray
    firm_capacity_mw: FloatArray
    sold_mwh: FloatArray
    unmatched_mwh: FloatArray
    excess_mwh: FloatArray
    merged_ledgers: tuple[bool, ...]
    cost: Mapping[str, float]
    contract_cost: Mapping[str, float]
    storage_cost: Mapping[str, float]
    objective: float
    model_score: float
    shadow_prices: ShadowPrices
    carbon_t: float | None = None
    storage_cost_parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unused_mwh: FloatArray | None = None
    yearly_certificates_mwh: FloatArray | None = None
    subscribed_mw: FloatArray | None = None
    metered_import_mwh: FloatArray | None = None
    metered_export_mwh: FloatArray | None = None
    load_changes: LoadChanges | None = None
