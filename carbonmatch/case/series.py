"""Hourly series: what may stand where a series is wanted, and how it becomes an array on the grid of the case.

a number                           the same value in every step
{file, column, ...}                a column of a table
an array or a list                 from Python only, one value per step
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import GetCoreSchemaHandler, ValidationInfo, field_validator
from pydantic_core import CoreSchema, core_schema

from carbonmatch.case.block import Block, Finding, Number, Reading, refuse, say, say_value
from carbonmatch.errors import Fault, InputError
from carbonmatch.stamps import MissingRule, Placement, and_more, place_on_grid, read_stamps, row_place
from carbonmatch.tables import Table
from carbonmatch.timegrid import FloatArray, read_timezone
from carbonmatch.wording import number_hint


class SeriesReference(Block):
    """A column of a table.

    file        path of a CSV or Parquet file, relative to the folder of the case
    column      the column of the values
    timezone    the zone of stamps without offset (IANA name)
    timestamp   the column of the stamps; by default the first whose name starts with timestamp, time or date
    missing     how to fill gaps: interpolate, previous or zero; without a rule a gap is a fault
    scale       a factor on the values, such as 0.001 from kW to MW
    source      who publishes the numbers, in words: reports quote it
    """

    file: str
    column: str
    timezone: str | None = None
    timestamp: str | None = None
    missing: MissingRule | None = None
    scale: Number = 1.0
    source: str = ""

    @field_validator("timezone")
    @classmethod
    def _is_a_timezone(cls, name: str | None) -> str | None:
        try:
            return name if name is None else read_timezone(name).key
        except InputError as error:
            refuse(*(fault.what for fault in error.faults))


def is_array(value: object, reading: Reading) -> bool:
    """Say whether a value is an array, or a list from Python, with one value per step."""
    return isinstance(value, np.ndarray) or (reading.arrays and isinstance(value, list | tuple))


@dataclass(frozen=True)
class SeriesRule:
    """What the values of a series must be.

    noun        what one value is called in a message: `a load`
    unit        unit for messages, empty for shares
    low, high   bounds, both inclusive
    cure        what to do about a value out of bounds
    """

    noun: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    cure: str = ""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic resolve a field of this kind with `resolve`."""
        return core_schema.with_info_plain_validator_function(self.resolve)

    def resolve(self, value: Any, info: ValidationInfo) -> FloatArray:
        """Return the series as a read-only array with one value per step."""
        reading = Reading.of(info)
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, Mapping):
            values = self._from_table(SeriesReference.model_validate(value, context=info.context), reading)
        elif is_array(value, reading):
            values = self._from_array(value, reading)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            hint = number_hint(value) if isinstance(value, str) else ""
            refuse(
                f"is {say_value(value)}; {self.noun} is a number, or a column of a table: "
                f"{{file: ..., column: ...}}{hint}"
            )
        else:
            values = self._from_number(value, reading)
        values.flags.writeable = False
        return values

    def _from_number(self, value: float, reading: Reading) -> FloatArray:
        if not abs(value) <= sys.float_info.max:  # also a whole number too long for a float
            refuse(f"is {say_value(value)}; a finite number is wanted")
        if self._outside(np.array([value]))[0]:
            refuse(f"is {say(value)}; {self._wanted()}")
        return np.full(reading.grid.steps if reading.grid else 1, value)

    def _from_array(self, value: Any, reading: Reading) -> FloatArray:
        try:
            values = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            refuse("is a list with something in it that is not a number")
        if values.ndim != 1 or (reading.grid and len(values) != reading.grid.steps):
            steps = f"the {reading.grid.steps} steps of the case" if reading.grid else "the steps of the case"
            refuse(f"has {' x '.join(map(str, values.shape)) or 'no'} values; one value for each of {steps} is wanted")
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            refuse(f"value {wrong[0] + 1} is {values[wrong[0]]}; finite numbers are wanted")
        wrong = np.flatnonzero(self._outside(values))
        if wrong.size:
            at = f" ({reading.grid.say(reading.grid.index[wrong[0]])})" if reading.grid else ""
            refuse(f"value {wrong[0] + 1}{at} is {say(values[wrong[0]])}; {self._wanted()}")
        return values

    def _from_table(self, reference: SeriesReference, reading: Reading) -> FloatArray:
        try:
            table = reading.tables.read(reference.file)
        except InputError as error:
            file = reference.file
            refuse(*(Finding(fault.what, fault.where or None, ("file",), file=file) for fault in error.faults))
        findings: list[Finding] = []
        raw: FloatArray | None = None
        unreadable: tuple[Fault, ...] = ()
        placement: Placement | None = None
        try:
            with np.errstate(over="ignore"):
                numbers, unreadable = table.readable_numbers(reference.column)
                raw = numbers * reference.scale
            findings.extend(Finding(fault.what, fault.where, ("column",)) for fault in unreadable)
        except InputError as error:
            findings.extend(Finding(fault.what, fault.where or None, ("column",)) for fault in error.faults)
        try:
            placement = _placement(reference, table, reading)
        except InputError as error:
            key = ("timestamp",) if reference.timestamp else ("file",)
            findings.extend(Finding(fault.what, fault.where or None, key) for fault in error.faults)
        if raw is not None:
            records = placement.records if placement else np.arange(len(raw))
            findings.extend(self._out_of_bounds(raw, records, reference, reading))
        values = None
        if raw is not None and placement is not None and not unreadable:
            try:
                values = placement.on_grid(raw, reference.column, reference.missing)
            except InputError as error:
                findings.extend(Finding(fault.what, fault.where or None) for fault in error.faults)
        if findings:
            refuse(*findings)
        if values is None or placement is None or raw is None:
            return np.zeros(1)
        count = placement.missing_count(raw)
        if count:
            reading.filled.append(
                f"{reference.file}, column {reference.column}: {count} missing value{'s' if count > 1 else ''} "
                f"filled by the rule `missing: {reference.missing}`, the first at {placement.first_missing(raw)}"
            )
        return values

    def _out_of_bounds(
        self, values: FloatArray, records: np.ndarray, reference: SeriesReference, reading: Reading
    ) -> list[Finding]:
        wrong = records[self._outside(values[records])]
        if not wrong.size:
            return []
        first = int(wrong[0])
        written = reading.tables.read(reference.file).cell(reference.column, first)
        scaled = "" if reference.scale == 1 else f" (times the scale, {say(reference.scale)}: {say(values[first])})"
        percent = ""
        if self.high == 1 and 1 < values[wrong].max() <= 100:
            percent = ". If the column is in per cent, add `scale: 0.01` beside `column:`"
        what = f"{written}{scaled}{and_more(wrong)}; {self._wanted()}{percent}"
        return [Finding(what, row_place(reference.file, first, reference.column))]

    def _outside(self, values: FloatArray) -> np.ndarray:
        """Mark the values out of bounds; an empty cell is not one of them, a value scaled beyond all bounds is."""
        outside = np.isinf(values)
        if self.low is not None:
            outside |= values < self.low
        if self.high is not None:
            outside |= values > self.high
        return outside

    def _wanted(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            bounds = f" lies between {say(self.low)} and {say(self.high)}{unit}"
        elif self.low is not None:
            bounds = f" is >= {say(self.low)}{unit}"
        else:
            bounds = f" is a number{unit}"
        return f"{self.noun}{bounds}{'. ' + self.cure if self.cure else ''}"


def _placement(reference: SeriesReference, table: Table, reading: Reading) -> Placement | None:
    """Find the rows of a table that the grid needs, once for all of its columns."""
    key = (reference.file, table.stamp_column(reference.timestamp), reference.timezone)
    if key not in reading.stamps:
        reading.stamps[key] = read_stamps(table.stamps(key[1]), table=key[0], column=key[1], timezone=key[2])
    if reading.grid is None:
        return None
    if key not in reading.placements:
        reading.placements[key] = place_on_grid(reading.stamps[key], reading.grid)
    return reading.placements[key]


LOAD = SeriesRule("a load", "MW", low=0, cure="If the meter nets generation, give the gross load.")

MeteredPower = Annotated[
    FloatArray,
    SeriesRule(
        "a metered power", "MW", low=0, cure="From kWh per quarter of an hour to MW: `scale: 0.004`; per hour: 0.001."
    ),
]

PowerPerMw = Annotated[FloatArray, SeriesRule("a load of one MW", "MW", low=0)]
OfferedPower = Annotated[FloatArray, SeriesRule("a power on offer", "MW", low=0)]
Price = Annotated[FloatArray, SeriesRule("a price")]
Intensity = Annotated[FloatArray, SeriesRule("a carbon intensity", "g/kWh", low=0)]
CfeShare = Annotated[FloatArray, SeriesRule("a share of carbon-free energy", low=0, high=1)]
SupplyShare = Annotated[FloatArray, SeriesRule("a share of load", low=0, high=1)]
CapacityFactor = Annotated[
    FloatArray,
    SeriesRule(
        "a capacity factor", low=0, high=1, cure="If the column is in MW, divide by the plant's capacity: `scale:`"
    ),
]
Availability = Annotated[FloatArray, SeriesRule("an availability", low=0, high=1)]
FlagSeries = Annotated[FloatArray, SeriesRule("a flag", low=0, high=1, cure="1 marks a step, 0 leaves it out.")]
