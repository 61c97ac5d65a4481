import pytest

from standoff.analysis.compare import compare, list_parameter_differences, list_structure_differences
from standoff.errors import InputError
from standoff.scenario import apply_overrides


def test_a_scenario_differs_from_itself_in_nothing(choice):
    found = compare(choice, choice)
    assert (found.parameters, found.structure) == ((), ())
    assert [found.before.name, found.after.name] == [
        "choice as of 2026-02-02 (first)",
        "choice as of 2026-02-02 (second)",
    ]


def test_numbers_that_differ_are_given_in_the_unit_of_the_file(choice):
    other = apply_overrides(choice, ["gain=0.5", "sharpness.range=[1, 4]", "north.discount=0.9"])
    rows = {row.name: (row.before, row.after) for row in list_parameter_differences(choice, other)}
    assert rows == {"gain": (0.3, 0.5), "sharpness": (2.0, 2.0), "players.north.discount": (1.0, 0.9)}


def test_parts_that_only_one_has_are_listed(choice):
    other = apply_overrides(choice, ["stages.decide.actions.wait=off", "stages.decide.rate=0.5", "as_of=2026-02-09"])
    rows = {(row.kind, row.name): row.where for row in list_structure_differences(choice, other)}
    assert rows == {("action", "decide.wait"): "before", ("stage", "decide"): "both", ("clock", "as_of"): "both"}


def test_what_people_read_is_no_difference(choice):
    other = apply_overrides(choice, ["stages.decide.label=A decision", "state.mood.label=Temper"])
    assert list(list_structure_differences(choice, other)) == []


def test_two_dates_of_one_are_compared_on_the_same_days(choice):
    later = apply_overrides(choice, ["as_of=2026-02-16"])
    found = compare(choice, later)
    assert [day.isoformat() for day in found.probabilities.dates] == ["2026-02-23", "2026-03-02"]
    assert found.probabilities.dates == found.probabilities.dates_after
    assert found.probabilities.periods.tolist() == [[2, 0], [3, 1]]


def test_two_dates_of_one_are_compared_as_far_ahead_if_asked(choice):
    found = compare(choice, apply_overrides(choice, ["as_of=2026-02-18"]), alignment="ahead")
    assert found.probabilities.days_ahead.tolist() == [7, 14, 21, 28]
    assert found.probabilities.dates_after[0].isoformat() == "2026-02-25"


def test_days_that_never_coincide_are_refused(choice):
    with pytest.raises(InputError, match="no-common-date") as caught:
        compare(choice, apply_overrides(choice, ["as_of=2026-02-18"]))
    assert "--align ahead" in str(caught.value)
