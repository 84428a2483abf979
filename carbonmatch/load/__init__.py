"""Hourly load of a site from what stands in it: arrays in, arrays out."""

from carbonmatch.load.site_load import SiteLoad

__all__ = ["SiteLoad"]
