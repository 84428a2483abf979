"""Templates: what `carbonmatch init` writes."""

from __future__ import annotations

import pytest

from carbonmatch.case import load_case, template, template_names, write_template
from carbonmatch.errors import InputError


@pytest.fixture
def bundle(workshop, monkeypatch):
    """A root with one template that reads `../data/day.csv`, as a checkout has it."""
    models = workshop.folder / "models"
    models.mkdir()
    text = (workshop.folder / "case.yaml").read_text()
    (models / "one-day.yaml").write_text(text.replace("data/day.csv", "../data/day.csv"))
    (models / "lost.yaml").write_text("load: {file: ../data/gone.csv}\n")
    (models / "formulation.md").write_text("no template")
    monkeypatch.setattr(template, "bundle", lambda: workshop.folder)
    return workshop.folder


def faults(*arguments, **options) -> list[str]:
    with pytest.raises(InputError) as caught:
        write_template(*arguments, **options)
    return [str(fault) for fault in caught.value.faults]


def test_a_template_is_ready_to_run(bundle, tmp_path):
    assert template_names() == ("lost", "one-day")
    path = write_template(tmp_path / "new" / "deep", "one-day")
    assert path == tmp_path / "new" / "deep" / "case.yaml"
    assert sorted(p.name for p in path.parent.rglob("*")) == ["case.yaml", "data", "day.csv"]
    assert load_case(path).provenance.tables[0].path == "data/day.csv"


def test_nothing_is_overwritten_without_force(bundle, tmp_path):
    path = write_template(tmp_path / "new", "one-day")
    path.write_text("mine")
    case, table = faults(tmp_path / "new", "one-day")
    assert case == f"{path}: is there already; take another folder, or --force to overwrite"
    assert "day.csv: is there already" in table
    assert path.read_text() == "mine"
    write_template(tmp_path / "new", "one-day", force=True)
    assert load_case(path).name == "one-day"


def test_faults_of_templates(bundle, tmp_path):
    (fault,) = faults(tmp_path / "x", "one-dai")
    assert fault == "template: there is no template 'one-dai'; did you mean 'one-day'? (templates: lost, one-day)"
    (fault,) = faults(tmp_path / "x", "lost")
    assert "lost needs" in fault
    assert not (tmp_path / "x").exists()
    (tmp_path / "file").write_text("")
    (fault,) = faults(tmp_path / "file", "one-day")
    assert "cannot be written" in fault


def test_an_installation_without_templates(monkeypatch, tmp_path):
    monkeypatch.setattr(template, "bundle", lambda: tmp_path)
    assert template_names() == ()
    assert "(this installation has none)" in faults(tmp_path / "x", "a")[0]


def test_the_bundle_is_in_the_wheel_or_beside_the_package(monkeypatch, tmp_path):
    package = tmp_path / "carbonmatch"
    package.mkdir()
    monkeypatch.setattr(template, "_PACKAGE", package)
    assert template.bundle() == tmp_path
    (package / "bundled").mkdir()
    assert template.bundle() == package / "bundled"
