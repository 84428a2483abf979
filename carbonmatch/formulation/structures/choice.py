"""What makes the size of an offer a whole-number decision, contract or storage."""

from __future__ import annotations

from carbonmatch.case import Contract, Storage
from carbonmatch.records import ChoiceTerms


def choice_terms(offer: Contract | Storage, least_mw: float, least_mwh: float = 0.0) -> ChoiceTerms | None:
    """Return what makes the size of an offer a whole-number decision; None where nothing does.

    least_mw    its least size [MW];  least_mwh   of a storage its least energy [MWh]
    """
    alone = may_be_left(offer)
    if offer.lot_mw is None and not alone:
        return None
    return ChoiceTerms(
        lot_mw=offer.lot_mw,
        least_mw=least_mw if alone else 0.0,
        least_mwh=least_mwh if alone else 0.0,
        or_nothing=offer.or_nothing,
        variant_of=offer.variant_of,
    )


def may_be_left(offer: Contract | Storage) -> bool:
    """Tell whether an offer with a least size may be left alone all the same."""
    return offer.or_nothing or offer.variant_of is not None


def least_of_all(offer: Contract | Storage, least: float) -> float:
    """Return the least that a size may be: 0 of an offer that may be left alone."""
    return 0.0 if may_be_left(offer) else least
