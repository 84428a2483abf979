"""From the meter to the machines: what transformers, UPS and distribution lose, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from carbonmatch.errors import Fault, InputError
from carbonmatch.timegrid import FloatArray

Redundancy = Literal["2N", "N+1", "N"]
UpsMode = Literal["double_conversion", "eco"]

_CARRIED: Final = 1e-9
"""Share by which a load may be above the capacity that carries it: rounding of sums, nothing else."""


@dataclass(frozen=True)
class UpsCurve:
    """Loss of a UPS, quadratic in its load.

    loss = rated * (no_load + linear * x + quadratic * x**2),   x = load / rated

    no_load     [share of rated power] control, fans, magnetising: also without any load
    linear      [share of load] switching and conduction
    quadratic   [share of rated power at full load] resistance
    """

    no_load: float
    linear: float
    quadratic: float

    def loss_mw(self, load_mw: FloatArray, rated_mw: FloatArray) -> FloatArray:
        """Return the loss in every step [MW]; none where no UPS stands. load_mw, rated_mw: (steps,) [MW]."""
        square = np.divide(load_mw**2, rated_mw, out=np.zeros_like(load_mw), where=rated_mw > 0.0)
        loss: FloatArray = self.no_load * rated_mw + self.linear * load_mw + self.quadratic * square
        return loss


UPS_CURVES: Final[Mapping[UpsMode, UpsCurve]] = {
    "double_conversion": UpsCurve(no_load=0.010, linear=0.022, quadratic=0.018),
    "eco": UpsCurve(no_load=0.004, linear=0.006, quadratic=0.002),
}
"""Fitted to what is published; the form, and the size of its terms, by Schneider Electric, White Paper 108: no-load
losses are some 40 % of all, square-law losses 1 to 4 % at high load.

double_conversion   the 94 to 96 % that are published for the half load or less that 2N forces: 94.3 % at 0.3, 94.9 % at
                    0.4, 95.2 % at 0.5 and at 1; 93.8 % at 0.25. Within the 90 to 99 % of large sites (N. Lei, E.
                    Masanet 2022, https://doi.org/10.1016/j.resconrec.2022.106323)
eco                 98 to 99 %: 98.3 % at 0.4, 98.5 % at 0.5, 98.8 % at 1. The load is on the mains, past the inverter
"""


@dataclass(frozen=True)
class PowerChain:
    """Transformers, UPS and distribution between the meter and the machines.

    redundancy     "2N": two sides, each of which carries all; "N+1": one module more than needed; "N": none to spare
    modules        N of "N+1": modules that the load needs. 4: one spare for every four, assumption
    ups_rated_mw   of all UPS together [MW]; None: what nameplate and redundancy ask for, in place when the machines are
    ups            curve of the loss; double conversion unless said otherwise, see `UPS_CURVES`
    transformer_loss_share   of what leaves transformers and distribution: to machines, UPS and cooling. 0.015: large
                             sites lose up to 2 % in distribution, midsize ones 2 to 5 % (Lei and Masanet, as above)

    Cooling is not behind the UPS: it starts again from the generators.
    """

    redundancy: Redundancy = "2N"
    modules: int = 4
    ups_rated_mw: float | None = None
    ups: UpsCurve = UPS_CURVES["double_conversion"]
    transformer_loss_share: float = 0.015

    @property
    def oversize(self) -> float:
        """Rated power of all UPS over what they carry with one side or one module out: 2, (N + 1) / N or 1."""
        return {"2N": 2.0, "N+1": (self.modules + 1) / self.modules, "N": 1.0}[self.redundancy]

    def rated_mw(self, nameplate_mw: npt.ArrayLike) -> FloatArray:
        """Return the rated power of all UPS in every step [MW]: as given, or oversize * nameplate.

        nameplate_mw   what all machines in place may draw [MW], (steps,) or one number
        """
        nameplate = np.asarray(nameplate_mw, dtype=np.float64)
        if self.ups_rated_mw is None:
            rated: FloatArray = self.oversize * nameplate
            return rated
        return np.full_like(nameplate, self.ups_rated_mw)

    def ups_losses_mw(self, it_mw: FloatArray, nameplate_mw: npt.ArrayLike) -> FloatArray:
        """Return what the UPS lose in every step [MW]: heat in the building, to be cooled like that of the machines.

        it_mw          what reaches the machines [MW], (steps,)
        nameplate_mw   what all machines in place may draw [MW], (steps,) or one number

        Raises:
            InputError: the machines draw more than the UPS carry; the fault names the key `ups_rated_mw`.
        """
        rated = np.broadcast_to(self.rated_mw(nameplate_mw), it_mw.shape)
        self._carries(it_mw, rated / self.oversize)
        return self.ups.loss_mw(it_mw, rated)

    def losses_mw(
        self, it_mw: FloatArray, nameplate_mw: npt.ArrayLike, cooling_mw: FloatArray | float = 0.0
    ) -> FloatArray:
        """Return what the whole chain loses in every step [MW].

        losses = ups + transformer_loss_share * (it + ups + cooling)

        it_mw          what reaches the machines [MW], (steps,)
        nameplate_mw   what all machines in place may draw [MW], (steps,) or one number
        cooling_mw     what cooling draws [MW], (steps,) or one number: it passes the transformers, not the UPS

        Raises:
            InputError: the machines draw more than the UPS carry; the fault names the key `ups_rated_mw`.
        """
        ups = self.ups_losses_mw(it_mw, nameplate_mw)
        losses: FloatArray = ups + self.transformer_loss_share * (it_mw + ups + cooling_mw)
        return losses

    def efficiency(
        self, it_mw: FloatArray, nameplate_mw: npt.ArrayLike, cooling_mw: FloatArray | float = 0.0
    ) -> FloatArray:
        """Return what comes out of the chain over what goes in, in 0..1: (it + cooling) / (it + cooling + losses).

        0 where nothing comes out. Arguments and errors as of `losses_mw`.
        """
        useful = it_mw + cooling_mw
        drawn = useful + self.losses_mw(it_mw, nameplate_mw, cooling_mw)
        share: FloatArray = np.divide(useful, drawn, out=np.zeros_like(drawn), where=drawn > 0.0)
        return share

    def ups_efficiency(self, it_mw: FloatArray, nameplate_mw: npt.ArrayLike) -> FloatArray:
        """Return what comes out of the UPS over what goes in, in 0..1; 0 without any load."""
        drawn = it_mw + self.ups_losses_mw(it_mw, nameplate_mw)
        share: FloatArray = np.divide(it_mw, drawn, out=np.zeros_like(drawn), where=drawn > 0.0)
        return share

    def _carries(self, it_mw: FloatArray, carried_mw: FloatArray) -> None:
        above = np.flatnonzero(it_mw > carried_mw * (1.0 + _CARRIED))
        if not above.size:
            return
        worst = above[np.argmax((it_mw - carried_mw)[above])]
        if self.ups_rated_mw is None:
            what = (
                f"would carry {carried_mw[worst]:.6g} MW, the nameplate of the machines in place, and they draw "
                f"{it_mw[worst]:.6g} MW; lower their draw or raise the nameplate"
            )
        else:
            what = (
                f"is {self.ups_rated_mw:g} MW, which carries {carried_mw[worst]:.6g} MW with redundancy "
                f"{self.redundancy}, and the machines draw up to {it_mw[worst]:.6g} MW; give at least "
                f"{self.oversize * it_mw[worst]:.6g} MW, or leave it out: it then follows the nameplate"
            )
        raise InputError([Fault("ups_rated_mw", what)])
