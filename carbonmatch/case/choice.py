"""Offers sold in blocks, from a least size on, or as one of several variants: what their keys must agree with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ValidationInfo

from carbonmatch.case.block import SLUG, refuse, say, say_value

_WHOLE: Final = 1e-9
"""0.3 / 0.1 is 2.9999999999999996, and three lots are meant."""


def _group(value: str) -> str:
    if not SLUG.fullmatch(value):
        refuse(
            f"is {say_value(value)}; a group is a name made of letters a-z, digits, - and _, the same at each offer of "
            "which one at most is to be taken"
        )
    return value


Group = Annotated[str, AfterValidator(_group)]


@dataclass(frozen=True)
class SizeKeys:
    """What the limits of a size are called: those of a contract, or those of a storage's power."""

    least: str
    most: str

    def check_lot(self, lot_mw: float | None, info: ValidationInfo) -> float | None:
        """Fault a lot of which no whole number lies within the limits.

        lot_mw   [MW]; None where the offer is not sold in lots
        """
        if lot_mw is None:
            return lot_mw
        self._refuse_signed(say(lot_mw), "lot_mw", info)
        most = self._largest(say(lot_mw), "so that it is known how many lots there are", info)
        least = info.data.get(self.least)
        if most is None or least is None:  # one of them is at fault itself
            return lot_mw
        if most < lot_mw * (1.0 - _WHOLE):
            refuse(
                f"is {say(lot_mw)}, above {self.most}, which is {say(most)}: not one lot fits in; lower lot_mw or "
                f"raise {self.most}"
            )
        if math.ceil(least / lot_mw - _WHOLE) > math.floor(most / lot_mw + _WHOLE):
            refuse(
                f"is {say(lot_mw)}, and no whole number of lots lies between {self.least} {say(least)} and "
                f"{self.most} {say(most)}; move one of the limits to a multiple of {say(lot_mw)}"
            )
        return lot_mw

    def check_or_nothing(self, or_nothing: bool, info: ValidationInfo) -> bool:
        """Fault an offer of nothing or at least a least size that has no least, or no largest size."""
        if not or_nothing:
            return or_nothing
        self._refuse_signed("true", "or_nothing", info)
        self._largest("true", "without which nothing and some cannot be told apart in linear rows", info)
        if info.data.get(self.least) == 0.0:
            refuse(
                f"is true, and {self.least} is 0: nothing, or any size, is what an offer is anyway; give {self.least}, "
                "or leave or_nothing out"
            )
        return or_nothing

    def check_variant(self, group: str | None, info: ValidationInfo) -> str | None:
        """Fault a variant without a largest size."""
        if group is not None:
            self._refuse_signed(repr(group), "variant_of", info)
            self._largest(repr(group), "without which taken and not taken cannot be told apart in linear rows", info)
        return group

    def _refuse_signed(self, written: str, key: str, info: ValidationInfo) -> None:
        if info.data.get("existing_mw") is not None:
            refuse(f"is {written}, and existing_mw is given too; what is signed already is not chosen: leave {key} out")

    def _largest(self, written: str, why: str, info: ValidationInfo) -> float | None:
        """Return the largest size; None where it is at fault itself."""
        most: float | None = info.data.get(self.most)
        if most is None and self.most in info.data:
            refuse(f"is {written}, and {self.most} is missing; give {self.most}, {why}")
        return most


CONTRACT_SIZE: Final = SizeKeys("min_mw", "max_mw")
STORAGE_SIZE: Final = SizeKeys("min_power_mw", "max_power_mw")


def warnings_of_choices(offers: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yield what should be known of the whole-number decisions of a case; `offers` are its offers by key."""
    decisions, groups = [], defaultdict(list)
    for key, offer in offers:
        if offer.lot_mw is not None:
            decisions.append(f"{key}.lot_mw")
        if offer.or_nothing:
            decisions.append(f"{key}.or_nothing")
        if offer.variant_of is not None:
            groups[offer.variant_of].append(f"{key}.variant_of")
            if not offer.or_nothing:
                decisions.append(f"{key}.variant_of")
    for group, keys in groups.items():
        if len(keys) == 1:
            yield f"{keys[0]}: {group} has no other variant, so that it limits nothing; name it at another offer too"
    if decisions:
        number = len(decisions)
        yield (
            f"{number} whole-number decision{'' if number == 1 else 's'} ({', '.join(decisions)}): the case is "
            "mixed-integer, and a series of linear programmes is solved instead of one"
        )
