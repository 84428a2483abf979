"""The folder of a study, where one is wanted: runs gather in it, and it takes its place when all is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carbonmatch import runfolder
from carbonmatch.runfolder import StudyKind


@contextmanager
def gathered(out: Path | str | None, kind: StudyKind, *, force: bool) -> Iterator[Path | None]:
    """Give a folder to gather runs in, which becomes `out` once the block has ended well; None where `out` is None.

    Raises:
        InputError: `out` cannot be written.
    """
    if out is None:
        yield None
        return
    with runfolder.study_folder(Path(out), kind, force=force) as folder:
        yield folder
