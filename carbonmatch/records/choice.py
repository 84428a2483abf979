"""What makes the size of an offer a whole-number decision: blocks, nothing or at least, one of several variants."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChoiceTerms:
    """How the size of an offer may be chosen within its limits; the size of a storage is its power.

    lot_mw       the size is a whole number of these blocks [MW]; None where it may be anything
    least_mw     where the offer is taken, at least this much of it is [MW]
    least_mwh    of a storage whose energy is sized by itself: its least energy, where it is taken [MWh]
    or_nothing   the offer may be left alone: its size is 0, or at least `least_mw`
    variant_of   name of the group of which at most one offer is taken; None where it is in none

    An offer that may be left alone has a `min_mw` of 0, so that min_mw and max_mw are always the ends of what its size
    may be; where they are the same it is held, and there is nothing to choose.
    """

    lot_mw: float | None = None
    least_mw: float = 0.0
    least_mwh: float = 0.0
    or_nothing: bool = False
    variant_of: str | None = None

    @property
    def may_be_left(self) -> bool:
        """Whether taking it at all is a decision of its own."""
        return self.or_nothing or self.variant_of is not None
