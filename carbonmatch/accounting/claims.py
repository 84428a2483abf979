"""Claims: which generation met which load, one by one. They add up to what is matched, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TypeVar

import numpy as np

from carbonmatch.records import DIRECT, UNTRACED, Claims, FloatArray, Links

Columns = TypeVar("Columns", Claims, Links)


def direct_claims(matched_mwh: FloatArray, contracts: Sequence[int]) -> Claims:
    """Return the claims of generation that met load in its own step.

    matched_mwh   (contracts, steps) of the contracts with these numbers
    """
    place, step = np.nonzero(matched_mwh > 0.0)
    amount = matched_mwh[place, step]
    return Claims(
        step=step.astype(np.int64),
        contract=np.array(list(contracts) or [0], dtype=np.int64)[place],
        storage=np.full(len(step), DIRECT, dtype=np.int64),
        production_step=step.astype(np.int64),
        matched_mwh=amount,
        production_mwh=amount,
    )


def claims_of(links: Links, matched_from_storage_mwh: FloatArray, discharge_mwh: FloatArray) -> Claims:
    """Return the claims of stored generation: every clean discharge of a step meets load to the same share.

    matched_from_storage_mwh, discharge_mwh   (steps,) of all storages of the zone
    """
    share = np.divide(
        matched_from_storage_mwh, discharge_mwh, out=np.zeros_like(discharge_mwh), where=discharge_mwh > 0.0
    )
    part = share[links.discharge_step]
    claimed = (links.contract != UNTRACED) & (part > 0.0)
    return Claims(
        step=links.discharge_step[claimed],
        contract=links.contract[claimed],
        storage=links.storage[claimed],
        production_step=links.production_step[claimed],
        matched_mwh=(links.discharged_mwh * part)[claimed],
        production_mwh=(links.production_mwh * part)[claimed],
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """Return records of columns one below the other."""
    first = type(parts[0])
    return first(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(first)})
