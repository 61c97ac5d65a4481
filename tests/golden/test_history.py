"""Numbers of fitted models, from papers and from independent programs (N1's fit, N5, N6)."""

import json
import math
from pathlib import Path

import pytest

from standoff.game.builder import GameBuilder
from standoff.history.deterrence import (
    DeterrenceCounts,
    DeterrenceGame,
    compute_probit,
    fit_logit,
    fit_probit,
)
from standoff.history.rationality import ActionCounts, compute_public_strategy, fit_rationality
from standoff.history.signalling import SignallingGame, find_equilibria

GOLDEN = json.loads((Path(__file__).parent / "history.json").read_text(encoding="utf-8"))
N5, N6 = GOLDEN["N5"], GOLDEN["N6"]

DETERRENCE = DeterrenceGame(*N5["payoffs"])
COUNTS = DeterrenceCounts(*N5["counts"])


def test_n5_probit_agrees_with_the_printed_digits():
    fit, printed = fit_probit(DETERRENCE, COUNTS), N5["printed"]
    assert fit.log_value == pytest.approx(printed["log_sigma"], abs=5e-5)
    assert fit.log_likelihood == pytest.approx(printed["log_likelihood"], abs=5e-3)
    assert fit.akaike == pytest.approx(printed["akaike"], abs=5e-2)


def test_n5_probit_agrees_with_an_independent_program():
    fit, known = fit_probit(DETERRENCE, COUNTS), N5["probit"]
    assert fit.log_value == pytest.approx(known["log_sigma"], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(known["log_likelihood"], abs=5e-5)


def test_n5_probit_gives_the_probabilities_of_attack_and_defence():
    probabilities, known = compute_probit(DETERRENCE, fit_probit(DETERRENCE, COUNTS).value), N5["probit"]
    assert probabilities.attack == pytest.approx(known["attack"], abs=1e-7)
    assert probabilities.defend == pytest.approx(known["defend"], abs=1e-6)


def test_n5_agent_logit_agrees_with_an_independent_program():
    fit, known = fit_logit(DETERRENCE, COUNTS), N5["logit"]
    assert fit.value == pytest.approx(known["rationality"], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(known["log_likelihood"], abs=5e-5)


def test_n5_the_probit_tells_the_counts_better_than_the_logit():
    assert fit_probit(DETERRENCE, COUNTS).log_likelihood > fit_logit(DETERRENCE, COUNTS).log_likelihood + 3


def solved(war_b):
    return find_equilibria(SignallingGame(**N6["payoffs"], war_b=war_b))


@pytest.mark.parametrize("war_b", [-2.8, -2.6])
def test_n6_every_equilibrium_is_found_and_no_other(war_b):
    known = N6["equilibria"][str(war_b)]
    found = solved(war_b).equilibria
    assert len(found) == len(known)
    for one, row in zip(found, known, strict=True):
        assert (one.challenge, one.resist, one.fight) == pytest.approx(row[:3], abs=N6["tolerance"])
        probabilities = (one.status_quo, one.concession, one.fighting, one.backing_down)
        assert probabilities == pytest.approx(row[3:], abs=N6["tolerance_of_probabilities"])
        assert one.residual < 1e-14


def test_n6_branches_are_distinguished():
    found = solved(-2.8)
    assert [found.name_branch(one) for one in found.equilibria] == ["low resistance", "between", "high resistance"]
    assert [one.is_stable for one in found.equilibria] == [True, False, True]


def test_n6_the_status_quo_jumps_where_the_lower_branch_ends():
    before, after = solved(-2.8), solved(-2.6)
    assert before.equilibria[0].status_quo == pytest.approx(0.04, abs=5e-3)
    (only,) = after.equilibria
    assert only.status_quo == pytest.approx(0.84, abs=5e-3)
    assert after.name_branch(only) == "high resistance"
    end = before.folds[0].war_b
    assert -2.8 < end < -2.6
    assert len(solved(end - 1e-6).equilibria) == 3
    assert len(solved(end + 1e-6).equilibria) == 1


def test_n6_probabilities_sum_to_one():
    for one in solved(-2.8).equilibria:
        total = math.fsum((one.status_quo, one.concession, one.fighting, one.backing_down))
        assert total == pytest.approx(1.0, abs=1e-14)


def as_game():
    """The deterrence game in explicit form."""
    builder = GameBuilder()
    builder.player("attacker", rationality=1)
    builder.player("defender", rationality=1)
    game = DETERRENCE
    builder.outcome("status quo", {"attacker": game.attacker_status_quo})
    builder.outcome("concession", {"attacker": game.attacker_concession, "defender": game.defender_concession})
    builder.outcome("defence", {"attacker": game.attacker_defence, "defender": game.defender_defence})
    builder.stage("first").decision("start", "attacker", {"attack": "attacked", "wait": "status quo"})
    builder.stage("second").decision("attacked", "defender", {"yield": "concession", "defend": "defence"})
    return builder.build()


def test_n5_the_general_fit_agrees_on_the_explicit_game():
    quo, concession, defence = N5["counts"]
    fit = fit_rationality(
        as_game(),
        [
            ActionCounts("first", "attacker", {"wait": quo, "attack": concession + defence}),
            ActionCounts("second", "defender", {"yield": concession, "defend": defence}),
        ],
    )
    known = fit_logit(DETERRENCE, COUNTS)
    assert fit.estimate.value == pytest.approx(N5["logit"]["rationality"], abs=1e-6)
    assert fit.estimate.log_likelihood == pytest.approx(N5["logit"]["log_likelihood"], abs=5e-5)
    assert fit.estimate.standard_error == pytest.approx(known.standard_error, rel=1e-4)
    assert fit.certificate.residual <= 1e-8


def matching_pennies():
    """N1: asymmetric matching pennies, both move at the same time."""
    known = GOLDEN["N1"]
    builder = GameBuilder()
    builder.player("row", rationality=1)
    builder.player("column", rationality=1)
    moves = {}
    for i, up in enumerate(("up", "down")):
        for j, left in enumerate(("left", "right")):
            builder.outcome(f"{up} {left}", {"row": known["row"][i][j], "column": known["column"][i][j]})
            moves[up, left] = f"{up} {left}"
    builder.stage("pennies").simultaneous("start", ("row", "column"), moves)
    return builder.build()


def test_n1_maximum_likelihood_rationality_of_matching_pennies():
    known = GOLDEN["N1"]
    rows, columns = (share * known["observations"] for share in known["frequencies"])
    fit = fit_rationality(
        matching_pennies(),
        [
            ActionCounts("pennies", "row", {"up": rows, "down": known["observations"] - rows}),
            ActionCounts("pennies", "column", {"left": columns, "right": known["observations"] - columns}),
        ],
    )
    assert fit.estimate.value == pytest.approx(known["rationality"], abs=known["tolerance"])
    assert fit.estimate.log_likelihood == pytest.approx(known["log_likelihood"], abs=known["tolerance"])
    points = [ActionCounts("pennies", "row", {}), ActionCounts("pennies", "column", {})]
    strategy = [next(iter(compute_public_strategy(fit.equilibrium, point).values())) for point in points]
    assert strategy == pytest.approx(known["strategy"], abs=known["tolerance"])
    assert fit.certificate.residual <= 1e-8
