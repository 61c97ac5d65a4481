"""Which packages are put on the table, who may accept them and what they pay, worked out by hand."""

import numpy as np
import pytest

from lopsided_agenda import FORBIDDEN, NAMES, WORTH, lopsided
from standoff.errors import ScenarioError
from standoff.game.compile import compile_game

A_PROPOSES = ("proposer: b", "proposer: a")


def packages_of(*changes):
    short = {name: key for key, name in NAMES.items()}
    return [short[name] for name in compile_game(lopsided(*changes)).packages]


def layer_of(game, name):
    return next(layer for layer in game.epochs[0].layers if layer.name == name)


def test_packages_that_are_efficient_for_some_pair_of_types_stand_in_the_order_of_the_first_negotiators_mean_worth():
    # B's mean over its two types: AN -4.5, AP -3, SN -1.5, SP 0, NP 1.5; the weak type alone would put SN before AP
    assert packages_of() == ["AN", "AP", "SN", "SP", "NP"]


def test_a_red_line_of_one_side_forbids_nothing_to_the_other():
    # with strong's lines alone the pairs keep AN AP SP NP, AN SN SP NP and SP NP; if hard had them, NN would be kept for strong
    changes = ("red_lines: {a: {hard: [none]}, b: {strong: [all]}}", "red_lines: {b: {strong: [all]}}")
    assert packages_of(changes) == ["AN", "AP", "SN", "SP", "NP"]


def test_the_order_is_that_of_the_side_named_first():
    # A's mean: NP -1.5, SP 1, SN 2.5, AP 3, AN 4.5
    assert packages_of(("between: [b, a]", "between: [a, b]")) == ["NP", "SP", "SN", "AP", "AN"]


def test_a_limit_of_two_keeps_both_ends_of_the_frontier():
    assert packages_of(("limit: 8", "limit: 2")) == ["AN", "NP"]


def test_a_limit_of_two_over_three_issues_keeps_what_each_side_likes_best():
    # a joint forum is worth 0.5 to the weak type of B, 0.1 to A soft and nothing to the others: whoever bargains with the weak
    # type has it in every efficient package, and the strong type does not mind
    forum = {"a": "{soft: {held: 0.1}, hard: {held: 0}}", "b": "{weak: {held: 0.5}, strong: {held: 0}}"}
    third = f"    forum: {{label: Forum, levels: [closed, held], worth: {{a: {forum['a']}, b: {forum['b']}}}}}\nstages:"
    names = compile_game(lopsided(("limit: 8", "limit: 2"), ("stages:", third))).packages
    assert names == ("land:all+money:unpaid+forum:held", "land:none+money:paid+forum:held")


@pytest.mark.parametrize(
    ("changes", "third"),
    [
        # expected gains of A and B, of which the products are compared; of both sides over "open", plus what a deal pays
        ([], "SP"),  # AP 3.125 * 0, SN 3.125 * 0.8, SP 1.625 * 2.4
        ([("weak: -2 - conflict / 2", "weak: -5 - conflict / 2")], "SN"),  # AP 3.125 * 1.8, SN * 2.6, SP 1.625 * 4.2
        ([("a: 0.5, b: -1}", "a: 0.5, b: 2}")], "SN"),  # AP 3.125 * 2.6, SN * 3.8, SP 1.625 * 5.4
        # a type that would rather have no deal counts as gaining nothing: SN 3.125 * 0.4 * 2, SP 1.625 * 0.4 * 3
        ([("weak: -2 - conflict / 2", "weak: 20 - conflict / 2")], "SN"),
        (
            [
                ("weak: -2 - conflict / 2", "weak: -5 - conflict / 2"),
                ("{soft: 0.25, hard: 0.75}", "{soft: 0.95, hard: 0.05}"),
            ],
            "SN",  # AP 4.875 * 1.8 = 8.775, SN 3.475 * 2.6 = 9.035, SP 1.975 * 4.2 = 8.295
        ),
        (
            [
                ("weak: -2 - conflict / 2", "weak: -5 - conflict / 2"),
                ("{soft: 0.25, hard: 0.75}", "{soft: 0.95, hard: 0.05}"),
                ("{weak: 0.6, strong: 0.4}", "{weak: 0.9, strong: 0.1}"),
            ],
            "AP",  # AP 4.875 * 2.7 = 13.16, SN 3.475 * 2.9 = 10.08, SP 1.975 * 4.8 = 9.48
        ),
        ([("a: 0.5, b: -1}", "a: 0.5, b: 2 * land - 1}")], "AP"),  # AP 3.125 * 3.6, SN * 2.8, SP 1.625 * 4.4
    ],
)
def test_between_the_ends_stand_the_packages_with_the_largest_nash_product(changes, third):
    order = ["AN", "AP", "SN", "SP", "NP"]
    expected = [name for name in order if name in {"AN", third, "NP"}]
    assert packages_of(("limit: 8", "limit: 3"), *changes) == expected


def test_a_limit_of_one_keeps_the_largest_nash_product_and_neither_end():
    assert packages_of(("limit: 8", "limit: 1")) == ["SP"]


def test_every_package_of_the_agenda_can_be_asked_for_in_the_order_of_its_levels():
    assert packages_of(("packages: efficient", "packages: all")) == ["NN", "NP", "SN", "SP", "AN", "AP"]


def test_listed_packages_are_kept_whatever_they_are_worth():
    listed = "packages: [{land: none, money: unpaid}, {land: all, money: paid}]"
    assert packages_of(("packages: efficient", listed)) == ["NN", "AP"]


@pytest.mark.parametrize(("changes", "proposer", "answerer"), [([], "b", "a"), ([A_PROPOSES], "a", "b")])
def test_a_red_line_binds_the_type_that_draws_it_whether_it_offers_or_answers(changes, proposer, answerer):
    types = {"a": ("soft", "hard"), "b": ("weak", "strong")}
    game = compile_game(lopsided(("packages: efficient", "packages: all"), *changes))
    offer, answer = layer_of(game, "talks_offer"), layer_of(game, "talks_answer")
    offered = {
        name: offer.action_allowed[a].tolist()
        for a in range(offer.num_actions)
        for name in [offer.action_names[offer.action_label[a]]]
    }
    assert offered == {"no_offer": [True, True]} | {
        NAMES[key]: [key not in FORBIDDEN[t] for t in types[proposer]] for key in NAMES
    }
    accepted = {}
    for x in range(answer.num_states):
        for a in range(answer.action_start[x], answer.action_start[x + 1]):
            if answer.action_names[answer.action_label[a]] == "accept":
                accepted[game.packages[answer.levels[x, -1] - 1]] = answer.action_allowed[a].tolist()
    # what both types of the proposer refuse never comes to an answer, and what both types of the other refuse cannot be accepted
    assert accepted == {NAMES[key]: [key not in FORBIDDEN[t] for t in types[answerer]] for key in NAMES}


def test_a_deal_pays_the_worth_of_its_package_and_the_payoffs_of_its_outcome():
    game = compile_game(lopsided())
    assert len(game.terminals.outcome) == len(game.packages) == 5
    land = {"N": 0.0, "S": 7.0, "A": 14.0}
    for k, key in enumerate(["AN", "AP", "SN", "SP", "NP"]):
        (end,) = np.flatnonzero(game.terminals.package == k)
        worth = WORTH[key]
        expected = [land[key[0]], worth["soft"] + 0.5, worth["hard"] + 0.5, worth["weak"] - 1, worth["strong"] - 1]
        assert game.terminals.payoff[end] == pytest.approx(
            np.broadcast_to(np.array(expected)[:, None, None], (5, 2, 2)), abs=1e-12
        )


def test_an_agenda_on_which_no_pair_of_types_can_agree_is_refused():
    soft, weak = ("{a: {hard: [none]}, b: {strong: [all]}}", "{a: [none, some], b: [all]}")
    with pytest.raises(ScenarioError, match="no-package: no package is acceptable to any pair of types"):
        compile_game(lopsided((soft, weak)))
