"""Contract terms: an offer or an existing contract, whatever its structure, as the model sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonmatch.records.array import FloatArray
from carbonmatch.records.choice import ChoiceTerms
from carbonmatch.records.volume import VolumeTerms


@dataclass(frozen=True)
class ContractTerms:
    """An offer or an existing contract, whatever its structure, as the model sees it.

    physical               its energy is delivered to the load or sold; otherwise the load knows nothing of it
    eligible               what it generates counts as carbon-free, in the share that claim_share says
    existing               its size is sunk; its cost is shown apart
    min_mw, max_mw         limits of the contracted size [MW]; max_mw is inf where the offer names no limit
    available_mwh_per_mw   most that one MW can generate in a step [MWh/MW]
    least_mwh_per_mw       least that one MW must generate in a step; equal to available where nothing can be curtailed
    strike_per_mwh         fixed price of its energy; None where the price floats
    compensation           share of the price paid for each MWh that is available but not generated; see
                           compensation_per_mwh
    reference_price_per_mwh  received per MWh generated (contracts for difference); None where nothing is
    capacity_fee_per_mw_year  paid per MW, whatever is generated
    dispatchable           output is the buyer's choice: what is available and not taken is not curtailed
    floating_price_per_mwh price of its energy where that is not fixed, (steps,); else None
    unsettled              (steps,) where neither its price nor the reference price is paid; None where always both are
    fees_per_mwh           paid on top, per MWh delivered
    shape_mwh_per_mw       energy that one MW delivers in a step whatever the plant generates [MWh/MW], and what is paid
                           for; None where what is generated is delivered
    site                   number of the site behind whose meter the plant stands; None where it feeds the grid
    claim_share            (steps,) share of each MWh generated that is a claim, 0..1; None: all of it
    deliverable_share      (steps,) share of each claim that counts in this zone and step, 0..1; None: all of it, as of
                           a plant that stands in the zone
    choice                 what makes its size a whole-number decision; None where it may be anything in its limits
    basis_per_mwh          (steps,) price of the zone less the price where it delivers, paid on top of each MWh that it
                           delivers; None where it delivers in its zone
    first_year_strike_per_mwh   what strike_per_mwh is levelised from; None where it is one price for all years
    yearly                 certificates of a year: shape is when they count as bought, and no energy comes with them
    consumed               what it generates is taken as it is used: never more than the zone draws, never sold on
    volume                 what of it the buyer agreed to take; None where nothing is agreed
    in_force_share         share of the horizon in which it is in force: what is paid per year is paid for that
    """

    name: str
    zone: int
    technology: str
    structure: str
    physical: bool
    eligible: bool
    existing: bool
    min_mw: float
    max_mw: float
    available_mwh_per_mw: FloatArray
    least_mwh_per_mw: FloatArray
    strike_per_mwh: float | None
    compensation: float
    reference_price_per_mwh: FloatArray | None
    capacity_fee_per_mw_year: float
    dispatchable: bool
    floating_price_per_mwh: FloatArray | None = None
    unsettled: NDArray[np.bool_] | None = None
    fees_per_mwh: float = 0.0
    shape_mwh_per_mw: FloatArray | None = None
    claim_share: FloatArray | None = None
    site: int | None = None
    choice: ChoiceTerms | None = None
    deliverable_share: FloatArray | None = None
    basis_per_mwh: FloatArray | None = None
    first_year_strike_per_mwh: float | None = None
    yearly: bool = False
    consumed: bool = False
    volume: VolumeTerms | None = None
    in_force_share: float = 1.0

    @property
    def delivers_what_it_claims(self) -> bool:
        """Whether each MWh that it generates is delivered, and a claim: one flow for both ledgers."""
        one_flow = self.shape_mwh_per_mw is None and self.counted_share is None
        return self.physical and self.eligible and one_flow and self.site is None

    @property
    def counted_share(self) -> FloatArray | None:
        """What of a MWh generated is a claim in its zone: claim_share * deliverable_share, (steps,); None: 1."""
        if self.claim_share is None or self.deliverable_share is None:
            return self.deliverable_share if self.claim_share is None else self.claim_share
        share: FloatArray = self.claim_share * self.deliverable_share
        return share

    @property
    def settled(self) -> FloatArray:
        """Where its price is paid: 1, else 0; (steps,)."""
        if self.unsettled is None:
            return np.ones_like(self.available_mwh_per_mw)
        return np.where(self.unsettled, 0.0, 1.0)

    @property
    def price_per_mwh(self) -> FloatArray:
        """What a MWh of its energy costs in each step, fees apart: the strike, or the floating price [currency/MWh]."""
        price = self.strike_per_mwh if self.floating_price_per_mwh is None else self.floating_price_per_mwh
        if price is None:
            raise ValueError(f"{self.name} has neither a strike nor a floating price")
        paid: FloatArray = price * self.settled
        return paid

    @property
    def compensation_per_mwh(self) -> FloatArray:
        """What is due for a MWh that is available and not generated; (steps,) [currency/MWh].

        compensation * price                            a strike
        compensation * max(price, 0)                    a price that floats: nothing is received for what is curtailed
        """
        price = self.price_per_mwh
        due: FloatArray = self.compensation * (price if self.floating_price_per_mwh is None else np.maximum(price, 0.0))
        return due

    @property
    def on_top_per_mwh(self) -> FloatArray:
        """What is paid on top of the price of each MWh delivered: fees and basis; (steps,) [currency/MWh]."""
        nothing = np.zeros_like(self.available_mwh_per_mw)
        return self.fees_per_mwh + (nothing if self.basis_per_mwh is None else self.basis_per_mwh)

    @property
    def received_per_mwh(self) -> FloatArray:
        """What is received for a MWh that it generates: the reference price, or nothing; (steps,) [currency/MWh]."""
        if self.reference_price_per_mwh is None:
            return np.zeros_like(self.available_mwh_per_mw)
        received: FloatArray = self.reference_price_per_mwh * self.settled
        return received

    @property
    def paid_per_generated_mwh(self) -> FloatArray:
        """What is paid because a MWh is generated, and not where it is curtailed; (steps,) [currency/MWh].

        price - compensation + fees + basis - reference price; the last alone where a shape is delivered and paid
        """
        if self.shape_mwh_per_mw is not None:
            return -self.received_per_mwh
        return self.price_per_mwh - self.compensation_per_mwh + self.on_top_per_mwh - self.received_per_mwh

    def fee_per_mw(self, year_fraction: float) -> float:
        """Return the capacity fee of one MW over the horizon [currency/MW]: fee per year * year_fraction * in_force."""
        return self.capacity_fee_per_mw_year * year_fraction * self.in_force_share

    def paid_per_mw(self, year_fraction: float) -> float:
        """Return what is paid for one MW over the horizon, whatever it generates [currency/MW].

        sum_t compensation_per_mwh * available + capacity_fee * year_fraction * in_force
        sum_t (price + fees + basis) * shape + capacity_fee * year_fraction * in_force   where a shape is delivered
        """
        fee = self.fee_per_mw(year_fraction)
        if self.shape_mwh_per_mw is not None:
            return float(((self.price_per_mwh + self.on_top_per_mwh) * self.shape_mwh_per_mw).sum()) + fee
        return float((self.compensation_per_mwh * self.available_mwh_per_mw).sum()) + fee

    def claimable_mwh(self, generation_mwh: FloatArray) -> FloatArray:
        """Return what of its generation is a claim in its zone [MWh per step]."""
        if not self.eligible:
            return np.zeros_like(generation_mwh)
        return generation_mwh if self.counted_share is None else self.counted_share * generation_mwh

    def certified_mwh(self, generation_mwh: FloatArray) -> FloatArray:
        """Return what of its generation is a claim of the year, wherever it counts by the hour [MWh per step].

        Certificates of a year know neither the rule of a target nor the limits between neighbouring zones.
        """
        return generation_mwh if self.claim_share is None else self.claim_share * generation_mwh

    def delivered_mwh(self, contracted_mw: float, generation_mwh: FloatArray) -> FloatArray:
        """Return what it delivers to the load, or to be sold [MWh per step]."""
        if not self.physical:
            return np.zeros_like(generation_mwh)
        return generation_mwh if self.shape_mwh_per_mw is None else self.shape_mwh_per_mw * contracted_mw

    def yearly_mwh(self, contracted_mw: float) -> FloatArray:
        """Return certificates of the year that come with a size, spread over its steps [MWh per step]."""
        if not self.yearly or self.shape_mwh_per_mw is None:
            return np.zeros_like(self.available_mwh_per_mw)
        return self.shape_mwh_per_mw * contracted_mw
