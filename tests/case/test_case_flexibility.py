"""Load that may be changed, in a case: what it may say, and every fault with its cure."""

from __future__ import annotations

import numpy as np
import pytest
from small_cases import TWO_HOURS, a_case, merged

from carbonmatch.case import case_from_mapping
from carbonmatch.case.flexibility import Curtailable, Flexible, faults_of_classes, faults_of_shares
from carbonmatch.errors import InputError
from carbonmatch.load import SiteLoad

BATCH = {"share": 0.1}
SHED = {"share": 0.25, "price_per_mwh": 900}


def at_s(**blocks):
    return {"sites": {"s": blocks}}


def faults(*changes, settings=()):
    mapping = TWO_HOURS
    for change in changes:
        mapping = merged(mapping, change)
    with pytest.raises(InputError) as caught:
        case_from_mapping(mapping, settings=settings)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("hours", [0, -1, 5, 36, 0.0001])
def test_a_window_tiles_the_day_or_is_whole_days(hours):
    assert faults(at_s(flexible={"b": {"share": 0.1, "window_hours": hours}})) == [
        f"sites.s.flexible.b.window_hours: is {hours}; windows begin at local midnight and tile the day, or are whole "
        "days: 1, 2, 3, 4, 6, 8, 12, 24, 48 ... hours. null is for work that is not moved in time"
    ]


@pytest.mark.parametrize("hours", [1, 0.5])
def test_a_window_holds_two_steps_at_least(hours):
    assert faults(at_s(flexible={"b": {"share": 0.1, "window_hours": hours}})) == [
        f"sites.s.flexible.b.window_hours: is {hours}, and a step of the case is 1 h; a window is made of whole steps, "
        "of two at least, or nothing could be moved in it"
    ]


@pytest.mark.parametrize("hours", [2, 3, 24, 48])
def test_windows_that_can_be_used(hours):
    case = a_case(at_s(flexible={"b": {"share": 0.1, "window_hours": hours}}))
    assert case.sites["s"].flexible["b"].window_hours == hours


def test_all_faults_of_entries_are_told_at_once():
    entries = {
        "less": {"share": -0.1},
        "much": {"share": 30},
        "still": {"share": 0.1, "window_hours": None},
        "full": {"share": 0.1, "max_increase_share": 0},
        "paid": {"share": 0.1, "cost_per_mwh": -1},
        "a name": BATCH,
    }
    shed = {"a": {"share": 0.1, "price_per_mwh": -1, "event_hours": 0, "events_per_year": 0}, "b": {"share": 0.1}}
    assert faults(at_s(flexible=entries, curtailable=shed)) == [
        "sites.s.flexible.less.share: is -0.1; a number of at least 0 is wanted",
        "sites.s.flexible.much.share: is 30; a number of at most 1 is wanted. A share is written as a fraction: 0.3 "
        "for 30 %",
        "sites.s.flexible.still.window_hours: is null, and there is no latency_group: this work moves neither in time "
        "nor to another site. Give a window, such as 24, or a latency_group, or leave the entry out",
        "sites.s.flexible.full.max_increase_share: is 0, so that what is taken out of a step can be added in no other "
        "one; give a share above 0",
        "sites.s.flexible.paid.cost_per_mwh: is -1; a number of at least 0 is wanted",
        "sites.s.flexible.a name: is 'a name'; a name is made of letters a-z, digits, - and _, and starts with a "
        "letter or digit",
        "sites.s.curtailable.a.price_per_mwh: is -1; a number of at least 0 is wanted",
        "sites.s.curtailable.a.event_hours: is 0; a number above 0 is wanted",
        "sites.s.curtailable.a.events_per_year: is 0; a number above 0 is wanted",
        "sites.s.curtailable.b.price_per_mwh: is missing; add it",
    ]


def test_shares_of_the_same_work_add_up_to_one_at_most():
    entries = {"flexible": {"b": {"share": 0.5}, "c": {"share": 0.4}}, "curtailable": {"k": {**SHED, "share": 0.2}}}
    assert faults(at_s(**entries)) == [
        "sites.s.curtailable.k.share: is 0.2, and flexible.b, flexible.c, curtailable.k together take 1.1 of the load; "
        "all shares of the same work add up to 1 at most"
    ]
    entries["curtailable"]["k"]["share"] = 0.1
    assert a_case(at_s(**entries)).sites["s"].load_may_be_lowered


CLASSES = SiteLoad(
    np.full(2, 10.0),
    classes_mw={"training": np.full(2, 7.0), "inference": np.full(2, 3.0)},
    fixed=frozenset({"training"}),
)


def work(share, of=None):
    return Flexible.model_construct(share=share, of=of)


def shed(share, of=None):
    return Curtailable.model_construct(share=share, of=of)


def test_classes_are_those_of_the_load():
    (found,) = faults_of_classes(CLASSES, "flexible", {"b": work(0.1, "inferenz"), "c": work(0.1, "training")})
    assert (found.what, found.beside, found.inside) == (
        "is 'inferenz', which is no class of this load; did you mean 'inference'? (training, inference)",
        "flexible",
        ("b", "of"),
    )


def test_a_load_without_classes_has_none_to_name():
    assert faults(at_s(flexible={"b": {"share": 0.1, "of": "inference"}})) == [
        "sites.s.flexible.b.of: is 'inference', and this load is not built from classes of work; leave `of` out for "
        "the whole load, or build the load, such as load: {ai_factory: ...}"
    ]


def test_a_share_of_nothing_is_a_fault():
    waits = SiteLoad(CLASSES.total_mw, {"training": CLASSES.total_mw}, fixed=frozenset({"training"}))
    (found,) = faults_of_classes(waits, "curtailable", {"k": shed(0.1)})
    assert found.what == (
        "is of nothing: all classes of this load cannot wait unless `of` names them; they are training"
    )
    assert not list(faults_of_classes(waits, "curtailable", {"k": shed(0.1, "training")}))


def test_shares_are_added_by_class_and_with_those_of_the_whole():
    flexible = {"all": work(0.5), "inference": work(0.4, "inference"), "training": work(1.0, "training")}
    assert not list(faults_of_shares(CLASSES, flexible, {}))  # the whole leaves training out
    (found,) = faults_of_shares(CLASSES, flexible, {"k": shed(0.2, "inference")})
    assert found.what == (
        "is 0.2, and flexible.all, flexible.inference, curtailable.k together take 1.1 of inference; all shares of the "
        "same work add up to 1 at most"
    )


def test_the_part_that_waits_is_exactly_the_sum_of_its_classes():
    assert CLASSES.part_mw(None).tolist() == [3.0, 3.0]
    assert CLASSES.part_mw("training").tolist() == [7.0, 7.0]
    odd = SiteLoad(np.full(2, 0.1 + 0.2), {"training": np.full(2, 0.3)}, fixed=frozenset({"training"}))
    assert odd.part_mw(None).tolist() == [0.0, 0.0]  # and not 5e-17, a bound that no engine can read


def test_groups_have_two_sites_at_least():
    grouped = at_s(flexible={"b": {"share": 0.1, "latency_group": "europ"}})
    assert faults(grouped, {"latency_groups": {"europe": {}, "texas": {"cost_per_mwh": 1}}}) == [
        "sites.s.flexible.b.latency_group: is 'europ', which is no latency group; did you mean 'europe'? (they are "
        "europe, texas)",
        "latency_groups.europe: has work of no site; work moves between two sites at least. Name the group as "
        "latency_group in a flexible entry of each of them, or leave it out",
        "latency_groups.texas: has work of no site; work moves between two sites at least. Name the group as "
        "latency_group in a flexible entry of each of them, or leave it out",
    ]
    assert faults(grouped, {"latency_groups": {"europ": {}}}) == [
        "latency_groups.europ: has work of one site, s; work moves between two sites at least. Name the group as "
        "latency_group in a flexible entry of another site, or leave it out"
    ]
    assert faults(grouped) == [
        "sites.s.flexible.b.latency_group: is 'europ', which is no latency group (the case has none: add it to "
        "latency_groups)"
    ]


def test_placements_have_candidates_with_room():
    placements = {
        "p": {"mw": 5, "candidates": {}},
        "q": {"mw": 5, "candidates": {"s": {"max_mw": 2}}},
        "r": {"mw": 5, "candidates": {"s": None}, "at": "t"},
        "u": {"mw": 5, "candidates": {"s": {"max_mw": 3}, "t": {}}, "at": "s"},
        "v": {"mw": 0, "candidates": None},
    }
    assert faults({"placements": placements}) == [
        "placements.p.candidates: is empty; name at least one site at which it may stand, such as {frankfurt: {}}",
        "placements.q.candidates: hold 2 MW together, and 5 MW have to be placed; raise their max_mw or lower mw",
        "placements.r.at: is 't', which is no candidate (they are s)",
        "placements.u.at: is 's', which holds 3 of the 5 MW; raise its max_mw, or leave out `at`",
        "placements.v.mw: is 0; a number above 0 is wanted",
        "placements.v.candidates: is empty; a block of keys is wanted",
    ]
    assert faults({"placements": {"u": {"mw": 5, "candidates": {"ss": {}, "s": {}}}}}) == [
        "placements.u.candidates.ss: is no site of the case; did you mean 's'? (it has s)"
    ]


def test_a_case_may_have_placed_load_alone():
    nothing = at_s(load={"flat_mw": 0})
    assert faults(nothing) == ["sites: the load of all sites is zero in every step; there is nothing to match"]
    assert a_case({**nothing, "placements": {"new": {"mw": 5, "candidates": {"s": None}}}}).placements["new"].mw == 5


def test_empty_blocks_are_none():
    case = a_case({**at_s(flexible=None, curtailable=None), "placements": None, "latency_groups": None})
    assert not case.sites["s"].load_may_be_lowered
    assert not case.placements
    assert not case.latency_groups


def test_settings_make_load_flexible_and_know_the_nearest_key():
    mapping = merged(TWO_HOURS, {})
    case = case_from_mapping(mapping, settings=["sites.s.flexible.batch.share=0.1"])
    assert case.sites["s"].flexible["batch"].share == 0.1
    assert faults(settings=["sites.s.flexible.batch.shar=0.1"]) == [
        "--set sites.s.flexible.batch.shar=0.1: sites.s.flexible.batch.share: is missing; add it",
        "--set sites.s.flexible.batch.shar=0.1: is not a known key; did you mean 'share'?",
    ]
    assert faults(settings=["sites.s.flexble.batch.share=0.1"]) == [
        "--set sites.s.flexble.batch.share=0.1: sites.s.flexble: is not a known key; did you mean 'flexible'?"
    ]
    assert faults(settings=["placement.new.mw=5"]) == [
        "--set placement.new.mw=5: 'placement' is not a key of a case; did you mean 'placements'?"
    ]


def test_weather_years_change_what_a_group_carries_and_no_share():
    two = {
        "sites": {
            name: {**TWO_HOURS["sites"]["s"], "flexible": {"b": {**BATCH, "latency_group": "eu"}}} for name in "sr"
        },
        "latency_groups": {"eu": {"max_mw": 2}},
        "placements": {"new": {"mw": 1, "candidates": {"s": {}, "r": {}}}},
    }
    year = {
        "latency_groups.eu.max_mw": [1.0, 2.0],
        "placements.new.candidates.s.load_per_mw": [1.1, 1.2],
    }
    case = case_from_mapping(merged(TWO_HOURS, {**two, "weather_years": {"y": {"set": year}}}), weather_year="y")
    assert case.latency_groups["eu"].max_mw.tolist() == [1.0, 2.0]
    assert case.placements["new"].candidates["s"].load_per_mw.tolist() == [1.1, 1.2]
    (unknown,) = faults(two, {"weather_years": {"y": {"set": {"latency_groups.europe.max_mw": 2}}}})
    assert unknown == "weather_years.y.set.latency_groups.europe.max_mw: 'europe' is not in latency_groups (it has eu)"
    (decided,) = faults(two, {"weather_years": {"y": {"set": {"sites.s.flexible.b.share": 0.2}}}})
    assert decided.startswith(
        "weather_years.y.set.sites.s.flexible.b.share: is decided once, for all weather years, and cannot differ"
    )
    assert "latency_groups.NAME.max_mw" in decided


def test_load_that_may_be_lowered_is_not_warned_of_above_its_connection():
    tight = at_s(grid={"connection_mw": 9})
    assert "connection_mw" in a_case(tight).warnings[0]
    assert not a_case(merged(tight, at_s(flexible={"b": BATCH}))).warnings


def test_classes_are_those_that_the_builder_made():
    built = {"ai_factory": {"nameplate_mw": 20, "classes": {"training": {"share": 0.7}, "inference": {"share": 0.3}}}}
    flexible = {
        "web": {"share": 0.4, "of": "inferense"},
        "all": {"share": 0.8},
        "more": {"share": 0.3, "of": "inference"},
    }
    assert faults(at_s(load=..., flexible=flexible), at_s(load=built)) == [
        "sites.s.flexible.web.of: is 'inferense', which is no class of this load; did you mean 'inference'? (training, "
        "inference, overhead)"
    ]
    del flexible["web"]
    assert faults(at_s(load=..., flexible=flexible), at_s(load=built)) == [
        "sites.s.flexible.more.share: is 0.3, and flexible.all, flexible.more together take 1.1 of inference; all "
        "shares of the same work add up to 1 at most"
    ]
