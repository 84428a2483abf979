"""Granular certificates: what is issued, cancelled and allocated for the flows of a run, in whole watt-hours."""

from __future__ import annotations

from carbonmatch.accounting.certificates.certify import USES, Certificates, certify
from carbonmatch.accounting.certificates.registry import registry_summary
from carbonmatch.accounting.certificates.run_flows import RunFlows

__all__ = ["USES", "Certificates", "RunFlows", "certify", "registry_summary"]
