"""The bargaining analysis of a crisis in which nothing is symmetric: every pair of types, worked out by hand."""

import numpy as np
import pytest

from bargaining_games import solved
from lopsided_agenda import FORBIDDEN, WORTH, lopsided
from standoff import bargain

KEYS = ["NN", "NP", "SN", "SP", "AN", "AP"]
PAIRS = [("weak", "soft"), ("weak", "hard"), ("strong", "soft"), ("strong", "hard")]
PRIOR = {"soft": 0.25, "hard": 0.75, "weak": 0.6, "strong": 0.4}

# what a deal pays apart from the worth of its package depends on the true type of the other side; accepting costs something
DEAL_TO_A = {"weak": 0.5, "strong": -0.5}
DEAL_TO_B = {"soft": -1.0, "hard": -0.9}
BY_TYPE = ("{a: 0.5, b: -1}", "{a: {weak: 0.5, strong: -0.5}, b: {soft: -1, hard: -0.9}}")
COSTS = {"soft": 0.25, "hard": 0.25, "weak": 0.1, "strong": 0.2}
ACCEPT = (
    "outcome: deal}",
    "outcome: deal, costs: {a: 0.25, b: {weak: 0.1, strong: 0.2}},\n"
    "              ratify: {b: {chance: 0.9 - 0.2 * land, failed: {conflict: +1}}}}",
)

# after a strike there is war (level 2): open payoffs at level 2, less the costs of the strike
WAR = {"mediator": -2.0, "soft": -3.0 - 0.2, "hard": 0.0 - 0.1, "weak": -3.0 - 0.3, "strong": -4.0 - 0.3}
PLANES = {"mediator": 0, "soft": 1, "hard": 2, "weak": 3, "strong": 4}

# issue -> pair -> packages allowed if the issue is dropped (kept at its first level), and if its red lines are lifted
WITHOUT = {
    "land": {
        ("weak", "soft"): (["NN", "NP"], None),
        ("weak", "hard"): (["NN", "NP"], KEYS),
        ("strong", "soft"): (["NP"], ["NP", "SP", "AP"]),
        ("strong", "hard"): (["NP"], ["NP", "SP", "AP"]),
    },
    "money": {
        ("weak", "soft"): (["NN", "SN", "AN"], None),
        ("weak", "hard"): (["SN", "AN"], None),
        ("strong", "soft"): (["NN", "SN"], ["NN", "NP", "SN", "SP"]),
        ("strong", "hard"): (["SN"], ["SN", "SP"]),
    },
}


@pytest.fixture(scope="module")
def equilibrium_and_found():
    return weighed(BY_TYPE, ACCEPT)


def weighed(*changes, milestone=None):
    solution = solved(lopsided(*changes))
    return solution.equilibrium, bargain(solution, milestone)


@pytest.fixture(scope="module")
def found(equilibrium_and_found):
    return equilibrium_and_found[1]


@pytest.fixture(scope="module")
def waiting(equilibrium_and_found):
    values = np.asarray(equilibrium_and_found[0].start_values)
    distances = np.abs(values[:, None] - values[None, :])[~np.eye(5, dtype=bool)]
    assert distances.min() > 0.01, "two types have nearly the same value of waiting, so swapping them would not be seen"
    return {name: float(values[plane]) for name, plane in PLANES.items()}


def worth_of(key, pair):
    """What a deal on a package is worth to B and to A, given both types."""
    b, a = pair
    return np.array([WORTH[key][b] + DEAL_TO_B[a] - COSTS[b], WORTH[key][a] + DEAL_TO_A[b] - COSTS[a]])


def allowed_of(pair):
    return [key for key in KEYS if key not in FORBIDDEN[pair[0]] | FORBIDDEN[pair[1]]]


def keys(packages):
    return [KEYS[k] for k in packages]


def pair_of(found, pair):
    (one,) = [one for one in found.pairs if one.player_types == pair]
    return one


def closeness(packages, pair, disagreement):
    return max(min(worth_of(key, pair) - disagreement) for key in packages)


def test_the_sides_stand_in_the_order_of_the_file(found):
    assert (found.sides, found.side_labels) == (("b", "a"), ("B", "A"))
    assert [one.player_types for one in found.pairs] == PAIRS


def test_every_pair_of_types_has_the_product_of_their_priors(found):
    assert [one.prior for one in found.pairs] == pytest.approx([0.15, 0.45, 0.1, 0.3], abs=1e-12)


def test_a_package_is_offered_if_some_pair_of_types_finds_it_efficient(found):
    assert dict(zip(KEYS, found.offered.tolist(), strict=True)) == {key: key != "NN" for key in KEYS}


def test_ratification_depends_on_the_package(found):
    assert found.packages.ratification["b"] == pytest.approx([0.9, 0.9, 0.7, 0.7, 0.5, 0.5], abs=1e-12)


def test_the_expected_worth_of_a_package_weighs_the_other_sides_types_by_their_priors(found):
    land = {"N": 0.0, "S": 7.0, "A": 14.0}
    assert found.worth["mediator", "mediator"] == pytest.approx([land[key[0]] for key in KEYS], abs=1e-12)
    for a in ("soft", "hard"):
        expected = [WORTH[key][a] + 0.6 * 0.5 - 0.4 * 0.5 - COSTS[a] for key in KEYS]
        assert found.worth["a", a] == pytest.approx(expected, abs=1e-12)
    for b in ("weak", "strong"):
        expected = [WORTH[key][b] - 0.25 * 1.0 - 0.75 * 0.9 - COSTS[b] for key in KEYS]
        assert found.worth["b", b] == pytest.approx(expected, abs=1e-12)


def test_the_value_of_waiting_is_that_of_each_type_at_the_start(found, waiting):
    assert found.waiting == {
        ("mediator", "mediator"): waiting["mediator"],
        ("a", "soft"): waiting["soft"],
        ("a", "hard"): waiting["hard"],
        ("b", "weak"): waiting["weak"],
        ("b", "strong"): waiting["strong"],
    }


def test_the_action_that_fights_is_the_one_most_likely_to_bring_war_and_not_the_first(found):
    fight = found.fight
    assert (fight.milestone, fight.stage, fight.player, fight.action, fight.label, fight.chance) == (
        *("war", "pressure", "a", "strike", "Strike"),
        pytest.approx(1.0, abs=1e-12),
    )


def test_war_is_worth_to_each_type_what_it_pays_less_the_cost_of_the_strike(found):
    values = {player_type: value for (_, player_type), value in found.fight.values.items()}
    assert values == pytest.approx(WAR, abs=1e-9)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_pair_of_types_may_agree_on_what_neither_refuses(found, pair):
    one = pair_of(found, pair)
    assert keys(one.allowed) == allowed_of(pair)
    assert one.worth == pytest.approx(np.array([worth_of(key, pair) for key in KEYS]), abs=1e-12)


@pytest.mark.parametrize(
    ("pair", "frontier"),
    [
        (PAIRS[0], ["AN", "AP", "SP", "NP"]),
        (PAIRS[1], ["AN", "SN", "SP"]),
        (PAIRS[2], ["SP", "NP"]),
        (PAIRS[3], ["SP"]),
    ],
    ids=str,
)
def test_the_frontier_holds_the_allowed_packages_that_no_other_allowed_one_dominates(found, pair, frontier):
    assert keys(pair_of(found, pair).frontier) == frontier


@pytest.mark.parametrize(
    ("pair", "packages", "close", "nearest"),
    [
        # gains over war (B, A): NN 2.2 3.45, NP 4.2 1.95, SN 1.2 5.45, SP 3.2 3.95, AN -0.8 8.45, AP 1.2 6.95
        (PAIRS[0], ["NN", "NP", "SN", "SP", "AP"], 3.2, "SP"),
        (PAIRS[1], ["SN", "SP", "AP"], 1.85, "SP"),  # SN 1.3 3.35, SP 3.3 1.85, AN -0.7 4.35, AP 1.3 2.85
        (PAIRS[2], ["NP", "SP"], 2.1, "SP"),  # NP 4.1 0.95, SP 2.1 2.95
        (PAIRS[3], ["SP"], 0.85, "SP"),  # SP 2.2 0.85
    ],
    ids=str,
)
def test_the_range_against_war_holds_what_both_types_prefer_to_it(found, pair, packages, close, nearest):
    fighting = pair_of(found, pair).fighting
    assert fighting.disagreement == pytest.approx((WAR[pair[0]], WAR[pair[1]]), abs=1e-9)
    assert keys(fighting.packages) == packages
    assert fighting.closeness == pytest.approx(close, abs=1e-9)
    assert KEYS[fighting.nearest] == nearest


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_the_range_against_waiting_holds_what_both_types_prefer_to_it(found, waiting, pair):
    point = np.array([waiting[pair[0]], waiting[pair[1]]])
    against = pair_of(found, pair).waiting
    assert against.disagreement == (point[0], point[1])
    assert keys(against.packages) == [key for key in allowed_of(pair) if min(worth_of(key, pair) - point) >= 0]
    best = closeness(allowed_of(pair), pair, point)
    assert against.closeness == pytest.approx(best, abs=1e-12)
    assert min(worth_of(KEYS[against.nearest], pair) - point) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_solution_points_are_taken_against_waiting_among_the_allowed_packages(found, waiting, pair):
    point = np.array([waiting[pair[0]], waiting[pair[1]]])
    gains = {key: worth_of(key, pair) - point for key in allowed_of(pair)}
    rational = {key: gain for key, gain in gains.items() if min(gain) >= 0}
    assert rational, "no package is rational, so this pair shows nothing"
    ideal = np.max(list(rational.values()), axis=0)
    points = pair_of(found, pair).points
    assert KEYS[points.nash] == max(rational, key=lambda key: rational[key].prod())
    assert KEYS[points.kalai_smorodinsky] == max(rational, key=lambda key: min(rational[key] / ideal))
    assert KEYS[points.egalitarian] == max(rational, key=lambda key: min(rational[key]))
    lottery = pair_of(found, pair).lotteries.nash
    assert set(keys(lottery.packages)) <= set(allowed_of(pair))
    mixed = [worth_of(key, pair) for key in keys(lottery.packages)]
    expected = (1 - lottery.weight) * mixed[0] + lottery.weight * mixed[1]
    assert lottery.payoffs == pytest.approx(tuple(expected), abs=1e-9)
    assert np.prod(expected - point) >= rational[KEYS[points.nash]].prod() - 1e-12


@pytest.mark.parametrize("issue", ["land", "money"])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_an_issue_is_dropped_or_its_red_lines_are_lifted_for_the_pair_alone(found, waiting, pair, issue):
    point = np.array([waiting[pair[0]], waiting[pair[1]]])
    one = pair_of(found, pair)
    (effect,) = [effect for effect in one.issues if effect.issue == issue]
    dropped, lifted = WITHOUT[issue][pair]
    assert effect.closeness_if_dropped == pytest.approx(closeness(dropped, pair, point), abs=1e-12)
    expected = None if lifted is None else pytest.approx(closeness(lifted, pair, point), abs=1e-12)
    assert effect.closeness_if_lifted == expected
    names = {"N": "none", "S": "some", "A": "all"} if issue == "land" else {"N": "unpaid", "P": "paid"}
    letter = 0 if issue == "land" else 1
    in_range = {names[key[letter]] for key in keys(one.waiting.packages)}
    assert effect.levels_in_range == tuple(level for level in names.values() if level in in_range)
    opens = max(closeness(dropped, pair, point), -np.inf if lifted is None else closeness(lifted, pair, point)) >= 0
    assert effect.blocks == (not one.waiting.packages and opens)


def test_a_milestone_that_waits_for_another_is_not_what_fighting_meets_unless_asked_for(found):
    assert found.fight.milestone == "war"
    assert weighed(milestone="ceasefire")[1].fight is None or weighed(milestone="ceasefire")[1].fight.action != "strike"


RAID = ("raid", "b", 0.7)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("{conflict: war}}\n  - name: talks", "[{p: 0.69, conflict: war}, {p: 0.31}]}\n  - name: talks")], RAID),
        ([("{conflict: war}}\n  - name: talks", "[{p: 0.7, conflict: war}, {p: 0.3}]}\n  - name: talks")], RAID),
        (
            [("{conflict: war}}\n  - name: talks", "[{p: 0.71, conflict: war}, {p: 0.29}]}\n  - name: talks")],
            ("strike", "a", 0.71),
        ),
        (
            [("    rate: 0.5\n", "")],
            ("strike", "a", 1.0),
        ),  # the raid is decided in every period; after `stand` there is still peace, and A decides
        (
            [
                ("    rate: 0.5\n", ""),
                ("{label: Stand}", "{label: Stand, leads_to: {conflict: skirmish}}"),
                ("    when: conflict == none\n", "    when: conflict < war\n"),
            ],
            RAID,
        ),  # neither move keeps the peace, so play reaches no later decision as things stand now
        (
            [
                ("{p: 0.7, conflict: war}, {p: 0.3, conflict: skirmish}", "{p: 0.4, conflict: war}, {p: 0.6}"),
                ("levels: [none, skirmish, war]", "levels: [none, war]"),
                ("conflict: war}}\n  - name: talks", "conflict: war}, types: [hard]}\n  - name: talks"),
            ],
            ("strike", "a", 1.0),
        ),
    ],
)
def test_the_action_most_likely_to_bring_war_is_found_wherever_it_stands(changes, expected):
    fight = weighed(*changes)[1].fight
    assert (fight.action, fight.player, fight.chance) == (*expected[:2], pytest.approx(expected[2], abs=1e-12))


@pytest.mark.parametrize(("chance", "fights"), [(0.5, True), (0.49, False)])
def test_an_action_fights_if_it_is_at_least_as_likely_as_not_to_bring_war(chance, fights):
    changes = [
        (
            "{p: 0.7, conflict: war}, {p: 0.3, conflict: skirmish}",
            "{p: 0.3, conflict: war}, {p: 0.7, conflict: skirmish}",
        ),
        (
            "{conflict: war}}\n  - name: talks",
            f"[{{p: {chance}, conflict: war}}, {{p: {1 - chance}}}]}}\n  - name: talks",
        ),
    ]
    assert (weighed(*changes)[1].fight is not None) == fights
