"""What the page shows of the matching, against small numbers made by hand."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pandas as pd
import pytest
from report.made_run import made_run

from carbonmatch.report.numbers import Units
from carbonmatch.report.page.colours import contract_slots, shade, stacking_order
from carbonmatch.report.page.dispatch import dispatches
from carbonmatch.report.page.duration import duration_figure, order
from carbonmatch.report.page.figure import Scale, area, columns
from carbonmatch.report.page.heat import by_day, by_month_and_hour, day_picture, day_ticks, heat_map, scale_ends
from carbonmatch.report.page.raster import png
from carbonmatch.report.page.reader import reader_data
from carbonmatch.report.page.wall_clock import WallClock, span_text
from carbonmatch.report.page.weeks import chosen_weeks, step_ticks, tallest_mw, week_figure


def dispatch_of(**options):
    run, tables = made_run(battery=False, **options)
    return dispatches(run.summary, tables)[0]


def zone_without_load():
    load = {"DE": np.full(24, 50.0), "FR": np.zeros(24)}
    run, tables = made_run(24, battery=False, zones=("DE", "FR"), load=load, generation=constant(24, 10))
    return dispatches(run.summary, tables)[1]


def constant(steps, mw):
    return {"plant": np.full(steps, float(mw))}


# --- hour of day by month ---------------------------------------------------------------------------------------------


def test_a_cell_is_matched_energy_over_load_of_its_hour_and_month():
    # 31 January and 1 February in UTC. At 05:00 of January a load of 40 MW meets 10 MW, else 10 MW meet 10 MW
    load = np.full(48, 10.0)
    load[5] = 40.0
    months, shares = by_month_and_hour(
        dispatch_of(steps=48, start="2023-01-31", timezone="UTC", load=load, generation=constant(48, 10))
    )
    assert months == [1, 2]
    assert shares[0, 5] == pytest.approx(0.25)
    assert shares[0, 4] == shares[1, 5] == pytest.approx(1.0)


def test_a_cell_weighs_its_days_by_load():
    # 06:00 of two days of January: 10 of 10 MW and 10 of 30 MW make 20 of 40 MW, not the mean of 1 and 1/3
    load = np.full(48, 10.0)
    load[30] = 30.0
    _, shares = by_month_and_hour(dispatch_of(steps=48, timezone="UTC", load=load, generation=constant(48, 10)))
    assert shares[0, 6] == pytest.approx(0.5)


def test_hours_that_the_period_does_not_cover_are_empty():
    found = heat_map(dispatch_of(steps=6, generation=constant(6, 50)), "heat")
    (name, cells), *rest = found.rows
    assert (name, rest) == ("Jan", [])
    assert [cell.text == "" for cell in cells] == [False] * 6 + [True] * 18
    assert cells[7].readout == "January, 07:00 to 08:00: no load in the period"


def test_months_stand_in_the_order_of_the_period():
    months, _ = by_month_and_hour(dispatch_of(steps=24 * 200, start="2023-09-15"))
    assert months == [9, 10, 11, 12, 1, 2, 3, 4]


def test_a_cell_that_is_not_matched_in_full_never_says_100():
    # 9.98 of 10 MW are 99.8 %
    found = heat_map(dispatch_of(steps=24, load=np.full(24, 10.0), generation=constant(24, 9.98)), "heat")
    assert {cell.text for cell in found.rows[0][1]} == {"99"}


def test_the_caption_names_the_best_and_the_worst_month_and_hour():
    # January: 10 of 10 MW; February: 10 of 20 MW, but 10 of 40 MW at 03:00
    steps = 24 * 59
    load = np.where(np.arange(steps) < 24 * 31, 10.0, 20.0)
    load[(np.arange(steps) % 24 == 3) & (np.arange(steps) >= 24 * 31)] = 40.0
    found = heat_map(dispatch_of(steps=steps, timezone="UTC", load=load, generation=constant(steps, 10)), "heat")
    # February: 240 of 23 * 20 + 40 = 500 MWh a day are 48.0 %. 03:00: 59 * 10 of 31 * 10 + 28 * 40 MWh are 41.3 %;
    # other hours: 590 of 310 + 560 MWh are 67.8 %
    assert found.caption.startswith("Best month January with 100.0 %, worst February with 48.0 %.")
    assert "hardest 03:00 with 41.3 %." in found.caption


def test_months_without_load_are_not_told_of():
    found = heat_map(zone_without_load(), "heat")
    assert found.caption.strip() == "There is no load in the period."


# --- every step of the period -----------------------------------------------------------------------------------------


def test_the_hour_that_the_clock_skips_is_blank_and_its_day_keeps_the_others():
    # 25 to 27 March 2023, Berlin: 02:00 of the 26th does not exist, so that three days have 71 hours
    shares = by_day(dispatch_of(steps=71, start="2023-03-25", generation=constant(71, 50)))
    assert shares.shape == (24, 3)
    assert np.argwhere(np.isnan(shares)).tolist() == [[2, 1]]


def test_the_hour_that_the_clock_repeats_is_one_cell_of_both():
    # 29 October 2023, Berlin, has 25 hours; 02:00 comes twice, as steps 2 and 3: 10 of 10 and 10 of 30 MW are 1/2
    load = np.full(25, 10.0)
    load[3] = 30.0
    shares = by_day(dispatch_of(steps=25, start="2023-10-29", load=load, generation=constant(25, 10)))
    assert shares.shape == (24, 1)
    assert shares[2, 0] == pytest.approx(0.5)
    assert shares[3, 0] == pytest.approx(1.0)


@pytest.mark.parametrize(("minutes", "rows"), [(15, 96), (30, 48), (60, 24), (180, 8)])
def test_the_picture_has_a_row_for_every_step_of_a_day(minutes, rows):
    steps = 3 * rows
    shares = by_day(dispatch_of(steps=steps, minutes=minutes, timezone="UTC", generation=constant(steps, 50)))
    assert shares.shape == (rows, 3)
    assert not np.isnan(shares).any()


def test_a_period_within_one_day_has_no_picture_of_days():
    assert day_picture(dispatch_of(steps=6), "days", 0.5) is None


def test_a_day_that_begins_and_one_that_ends_in_the_middle_are_blank_there():
    shares = by_day(dispatch_of(steps=24, start="2023-05-01 06:00", generation=constant(24, 50)))
    assert np.isnan(shares[:6, 0]).all()
    assert np.isnan(shares[6:, 1]).all()
    assert not np.isnan(shares[6:, 0]).any()


def test_the_scale_begins_at_the_lowest_step_rounded_down():
    # 47 of 100 MW at least: the scale begins at 40 %
    load = np.full(48, 50.0)
    load[7] = 100.0
    dispatch = dispatch_of(steps=48, load=load, generation=constant(48, 47))
    assert scale_ends(dispatch) == (pytest.approx(0.4), 1.0)


def test_months_are_labelled_in_their_middle():
    dispatch = dispatch_of()
    ticks = day_ticks(dispatch.clock)
    assert [tick.text for tick in ticks] == [
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    ]
    assert ticks[0].at == pytest.approx(100 * 15.5 / 365)


# --- the picture as PNG -----------------------------------------------------------------------------------------------


def decoded(picture):
    """Read a PNG with a palette and no filters: size, palette, opacity of entry 0, and entries."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, content = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", picture[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + length
    width, height, depth, colour_type, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colour_type) == (8, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    palette = np.frombuffer(chunks[b"PLTE"], dtype=np.uint8).reshape(-1, 3)
    return palette, chunks[b"tRNS"][0], lines[:, 1:]


def test_a_picture_decodes_to_the_colours_of_its_shares():
    palette, opacity, entries = decoded(png(np.array([[0.4, 1.0, np.nan], [0.7, 0.2, 1.0]]), 0.4, 1.0))
    assert opacity == 0
    assert entries.tolist() == [[1, 255, 0], [128, 1, 255]]  # (0.7 - 0.4) / 0.6 = 1/2 of 254, after the clear one
    assert palette[1].tolist() == shade(np.array(0.0)).tolist()
    assert palette[255].tolist() == shade(np.array(1.0)).tolist()


def test_the_scale_grows_darker_from_end_to_end():
    rgb = shade(np.linspace(0.0, 1.0, 50)).astype(float) / 255.0
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) < 0.0).all()


# --- dispatch ---------------------------------------------------------------------------------------------------------


def test_layers_below_the_line_add_up_to_the_load_and_those_above_to_what_is_beyond():
    run, tables = made_run(24 * 60)
    (dispatch,) = dispatches(run.summary, tables)
    assert sum(layer.values for layer in dispatch.below) == pytest.approx(dispatch.load_mw)
    beyond = tables.contracts.groupby("interval_start_utc")[["stored_mwh", "excess_mwh"]].sum().sum(axis=1)
    assert sum(layer.values for layer in dispatch.above) == pytest.approx(beyond.to_numpy())
    assert [layer.name for layer in dispatch.below] == ["wind", "sun", "from storage", "grid"]


def test_the_carbon_free_share_of_the_grid_stands_apart_where_the_target_counts_it():
    run, tables = made_run(24 * 30)
    run.summary["target"]["grid_credit"] = True
    (dispatch,) = dispatches(run.summary, tables)
    clean, rest = dispatch.below[-2:]
    assert (clean.name, rest.name) == ("grid, its carbon-free share", "grid, the rest")
    assert clean.values == pytest.approx(0.25 * dispatch.unmatched_mw)
    assert clean.values + rest.values == pytest.approx(dispatch.unmatched_mw)


def test_steps_of_a_quarter_hour_are_shown_as_power():
    # 25 MWh in a quarter of an hour are 100 MW
    dispatch = dispatch_of(steps=96, minutes=15, load=np.full(96, 100.0), generation=constant(96, 50))
    assert dispatch.load_mw == pytest.approx(100.0)
    assert dispatch.matched_mw == pytest.approx(50.0)


def test_beyond_eight_contracts_the_smallest_share_a_colour():
    generation = {f"plant-{i:02d}": np.full(24, 1.0 + i) for i in range(10)}
    run, tables = made_run(24, battery=False, generation=generation)
    (dispatch,) = dispatches(run.summary, tables)
    names = [layer.name for layer in dispatch.below]
    assert names == [f"plant-{i:02d}" for i in range(3, 10)] + ["3 other contracts", "grid"]
    assert dispatch.below[7].values == pytest.approx(1.0 + 2.0 + 3.0)
    assert len({layer.slot for layer in dispatch.below}) == len(names)


def test_contracts_of_one_technology_differ_in_colour_and_firm_ones_stand_below():
    contracts = {
        "pv-a": {"technology": "solar"},
        "pv-b": {"technology": "solar"},
        "band": {"technology": "nuclear"},
        "new-thing": {"technology": "fusion"},
    }
    names = stacking_order(contracts)
    assert names == ["band", "new-thing", "pv-a", "pv-b"]
    slots = contract_slots(names, contracts)
    assert (slots["pv-a"], slots["band"]) == ("amber", "rose")
    assert len(set(slots.values())) == 4


def test_zones_are_shown_apart():
    run, tables = made_run(24 * 14, zones=("DE", "FR"))
    found = dispatches(run.summary, tables)
    assert [dispatch.zone for dispatch in found] == ["DE", "FR"]
    assert [layer.name for layer in found[1].below][:2] == ["wind-FR", "sun-FR"]
    assert [layer.slot for layer in found[0].below] == [layer.slot for layer in found[1].below]


# --- duration ---------------------------------------------------------------------------------------------------------


def test_steps_of_a_flat_load_are_sorted_by_what_stays_unmatched():
    dispatch = dispatch_of(steps=4, load=[10.0] * 4, generation={"plant": np.array([10.0, 2.0, 5.0, 9.0])})
    assert order(dispatch).tolist() == [1, 2, 3, 0]
    figure = duration_figure(dispatch, units(dispatch), "duration")
    assert figure.title == "All hours sorted by unmatched load: what meets them"
    assert figure.caption == "In 3 of 4 h some load stays unmatched, at most 8.0 MW of 10.0 MW."


def test_steps_of_a_load_that_varies_are_sorted_by_load():
    dispatch = dispatch_of(steps=4, load=[10.0, 40.0, 20.0, 40.0], generation=constant(4, 10))
    assert order(dispatch).tolist() == [1, 3, 2, 0]
    figure = duration_figure(dispatch, units(dispatch), "duration")
    # the tenth with the highest load is one hour: 10 of 40 MW
    assert figure.caption.endswith("In the tenth of hours with the highest load, 25.0 % of it is matched.")


def units(dispatch):
    peak = float(dispatch.load_mw.max())
    return Units.of(
        {
            "grid": {"a": {"peak_mw": max(peak, 10.0)}},
            "load_mwh": 1000.0,
            "cost": {"total": 1.0, "net_of_sales": 1.0},
            "currency": "EUR",
        }
    )


# --- weeks ------------------------------------------------------------------------------------------------------------


def weeks_at(*shares, lead=0, tail=0):
    """Return weeks from Monday, 2 January 2023, with these matched shares, after and before unmatched days."""
    mw = np.concatenate([np.zeros(24 * lead), *(np.full(168, 100.0 * s) for s in shares), np.zeros(24 * tail)])
    start = (pd.Timestamp("2023-01-02") - pd.Timedelta(days=lead)).date().isoformat()
    return dispatch_of(
        steps=len(mw), start=start, timezone="UTC", load=np.full(len(mw), 100.0), generation={"plant": mw}
    )


def found_weeks(dispatch):
    return [(week.word, week.first // 168) for week in chosen_weeks(dispatch)]


def test_the_best_the_median_and_the_worst_week_are_chosen_by_their_matched_share():
    assert found_weeks(weeks_at(0.5, 0.9, 0.1, 0.7, 0.6)) == [("Best week", 1), ("Median week", 4), ("Worst week", 2)]


def test_of_weeks_alike_the_earlier_one_is_shown():
    weeks = found_weeks(weeks_at(0.5, 0.9, 0.9, 0.1, 0.1))
    assert weeks == [("Best week", 1), ("Median week", 0), ("Worst week", 3)]


def test_weeks_run_from_monday_and_days_outside_a_full_week_are_left_out():
    dispatch = weeks_at(0.5, 0.9, 0.7, lead=3, tail=4)
    assert dispatch.clock.full_weeks == [(72, 240), (240, 408), (408, 576)]
    assert {week.first for week in chosen_weeks(dispatch)} == {72, 240, 408}


def test_two_weeks_are_the_best_and_the_worst_and_one_is_alone():
    assert found_weeks(weeks_at(0.5, 0.9)) == [("Best week", 1), ("Worst week", 0)]
    assert found_weeks(weeks_at(0.5)) == [("The only full week", 0)]


def test_weeks_that_are_all_matched_alike_are_shown_once():
    assert found_weeks(weeks_at(1.0, 1.0, 1.0)) == [("The first full week (all are matched alike)", 0)]


def test_a_week_without_load_says_so():
    dispatch = zone_without_load()
    figure = week_figure(dispatch, chosen_weeks(dispatch)[0], units(dispatch), "week", tallest_mw(dispatch))
    assert figure.panels[0].ticks[-1].text == "10"  # what its plant generates
    assert figure.caption == "There is no load in this time."


def test_a_period_without_a_full_week_is_shown_as_it_is():
    (week,) = chosen_weeks(dispatch_of(steps=30))
    assert (week.word, week.first, week.last) == ("The period", 0, 30)


def test_the_week_of_a_clock_change_has_an_hour_less():
    # 20 to 26 March 2023 in Berlin: 167 hours
    dispatch = dispatch_of(steps=24 * 20, start="2023-03-13")
    assert [last - first for first, last in dispatch.clock.full_weeks] == [168, 167]


def test_a_week_tells_its_days_its_share_and_its_suppliers():
    dispatch = weeks_at(0.5, 0.9, 0.7)
    figure = week_figure(dispatch, chosen_weeks(dispatch)[0], units(dispatch), "week", 100.0)
    assert figure.title == "Best week, 9 to 15 January 2023: 90.0 % matched"
    assert figure.caption == "Load 16.8 GWh: plant 90.0 %, grid 10.0 %."
    assert [tick.text for tick in figure.ticks] == ["Mon 9", "Tue 10", "Wed 11", "Thu 12", "Fri 13", "Sat 14", "Sun 15"]


def test_a_stack_that_is_cut_says_so():
    dispatch = dispatch_of(steps=168, start="2023-01-02", load=np.full(168, 100.0), generation=constant(168, 900))
    (week,) = chosen_weeks(dispatch)
    figure = week_figure(dispatch, week, units(dispatch), "week", 250.0)
    assert "Peaks above 250 MW are cut; the highest is 900.0 MW." in figure.caption


def test_hours_are_labelled_where_there_is_no_more_than_a_day():
    dispatch = dispatch_of(steps=6)
    assert [tick.text for tick in step_ticks(dispatch.clock, 0, 6)] == [f"0{hour}:00" for hour in range(6)]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2018-01-08", "2018-01-14", "8 to 14 January 2018"),
        ("2018-01-29", "2018-02-04", "29 January to 4 February 2018"),
        ("2018-12-31", "2019-01-06", "31 December 2018 to 6 January 2019"),
        ("2018-01-08", "2018-01-08", "8 January 2018"),
    ],
)
def test_spans_of_days_tell_once_what_they_share(first, last, text):
    assert span_text(pd.Timestamp(first).date(), pd.Timestamp(last).date()) == text


# --- the reader's data ------------------------------------------------------------------------------------------------


def unpacked(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), dtype="<u2") * packed["unit"]


def test_the_reader_holds_every_step_to_a_part_in_65535():
    run, tables = made_run(24 * 40, start="2023-03-01")
    (dispatch,) = dispatches(run.summary, tables)
    data = reader_data(dispatch, chosen_weeks(dispatch))
    assert unpacked(data["load"]) == pytest.approx(dispatch.load_mw, abs=dispatch.load_mw.max() / 65_535)
    for kind in ("below", "above", "stored"):
        for packed, layer in zip(data[kind], getattr(dispatch, kind), strict=True):
            assert unpacked(packed) == pytest.approx(layer.values, abs=layer.values.max() / 65_535)
    assert data["utcOffsets"] == [[0, 60], [25 * 24 + 2, 120]]  # on 26 March, after 02:00
    assert data["days"][0] == "Wed 2023-03-01"
    assert data["dayStarts"][26] == 25 * 24 + 23


def test_the_reader_averages_steps_within_an_hour():
    load = np.tile([10.0, 20.0, 30.0, 40.0], 24)
    data = reader_data(dispatch_of(steps=96, minutes=15, load=load, generation=constant(96, 50)), ())
    assert (data["steps"], data["perEntry"], data["minutes"]) == (24, 4, 60)
    assert unpacked(data["load"]) == pytest.approx(25.0)


# --- axes and paths ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("high", "labels"),
    [
        (100.0, ["0", "20", "40", "60", "80", "100"]),
        (7.3, ["0", "2", "4", "6", "8"]),
        (1.1, ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"]),
        (4300.0, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]),
        (0.0, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_axes_end_on_round_numbers(high, labels):
    assert [tick.text for tick in Scale.over(0.0, high).labels()] == labels


def test_axes_show_zero_between_losses_and_gains():
    scale = Scale.over(-30.0, 60.0)
    assert scale.ticks == (-40.0, -20.0, 0.0, 20.0, 40.0, 60.0)
    assert scale.percent(0.0) == pytest.approx(40.0)


def test_an_area_is_a_path_of_stairs_from_zero_and_back():
    # heights of 0, 5, 5 and 10 on a scale to 10 are 1000, 500, 500 and 0 from the top
    assert area(np.array([0.0, 5.0, 5.0, 10.0]), Scale(0.0, 10.0, ())) == "M0 1000V1000h10V500h20V0h10V1000z"


def test_bars_stand_between_their_ends():
    assert columns(np.array([0.0, 2.0]), np.array([5.0, 2.0]), Scale(0.0, 10.0, ())) == "M15 1000h70V500h-70z"


def test_clock_of_the_wall_knows_where_days_begin():
    starts = pd.Series(pd.date_range("2023-10-28T22:00Z", periods=49, freq="h"))
    clock = WallClock.of(starts, "Europe/Berlin", 1.0)
    assert clock.first_step_of_day.tolist() == [0, 25]
    assert clock.hours[:5].tolist() == [0, 1, 2, 2, 3]
