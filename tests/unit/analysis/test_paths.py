"""Typical paths: their probabilities, their periods and their sentences."""

import json
import math

import pytest

from standoff import load, paths, solve
from standoff.errors import InputError
from standoff.solve.equilibrium import Settings
from standoff.solve.target import UNRESOLVED, Target, find_probability

FIVE = Settings(belief_points=5, threads=1)
NUM = 600


@pytest.fixture(scope="module")
def solution():
    return solve(load("cuba-1962", overrides=["period.horizon=5"]), FIVE)


@pytest.fixture(scope="module")
def found(solution):
    return paths(solution, [*solution.equilibrium.game.outcomes, "strike", UNRESOLVED], num_samples=NUM, seed=4)


def typical_paths(found):
    return [one.typical for one in found.outcomes if one.typical is not None]


def test_the_same_seed_tells_the_same_paths(solution, found):
    names = [one.name for one in found.outcomes]
    assert paths(solution, names, num_samples=NUM, seed=4).to_json() == found.to_json()
    assert paths(solution, names, num_samples=NUM, seed=5).to_json() != found.to_json()


def test_each_end_has_the_probability_of_the_forecast(solution, found):
    for one in found.outcomes:
        target = Target("milestone" if one.kind == "milestone" else "outcome", one.name)
        assert one.probability == pytest.approx(find_probability(solution.equilibrium, target), abs=1e-12)


def test_sampled_plays_come_to_an_end_as_often_as_the_forecast_says(found):
    for one in found.outcomes:
        error = math.sqrt(one.probability * (1 - one.probability) / NUM)
        assert abs(one.num_plays / NUM - one.probability) < 4 * error


def test_a_path_has_the_probability_of_its_steps(found):
    for path in typical_paths(found):
        product = math.prod(one.step.probability for one in path.path.steps)
        assert path.probability == pytest.approx(product, rel=1e-9)


def test_the_share_of_a_path_is_its_probability_given_the_outcome(found):
    for one in found.outcomes:
        if one.typical is not None:
            assert one.typical.share == pytest.approx(one.typical.probability / one.probability)


def test_the_chapters_of_a_path_follow_one_another(solution, found):
    for path in typical_paths(found):
        assert path.chapters[0].first_period == 0
        for one, two in zip(path.chapters, path.chapters[1:], strict=False):
            assert two.first_period == one.last_period + 1
            assert one.happenings or two.happenings  # quiet days in a row are one chapter
            assert one.ends_on == two.starts == solution.scenario.find_date(two.first_period)
        assert path.chapters[-1].probability == 1.0


def test_the_probabilities_along_a_path_are_those_to_go(found):
    settlement = found.outcomes[0].typical
    assert len(settlement.chapters) > 1
    for chapter in settlement.chapters[:-1]:
        assert 0.0 < chapter.probability < 1.0


def test_a_path_ends_at_its_goal(found):
    for one in found.outcomes:
        if one.typical is not None and one.kind == "outcome" and one.name != UNRESOLVED:
            assert [what.outcome for what in one.typical.chapters[-1].happenings][-1] == one.name
            assert one.typical.text.count("outcome: ") == 1


def test_a_path_of_what_stays_open_reaches_the_horizon(found):
    still_open = next(one for one in found.outcomes if one.name == UNRESOLVED)
    assert still_open.typical.chapters[-1].ends_on == found.horizon


def test_a_path_reads_as_sentences(found):
    settlement = next(one for one in found.outcomes if one.name == "settlement")
    text = settlement.typical.text
    assert text.startswith("22 October 1962: The ")
    assert (
        "The Soviet Union decides to accept (outcome: Settlement, Missiles in Cuba: removed, Invasion of Cuba: "
        "forsworn, Missiles in Turkey: removed)."
    ) in text
    assert "The others' belief that the Soviet Union is unbending changes from 3" in text


def test_shares_of_sequences_are_counts_with_their_errors(found):
    for one in found.outcomes:
        for sequence in (*one.routes, *one.sequences):
            count = sequence.share * one.num_plays
            assert count == pytest.approx(round(count), abs=1e-9)
            usual = math.sqrt(sequence.share * (1 - sequence.share) / one.num_plays)
            assert 0.0 < sequence.standard_error < usual + 1.0 / one.num_plays
        shares = [sequence.share for sequence in one.routes]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-12


def test_a_package_has_paths_of_its_own(solution):
    name = solution.equilibrium.game.packages[0]
    found = paths(solution, [name, "settlement"], num_samples=300, seed=1)
    package, settlement = (next(one for one in found.outcomes if one.name == which) for which in (name, "settlement"))
    assert package.kind == "package"
    assert 0 < package.probability < settlement.probability
    assert package.num_plays < settlement.num_plays
    assert package.typical.chapters[-1].happenings[-1].package == name
    assert package.label in package.typical.text


def test_where_no_play_came_to_an_end_there_is_no_typical_path(solution):
    found = paths(solution, ["general_war"], num_samples=1, seed=1).outcomes[0]
    assert (found.num_plays, found.typical, found.routes, found.sequences) == (0, None, (), ())


def test_paths_are_plain_data(found):
    document = found.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["outcomes"][0]["typical"]["chapters"][0]["text"].startswith("22 October 1962")


def test_every_unknown_name_is_reported(solution):
    with pytest.raises(InputError) as refused:
        paths(solution, ["settlment", "peace"])
    assert [problem.code for problem in refused.value.problems] == ["unknown-target"] * 2
    assert "did you mean `settlement`?" in str(refused.value)


@pytest.mark.parametrize("number", [0, -1])
def test_no_plays_are_refused(solution, number):
    with pytest.raises(ValueError, match="num_paths must be at least 1"):
        paths(solution, num_samples=number)
