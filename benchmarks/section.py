"""The page of results, section by section: each script writes its own and leaves the others alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "README.md"


def write_section(name: str, script: str, told: str) -> None:
    """Put a text between the marks of a section of benchmarks/README.md."""
    begin, end = f"<!-- {name}: begin, written by {script} -->", f"<!-- {name}: end -->"
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    if not mark or end not in rest:
        raise SystemExit(f"{PAGE} has no section {name}: {begin} ... {end}")
    after = rest.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n\n{told}\n\n{end}{after}", encoding="utf-8")
