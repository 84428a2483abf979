"""The load of a site, hour by hour, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from carbonmatch.timegrid import FloatArray


@dataclass(frozen=True)
class SiteLoad:
    """Load of a site at its meter in every step, and its parts as far as a builder knows them [MW].

    total_mw     of the whole site, (steps,)
    classes_mw   by class of work, such as training and inference: what the site draws for it, cooling and losses of the
                 power chain included; together the total. Empty where the load is not built from classes
    it_mw        by class, what reaches the machines alone
    cooling_mw   for cooling; None where the builder does not know it
    losses_mw    of the power chain: UPS, transformers and distribution; None where the builder does not know them
    nameplate_mw what all machines in place may draw; None where the builder does not know it
    fixed        names of the classes that can neither wait nor be given up unless the case says so, such as training
    """

    total_mw: FloatArray
    classes_mw: Mapping[str, FloatArray] = field(default_factory=dict)
    it_mw: Mapping[str, FloatArray] = field(default_factory=dict)
    cooling_mw: FloatArray | None = None
    losses_mw: FloatArray | None = None
    nameplate_mw: FloatArray | None = None
    fixed: frozenset[str] = frozenset()

    def part_mw(self, name: str | None) -> FloatArray:
        """Return the load of a class, or of all that may wait where none is named [MW]."""
        if name is not None:
            return self.classes_mw[name]
        if not self.classes_mw:
            return self.total_mw
        # The sum of the others, not a difference: what is nothing has to be 0 exactly, for it is a bound in the model.
        waiting = [part for work, part in self.classes_mw.items() if work not in self.fixed]
        return np.sum(waiting, axis=0) if waiting else np.zeros_like(self.total_mw)

    @property
    def total_it_mw(self) -> FloatArray | None:
        """What reaches the machines of all classes; None where the builder does not know it."""
        return np.sum(list(self.it_mw.values()), axis=0) if self.it_mw else None

    @property
    def pue(self) -> FloatArray | None:
        """Power usage effectiveness, load of the site / load of its machines; None where there is no such split.

        1 in steps without any load.
        """
        it = self.total_it_mw
        return None if it is None else np.divide(self.total_mw, it, out=np.ones_like(it), where=it > 0.0)

    def with_total(self, total_mw: FloatArray) -> SiteLoad:
        """Return the same site with another load: its parts keep their shares of every step."""
        share = np.divide(total_mw, self.total_mw, out=np.ones(total_mw.shape), where=self.total_mw > 0.0)
        return replace(
            self,
            total_mw=total_mw,
            classes_mw={name: part * share for name, part in self.classes_mw.items()},
            it_mw={name: part * share for name, part in self.it_mw.items()},
            cooling_mw=None if self.cooling_mw is None else self.cooling_mw * share,
            losses_mw=None if self.losses_mw is None else self.losses_mw * share,
        )

    def scaled(self, factor: float) -> SiteLoad:
        """Return the site with everything in it, the nameplate too, times a factor."""
        load = self.with_total(self.total_mw * factor)
        return replace(load, nameplate_mw=None if self.nameplate_mw is None else self.nameplate_mw * factor)
