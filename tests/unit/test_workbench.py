import sys

import pytest

import standoff
from standoff import load
from standoff.catalog.opening import write_starter
from standoff.errors import InputError, MissingExtraError
from standoff.extras import import_extra
from standoff.solve.equilibrium import Settings


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    path = tmp_path_factory.mktemp("starter") / "crisis.yaml"
    write_starter(path)
    return load(path)


def test_the_public_surface_is_what_it_says():
    for name in standoff.__all__:
        assert getattr(standoff, name) is not None


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(InputError, match="did you mean `iran-us-2026`"):
        load("iran-us-206")


def test_a_frame_has_a_row_for_each_period_and_a_column_for_each_end(starter):
    solution = standoff.solve(starter, Settings(belief_points=5))
    frame = solution.to_frame()
    assert len(frame) == 26
    assert list(frame["outcome"].columns) == ["deal", "war", "withdrawal", "unresolved"]
    assert frame["outcome"].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-9)
    assert frame.index[0].isoformat() == "2026-01-08"


def test_the_starter_is_not_written_over_another_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        write_starter(path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_missing_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"python -m pip install 'standoff\[frames\]'"):
        import_extra("pandas", "frames", "a table of probabilities")
