"""Vintages: an offer whose terms differ from year to year is one contract for every year in which it was signed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from carbonmatch.case.document import Document, KeyPath
from carbonmatch.case.growth import OF_THE_YEAR, Growth
from carbonmatch.case.provenance import Vintage
from carbonmatch.errors import Fault


def add_vintages(document: Document, growth: Growth, year: str, signed: Mapping[str, Document]) -> tuple[Vintage, ...]:
    """Put an entry for each year of signing in the place of every offer whose terms go on and differ; return them.

    document   the case of a year;  signed   the case of every year, of which the terms of signing are taken

    What an offer delivers is that of the year (profile, prices at which it settles, limits), what is paid for it is
    that of its signing: a contract signed in 2026 at 60 still pays 60 in 2028, whatever is offered then.
    """
    found: list[Vintage] = []
    for kind in ("contracts", "storage"):
        entries = document.values.get(kind)
        for name in list(entries) if isinstance(entries, dict) else ():
            found += _of_offer(document, growth, year, signed, (kind, name))
    block = document.values["growth"]
    document.values["growth"] = {
        **{key: value for key, value in block.items() if key not in ("contracts", "storage")},
        "years": dict.fromkeys(block["years"]),
    }  # it was checked as it is written; the entries have other names now
    return tuple(found)


def _of_offer(
    document: Document, growth: Growth, year: str, signed: Mapping[str, Document], offer: tuple[str, str]
) -> list[Vintage]:
    kind, name = offer
    entry = document.values[kind][name]
    if not isinstance(entry, dict) or entry.get("existing_mw") is not None:
        return []
    tenor = tenor_of(growth, kind, name, entry.get("tenor_years"), str(entry.get("structure")))
    alive = {v: growth.in_force(v, tenor) for v in growth.signing_years(kind, name)}
    terms = {v: _terms(kind, signed[v].at((kind, name))) for v in signed}
    if all(_same(terms[v], terms[y]) for v, years in alive.items() for y in years):
        return []
    paired = [
        other
        for other, storage in (document.values.get("storage") or {}).items()
        if isinstance(storage, dict) and storage.get("paired_with") == name
    ]
    if paired or (kind == "storage" and entry.get("paired_with") is not None):
        where = (kind, name)
        other = paired[0] if paired else entry["paired_with"]
        what = (
            f"has other terms in some year, and is paired with {other}; a pair is not split by year of signing. Give "
            "both the same terms in all years, or take paired_with out"
        )
        document.faults.append((document.position(where), Fault(document.place(where), what)))
        return []
    found, entries = [], dict[str, Any]()
    for other, given in document.values[kind].items():
        if other != name:
            entries[other] = given
            continue
        for v in [v for v, years in alive.items() if year in years]:
            own = f"{name}-{v}"
            if own in document.values[kind]:
                where = (kind, own)
                what = f"is the name of what is signed of {name} in {v}; give this entry another one"
                document.faults.append((document.position(where), Fault(document.place(where), what)))
            entries[own] = _entry(document, signed[v], kind, name, own)
            found.append(Vintage(kind, name, v, own))
    document.values[kind] = entries
    return found


def tenor_of(growth: Growth, kind: str, name: str, own: Any, structure: str) -> int | None:
    """Return for how many years an offer stays; None to the end.

    own   the tenor that the contract itself names, if any

    Certificates are bought by the year unless a tenor says otherwise.
    """
    given = growth.signing(kind, name).tenor_years
    years = own if given is None else given
    if years is None and structure.endswith("_certificates"):
        return 1
    return None if years is None else int(years)


def _terms(kind: str, entry: Any) -> dict[str, Any]:
    """Return what is agreed when an offer is signed; of a price that floats, the index is that of the year."""
    own = entry if isinstance(entry, dict) else {}
    terms = {key: value for key, value in own.items() if key not in OF_THE_YEAR[kind]}
    if isinstance(terms.get("price"), dict):
        terms["price"] = {key: value for key, value in terms["price"].items() if key != "index"}
    return terms


def _entry(document: Document, signed: Document, kind: str, name: str, own: str) -> dict[str, Any]:
    """Return an offer on the terms of its signing, which delivers as it does in this year; lines go with the values."""
    now, then = document.values[kind][name], _terms(kind, signed.at((kind, name)))
    entry = {key: copy.deepcopy(value) for key, value in now.items() if key in OF_THE_YEAR[kind]}
    if isinstance(then.get("price"), dict) and isinstance(now.get("price"), dict) and "index" in now["price"]:
        then["price"] = {**then["price"], "index": now["price"]["index"]}
    entry.update(copy.deepcopy(then))
    for source, keys in ((document, now.keys()), (signed, then.keys())):
        places: list[tuple[KeyPath, Any]] = [
            ((kind, own, *path[2:]), place)
            for path, place in source.positions.items()
            if path[:2] == (kind, name) and (len(path) == 2 or path[2] in keys)
        ]
        document.positions.update(places)
    return entry


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(np.asarray(one), np.asarray(other))
    return bool(one == other)
