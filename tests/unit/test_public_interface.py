"""The names of `standoff`: what is public, documented, and quick to import."""

import datetime as dt
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import standoff
from standoff.catalog.opening import write_starter
from standoff.errors import InputError, MissingExtraError
from standoff.extras import import_extra

ROOT = Path(__file__).parents[2]
PACKAGES = [
    f"standoff.{name}"
    for name in ("desk", "export", "game", "history", "news", "report", "scenario", "store", "submodels")
]
HEAVY = ("matplotlib", "numba", "numpy", "pandas", "pydantic", "spacy", "sqlalchemy")
EXCEPTIONS = [name for name in standoff.__all__ if name.endswith("Error")]
DOCUMENTED = [name for name in standoff.__all__ if name not in {"__version__", "Problem", *EXCEPTIONS}]


@pytest.fixture(scope="module")
def solution(tmp_path_factory):
    path = tmp_path_factory.mktemp("starter") / "crisis.yaml"
    write_starter(path)
    return standoff.solve(standoff.load(path), standoff.Settings(belief_points=5))


def test_dir_shows_the_public_names_and_nothing_else():
    assert dir(standoff) == sorted(standoff.__all__)


def test_every_public_name_can_be_imported():
    for name in standoff.__all__:
        assert getattr(standoff, name) is not None


def test_solve_is_the_function_although_a_package_has_its_name():
    code = "import standoff.solve.equilibrium, standoff; assert callable(standoff.solve), standoff.solve"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_standoff_imports_nothing_slow():
    code = f"import sys, standoff; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def list_imports_of_documents():
    """Each name of standoff that an example of a document imports: (document, module, name)."""
    pattern = re.compile(
        r"^(?:>>> |\.\.\. )?from (standoff[\w.]*) import ([\w, ]+)$|^(?:>>> )?import (standoff\.[\w.]+)", re.M
    )
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for module, names, whole in pattern.findall(path.read_text(encoding="utf-8")):
            for name in names.split(", ") if names else [None]:
                yield str(path.relative_to(ROOT)), module or whole, name


def test_documents_import_public_names_only():
    found = list(list_imports_of_documents())
    assert len(found) > 20
    private = [one for one in found if one[1].count(".") > 1 or one[2] not in import_module(one[1]).__all__]
    assert private == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_package_can_be_imported_and_is_documented(package):
    module = import_module(package)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert name.isupper() or inspect.getdoc(getattr(module, name)), name


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_public_name_is_documented_with_an_example(name):
    assert "Examples:" in inspect.getdoc(getattr(standoff, name))


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_public_exception_is_documented(name):
    assert inspect.getdoc(getattr(standoff, name)) != inspect.getdoc(Exception)


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(InputError, match="did you mean `iran-us-2026`"):
        standoff.load("iran-us-206")


def test_outcomes_are_in_the_order_of_the_file(solution):
    assert list(solution.forecast.outcomes) == ["deal", "war", "withdrawal"]


def test_a_probability_is_read_by_date_and_by_period(solution):
    deal = solution.forecast.outcomes["deal"]
    for when in (3, "2026-01-22", "2026-01-16", dt.date(2026, 1, 22), dt.datetime(2026, 1, 22, 12)):
        assert deal.by(when) == deal.cumulative[2]
    assert deal.by(26) == deal.by("2026-07-02") == deal.cumulative[25]


@pytest.mark.parametrize("when", [0, -1, 27, "2026-01-01", "2026-07-03", "2025-12-31", "2026-02-30", "soon", ""])
def test_a_date_outside_the_forecast_is_refused(solution, when):
    with pytest.raises(InputError, match=f"target-date: `{when}` is not a"):
        solution.forecast.outcomes["deal"].by(when)


def test_a_frame_has_a_row_for_each_period_and_a_column_for_each_outcome(solution):
    frame = solution.forecast.to_frame()
    assert len(frame) == 26
    assert list(frame["outcome"].columns) == ["deal", "war", "withdrawal", "unresolved"]
    assert frame["outcome"].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-9)
    assert (type(frame.index).__name__, frame.index[0].date().isoformat()) == ("DatetimeIndex", "2026-01-08")
    assert frame.loc["2026-01-22", ("outcome", "deal")] == solution.forecast.outcomes["deal"].cumulative[2]


def test_reprs_are_one_line_with_what_matters(solution):
    forecast = solution.forecast
    assert repr(forecast).startswith("<Forecast my-crisis: deal ")
    assert repr(forecast).endswith("by 2 July 2026>")
    assert repr(forecast.outcomes["deal"]).startswith("<Series deal: ")
    assert repr(solution).startswith("<Solution of my-crisis: unique branch, residual ")


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
