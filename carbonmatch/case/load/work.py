"""Classes of work as they are written: their share, how hard they drive the machines, and who asks for them when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator

from carbonmatch.case.block import (
    Block,
    Finding,
    NonNegative,
    Number,
    Positive,
    PositiveShare,
    Share,
    refuse,
    say,
    say_value,
)
from carbonmatch.errors import InputError
from carbonmatch.load import (
    BUSIEST_HOUR,
    HOURS_OF_DAY,
    KINDS,
    OVERHEAD,
    DailyShape,
    Interruptions,
    KindOfWork,
    WorkClass,
    cosine_day,
    mean_time_to_failure_hours,
    swing,
)
from carbonmatch.timegrid import TimeGrid, read_timezone
from carbonmatch.wording import listed

_ADDED: Final = 1e-6
"""How far shares may be from adding to 1: they are written with a few digits. They count as if they did."""
_ROUNDING: Final = 1e-9
"""Of floats, nothing else."""


class InterruptionsBlock(Block):
    """Failures of a training run. See `carbonmatch.load.Interruptions`.

    accelerators   that one run uses: the mean time to failure follows from it
    mttf_hours     mean time to failure [h], in its place
    """

    accelerators: Positive | None = None
    mttf_hours: Positive | None = None
    checkpoint_write_minutes: NonNegative | None = None
    restart_minutes: NonNegative | None = None
    checkpoint_interval_hours: Positive | None = None

    def interruptions(self) -> Interruptions | None:
        """Return what the builder takes; None where the size of the run is not said once."""
        if (self.accelerators is None) == (self.mttf_hours is None):
            return None
        given = self.model_dump(exclude={"accelerators", "mttf_hours"}, exclude_none=True)
        if self.mttf_hours is not None:
            return Interruptions(self.mttf_hours, **given)
        return Interruptions(mean_time_to_failure_hours(self.accelerators or 1.0), **given)


def _read_hourly(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    numbers = value if isinstance(value, list | tuple) else []
    plain = all(isinstance(n, int | float) and not isinstance(n, bool) and 0.0 <= n < math.inf for n in numbers)
    if len(numbers) != HOURS_OF_DAY or not plain or not any(numbers):
        held = f"is {say_value(value)}"
        if numbers and plain:
            held = f"holds {len(numbers)} values" if any(numbers) else "holds nothing but 0"
        refuse(f"{held}; 24 numbers of at least 0 are wanted, of the hours 0 to 23 on the users' clock, not all 0")
    mean = sum(numbers) / HOURS_OF_DAY
    return tuple(float(n) / mean for n in numbers)


class ClassBlock(Block):
    """A class of work. See `carbonmatch.load.WorkClass`.

    kind             training, inference or batch, which gives what is left out; the class's name where it is one
    share            of the nameplate of all racks
    hourly           24 values of the users' day, of any mean, in the place of peak_to_trough and busiest_hour
    users            share of the users by their time zone; all in the zone of the case unless given
    """

    kind: Literal["training", "inference", "batch"] | None = None
    share: Share
    utilisation: Share | None = None
    peak: PositiveShare | None = None
    idle: Share | None = None
    peak_to_trough: Annotated[Number, Field(ge=1)] | None = None
    busiest_hour: Annotated[Number, Field(ge=0, lt=HOURS_OF_DAY)] | None = None
    hourly: Annotated[tuple[float, ...] | None, PlainValidator(_read_hourly)] = None
    users: dict[str, Share] | None = None
    interruptions: InterruptionsBlock | None = None


class ClassReader:
    """Turns the block of one class into what the builder takes, and gathers what is wrong with it."""

    def __init__(self, name: str, block: ClassBlock, grid: TimeGrid | None) -> None:
        self.name, self.block, self.grid = name, block, grid
        self.findings: list[Finding] = []

    def read(self) -> WorkClass | None:
        """Return the class; None where something is wrong with it."""
        block = self.block
        kind = self._kind()
        users, busy = self._users(), self._busy()
        if kind is None:
            return None
        utilisation = kind.utilisation if block.utilisation is None else block.utilisation
        peak = kind.peak if block.peak is None else block.peak
        idle = kind.idle if block.idle is None else block.idle
        if peak < idle:
            self._idles_above_work(peak, idle)
            return None
        shape = self._shape(kind, utilisation, peak, idle, users)
        work = WorkClass(self.name, block.share, utilisation, peak, idle, shape, busy, kind.fixed)
        self._stays_within_capacity(work)
        return None if self.findings else work

    def _find(self, what: str, *inside: str) -> None:
        self.findings.append(Finding(what, inside=(self.name, *inside)))

    def _idles_above_work(self, peak: float, idle: float) -> None:
        why = "machines at work draw at least what idle ones do"
        if self.block.idle is not None:
            self._find(f"is {say(idle)}, above peak, {say(peak)}; {why}: lower it, or raise peak", "idle")
        else:
            self._find(f"is {say(peak)}, below idle, {say(idle)}; {why}: raise it, or lower idle", "peak")

    def _kind(self) -> KindOfWork | None:
        if self.name == OVERHEAD:
            self._find(
                "is the name of network, storage and CPU nodes; say overhead_share beside classes, or take another name"
            )
            return None
        kind = self.block.kind or self.name
        found = next((each for name, each in KINDS.items() if name == kind), None)
        if found is None:
            self._find(
                f"is missing; say whether {self.name} is {listed(KINDS)}: its peak, idle and users' day follow", "kind"
            )
        return found

    def _busy(self) -> float:
        if self.block.interruptions is None:
            return 1.0
        run = self.block.interruptions.interruptions()
        if run is None:
            self._find(
                "gives neither or both of accelerators and mttf_hours; give the size of a run or its time to failure",
                "interruptions",
            )
            return 1.0
        if run.effective_training_time <= 0.0:
            self._find(
                f"fails every {say(60.0 * run.mttf_hours)} minutes and makes no progress between failures; let "
                "restarts and checkpoints take less time, or the run be smaller",
                "interruptions",
            )
        return 1.0 - run.held_up

    def _users(self) -> Mapping[str, float]:
        users = self.block.users
        if users is None:
            return {"UTC" if self.grid is None else self.grid.timezone: 1.0}
        for zone in users:
            try:
                read_timezone(zone)
            except InputError as error:
                for fault in error.faults:
                    self._find(fault.what, "users", zone)
        total = sum(users.values())
        if abs(total - 1.0) > _ADDED:
            self._find(f"the shares of the users add to {say(total)}; let them add to 1", "users")
            return users
        return {zone: share / total for zone, share in users.items()}

    def _shape(
        self, kind: KindOfWork, utilisation: float, peak: float, idle: float, users: Mapping[str, float]
    ) -> DailyShape | None:
        block = self.block
        if block.hourly is not None:
            for key in ("peak_to_trough", "busiest_hour"):
                if getattr(block, key) is not None:
                    self._find("is given beside hourly, which says the day hour by hour; leave one of them out", key)
            return DailyShape(block.hourly, users)
        working = (peak - idle) * utilisation
        ratio = kind.peak_to_trough if block.peak_to_trough is None else block.peak_to_trough
        if working == 0.0 or ratio == 1.0:
            return None
        swung = swing(working / (idle + working), ratio)
        if block.peak_to_trough is None:
            swung = min(swung, 1.0, 1.0 / utilisation - 1.0)
        hour = BUSIEST_HOUR if block.busiest_hour is None else block.busiest_hour
        return DailyShape(cosine_day(swung, hour), users)

    def _stays_within_capacity(self, work: WorkClass) -> None:
        if self.grid is None or work.shape is None or self.findings:
            return
        most, least = float(work.use(self.grid).max()), work.utilisation * min(work.shape.hourly)
        if most <= 1.0 + _ROUNDING and least >= -_ROUNDING:
            return
        key = "hourly" if self.block.hourly is not None else "peak_to_trough"
        room = math.floor(1000.0 * work.utilisation / most) / 1000.0
        cure = f"lower utilisation to {room:g}, or let" if most > 1.0 else "let"
        self._find(
            f"asks {say(most)} of what the machines can do in the busiest hour, at a mean utilisation of "
            f"{say(work.utilisation)}, and {say(least)} in the quietest; between 0 and 1 is wanted: {cure} the day "
            f"swing less",
            key,
        )


def read_classes(blocks: Mapping[str, ClassBlock], grid: TimeGrid | None) -> tuple[WorkClass, ...]:
    """Return the classes of work, or refuse them with everything that is wrong."""
    readers = [ClassReader(name, block, grid) for name, block in blocks.items()]
    read = [reader.read() for reader in readers]
    findings = [finding for reader in readers for finding in reader.findings]
    total = sum(block.share for block in blocks.values())
    if abs(total - 1.0) > _ADDED:
        shares = ", ".join(f"{name} {say(block.share)}" for name, block in blocks.items())
        findings.append(
            Finding(
                f"the shares of the classes add to {say(total)} ({shares}); let them add to 1, all racks do some work"
            )
        )
    if findings:
        refuse(*findings)
    return tuple(replace(work, share=work.share / total) for work in read if work is not None)
