"""The hourly tables of a run folder, read back for reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from carbonmatch import runfolder
from carbonmatch.errors import Fault, InputError
from carbonmatch.tables import read_frame


@dataclass(frozen=True, eq=False)
class RunTables:
    """The tables of a run, MWh per step; what each holds is said in `carbonmatch.runfolder`.

    hourly      one row per zone and step
    contracts   one row per contract and step
    storage     one row per storage and step
    claims      one row per claim: which generation met which load
    links       one row per link: which generation each discharge of a storage drew on
    load           one row per site and step: planned and served load; empty where load may not be changed
    load_entries   one row per entry and step: what was moved, given up or placed of it; empty as `load`
    """

    hourly: pd.DataFrame
    contracts: pd.DataFrame
    storage: pd.DataFrame
    claims: pd.DataFrame
    links: pd.DataFrame
    load: pd.DataFrame = field(default_factory=pd.DataFrame)
    load_entries: pd.DataFrame = field(default_factory=pd.DataFrame)


def read_run_tables(path: Path) -> RunTables:
    """Read the tables of a run folder.

    Raises:
        InputError: a table is missing or damaged; every one that is, is told.
    """
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for noun, name in (
        ("hourly", runfolder.HOURLY),
        ("contracts", runfolder.CONTRACTS),
        ("storage", runfolder.STORAGE),
        ("claims", runfolder.CLAIMS),
        ("links", runfolder.LINKS),
        ("load", runfolder.LOAD),
        ("load_entries", runfolder.LOAD_ENTRIES),
    ):
        if name in {runfolder.LOAD, runfolder.LOAD_ENTRIES} and not (path / name).exists():
            continue
        try:
            frames[noun] = read_frame(path / name)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return RunTables(**frames)
