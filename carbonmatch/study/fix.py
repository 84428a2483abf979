"""Sizes held at given values: a portfolio, rounded by hand perhaps, is dispatched again."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from carbonmatch import runfolder
from carbonmatch.errors import Fault, InputError
from carbonmatch.records import Problem
from carbonmatch.runfolder import RunFolder
from carbonmatch.study.held_placements import PLACED_KEYS, Placed, hold_placements, placed_of
from carbonmatch.wording import listed, nearest

CONTRACT_KEYS = ("contracted_mw",)
STORAGE_KEYS = ("power_mw", "energy_mwh")


@dataclass(frozen=True)
class Sizes:
    """The sizes of a portfolio, in full precision.

    path, sha256   the file they were read from, for the manifest; no hash where they come with the study of that name
    contracts      {name: {contracted_mw}}
    storage        {name: {power_mw, energy_mwh}}
    signed         what else several weather years decided for each of them; None where it is to be decided
    placements     {name: {site: {placed_mw}}}; None where nothing was placed
    """

    path: str
    sha256: str | None
    contracts: Mapping[str, Mapping[str, float]]
    storage: Mapping[str, Mapping[str, float]]
    signed: Signed | None = None
    placements: Placed | None = None


@dataclass(frozen=True)
class Signed:
    """What was decided for all weather years beside the sizes, and holds in each of them.

    firm_capacity_mw   firm supply that is reserved, {site: MW}, of sites that are charged for it
    held_mwh           what each group of zones contributes to a mean target, see `TargetTerms`; None where the year
                       meets the target of the case itself
    """

    firm_capacity_mw: Mapping[str, float]
    held_mwh: tuple[float, ...] | None


def read_sizes(path: str | Path) -> Sizes:
    """Read sizes from a run folder, from one of weather years, or from a JSON file with the keys of a `summary.json`.

    Raises:
        InputError: there is no such run or file, it is damaged, or a size is missing or no number >= 0.
    """
    path = Path(path)
    file = path
    if path.is_dir():
        if (path / runfolder.GROWTH_KIND.record).is_file():
            points = sorted(str(point) for point in (path / runfolder.POINTS).glob("*"))
            what = f"is a {runfolder.GROWTH_KIND.name}, whose sizes are of a year each; name one: {listed(points, 4)}"
            raise InputError([Fault(str(path), what)])
        years = path / runfolder.YEARS_KIND.record
        file = years if years.is_file() else path / runfolder.SUMMARY
    try:
        data = file.read_bytes()
        content = json.loads(data)
    except FileNotFoundError as error:
        what = "does not exist; name a run folder of `carbonmatch solve`, or a JSON file with contracts and storage"
        raise InputError([Fault(str(file), what)]) from error
    except OSError as error:
        raise InputError([Fault(str(file), f"cannot be read: {error.strerror}")]) from error
    except ValueError as error:
        raise InputError([Fault(str(file), f"is no JSON: {error}")]) from error
    faults: list[Fault] = []
    root = _block(content, str(file), faults)
    contracts = _sizes(root.get("contracts"), f"{file}: contracts", CONTRACT_KEYS, faults)
    storage = _sizes(root.get("storage"), f"{file}: storage", STORAGE_KEYS, faults)
    placed = placed_of(root)
    placements = None
    if placed is not None:
        where = f"{file}: load.placements"
        placements = {
            name: _sizes(sites, f"{where}.{name}", PLACED_KEYS, faults)
            for name, sites in _block(placed, where, faults).items()
        }
    if faults:
        raise InputError(faults)
    return Sizes(str(file), hashlib.sha256(data).hexdigest(), contracts, storage, placements=placements)


def sizes_of_run(run: RunFolder) -> Sizes | None:
    """Return what was held when a run was made; None where it chose its sizes itself.

    Raises:
        InputError: the summary does not say it in the way that a run does.
    """
    if not run.summary.get("sizes_held"):
        return None
    sizes, year = read_sizes(run.path), run.summary.get("weather_year")
    if not isinstance(year, dict) or year.get("firm_capacity_mw") is None:
        return sizes
    firm, held = year["firm_capacity_mw"], year.get("held_mwh")
    whole = (
        isinstance(firm, dict)
        and isinstance(held, list | None)
        and all(_is_number(value) for value in [*firm.values(), *(held or [])])
    )
    if not whole:
        where = f"{sizes.path}: weather_year"
        raise InputError([Fault(where, "is damaged: firm_capacity_mw and held_mwh are not numbers")])
    return replace(sizes, signed=Signed(firm, None if held is None else tuple(held)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def sizes_of(summary: Mapping[str, Any], path: str) -> Sizes:
    """Return the sizes that a summary holds, as if they were read from `path`; the hash is of the sizes alone."""
    contracts = {name: {key: entry[key] for key in CONTRACT_KEYS} for name, entry in summary["contracts"].items()}
    storage = {name: {key: entry[key] for key in STORAGE_KEYS} for name, entry in summary["storage"].items()}
    placed = placed_of(summary)
    placements = (
        None
        if placed is None
        else {
            name: {site: {key: entry[key] for key in PLACED_KEYS} for site, entry in sites.items()}
            for name, sites in placed.items()
        }
    )
    held = {"contracts": contracts, "storage": storage, **({} if placements is None else {"placements": placements})}
    content = json.dumps(held, sort_keys=True)
    return Sizes(path, hashlib.sha256(content.encode()).hexdigest(), contracts, storage, placements=placements)


def fix_sizes(problem: Problem, sizes: Sizes) -> Problem:
    """Return the problem with all sizes held; the limits of the offers give way to them, prices and target stay.

    The sizes are taken as they are. Those of a run are exact to its certificate, and so is the target: a portfolio that
    met it once meets it again within the same tolerance, and no slack is added for a rounded one.

    Raises:
        InputError: the sizes name an offer that the case has not, or leave one of the case out.
    """
    faults = [
        *_strangers(sizes.contracts, [c.name for c in problem.contracts], f"{sizes.path}: contracts", CONTRACT_KEYS),
        *_strangers(sizes.storage, [b.name for b in problem.storage], f"{sizes.path}: storage", STORAGE_KEYS),
    ]
    if faults:
        raise InputError(faults)
    problem = hold_placements(problem, sizes.placements, sizes.path)
    if sizes.signed is not None:
        problem = _hold(problem, sizes.signed, sizes.path)
    return replace(
        problem,
        contracts=tuple(
            replace(contract, min_mw=held["contracted_mw"], max_mw=held["contracted_mw"])
            for contract in problem.contracts
            for held in [sizes.contracts[contract.name]]
        ),
        storage=tuple(
            replace(
                storage,
                min_power_mw=held["power_mw"],
                max_power_mw=held["power_mw"],
                min_energy_mwh=held["energy_mwh"],
                max_energy_mwh=held["energy_mwh"],
                duration_hours=None,
            )
            for storage in problem.storage
            for held in [sizes.storage[storage.name]]
        ),
    )


def _hold(problem: Problem, signed: Signed, path: str) -> Problem:
    """Return the problem of a weather year with what was decided for all of them."""
    groups = len(problem.zones) if problem.target.per_zone else 1
    if signed.held_mwh is not None and len(signed.held_mwh) != groups:
        what = f"holds {len(signed.held_mwh)} contributions to the target, and the case has {groups}"
        raise InputError([Fault(path, what)])
    return replace(
        problem,
        sites=tuple(replace(site, firm_capacity_mw=signed.firm_capacity_mw.get(site.name)) for site in problem.sites),
        target=replace(problem.target, held_mwh=signed.held_mwh),
    )


def _block(value: Any, where: str, faults: list[Fault]) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    faults.append(Fault(where, 'is not a block of names; see "contracts" and "storage" in any summary.json'))
    return {}


def _sizes(value: Any, where: str, keys: tuple[str, ...], faults: list[Fault]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, entry in _block({} if value is None else value, where, faults).items():
        block = _block(entry, f"{where}.{name}", faults)
        found[name] = {}
        for key in keys:
            size = block.get(key)
            if isinstance(size, bool) or not isinstance(size, (int, float)) or not 0.0 <= size < math.inf:
                shown = "is missing" if key not in block else f"is {json.dumps(size)}"
                faults.append(Fault(f"{where}.{name}.{key}", f"{shown}; a size is a number >= 0"))
            else:
                found[name][key] = float(size)
    return found


def _strangers(given: Iterable[str], known: list[str], where: str, keys: tuple[str, ...]) -> Iterator[Fault]:
    given = list(given)
    for name in given:
        if name not in known:
            listing = f" (it has {listed(known)})" if known else " (it has none)"
            yield Fault(f"{where}.{name}", f"the case has none of that name{nearest(name, known)}{listing}")
    for name in known:
        if name not in given:
            yield Fault(f"{where}.{name}", f"is missing; give {' and '.join(keys)}, 0 to leave the offer out")
