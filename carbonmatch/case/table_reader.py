"""The tables of a case, each read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from carbonmatch.errors import Fault, InputError
from carbonmatch.tables import Document, Table, TableRecord, read_json, read_table


class TableReader:
    """Reads the tables of one case, each file once, and keeps the record of each.

    folder      what relative paths are relative to
    elsewhere   where tables stand that are not where the case says, by the path as it is written there
    """

    def __init__(self, folder: Path, elsewhere: Mapping[str, Path] | None = None) -> None:
        self.folder = folder
        self.elsewhere = elsewhere or {}
        self._tables: dict[Path, Table | Document | InputError] = {}
        self._used: dict[Path, None] = {}

    def again(self) -> TableReader:
        """Return a reader for a variant of the case: it knows the tables read so far, and keeps records of its own."""
        other = TableReader(self.folder, self.elsewhere)
        other._tables = self._tables
        return other

    def read(self, path: str) -> Table:
        """Return the table of that path; a file that could not be read fails again in the same words."""
        found = self._read(path, read_table)
        if not isinstance(found, Table):
            raise InputError([Fault("", f"{path} is read as a tariff already; a table is another file")])
        return found

    def read_json(self, path: str) -> Any:
        """Return what the JSON file of that path holds; it is recorded like a table."""
        found = self._read(path, read_json)
        if not isinstance(found, Document):
            raise InputError([Fault("", f"{path} is read as a table already; a tariff is another file")])
        return found.content

    def _read(self, path: str, reader: Callable[..., Table | Document]) -> Table | Document:
        full = self.elsewhere.get(path, self.folder / path)
        self._used[full] = None
        if full not in self._tables:
            try:
                self._tables[full] = reader(full, written=path)
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
        return tuple(table.record for table in used if not isinstance(table, InputError))
