"""The window of two private types that can strike from the third week on only, by enumeration of everything that may happen.

A chooses each week between holding still and threats, and once its fleet is there between a raid and a strike as well. B answers
each week; its answers set a mood on which the worth of fighting depends, and reveal its type. B is paid for its answers alone,
so that its strategy is one logit formula; A's own later decisions are worth what the same formula says, at exact beliefs.
"""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pytest

from hand_worked import logit
from solving import solve_text, window_of
from standoff.analysis.type_window import BELIEFS, CALENDAR

TOLERANCE = 1e-8  # of the solver's log-odds; 17 belief points hold values that are smooth in the belief
WEEKS = 4
FIRST = 2  # the fleet needs two weeks
A_PRIOR, B_PRIOR = (0.65, 0.35), (0.54, 0.46)  # so that another mood is most likely over all weeks than in the first
A_RATIONALITY, B_RATIONALITY, DISCOUNT = 2.0, 1.5, 0.9
MOODS = ("soft", "even", "hard")
SETS = {"relent": "soft", "stay": None, "harden": "hard"}
ANSWER = {"relent": (0.6, -0.5), "stay": (0.1, 0.2), "harden": (-0.3, 0.7)}
THREAT = (-0.2, 0.15)
RAID = ((-0.9, -0.3, -0.2), (-0.5, 0.1, 0.25))  # by type and mood
STRIKE = ((-1.2, -0.6, 0.2), (-0.6, -0.1, 0.9))


def by_type(types, worth):
    """Payoffs by type, each a number or a row of numbers by mood."""
    rows = (f"by(mood, {', '.join(map(str, one))})" if isinstance(one, tuple) else one for one in worth)
    return "{" + ", ".join(f'{name}: "{row}"' for name, row in zip(types, rows, strict=True)) + "}"


def of_a(worth):
    return by_type(("mild", "stern"), worth)


def of_b(worth):
    return by_type(("meek", "firm"), worth)


TEXT = f"""
standoff: 1
id: fleet
title: Waiting for a fleet
as_of: 2000-01-03
period: {{unit: week, length: 1, horizon: {WEEKS}}}
payoff_unit: one
players:
  PLAYERS
state:
  fleet: {{label: Fleet, levels: [home, at_sea, here], start: home}}
  mood: {{label: Mood of B, levels: [{", ".join(MOODS)}], start: even}}
  conflict: {{label: Fighting, levels: [none, war], start: none}}
stages:
  - name: pressure
    mover: a
    when: conflict == none
    actions:
      hold: {{label: hold}}
      raid: {{label: raid, when: fleet == here, payoffs: {{a: {of_a(RAID)}}}, leads_to: {{conflict: war}}}}
      strike: {{label: strike, when: fleet == here, payoffs: {{a: {of_a(STRIKE)}}}, leads_to: {{conflict: war}}}}
      threaten: {{label: threaten, payoffs: {{a: {of_a(THREAT)}}}}}
  - name: reply
    mover: b
    actions:
      relent: {{label: relent, payoffs: {{b: {of_b(ANSWER["relent"])}}}, leads_to: {{mood: soft}}}}
      stay: {{label: stay, payoffs: {{b: {of_b(ANSWER["stay"])}}}}}
      harden: {{label: harden, payoffs: {{b: {of_b(ANSWER["harden"])}}}, leads_to: {{mood: hard}}}}
nature:
  sailing: {{label: Sailing, when: fleet < here, hazard: 60, leads_to: {{fleet: +1}}}}
unresolved: {{label: Open}}
milestones:
  war: {{label: War, when: conflict == war}}
"""
A = f"a: {{label: A, types: {{mild: {A_PRIOR[0]}, stern: {A_PRIOR[1]}}}, rationality: {A_RATIONALITY}, discount: {DISCOUNT}}}"
B = f"b: {{label: B, types: {{meek: {B_PRIOR[0]}, firm: {B_PRIOR[1]}}}, rationality: {B_RATIONALITY}, discount: 1}}"

REPLIES = [logit(B_RATIONALITY, {name: worth[k] for name, worth in ANSWER.items()}) for k in range(2)]


def expected_reply(belief):
    """Probability of each answer where B is believed to be of its second type with the given probability."""
    return {name: (1 - belief) * REPLIES[0][name] + belief * REPLIES[1][name] for name in ANSWER}


def values(own, week, mood, belief):
    """Value of each action of a type of A."""
    going_on = 0.0
    if week < WEEKS - 1:
        for name, p in expected_reply(belief).items():
            after = belief * REPLIES[1][name] / p
            going_on += DISCOUNT * p * value(own, week + 1, SETS[name] or mood, after)
    found = {"hold": going_on, "threaten": THREAT[own] + going_on}
    if week >= FIRST:
        k = MOODS.index(mood)
        found |= {"raid": RAID[own][k], "strike": STRIKE[own][k]}
    return found


def value(own, week, mood, belief):
    found = values(own, week, mood, belief)
    strategy = logit(A_RATIONALITY, found)
    return sum(strategy[name] * found[name] for name in found)


def advantages(own, week, mood, belief):
    """The better way of striking less the mean of the others, and less the best of them."""
    found = values(own, week, mood, belief)
    strategy = logit(A_RATIONALITY, found)
    others = ("hold", "threaten")
    mean = sum(strategy[name] * found[name] for name in others) / sum(strategy[name] for name in others)
    best = max(found["raid"], found["strike"])
    return best - mean, best - max(found[name] for name in others)


@dataclass(frozen=True)
class Standing:
    """A mood and a belief in which a type of A may stand, and how likely that is in its own eyes."""

    mood: str
    belief: float
    probability: float


def standings(own, week):
    """Where the type stands in a week, if there is no war."""
    found = []
    for kind, replies in product(range(2), product(ANSWER, repeat=week)):
        mood, belief, probability = "even", B_PRIOR[1], B_PRIOR[kind]
        for t in range(week):
            strategy = logit(A_RATIONALITY, values(own, t, mood, belief))
            probability *= (strategy["hold"] + strategy["threaten"]) * REPLIES[kind][replies[t]]
            belief = belief * REPLIES[1][replies[t]] / expected_reply(belief)[replies[t]]
            mood = SETS[replies[t]] or mood
        found.append(Standing(mood, belief, probability))
    return found


def exposure_by_hand(own, week):
    return sum(one.probability for one in standings(own, week))


def mean_by_hand(own, week, read):
    return sum(one.probability * read(one) for one in standings(own, week)) / exposure_by_hand(own, week)


def by_mood(own, week):
    """Probability of each mood, and the mean advantage in it."""
    found = {}
    for mood in MOODS:
        here = [one for one in standings(own, week) if one.mood == mood]
        total = sum(one.probability for one in here)
        found[mood] = total, sum(one.probability * advantages(own, week, mood, one.belief)[0] for one in here) / total
    return found


def today_by_hand(own):
    """The most likely mood of the first week in which the type can strike, and the mean belief in it."""
    mood = max(MOODS, key=lambda name: by_mood(own, FIRST)[name][0])
    here = [one for one in standings(own, FIRST) if one.mood == mood]
    return mood, sum(one.probability * one.belief for one in here) / sum(one.probability for one in here)


@pytest.fixture(scope="module", params=["the striker is the second axis", "the striker is the first axis"])
def types(request):
    order = (B, A) if "second" in request.param else (A, B)
    solution = solve_text(TEXT.replace("PLAYERS", "\n  ".join(order)), belief_points=17)
    assert solution.equilibrium.certificate.residual < 1e-8
    return window_of(solution).types


def weekly(read):
    """A number of the weeks in which striking is possible, after nan for the weeks before."""
    return np.array([np.nan] * FIRST + [read(week) for week in range(FIRST, WEEKS)])


def close(expected):
    return pytest.approx(expected, abs=TOLERANCE, nan_ok=True)


def test_both_types_have_a_window_with_both_ways_of_striking(types):
    assert [(one.player, one.player_type, one.stage, one.actions) for one in types] == [
        ("a", "mild", "pressure", ("raid", "strike")),
        ("a", "stern", "pressure", ("raid", "strike")),
    ]


@pytest.mark.parametrize("own", range(2))
def test_the_advantage_is_nan_before_the_fleet_is_there_and_then_that_of_the_type(types, own):
    for found, k in ((types[own].advantage, 0), (types[own].over_best, 1)):
        by_hand = weekly(
            lambda week, k=k: mean_by_hand(own, week, lambda one: advantages(own, week, one.mood, one.belief)[k])
        )
        assert found == close(by_hand)


@pytest.mark.parametrize("own", range(2))
def test_exposure_is_the_probability_of_no_war_before_in_the_eyes_of_the_type(types, own):
    assert types[own].exposure == close([0.0] * FIRST + [exposure_by_hand(own, week) for week in range(FIRST, WEEKS)])
    assert types[own].exposure[FIRST] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("own", range(2))
def test_the_most_likely_state_has_its_own_advantage(types, own):
    for week in range(FIRST, WEEKS):
        moods = by_mood(own, week)
        mood = max(MOODS, key=lambda name, moods=moods: moods[name][0])
        assert types[own].modal_state[week] == {"fleet": "here", "mood": mood, "conflict": "none"}
        assert types[own].modal_advantage[week] == close(moods[mood][1])
    assert types[own].modal_state[:FIRST] == (None,) * FIRST
    assert np.isnan(types[own].modal_advantage[:FIRST]).all()


@pytest.mark.parametrize("own", range(2))
def test_the_open_share_counts_the_states_in_which_striking_gains(types, own):
    def share(week):
        moods = by_mood(own, week).values()
        return sum(p for p, gain in moods if gain > 0.0) / sum(p for p, _ in moods)

    assert types[own].share_open == close(weekly(share))


@pytest.mark.parametrize("own", range(2))
def test_today_is_the_most_likely_state_of_the_first_week_in_which_striking_is_possible(types, own):
    mood, belief = today_by_hand(own)
    assert types[own].today_state == {"fleet": "here", "mood": mood, "conflict": "none"}
    assert types[own].today == close(advantages(own, FIRST, mood, belief)[0])


@pytest.mark.parametrize("own", range(2))
def test_mood_beliefs_and_calendar_share_the_change_by_every_order_of_joining(types, own):
    mood, belief = today_by_hand(own)
    names = ("mood", BELIEFS, CALENDAR)
    parts = {name: np.full(WEEKS, np.nan) for name in names}
    for week in range(FIRST, WEEKS):
        here = standings(own, week)

        def worth(joined, here=here, week=week):
            return sum(
                one.probability
                * advantages(
                    own,
                    week if CALENDAR in joined else FIRST,
                    one.mood if "mood" in joined else mood,
                    one.belief if BELIEFS in joined else belief,
                )[0]
                for one in here
            )

        orders = list(permutations(names))
        for name in names:
            steps = [worth(order[: order.index(name) + 1]) - worth(order[: order.index(name)]) for order in orders]
            parts[name][week] = sum(steps) / len(orders) / exposure_by_hand(own, week)
    assert [part.name for part in types[own].parts] == list(names)
    for part in types[own].parts:
        assert part.values == close(parts[part.name]), part.name
    assert types[own].unattributed == close(weekly(lambda _: 0.0))


@pytest.mark.parametrize("own", range(2))
def test_every_level_has_its_share_and_its_advantage_as_observed_and_as_held(types, own):
    assert [(one.track, one.level) for one in types[own].levels] == [("mood", mood) for mood in MOODS]
    for one in types[own].levels:
        shares = weekly(lambda week, mood=one.level: by_mood(own, week)[mood][0] / exposure_by_hand(own, week))
        assert one.share == close(shares), one.level
        assert one.observed == close(weekly(lambda week, mood=one.level: by_mood(own, week)[mood][1])), one.level
        held = weekly(
            lambda week, mood=one.level: mean_by_hand(own, week, lambda s: advantages(own, week, mood, s.belief)[0])
        )
        assert one.held == close(held), one.level


def test_only_the_stern_type_gains_by_striking_and_only_in_the_last_week(types):
    mild, stern = types
    assert (mild.spells, stern.spells) == ((), ((WEEKS - 1, None),))
    assert (mild.peak, stern.peak) == (FIRST, WEEKS - 1)
