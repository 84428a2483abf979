"""What a diagnosis holds: the score in reach, the limits in the way, the hours that stay uncovered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from carbonmatch.accounting.target import target_summary
from carbonmatch.records import Problem, TargetTerms
from carbonmatch.study.uncovered import Uncovered, Volume


@dataclass(frozen=True)
class Connection:
    """A grid connection that does not carry the load of its site; `what` says when and by how much."""

    key: str
    connection_mw: float
    peak_load_mw: float
    what: str


@dataclass(frozen=True)
class Obstacle:
    """A limit that stands in the way.

    key, value        the key of the case, and what it holds
    lowered           whether less of it is what helps
    needed            the value at which the target is met while nothing else moves; None where no value is enough
    needed_for_any    the value at which limits no longer contradict each other; None where they do not
    best_share        the best score in reach without this limit; None where there is no target
    """

    key: str
    value: float
    lowered: bool
    needed: float | None
    needed_for_any: float | None
    best_share: float | None


@dataclass(frozen=True)
class Member:
    """One of a set of limits that cannot hold together: the key of the case, and what it holds."""

    key: str
    value: float


@dataclass(frozen=True)
class WholeSizes:
    """What whole-number decisions leave of the score in reach.

    keys         of the case: lots, least sizes, variants
    met          whether the target is met with them
    best_share   the best score with them; None where no share is in reach, and where there is no target
    enough       offers of which one alone, free of them, is enough for the target
    """

    keys: tuple[str, ...]
    met: bool
    best_share: float | None
    enough: tuple[str, ...]


@dataclass(frozen=True)
class Diagnosis:
    """What can be met, and what stands in the way.

    All but `can_be_met` and `whole_sizes` is told of sizes of any kind, whole numbers or not.

    problem                what was asked for, its connections without limits
    connections            those that do not carry their load: no portfolio helps. The rest is told as if they did
    contradicting          whether limits contradict each other, so that no share at all is in reach
    best_share             the best score in reach; None where no share is, and where there is no target
    best_share_by_zone     the same of each zone alone, where each meets the target by itself; else empty
    best_share_unlimited   the best score without any limit; None where the case can be met as it is
    obstacles              the limits that stand in the way
    no_help_alone          keys of the other limits: lifting one of them alone changes nothing
    growth                 where no limit alone is enough: the factor by which all largest sizes, and the limit on
                           surplus, would have to grow; None where one is enough, or no factor is
    uncovered              of an hourly target: the load that stays uncovered at the best score
    volumes                of an annual or monthly one: what is contracted then
    zones_without_storage, zones_without_firm_supply   what the case offers nothing of
    irreducible_sets       sets of limits that cannot hold together, though they can when any one of them is left out;
                           None where they were not asked for
    whole_sizes            what whole-number decisions leave of that; None where the case has none
    """

    case: str
    problem: Problem
    can_be_met: bool
    connections: tuple[Connection, ...]
    contradicting: bool
    best_share: float | None
    best_share_by_zone: Mapping[str, float]
    best_share_unlimited: float | None
    obstacles: tuple[Obstacle, ...]
    no_help_alone: tuple[str, ...]
    growth: float | None
    uncovered: tuple[Uncovered, ...]
    volumes: tuple[Volume, ...]
    zones_without_storage: tuple[str, ...]
    zones_without_firm_supply: tuple[str, ...]
    irreducible_sets: tuple[tuple[Member, ...], ...] | None
    whole_sizes: WholeSizes | None = None

    @property
    def target(self) -> TargetTerms:
        """What is asked for."""
        return self.problem.target

    @property
    def document(self) -> dict[str, Any]:
        """The diagnosis for machines."""
        time = self.problem.time
        return {
            "case": self.case,
            "period": {
                "start_utc": time.starts[0].isoformat(),
                "steps": time.steps,
                "hours_per_step": time.hours_per_step,
                "timezone": time.timezone,
            },
            "currency": self.problem.currency,
            "load_mwh": self.problem.total_load_mwh,
            "target": target_summary(self.problem),
            "can_be_met": self.can_be_met,
            "connections": [asdict(connection) for connection in self.connections],
            "contradicting": self.contradicting,
            "best_share": self.best_share,
            "best_share_by_zone": dict(self.best_share_by_zone),
            "best_share_unlimited": self.best_share_unlimited,
            "obstacles": [asdict(obstacle) for obstacle in self.obstacles],
            "no_help_alone": list(self.no_help_alone),
            "growth": self.growth,
            "uncovered": [uncovered.document for uncovered in self.uncovered],
            "volumes": [asdict(volume) for volume in self.volumes],
            "zones_without_storage": list(self.zones_without_storage),
            "zones_without_firm_supply": list(self.zones_without_firm_supply),
            "irreducible_sets": None
            if self.irreducible_sets is None
            else [[asdict(member) for member in members] for members in self.irreducible_sets],
            **({} if self.whole_sizes is None else {"whole_sizes": asdict(self.whole_sizes)}),
        }
