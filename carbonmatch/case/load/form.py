"""The forms in which a load may be written, and how each becomes MW per step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator, ValidationInfo

from carbonmatch.case.block import Block, Finding, NonNegative, Reading, refuse, say_value
from carbonmatch.case.load.ai_factory import AiFactory
from carbonmatch.case.load.factory import Factory
from carbonmatch.case.series import LOAD, SeriesReference, is_array
from carbonmatch.errors import InputError
from carbonmatch.load import SiteLoad

_FORMS: Final = (
    "{flat_mw: 100} or {file: ..., column: ...}, in MW, or is built: {ai_factory: {...}} or {factory: {...}}"
)


BUILT_LOADS: Final = frozenset({"ai_factory", "factory"})
"""The forms that are built; each has a `scale`."""


class LoadForms(Block):
    """A load that is no series: one of these.

    flat_mw      the same in every step [MW]
    ai_factory   built from machines and work
    factory      built from shifts
    """

    flat_mw: NonNegative | None = None
    ai_factory: AiFactory | None = None
    factory: Factory | None = None


def _read_load(value: Any, info: ValidationInfo) -> SiteLoad:
    """Resolve one of the forms to MW per step."""
    reading = Reading.of(info)
    if not isinstance(value, Mapping):
        if not is_array(value, reading):
            refuse(f"is {say_value(value)}; a load is {_FORMS}")
        return SiteLoad(LOAD.resolve(value, info))
    given = [key for key in ("flat_mw", "ai_factory", "factory", "file") if key in value]
    if len(given) > 1:
        refuse(f"gives {'both ' if len(given) == 2 else ''}{' and '.join(given)}; a load is one of {_FORMS}")
    if given == ["file"] or (not given and SeriesReference.model_fields.keys() & value.keys()):
        return SiteLoad(LOAD.resolve(value, info))
    forms = LoadForms.model_validate(value, context=info.context)
    built = forms.ai_factory or forms.factory
    if built is None:
        if forms.flat_mw is None:
            what = "is empty; a block of keys is wanted" if given else f"is missing; give {_FORMS}"
            refuse(Finding(what, inside=(given[0] if given else "flat_mw",)))
        return SiteLoad(LOAD.resolve(forms.flat_mw, info))
    if reading.grid is None:
        return SiteLoad(np.zeros(1))
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            load = built.site_load(reading.grid)
    except InputError as error:
        refuse(*(Finding(fault.what, inside=(given[0], "power_chain", fault.where)) for fault in error.faults))
    if not np.isfinite(load.total_mw).all():
        refuse(Finding("comes to more MW than can be counted; mend the numbers in it", inside=(given[0],)))
    load.total_mw.flags.writeable = False
    return load


Load = Annotated[SiteLoad, PlainValidator(_read_load)]
