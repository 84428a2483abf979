"""Granular certificates as JSON and CSV with the field names of the EnergyTag standard (version 2)."""

from __future__ import annotations

from carbonmatch.report.certificates.document import write_granular_certificates

__all__ = ["write_granular_certificates"]
