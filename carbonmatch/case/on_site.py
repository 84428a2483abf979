"""What stands behind the meter of a site: a plant or a storage that names it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from carbonmatch.case.block import Reading, refuse
from carbonmatch.wording import listed, nearest


def _of_its_zone(name: str | None, info: ValidationInfo) -> str | None:
    sites, zone = Reading.of(info).sites, info.data.get("zone")
    if name is None or not sites:
        return name
    if name not in sites:
        refuse(f"is {name!r}, which is not one of the sites of the case{nearest(name, sites)} (sites: {listed(sites)})")
    if zone is not None and sites[name] != zone:
        refuse(f"is {name}, a site in the zone {sites[name]}, and this stands in {zone}; let both name the same zone")
    return name


SiteName = Annotated[str | None, AfterValidator(_of_its_zone)]
"""The site behind whose meter something stands; None where it feeds the grid."""
