"""Ready-to-run cases that come with carbonmatch."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from carbonmatch.errors import Fault, InputError
from carbonmatch.wording import listed, nearest

_PACKAGE = Path(__file__).resolve().parents[1]
_DATA_PATH = re.compile(r"\.\./data/([\w./-]+)")


def bundle() -> Path:
    """Return the folder with `models` and `data`: inside the installed package, or the root of a checkout."""
    installed = _PACKAGE / "bundled"
    return installed if installed.is_dir() else _PACKAGE.parent


def template_names() -> tuple[str, ...]:
    """Return the names of the templates, sorted."""
    return tuple(sorted(path.stem for path in (bundle() / "models").glob("*.yaml")))


def write_template(folder: str | Path, name: str, *, force: bool = False) -> Path:
    """Write a template and its tables into a folder, as `case.yaml` and `data/`; return the path of the case.

    force   overwrite files that are there already

    Raises:
        InputError: no such template, or files would be overwritten.
    """
    known = template_names()
    if name not in known:
        listing = f" (templates: {listed(known, 20)})" if known else " (this installation has none)"
        raise InputError([Fault("template", f"there is no template {name!r}{nearest(name, known)}{listing}")])
    source = bundle()
    text = (source / "models" / f"{name}.yaml").read_text(encoding="utf-8")
    tables = sorted(set(_DATA_PATH.findall(text)))
    folder = Path(folder)
    case = folder / "case.yaml"
    targets = {folder / "data" / table: source / "data" / table for table in tables}
    lacking = [path for path in targets.values() if not path.is_file()]
    if lacking:
        raise InputError([Fault("template", f"{name} needs {path}, which is not there") for path in lacking])
    there = [path for path in (case, *targets) if path.exists()]
    if there and not force:
        what = "is there already; take another folder, or --force to overwrite"
        raise InputError([Fault(str(path), what) for path in there])
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for target, origin in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(origin, target)
        case.write_text(text.replace("../data/", "data/"), encoding="utf-8")
    except OSError as error:
        raise InputError([Fault(str(error.filename or folder), f"cannot be written: {error.strerror}")]) from error
    return case
