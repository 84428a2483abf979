"""Where the numbers of a report came from: the run by the hash of its files, the case and its tables by theirs.

Times of the machine are left out: the same case gives the same words.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from carbonmatch import __version__, runfolder
from carbonmatch.runfolder import RunFolder

RESULT_FILES: Final = (
    runfolder.SUMMARY,
    runfolder.HOURLY,
    runfolder.CONTRACTS,
    runfolder.STORAGE,
    runfolder.CLAIMS,
    runfolder.LINKS,
    runfolder.LOAD,
    runfolder.LOAD_ENTRIES,
)
"""The files of a run that hold numbers, and no times of the machine."""


def run_sha256(run: RunFolder) -> str:
    """Return the hash of the summary, by which a file of numbers names its run."""
    return hashlib.sha256((run.path / runfolder.SUMMARY).read_bytes()).hexdigest()


def provenance(run: RunFolder) -> dict[str, Any]:
    """Return where the numbers of a run came from; what is not known is None or left out."""
    summary, manifest = run.summary, run.manifest
    period, solver = summary["period"], manifest.get("solver") or {}
    return {
        "case": summary["case"],
        "kind": summary.get("kind", "plan"),
        "verified": summary.get("verified"),
        "currency": summary.get("currency"),
        "period_start": period["start_local"],
        "period_end": period["end_local"],
        "timezone": period["timezone"],
        "run_sha256": run_sha256(run),
        "run_files": {
            name: hashlib.sha256((run.path / name).read_bytes()).hexdigest()
            for name in RESULT_FILES
            if (run.path / name).is_file()
        },
        "case_file": manifest.get("case"),
        "input_tables": [
            {key: table[key] for key in ("path", "sha256", "rows") if key in table}
            for table in manifest.get("tables") or []
        ],
        "filled": list(manifest.get("filled") or []),
        "sizes_held": manifest.get("sizes_held"),
        "engine": solver.get("engine"),
        "certificate": summary.get("certificate"),
        "versions": manifest.get("versions"),
        "report_written_by": f"carbonmatch {__version__}",
    }
