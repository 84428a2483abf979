"""What the machines of a site make and what they cost, as the user states it: tokens, compute cost, MW of IT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationInfo, field_validator

from carbonmatch.case.block import Block, Finding, Positive, refuse, say_value
from carbonmatch.load import SiteLoad
from carbonmatch.wording import listed, nearest


class Compute(Block):
    """Tokens and cost of the compute of a site. None of it has a default: it is the user's to know.

    tokens_per_mwh      tokens per MWh that the site uses, cooling and losses included
    tokens_per_it_mwh   instead: tokens per MWh that reaches the machines
    of                  the class of work that makes the tokens; the whole load unless given
    cost_per_year       all that compute costs in a year, as the user counts it [currency/year]
    it_mw               what the machines may draw [MW]; that of the fleet where the load is built from one
    """

    tokens_per_mwh: Positive | None = None
    tokens_per_it_mwh: Positive | None = None
    of: str | None = None
    cost_per_year: Positive | None = None
    it_mw: Positive | None = None

    @field_validator("tokens_per_it_mwh")
    @classmethod
    def _tokens_are_counted_one_way(cls, per_it_mwh: float | None, info: ValidationInfo) -> float | None:
        if "tokens_per_mwh" not in info.data:
            return per_it_mwh
        per_mwh: Any = info.data["tokens_per_mwh"]
        if per_mwh is not None and per_it_mwh is not None:
            refuse(
                "is given beside tokens_per_mwh; give one of them: tokens per MWh that the site uses, or per MWh that "
                "reaches the machines"
            )
        if per_mwh is None and per_it_mwh is None:
            what = (
                "is missing, and so is tokens_per_it_mwh; give the tokens that your models make of a MWh, such as "
                "2.5e9: it spans more than a factor of 100 with model and batch size, so there is no default"
            )
            refuse(Finding(what, beside="tokens_per_mwh"))
        return per_it_mwh

    def faults_beside(self, load: SiteLoad | None) -> Iterator[Finding]:
        """Yield what does not fit the load of the site. load   None where it is only metered."""
        classes = {} if load is None else load.classes_mw
        if self.of is not None and self.of not in classes:
            known = (
                f"{nearest(self.of, classes)}; classes of this load: {listed(classes)}"
                if classes
                else "; this load has no classes: leave `of` out, or build the load with load: {ai_factory: ...}"
            )
            yield Finding(f"is {say_value(self.of)}, which is no class of the load{known}", inside=("of",))
        if self.tokens_per_it_mwh is not None and (load is None or not load.it_mw):
            what = (
                "needs to know what of the load reaches the machines, which load: {ai_factory: ...} knows; give "
                "tokens_per_mwh instead: tokens per MWh of IT divided by the mean PUE"
            )
            yield Finding(what, inside=("tokens_per_it_mwh",))
        if self.it_mw_of(load) is None:
            what = (
                "is missing, and the load is not built from a fleet that would tell it; give the MW that the machines "
                "may draw, such as 80"
            )
            yield Finding(what, inside=("it_mw",))

    def it_mw_of(self, load: SiteLoad | None) -> float | None:
        """Return what the machines may draw [MW]: as stated, else the largest nameplate, else their peak load."""
        if self.it_mw is not None or load is None:
            return self.it_mw
        power = load.total_it_mw if load.nameplate_mw is None else load.nameplate_mw
        return float(power.max()) if power is not None and power.any() else None
