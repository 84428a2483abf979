"""Technologies of supply, and what each counts as."""

from __future__ import annotations

from enum import StrEnum


class Technology(StrEnum):
    """A technology of generation.

    carbon_free   counts towards hourly carbon-free matching
    renewable     counts towards renewable claims (GHG Protocol Scope 2 energy attribute certificates, RE100)

    `clean_firm` stands for firm carbon-free supply without a named plant; it is not counted as renewable.
    """

    SOLAR = "solar"
    ONSHORE_WIND = "onshore_wind"
    OFFSHORE_WIND = "offshore_wind"
    HYDRO = "hydro"
    GEOTHERMAL = "geothermal"
    BIOMASS = "biomass"
    NUCLEAR = "nuclear"
    CLEAN_FIRM = "clean_firm"

    @property
    def carbon_free(self) -> bool:
        """Whether its hourly generation is a carbon-free claim."""
        return True

    @property
    def renewable(self) -> bool:
        """Whether its generation is a renewable claim."""
        return self not in {Technology.NUCLEAR, Technology.CLEAN_FIRM}
