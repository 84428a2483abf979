"""The page and the workbook on a study: many runs side by side, from the record of what was found."""

from __future__ import annotations

from carbonmatch.report.study.record import Study, read_study, study_kind_of

__all__ = ["Study", "read_study", "study_kind_of"]
