"""Load that may be changed: moved in time or between sites, given up at a price, placed at one site or another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field, ValidationInfo, field_validator

from carbonmatch.case.block import (
    Block,
    Entry,
    Finding,
    NonNegative,
    Number,
    Positive,
    Reading,
    Share,
    refuse,
    say,
)
from carbonmatch.case.series import OfferedPower, PowerPerMw
from carbonmatch.load import SiteLoad
from carbonmatch.timegrid import TimeGrid
from carbonmatch.wording import listed, nearest

HOURS_OF_DAY = 24.0

MINUTES_OF_DAY: Final = 1440

NEAR_ONE: Final = 1.0 + 1e-9
"""Shares that are written with decimals add up to 1 no closer than this."""


def _fault_of_window(hours: float, grid: TimeGrid | None) -> str | None:
    """Say why work cannot be moved within windows of a length; None where it can.

    Windows tile the local day, or are whole days, and hold two steps at least: within one nothing can be moved.
    """
    minutes = round(60.0 * hours)
    whole = minutes > 0 and abs(60.0 * hours - minutes) < 1e-6
    if not whole or (MINUTES_OF_DAY % minutes if minutes < MINUTES_OF_DAY else minutes % MINUTES_OF_DAY):
        return (
            f"is {say(hours)}; windows begin at local midnight and tile the day, or are whole days: "
            f"1, 2, 3, 4, 6, 8, 12, 24, 48 ... hours. null is for work that is not moved in time"
        )
    step = 0 if grid is None else round(60.0 * grid.hours_per_step)
    if step and (minutes <= step or minutes % step):
        return (
            f"is {say(hours)}, and a step of the case is {say(step / 60.0)} h; a window is made of whole steps, "
            f"of two at least, or nothing could be moved in it"
        )
    return None


def entries_without_terms(value: Any) -> Any:
    """Return a block of entries in which one that is empty has no terms of its own: `paris:` is `paris: {}`."""
    return {name: {} if terms is None else terms for name, terms in value.items()} if isinstance(value, dict) else value


class Flexible(Block):
    """A part of the load of a site that may be moved in time, to another site, or both.

    share                of the load that may be taken out of a step; 0, where a study begins with none
    of                   class of work that the share is of, as the load's builder names it; unless given all of the
                         load but what cannot wait, such as training
    window_hours         what is taken out of a window of this length is added in the same window; None where work is
                         not moved in time
    max_increase_share   of the same load, that may be added in a step; as `share` unless given
    cost_per_mwh         paid per MWh moved in time
    latency_group        the group of sites that work is moved among; None where it stays
    """

    share: Share
    of: str | None = None
    window_hours: Annotated[Number | None, Field(default=HOURS_OF_DAY)]
    max_increase_share: NonNegative | None = None
    cost_per_mwh: NonNegative = 0.0
    latency_group: str | None = None

    @field_validator("window_hours")
    @classmethod
    def _windows_tile_days(cls, hours: float | None, info: ValidationInfo) -> float | None:
        if hours is not None and (what := _fault_of_window(hours, Reading.of(info).grid)):
            refuse(what)
        return hours

    @field_validator("latency_group")
    @classmethod
    def _it_moves(cls, group: str | None, info: ValidationInfo) -> str | None:
        if group is not None or not {"window_hours", "max_increase_share"} <= info.data.keys():
            return group
        if info.data["window_hours"] is None:
            what = (
                "is null, and there is no latency_group: this work moves neither in time nor to another site. Give a "
                "window, such as 24, or a latency_group, or leave the entry out"
            )
            refuse(Finding(what, beside="window_hours"))
        if info.data["max_increase_share"] == 0.0 and info.data.get("share") != 0.0:
            what = "is 0, so that what is taken out of a step can be added in no other one; give a share above 0"
            refuse(Finding(what, beside="max_increase_share"))
        return group


class Curtailable(Block):
    """A part of the load of a site that may be given up.

    share             of the load that may be given up in a step
    of                class of work, as for `Flexible`
    price_per_mwh     what a MWh given up costs: the work that is lost
    event_hours       length of an event: in a local day no more is given up than in one event; None for no limit
    events_per_year   how many there may be in a year, counted by energy; None for no limit
    """

    share: Share
    price_per_mwh: NonNegative
    of: str | None = None
    event_hours: Positive | None = None
    events_per_year: Positive | None = None


class LatencyGroup(Entry):
    """Sites near enough to each other for work to move between them.

    cost_per_mwh   paid per MWh sent
    max_mw         most that one site may send, and most that it may receive [MW]: what its fibre carries, or when it
                   is free
    """

    cost_per_mwh: NonNegative = 0.0
    max_mw: OfferedPower | None = None


class Candidate(Block):
    """A site at which load of a placement may stand.

    max_mw             most of it [MW]
    load_per_mw        load of one MW placed there [MW/MW]; 1 unless given
    cost_per_mw_year   what one MW costs there beside its energy
    """

    max_mw: Positive | None = None
    load_per_mw: PowerPerMw | None = None
    cost_per_mw_year: NonNegative = 0.0


class Placement(Entry):
    """MW that have to stand at one of several sites, or in parts at more of them.

    mw           that have to be placed
    at           the one candidate at which all of it stands; None where the best is looked for
    candidates   sites, and what holds there
    """

    mw: Positive
    candidates: dict[str, Candidate]
    at: str | None = None

    @field_validator("candidates", mode="before")
    @classmethod
    def _empty_candidate_has_no_terms(cls, value: Any) -> Any:
        return entries_without_terms(value)

    @field_validator("candidates")
    @classmethod
    def _there_is_room(cls, candidates: dict[str, Candidate], info: ValidationInfo) -> dict[str, Candidate]:
        if not candidates:
            refuse("is empty; name at least one site at which it may stand, such as {frankfurt: {}}")
        most, mw = [candidate.max_mw for candidate in candidates.values()], info.data.get("mw")
        room = sum(limit for limit in most if limit is not None)
        if mw is not None and None not in most and room * NEAR_ONE < mw:
            refuse(f"hold {say(room)} MW together, and {say(mw)} MW have to be placed; raise their max_mw or lower mw")
        return candidates

    @field_validator("at")
    @classmethod
    def _it_stands_at_a_candidate(cls, at: str | None, info: ValidationInfo) -> str | None:
        candidates, mw = info.data.get("candidates"), info.data.get("mw")
        if at is None or candidates is None:
            return at
        if at not in candidates:
            refuse(f"is {at!r}, which is no candidate{nearest(at, candidates)} (they are {listed(candidates)})")
        room = candidates[at].max_mw
        if mw is not None and room is not None and room * NEAR_ONE < mw:
            refuse(f"is {at!r}, which holds {say(room)} of the {say(mw)} MW; raise its max_mw, or leave out `at`")
        return at


def faults_of_classes(load: SiteLoad, block: str, entries: Mapping[str, Flexible | Curtailable]) -> Iterator[Finding]:
    """Yield what is wrong with the classes of work that entries name.

    block   the block that they are in: flexible or curtailable
    """
    classes = load.classes_mw
    for name, entry in entries.items():
        what, key = None, "of"
        if entry.of is None:
            if classes and load.fixed >= classes.keys():
                key = "share"
                what = (
                    f"is of nothing: all classes of this load cannot wait unless `of` names them; they are "
                    f"{listed(classes)}"
                )
        elif not classes:
            what = (
                f"is {entry.of!r}, and this load is not built from classes of work; leave `of` out for the whole load, "
                f"or build the load, such as load: {{ai_factory: ...}}"
            )
        elif entry.of not in classes:
            what = f"is {entry.of!r}, which is no class of this load{nearest(entry.of, classes)} ({listed(classes)})"
        if what is not None:
            yield Finding(what, inside=(name, key), beside=block)


def faults_of_shares(
    load: SiteLoad, flexible: Mapping[str, Flexible], curtailable: Mapping[str, Curtailable]
) -> Iterator[Finding]:
    """Yield the entries at which more of a class could be taken out of a step than there is.

    What is flexible and what is curtailable counts together; an entry that names no class takes from all that can wait.
    """
    entries = [("flexible", *item) for item in flexible.items()] + [
        ("curtailable", *item) for item in curtailable.items()
    ]
    told = set()
    for work in load.classes_mw or [None]:
        taken, names = 0.0, list[str]()
        for block, name, entry in entries:
            if work is not None and entry.of not in {None, work}:
                continue
            if work is not None and entry.of is None and work in load.fixed:
                continue
            taken += entry.share
            names.append(f"{block}.{name}")
            if taken > NEAR_ONE and (block, name) not in told:
                told.add((block, name))
                of = "the load" if work is None else work
                what = (
                    f"is {say(entry.share)}, and {listed(names)} together take {say(taken)} of {of}; all shares of the "
                    f"same work add up to 1 at most"
                )
                yield Finding(what, inside=(name, "share"), beside=block)


def faults_of_groups(
    groups: Mapping[str, LatencyGroup], flexible: Mapping[str, Mapping[str, Flexible]]
) -> Iterator[Finding]:
    """Yield groups that are named and not there, and those with fewer than two sites.

    flexible   the flexible entries of every site
    """
    for site, entries in flexible.items():
        for name, entry in entries.items():
            if entry.latency_group is not None and entry.latency_group not in groups:
                known = f"they are {listed(groups)}" if groups else "the case has none: add it to latency_groups"
                close = nearest(entry.latency_group, groups)
                what = f"is {entry.latency_group!r}, which is no latency group{close} ({known})"
                yield Finding(what, beside="sites", inside=(site, "flexible", name, "latency_group"))
    for group in groups:
        members = [
            site for site, entries in flexible.items() if any(e.latency_group == group for e in entries.values())
        ]
        if len(members) < 2:
            of = f"has work of one site, {members[0]}" if members else "has work of no site"
            what = (
                f"{of}; work moves between two sites at least. Name the group as latency_group in a flexible entry of "
                f"{'another site' if members else 'each of them'}, or leave it out"
            )
            yield Finding(what, inside=(group,))


def faults_of_placements(placements: Mapping[str, Placement], sites: Collection[str]) -> Iterator[Finding]:
    """Yield candidates that are no sites of the case."""
    for name, placement in placements.items():
        for site in placement.candidates:
            if site not in sites:
                what = f"is no site of the case{nearest(site, sites)} (it has {listed(sites)})"
                yield Finding(what, inside=(name, "candidates", site))
