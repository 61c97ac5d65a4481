"""Each of Fearon's reasons alone brings a war that taking it away prevents."""

import math

import pytest

from bargaining_games import NO_RATIFICATION, RARE, demands, fear, solved, town
from standoff import why_no_deal
from standoff.analysis.targets import parse_targets
from standoff.errors import InputError

NOISE = 1 / (1 + math.exp(400 * 0.01))  # a type for whom a deal is better than war by 0.01 still fights so often


def reasons(scenario, **more):
    found = why_no_deal(solved(scenario), parse_targets(scenario, ["war"]), **more)
    return {remedy.name: remedy for remedy in found.remedies}, found


def probabilities(remedy):
    return pytest.approx(float(remedy.probabilities[0]), abs=1e-9)


@pytest.fixture(scope="module")
def private():
    return reasons(demands())


def test_n7_a_tough_type_that_is_rare_enough_is_fought_and_known_it_is_not(private):
    found, answer = private
    assert pytest.approx(float(answer.base.probabilities[0]), abs=1e-6) == RARE + (1 - RARE) * NOISE
    assert probabilities(found["information"]) == NOISE
    assert found["information"].share_removed[0] > 0.85
    assert found["information"].weights == pytest.approx([RARE, 1 - RARE], abs=1e-15)


def test_where_nothing_is_ratified_and_no_power_shifts_commitment_takes_nothing_away(private):
    commitment = private[0]["commitment"]
    assert not commitment.applies
    assert commitment.removed.tolist() == [0.0]
    assert "gives no price of a shift of power" in commitment.note


def test_payments_do_not_cure_a_lack_of_information(private):
    remedy = private[0]["indivisibility"]
    assert remedy.baseline[0] == pytest.approx(float(private[1].base.probabilities[0]), abs=0.03)
    assert abs(remedy.removed[0]) < 0.03


def test_a_deal_that_must_be_feared_is_made_where_it_binds():
    # 0.1 does not pay for the fear: the deal is then worth 0.2 to B, war 0.3
    found, answer = reasons(fear(), payments=[0.1])
    assert answer.base.probabilities[0] == pytest.approx(1.0, abs=1e-9)
    commitment = found["commitment"]
    assert commitment.applies
    assert commitment.share_removed[0] == pytest.approx(1.0, abs=1e-9)
    # the halves: a deal that is carried through is feared all the same; one that is not still fails at home half the time
    assert [part.probabilities[0] for part in commitment.parts] == pytest.approx([0.0, 1.0, 0.5], abs=1e-9)
    assert not found["information"].applies
    assert found["indivisibility"].removed[0] == pytest.approx(0.0, abs=1e-9)
    assert found["all"].probabilities[0] == pytest.approx(0.0, abs=1e-9)


def test_without_a_word_of_the_file_only_ratification_is_made_certain():
    found, _ = reasons(fear(commitment=""))
    assert found["commitment"].removed[0] == pytest.approx(0.0, abs=1e-9)
    assert len(found["commitment"].parts) == 1
    assert "so only ratification is made certain" in found["commitment"].note


def test_where_nothing_is_ratified_the_shift_of_power_is_the_whole():
    found, _ = reasons(fear(ratify=NO_RATIFICATION))
    assert [part.probabilities[0] for part in found["commitment"].parts] == pytest.approx([0.0], abs=1e-9)


def test_a_town_that_cannot_be_divided_can_be_paid_for():
    # A keeps the town and pays 0.4: better than war for both. 0.1 would leave B with less than its war.
    found, answer = reasons(town(), payments=[0.4])
    assert answer.base.probabilities[0] == pytest.approx(1.0, abs=1e-9)
    remedy = found["indivisibility"]
    assert remedy.baseline[0] == pytest.approx(1.0, abs=1e-9)
    assert remedy.probabilities[0] == pytest.approx(0.0, abs=1e-9)
    too_small, _ = reasons(town(), payments=[0.1])
    assert too_small["indivisibility"].probabilities[0] == pytest.approx(1.0, abs=1e-9)


def test_every_part_carries_its_certificate_and_what_was_changed():
    found, _ = reasons(fear())
    for remedy in found.values():
        for part in remedy.parts:
            assert part.certificate.residual < 1e-8
    assert "parameters.fear.value=0" not in found["indivisibility"].parts[0].changes
    assert "fear=0" in found["commitment"].parts[0].changes
    hashes = {part.scenario_hash for part in found["commitment"].parts}
    assert len(hashes) == 3


def test_causes_add_up_to_the_probabilities(private):
    answer = private[1]
    assert [cause.stage for cause in answer.base.causes] == ["talks"]
    assert sum(cause.probability for cause in answer.base.causes) == pytest.approx(
        float(answer.base.probabilities[0]), abs=1e-12
    )


@pytest.mark.parametrize("payments", [[0.0], [-0.1], [0.1, 0.1], [math.inf], [math.nan], []])
def test_wrong_payments_are_refused(payments):
    with pytest.raises(InputError, match="are not a list of distinct positive numbers"):
        reasons(town(), payments=payments)
