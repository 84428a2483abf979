"""The load of the sites of a case, as their builders produce it; nothing is solved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from carbonmatch.accounting import SiteProfile, profile_frame, profile_summary, site_profiles
from carbonmatch.case import Case, load_case
from carbonmatch.errors import Fault, InputError
from carbonmatch.study.provenance import inputs_of, versions_of
from carbonmatch.timegrid import TimeGrid
from carbonmatch.wording import listed, nearest

LIBRARIES: Final = ("numpy", "pandas", "pyarrow")
"""Whose versions decide the numbers: nothing is solved here."""


@dataclass(frozen=True)
class Loads:
    """The load of the sites of a case.

    summary      in figures: energy, peak, load factor, PUE, by site, class and month
    hourly       one row per site and step; names of columns end in their unit
    profiles     the same as arrays, by site
    grid         the axis of the case
    provenance   the case and its tables by hash, all values with their sources, versions
    warnings     what is allowed and worth a look
    """

    summary: dict[str, Any]
    hourly: pd.DataFrame
    profiles: tuple[SiteProfile, ...]
    grid: TimeGrid
    provenance: dict[str, Any]
    warnings: tuple[str, ...]


def site_loads(case: Case | Path | str, *, site: str | None = None) -> Loads:
    """Return the hourly load of the sites of a case, as a table and in figures.

    case   a checked case, or the path of its file; it need not be complete enough to be solved
    site   the only site to look at; all of them unless given

    Raises:
        InputError: the case has faults, or no site of that name.
    """
    if not isinstance(case, Case):
        case = load_case(case, purpose="load")
    if site is not None and site not in case.sites:
        known = listed(case.sites)
        raise InputError([Fault("--site", f"there is no site {site!r}{nearest(site, case.sites)} (sites: {known})")])
    profiles = tuple(each for each in site_profiles(case) if site in (None, each.name))
    return Loads(
        summary=profile_summary(case, profiles),
        hourly=profile_frame(profiles, case.grid),
        profiles=profiles,
        grid=case.grid,
        provenance={**inputs_of(case), **versions_of(LIBRARIES)},
        warnings=tuple(_warnings(case, profiles)),
    )


def _warnings(case: Case, profiles: tuple[SiteProfile, ...]) -> list[str]:
    names = [f"sites.{each.name}." for each in profiles]
    found = [warning for warning in case.warnings if warning.startswith(tuple(names))]
    for fault in case.several_years:
        key = fault.where.rpartition(": ")[2]
        found.append(f"{key}: the case names several years, and this is its load without them; --year takes one")
    if case.placements:
        placed = listed(case.placements)
        found.append(f"placements: what has to be placed ({placed}) stands at no site before it is solved: not in here")
    return found
