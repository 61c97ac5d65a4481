"""Solves that are kept in a folder."""

import pytest

from standoff.analysis.executor import Threads
from standoff.analysis.regime_border import MapAxis
from standoff.analysis.regime_map import regime_map
from standoff.analysis.resolution import Solved, UnsureProbabilityError, keep_agreed, keep_probabilities, solve_agreed
from standoff.errors import InputError
from standoff.execution.caching import cache_solves
from standoff.scenario import apply_overrides
from standoff.solve.equilibrium import Settings
from tiny import tiny

pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")

SETTINGS = Settings(belief_points=5, estimate_error=False)


class Counting(Threads):
    """Counts what it is asked to solve, and may be stopped on the way."""

    def __init__(self, stop_after=None):
        super().__init__(1)
        object.__setattr__(self, "asked", [])
        object.__setattr__(self, "stop_after", stop_after)

    def solve_draws(self, scenario, draws, settings, keep):
        chosen = list(draws)
        self.asked.extend(chosen)
        for done, answer in enumerate(super().solve_draws(scenario, chosen, settings, keep)):
            if done == self.stop_after:
                raise KeyboardInterrupt
            yield answer


def solve(folder, draws, *, counting=None, settings=SETTINGS, keep=keep_probabilities, scenario=None):
    counting = counting or Counting()
    with cache_solves(counting, folder, scenario or tiny()) as executor:
        return dict(executor.solve_draws(scenario or tiny(), draws, settings, keep)), counting.asked


NAME = next(iter(tiny().parameters))
DRAWS = [{NAME: value} for value in (0.25, 0.5, 0.75)]


def test_what_was_solved_is_not_solved_again(tmp_path):
    first, asked = solve(tmp_path / "kept", DRAWS[:2])
    assert asked == DRAWS[:2]
    again, asked = solve(tmp_path / "kept", DRAWS)
    assert asked == DRAWS[2:]
    assert sorted(again) == [0, 1, 2]
    for k in (0, 1):
        assert (again[k].probabilities == first[k].probabilities).all()
        assert again[k].residual == first[k].residual


def test_a_run_that_was_stopped_keeps_what_it_has(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        solve(tmp_path / "kept", DRAWS, counting=Counting(stop_after=2))
    found, asked = solve(tmp_path / "kept", DRAWS)
    assert asked == DRAWS[2:]
    assert all(isinstance(one, Solved) for one in found.values())


@pytest.mark.parametrize(
    "other",
    [{"settings": Settings(belief_points=9, estimate_error=False)}, {"keep": keep_agreed}],
    ids=["points", "agreed"],
)
def test_a_draw_that_is_solved_in_another_way_is_another_solve(tmp_path, other):
    solve(tmp_path / "kept", DRAWS)
    assert solve(tmp_path / "kept", DRAWS, **other)[1] == DRAWS


def test_a_failure_is_kept_with_its_reason(tmp_path):
    impossible = [{NAME: float("nan")}]
    failed, _ = solve(tmp_path / "kept", impossible)
    again, asked = solve(tmp_path / "kept", impossible)
    assert asked == []
    assert isinstance(again[0], InputError)  # as the first was: what is wrong is the draw
    assert again[0].problems[0].code == failed[0].problems[0].code
    assert again[0].problems[0].message == failed[0].problems[0].message


class Unsure(Counting):
    """Finds the probabilities of no draw sure enough."""

    def solve_draws(self, scenario, draws, settings, keep):  # noqa: ARG002
        for k, draw in enumerate(draws):
            self.asked.append((draw, settings.belief_points))
            yield k, UnsureProbabilityError("more points would take too long")


def test_a_draw_that_was_too_expensive_is_not_tried_again_at_more_points(tmp_path):
    def refused():
        counting = Unsure()
        with cache_solves(counting, tmp_path / "kept", tiny()) as executor:
            return dict(solve_agreed(tiny(), {7: DRAWS[0]}, SETTINGS, executor, num_points=3)), counting.asked

    (first, asked), (second, asked_again) = refused(), refused()
    assert asked == [(DRAWS[0], 3)]
    assert asked_again == []
    assert str(first[7]) == str(second[7])
    assert isinstance(second[7], UnsureProbabilityError)


def test_a_folder_of_another_scenario_is_refused(tmp_path):
    solve(tmp_path / "kept", DRAWS[:1])
    with pytest.raises(
        InputError, match="cannot hold this set of solves: it contains another set of solves: `overrides`"
    ):
        solve(tmp_path / "kept", DRAWS[:1], scenario=apply_overrides(tiny(), [f"{NAME}=0.3"]))


def test_what_keeps_something_else_goes_through(tmp_path):
    found, _ = solve(tmp_path / "kept", DRAWS[:1], keep=lambda solved: solved.certificate.nodes)
    assert isinstance(found[0], int)


def test_a_map_resumes_from_its_folder(tmp_path):
    x, y = (
        MapAxis(name, values)
        for name, values in zip(list(tiny().parameters)[:2], ((0.25, 0.75), (0.5, 1.0)), strict=True)
    )

    def mapped():
        counting = Counting()
        with cache_solves(counting, tmp_path / "kept", tiny()) as executor:
            return regime_map(tiny(), x, y, executor=executor), counting.asked

    (first, asked), (second, asked_again) = mapped(), mapped()
    assert asked
    assert not asked_again
    assert (first.probabilities == second.probabilities).all()
