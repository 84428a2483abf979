"""The load of every site as the case has it, before anything is optimised: by hour, and in the figures people ask for.

energy [MWh] = sum over steps (load_mw * hours_per_step);   load factor = mean load / peak load
mean PUE = energy of the site / energy of its machines, so that hours of high load weigh more
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from carbonmatch.case import Case, Curtailable, Flexible, Site
from carbonmatch.load import SiteLoad
from carbonmatch.timegrid import FloatArray, TimeGrid

START: Final = "interval_start_utc"


@dataclass(frozen=True)
class Changeable:
    """A part of a load that may be moved or given up.

    of      class of work that it is a part of; None where of all that may wait
    share   of that load
    terms   of the case on how it may be changed, by key
    mw      most that may be taken out of each step [MW], (steps,)
    """

    of: str | None
    share: float
    terms: Mapping[str, float | str | None]
    mw: FloatArray


@dataclass(frozen=True)
class SiteProfile:
    """The load of one site.

    metered       whether it is what the meter saw, for the case plans none
    flexible      by entry, what may be moved;  curtailable   by entry, what may be given up
    """

    name: str
    zone: str
    load: SiteLoad
    metered: bool
    flexible: Mapping[str, Changeable]
    curtailable: Mapping[str, Changeable]

    @property
    def flexible_mw(self) -> FloatArray:
        """All that may be moved [MW]."""
        return _summed(self.flexible.values(), self.load.total_mw)

    @property
    def curtailable_mw(self) -> FloatArray:
        """All that may be given up [MW]."""
        return _summed(self.curtailable.values(), self.load.total_mw)

    @property
    def other_mw(self) -> FloatArray | None:
        """What is neither machines nor cooling nor losses [MW]; None where the builder does not know its parts."""
        it = self.load.total_it_mw
        if it is None:
            return None
        known = [part for part in (self.load.cooling_mw, self.load.losses_mw) if part is not None]
        rest = self.load.total_mw - it - sum(known)
        return np.where(rest > 1e-9 * np.maximum(self.load.total_mw, 1.0), rest, 0.0)


def site_profiles(case: Case) -> tuple[SiteProfile, ...]:
    """Return the load of every site; of a site that plans none, what its meter saw."""
    return tuple(_profile(name, site) for name, site in case.sites.items())


def _profile(name: str, site: Site) -> SiteProfile:
    load = site.load
    if load is None:
        metered = site.metered_load_mw
        if metered is None:
            raise ValueError(f"site {name} has neither load nor meter; it should have been refused before")
        load = SiteLoad(metered)
    return SiteProfile(
        name,
        site.zone,
        load,
        metered=site.load is None,
        flexible=_changeable(load, site.flexible),
        curtailable=_changeable(load, site.curtailable),
    )


def _changeable(load: SiteLoad, entries: Mapping[str, Flexible] | Mapping[str, Curtailable]) -> dict[str, Changeable]:
    return {
        name: Changeable(entry.of, entry.share, _how(entry), entry.share * load.part_mw(entry.of))
        for name, entry in entries.items()
    }


def _how(entry: Flexible | Curtailable) -> dict[str, float | str | None]:
    keys = ("window_hours", "latency_group") if isinstance(entry, Flexible) else ("event_hours", "events_per_year")
    return {key: getattr(entry, key) for key in keys}


def _summed(parts: Iterable[Changeable], like: FloatArray) -> FloatArray:
    return np.asarray(np.sum([np.zeros_like(like), *(part.mw for part in parts)], axis=0), dtype=float)


# --- by hour ----------------------------------------------------------------------------------------------------------


def profile_frame(profiles: Iterable[SiteProfile], grid: TimeGrid) -> pd.DataFrame:
    """Return the load of sites, one row per site and step; what a builder does not know is empty.

    it_CLASS_mw     what reaches the machines for a class;  load_CLASS_mw   what the site draws for it
    it_mw, cooling_mw, losses_mw, other_mw   parts of total_mw, where a builder knows them
    pue             total_mw / it_mw, 1 in steps without load
    flexible_mw, curtailable_mw   most that may be moved, and given up
    """
    profiles = tuple(profiles)
    classes = {f"load_{name}_mw": name for each in profiles for name in each.load.classes_mw}
    machines = {f"it_{name}_mw": name for each in profiles for name in each.load.it_mw}
    parts = []
    for each in profiles:
        load = each.load
        columns: dict[str, FloatArray | None] = {
            "total_mw": load.total_mw,
            "it_mw": load.total_it_mw,
            **{column: load.it_mw.get(name) for column, name in machines.items()},
            "cooling_mw": load.cooling_mw,
            "losses_mw": load.losses_mw,
            "other_mw": each.other_mw,
            **{column: load.classes_mw.get(name) for column, name in classes.items()},
            "pue": load.pue,
            "nameplate_mw": load.nameplate_mw,
            "flexible_mw": each.flexible_mw,
            "curtailable_mw": each.curtailable_mw,
        }
        known = {name: np.full(grid.steps, np.nan) if values is None else values for name, values in columns.items()}
        parts.append(pd.DataFrame({START: grid.index, "site": each.name, "zone": each.zone, **known}))
    return pd.concat(parts, ignore_index=True)


# --- in figures -------------------------------------------------------------------------------------------------------


def profile_summary(case: Case, profiles: Iterable[SiteProfile]) -> dict[str, Any]:
    """Return the load of a case in figures: of all sites together, and of each with its parts and its months."""
    grid, profiles = case.grid, tuple(profiles)
    together = np.sum([each.load.total_mw for each in profiles], axis=0)
    return {
        "case": case.name,
        "kind": "load",
        "period": {
            "start_utc": grid.index[0].isoformat(),
            "timezone": grid.timezone,
            "start_local": grid.local_index[0].isoformat(),
            "end_local": (grid.local_index[-1] + pd.Timedelta(hours=grid.hours_per_step)).isoformat(),
            "steps": grid.steps,
            "hours_per_step": grid.hours_per_step,
            "year_fraction": grid.year_fraction,
        },
        "all_sites": _total(together, grid),
        "sites": {each.name: _site_summary(each, grid) for each in profiles},
    }


def _total(mw: FloatArray, grid: TimeGrid) -> dict[str, Any]:
    """Return energy [MWh], energy extended to a year, mean, highest and lowest load [MW], and the load factor."""
    energy = float(mw.sum()) * grid.hours_per_step
    peak = float(mw.max())
    return {
        "load_mwh": energy,
        "load_mwh_per_year": energy / grid.year_fraction,
        "mean_mw": float(mw.mean()),
        "peak_mw": peak,
        "peak_at_utc": grid.index[int(mw.argmax())].isoformat(),
        "least_mw": float(mw.min()),
        "load_factor": float(mw.mean()) / peak if peak > 0.0 else None,
    }


def _site_summary(each: SiteProfile, grid: TimeGrid) -> dict[str, Any]:
    load, hours = each.load, grid.hours_per_step
    it = load.total_it_mw

    def mwh(values: FloatArray | None) -> float | None:
        return None if values is None else float(values.sum()) * hours

    return {
        "zone": each.zone,
        "metered": each.metered,
        **_total(load.total_mw, grid),
        "nameplate_mw": None if load.nameplate_mw is None else float(load.nameplate_mw.max()),
        "it_share_of_nameplate": _ratio(it, load.nameplate_mw),
        "pue": _pue_summary(load, grid),
        "it_mwh": mwh(it),
        "cooling_mwh": mwh(load.cooling_mw),
        "losses_mwh": mwh(load.losses_mw),
        "other_mwh": mwh(each.other_mw),
        "classes": {
            name: {
                "load_mwh": mwh(values),
                "share": _ratio(values, load.total_mw),
                "mean_mw": float(values.mean()),
                "peak_mw": float(values.max()),
                "it_mwh": mwh(load.it_mw.get(name)),
                "fixed": name in load.fixed,
            }
            for name, values in load.classes_mw.items()
        },
        "flexible": {name: _changeable_summary(part, load, hours) for name, part in each.flexible.items()},
        "curtailable": {name: _changeable_summary(part, load, hours) for name, part in each.curtailable.items()},
        "months": [_month(each, grid, number) for number in range(len(grid.month_labels))],
    }


def _pue_summary(load: SiteLoad, grid: TimeGrid) -> dict[str, Any] | None:
    """Return mean, lowest and highest PUE of the steps with load; None where machines are not told apart."""
    it, pue = load.total_it_mw, load.pue
    if it is None or pue is None or not it.any():
        return None
    highest = int(np.where(it > 0.0, pue, -np.inf).argmax())
    return {
        "mean": float(load.total_mw.sum() / it.sum()),
        "lowest": float(pue[it > 0.0].min()),
        "highest": float(pue[highest]),
        "highest_at_utc": grid.index[highest].isoformat(),
    }


def _changeable_summary(part: Changeable, load: SiteLoad, hours: float) -> dict[str, Any]:
    return {
        "of": part.of,
        "share": part.share,
        **part.terms,
        "mwh": float(part.mw.sum()) * hours,
        "share_of_load": _ratio(part.mw, load.total_mw),
        "mean_mw": float(part.mw.mean()),
        "peak_mw": float(part.mw.max()),
    }


def _month(each: SiteProfile, grid: TimeGrid, number: int) -> dict[str, Any]:
    load, steps = each.load, grid.month_of_step == number
    it = load.total_it_mw
    total = load.total_mw[steps]

    def mwh(values: FloatArray | None) -> float | None:
        return None if values is None else float(values[steps].sum()) * grid.hours_per_step

    return {
        "month": grid.month_labels[number],
        "hours": int(steps.sum()) * grid.hours_per_step,
        "load_mwh": mwh(load.total_mw),
        "it_mwh": mwh(it),
        "cooling_mwh": mwh(load.cooling_mw),
        "losses_mwh": mwh(load.losses_mw),
        "mean_mw": float(total.mean()),
        "peak_mw": float(total.max()),
        "least_mw": float(total.min()),
        "load_factor": float(total.mean() / total.max()) if total.any() else None,
        "pue": None if it is None else _ratio(total, it[steps]),
    }


def _ratio(part: FloatArray | None, whole: FloatArray | None) -> float | None:
    """Return sum of a part / sum of the whole; None where one is not known or the whole is nothing."""
    if part is None or whole is None or not whole.any():
        return None
    return float(part.sum() / whole.sum())
