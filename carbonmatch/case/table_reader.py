"""The tables of a case, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carbonmatch.errors import InputError
from carbonmatch.tables import Table, TableRecord, read_table


class TableReader:
    """Reads the tables of one case, each file once, and keeps the record of each.

    folder      what relative paths are relative to
    elsewhere   where tables stand that are not where the case says, by the path as it is written there
    """

    def __init__(self, folder: Path, elsewhere: Mapping[str, Path] | None = None) -> None:
        self.folder = folder
        self.elsewhere = elsewhere or {}
        self._tables: dict[Path, Table | InputError] = {}
        self._used: dict[Path, None] = {}

    def again(self) -> TableReader:
        """Return a reader for a variant of the case: it knows the tables read so far, and keeps records of its own."""
        other = TableReader(self.folder, self.elsewhere)
        other._tables = self._tables
        return other

    def read(self, path: str) -> Table:
        """Return the table of that path; a file that could not be read fails again in the same words."""
        full = self.elsewhere.get(path, self.folder / path)
        self._used[full] = None
        if full not in self._tables:
            try:
                self._tables[full] = read_table(full, written=path)
            except InputError as error:
                self._tables[full] = error
        found = self._tables[full]
        if isinstance(found, InputError):
            raise InputError(found.faults)
        return found

    @property
    def records(self) -> tuple[TableRecord, ...]:
        """The record of every table read so far, in the order of reading."""
        used = (self._tables[full] for full in self._used)
        return tuple(table.record for table in used if isinstance(table, Table))
