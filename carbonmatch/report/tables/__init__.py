"""The tables of a run as files of their own: CSV, Parquet, one JSON document."""

from __future__ import annotations

from carbonmatch.report.tables.files import write_document, write_frameworks, write_scope2, write_tables

__all__ = ["write_document", "write_frameworks", "write_scope2", "write_tables"]
