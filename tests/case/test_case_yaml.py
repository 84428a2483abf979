"""Files that are not a case, and the lines in messages."""

from __future__ import annotations

import pytest

from carbonmatch.case import load_case
from carbonmatch.case.document import Document, parse_value, read_document
from carbonmatch.errors import InputError


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "case.yaml: is empty; a case starts with `name:`, `currency:` and `time:`"),
        ("# only a comment\n", "case.yaml: is empty"),
        ("- a\n- b\n", "case.yaml: is a list, not a block of keys such as `name:`, `time:` and `sites:`"),
        ("just words\n", "case.yaml: is the text 'just words', not a block of keys"),
        (b"\xff\xfe\x00", "case.yaml: is not text in UTF-8; a case is a YAML file"),
        (b"name: a\0b", "case.yaml: holds binary data; a case is a YAML file"),
        ("name: a\n\tcurrency: EUR\n", "case.yaml, line 2: is indented with a tab; YAML wants spaces"),
        ("name: a\n  \tcurrency: EUR\n", "case.yaml, line 2: is indented with a tab"),
        ("name: a\nnote: one: two\n", "case.yaml, line 2: is not YAML: a second `:` on the line"),
        ("name: a\ntime: {start: 1\n", "case.yaml, line 3: is not YAML: a bracket { or [ that is not closed"),
        ("name: 'a\n", "is not YAML: a quote that is not closed"),
        ("name: a\n  b: c\n d: e\n", "is not YAML"),
        ("name: *unknown\n", "case.yaml, line 1: is not YAML: an alias (*name) that no anchor (&name) defines"),
        ("name: a\n---\nname: b\n", "is not YAML: a second document (---)"),
        ("name: @x\n", "case.yaml, line 1: is not YAML: a sign that has to stand in quotes"),
        ("name: [a, b\nc: d\n", "is not YAML"),
        ("name: a\x07\n", "case.yaml: is not YAML; a case is written as `key: value` lines"),
    ],
)
def test_files_that_are_no_case(workshop, content, expected):
    workshop.write("case.yaml", content)
    assert workshop.fault().startswith(expected) or expected in workshop.fault()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name: a\nname: b\n", "case.yaml, line 2: name: is there already on line 1; a key may be given once"),
        ("zones:\n  A: {}\n  A: {}\n", "case.yaml, line 3: zones.A: is there already on line 2"),
        ("name: !secret x\n", "case.yaml, line 1: name: is 'x', which YAML cannot read; put text in quotes"),
        ("[a, b]: c\n", "case.yaml, line 1: has a block or a list as a key; a key is a word"),
        ("zones: &z\n  A: *z\n", "case.yaml, line 1: zones.A: refers to itself; write the block out"),
        ("zones:\n  <<: word\n", "case.yaml, line 2: zones: merges (<<) something that is not a block"),
        ("zones: &z\n  <<: *z\n", "case.yaml, line 1: zones: merges (<<) something that is not a block of its own"),
    ],
)
def test_faults_of_yaml_come_with_all_others(workshop, content, expected):
    workshop.write("case.yaml", content)
    found = workshop.faults()
    assert any(fault.startswith(expected) for fault in found), found
    assert any("target: is missing" in fault for fault in found)


def test_a_missing_case_names_the_nearest_file(workshop, tmp_path):
    for path, words in (
        (tmp_path / "cas.yaml", "does not exist; did you mean 'case.yaml'?"),
        (tmp_path / "no" / "case.yaml", "does not exist"),
        (tmp_path, "is a folder; name the case file in it: case.yaml"),
        (tmp_path / "data", "is a folder; a case is a YAML file"),
    ):
        with pytest.raises(InputError, match=r"exist|folder") as caught:
            load_case(path)
        assert words in str(caught.value)


def test_values_keep_their_kind(workshop):
    text = "a: 1e3\nb: .5\nc: 0x10\nd: yes\ne: NO\nf: ~\ng: 2018-01-01T00:00:00+02:00\nh: 'x'\n1: 2018-01-01\n"
    text += "i: [1, {k: v}]\n"
    document = read_document(workshop.write("v.yaml", text), "v.yaml")
    assert document.values == {
        "a": 1000.0,
        "b": 0.5,
        "c": 16,
        "d": "yes",
        "e": "NO",
        "f": None,
        "g": "2018-01-01T00:00:00+02:00",
        "h": "x",
        "1": "2018-01-01",
        "i": [1, {"k": "v"}],
    }
    assert document.place(("h",)) == "v.yaml, line 8: h"


def test_anchors_and_merges(workshop):
    text = "x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\nz:\n  b: 4\n  <<: [*x, {c: 5}]\n"
    document = read_document(workshop.write("v.yaml", text), "v.yaml")
    assert document.values["y"] == {"a": 1, "b": 3}
    assert document.values["z"] == {"b": 4, "a": 1, "c": 5}
    assert document.place(("y", "a")) == "v.yaml, line 2: y.a"
    assert document.place(("y", "b")) == "v.yaml, line 6: y.b"
    assert document.place(("z", "b")) == "v.yaml, line 8: z.b"
    assert document.faults == []


def test_a_byte_order_mark_and_windows_lines_do_no_harm(workshop):
    text = (workshop.folder / "case.yaml").read_text()
    workshop.write("case.yaml", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert workshop.load().name == "one-day"


def test_paths_are_relative_to_the_case(workshop, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path.parent)
    assert workshop.load().provenance.tables[0].path == "data/day.csv"


@pytest.mark.parametrize(
    ("text", "value"), [("", None), ("3", 3), ("{a: [1]}", {"a": [1]}), ("x y", "x y"), ("'3'", "3")]
)
def test_parse_value(text, value):
    assert parse_value(text) == value


def test_places_without_a_file():
    assert Document("").place(("a", "b")) == "a.b"
    assert Document("").place(()) == "case"
