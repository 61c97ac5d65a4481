"""A small solved crisis made by hand: the brief reads results, so its tests need no solver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from standoff.analysis.forecast import FirstMove, Forecast, Series
from standoff.game.model import NOBODY, Epoch, Game, Layer, Player, Terminals
from standoff.scenario.schema import Scenario
from standoff.solve.equilibrium import Certificate, Settings

HOSTILE = "<script>alert('x')</script> & \"quoted\" $\\frac$ ‮"

FILE: dict[str, Any] = {
    "standoff": 1,
    "id": "strait-2031",
    "title": "Northland and Southland, talks over a strait",
    "summary": "A made-up crisis for the tests of the brief.",
    "as_of": "2031-03-03",
    "period": {"unit": "week", "length": 1, "horizon": 26},
    "payoff_unit": "1 is full success for Northland",
    "documents": {
        "gazette": {
            "title": "Talks and drills",
            "publisher": "The Gazette",
            "author": "A. Writer",
            "date": "2031-03-02",
            "url": "https://example.org/talks",
            "rating": "B",
        },
        "leaflet": {"title": "A leaflet", "publisher": "Unknown", "date": "2031-02-01", "url": "javascript:alert(1)"},
    },
    "players": {
        "north": {
            "label": "Northland",
            "types": {"mild": "1 - stern_prior", "stern": "stern_prior"},
            "type_labels": {"mild": "mild, for whom war costs more than it brings"},
            "rationality": "care",
            "discount": 0.98,
        },
        "south": {
            "label": "Southland",
            "types": {"open_handed": 0.4, "proud": 0.6},
            "rationality": "care",
            "discount": 0.99,
        },
        "east": {"label": "Eastland", "rationality": "care", "discount": 0.99},
    },
    "parameters": {
        "stern_prior": {
            "value": 0.45,
            "range": [0.25, 0.65],
            "label": "Chance that Northland is stern",
            "evidence": [{"document": "gazette", "place": "paragraph 3", "says": "a fleet has been gathered"}],
            "judgement": "Slightly less than even.",
        },
        "care": {"value": 6, "range": [3, 12], "unit": "1/payoff", "judgement": "Wide, for nobody knows."},
        "fleet_cost": {"value": 0.001, "unit": "payoff/day", "label": "Cost of the fleet"},
        "twice": {
            "value": "2 * fleet_cost",
            "distribution": {"kind": "normal", "mean": 0.002, "sd": 0.0005},
            "evidence": [{"document": "leaflet", "place": "whole", "says": "fleets are expensive"}],
        },
    },
    "stages": [{"name": "pressure", "mover": "north", "actions": {"hold": {"label": "hold"}}}],
    "unresolved": {"label": "Still open", "payoffs": {}},
}


def some_scenario(**changes: Any) -> Scenario:
    return Scenario.model_validate({**FILE, **changes})


def _saturating(level: float, periods: int, pace: float = 0.1) -> np.ndarray:
    return level * (1.0 - np.exp(-pace * np.arange(1, periods + 1)))


def _known(probabilities: np.ndarray) -> tuple[tuple[str, str, np.ndarray], ...]:
    """Equal probabilities for every type of every player."""
    types = (("north", "mild"), ("north", "stern"), ("south", "open_handed"), ("south", "proud"))
    return tuple((player, player_type, probabilities) for player, player_type in types)


def by_name(*series: Series) -> dict[str, Series]:
    """Series by name, as a forecast holds them."""
    return {one.name: one for one in series}


def some_forecast(periods: int = 26, pace: float = 0.1) -> Forecast:
    deal = _saturating(0.55, periods, pace)
    war = _saturating(0.12, periods, pace / 2)
    withdrawal = _saturating(0.3, periods, pace)
    outcomes = (
        Series(
            "deal",
            "Deal",
            deal,
            parts=(
                Series("capped_untouched", "nuclear programme capped, missiles untouched", 0.7 * deal),
                Series("strict_untouched", "nuclear programme strict, missiles untouched", 0.297 * deal),
                Series("strict_reduced", "nuclear programme strict, missiles reduced", 0.003 * deal),
            ),
            by_type=(
                ("north", "mild", 1.2 * deal),
                ("north", "stern", 0.755 * deal),
                ("south", "open_handed", 1.3 * deal),
                ("south", "proud", 0.8 * deal),
            ),
        ),
        Series(
            "withdrawal",
            "Northland withdraws without a deal",
            withdrawal,
            by_type=(
                ("north", "mild", withdrawal),
                ("north", "stern", 0.9 * withdrawal),
                ("south", "open_handed", 0.5 * withdrawal),
                ("south", "proud", withdrawal),
            ),
        ),
        Series("surrender", "Southland yields", 0.001 + 0 * deal, by_type=_known(0.001 + 0 * deal)),
        Series("long_war", "Long war", war, by_type=_known(war)),
    )
    unresolved = 1.0 - sum(series.cumulative for series in outcomes)
    over = np.flatnonzero(unresolved <= 0.5)
    steps = np.arange(periods + 1)
    return Forecast(
        outcomes=by_name(*outcomes),
        unresolved=unresolved,
        unresolved_label="Still open",
        milestones=by_name(
            Series("strike", "First strike on Southland", _saturating(0.35, periods, pace / 2)),
            Series("regional_war", "Regional war", _saturating(0.12, periods, pace / 2)),
            Series("rounds", "Negotiating rounds begin", _saturating(0.86, periods, 2 * pace)),
            Series("collapse", "Talks break off", _saturating(0.33, periods, pace / 2)),
        ),
        first_moves=(
            FirstMove(
                "pressure",
                "north",
                "mild",
                {"hold": 0.6, "strike": 0.0004, "ease": 0.3996},
                {"hold": "keep up the pressure", "strike": "strike", "ease": "ease the pressure and talk"},
                {"hold": 0.43, "strike": 0.997, "ease": 0.22},
            ),
            FirstMove(
                "pressure",
                "north",
                "stern",
                {"hold": 0.5, "strike": 0.4, "ease": 0.1},
                {"hold": "keep up the pressure", "strike": "strike", "ease": "ease the pressure and talk"},
                {"hold": 0.43, "strike": 0.997, "ease": 0.22},
            ),
            FirstMove(
                "round",
                "south",
                "open_handed",
                {"no_offer": 0.3, "capped_untouched": 0.7},
                {"no_offer": "offer nothing"},
                {"no_offer": 0.7, "capped_untouched": 0.5},
            ),
            FirstMove(
                "round",
                "south",
                "proud",
                {"no_offer": 0.6, "capped_untouched": 0.4},
                {"no_offer": "offer nothing"},
                {"no_offer": 0.7, "capped_untouched": 0.5},
            ),
            FirstMove("watch", "east", "east", {"wait": 1.0, "join": 0.0}, {"wait": "wait", "join": "join in"}, {}),
        ),
        beliefs={"north": 0.45 + 0.004 * steps, "south": 0.6 + 0.3 * (1 - np.exp(-0.1 * steps))},
        levels={},
        mean_duration=0.4 * periods,
        median_duration=int(over[0]) + 1 if len(over) else None,
        start_values={},
    )


PLAYERS = (
    Player("north", "Northland", ("mild", "stern"), (0.55, 0.45), 6.0, 0.98),
    Player("south", "Southland", ("open_handed", "proud"), (0.4, 0.6), 6.0, 0.99),
    Player("east", "Eastland", ("east",), (1.0,), 6.0, 0.99),
)


def some_game(players: tuple[Player, ...] = PLAYERS, packages: tuple[str, ...] = ("capped_untouched",)) -> Game:
    """A game in which nobody moves, because a brief reads only names from it."""
    planes = sum(len(player.player_types) for player in players)
    watch = Layer(
        name="watch",
        stage="watch",
        is_chance=False,
        fields=(),
        levels=np.zeros((1, 0), dtype=np.int32),
        mover=np.array([NOBODY], dtype=np.int32),
        arrival=np.zeros(1),
        skip=np.zeros(1, dtype=np.int32),
        action_start=np.zeros(2, dtype=np.int32),
        action_label=np.zeros(0, dtype=np.int32),
        action_names=(),
        action_allowed=np.zeros((0, 2), dtype=np.bool_),
        action_payoff=np.zeros((0, planes)),
        branch_start=np.zeros(1, dtype=np.int32),
        branch_probability=np.zeros(0),
        branch_target=np.zeros(0, dtype=np.int32),
        milestone_holds=np.zeros((1, 0), dtype=np.bool_),
    )
    return Game(
        players=players,
        epochs=(Epoch(0, (watch,), np.zeros((1, planes))),),
        num_periods=26,
        start=0,
        terminals=Terminals(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros((0, planes, 2, 2))),
        unresolved_payoff=np.zeros((1, planes)),
        outcomes=("deal", "withdrawal", "surrender", "long_war"),
        packages=packages,
        labels={
            "capped_untouched": "nuclear programme capped, missiles untouched",
            "pressure": "Northland's decision on pressure",
        },
    )


def some_certificate() -> Certificate:
    return Certificate(
        residual=3.2e-12, regret=0.034, belief_points=(9, 9), belief_error=4e-4, consistency_gap=2e-15,
        branch="principal", nodes=2_100_000, evaluations=6_900_000, unique=2_000_000, traced=100_000, folds=0,
    )  # fmt: skip


@dataclass(frozen=True)
class FakeSolution:
    """The parts of a solution that a brief reads."""

    scenario: Scenario = field(default_factory=some_scenario)
    found: Forecast = field(default_factory=some_forecast)
    game: Game = field(default_factory=some_game)
    overrides: tuple[str, ...] = ()

    @property
    def equilibrium(self) -> SimpleNamespace:
        return SimpleNamespace(game=self.game, certificate=some_certificate(), settings=Settings())

    @property
    def forecast(self) -> Forecast:
        return self.found

    def to_json(self) -> dict[str, Any]:
        return {
            "overrides": list(self.overrides),
            "settings": {"tolerance": 1e-8, "belief_tolerance": 1e-3},
            "versions": {"standoff": "0.1.0", "python": "3.11.2", "numpy": "2.4.6"},
        }


def half_weeks() -> FakeSolution:
    """The crisis on a clock of half weeks."""
    scenario = some_scenario(period={"unit": "week", "length": 0.5, "horizon": 26})
    return FakeSolution(scenario=scenario, found=some_forecast(52, 0.05))


def relabelled(text: str) -> FakeSolution:
    """The crisis with one text in place of every label."""
    file = FILE | {
        "title": text,
        "summary": text,
        "payoff_unit": text,
        "documents": {
            name: document | {"title": text, "publisher": text, "author": text, "url": f"https://example.org/{text}"}
            for name, document in FILE["documents"].items()
        },
        "players": {name: player | {"label": text, "type_labels": {}} for name, player in FILE["players"].items()},
        "parameters": {
            "stern_prior": {"value": 0.45, "label": text, "unit": text, "judgement": text,
                "evidence": [{"document": "gazette", "place": text, "says": text}]},
            "care": {"value": 6},
        },
    }  # fmt: skip
    base = some_forecast()
    found = replace(
        base,
        outcomes=by_name(
            *(
                replace(series, label=text, parts=tuple(replace(part, label=text) for part in series.parts))
                for series in base.outcomes.values()
            )
        ),
        milestones=by_name(*(replace(series, label=text) for series in base.milestones.values())),
        unresolved_label=text,
        first_moves=tuple(
            replace(move, player_type=move.player_type, labels=dict.fromkeys(move.strategy, text))
            for move in base.first_moves
        ),
    )
    game = some_game()
    game = replace(
        game,
        players=tuple(replace(player, label=text) for player in game.players),
        labels=dict.fromkeys([*game.labels, "round", "watch"], text),
    )
    return FakeSolution(Scenario.model_validate(file), found, game, (f"care={text}",))
