"""A scenario bound to numbers: everything that does not depend on the public state.

A context holds the players, packages, columns and epochs of a scenario in one draw of its parameters or in many
(`standoff.game.numbers`). `standoff.game.states` evaluates its expressions over public states.

With one draw, faults are collected instead of raised, so that the author of a file sees them all. With many, a draw in which
anything is wrong is only marked as `suspect`: who wants to know why binds it alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standoff.errors import Problem, ScenarioError
from standoff.game.drafts import Columns
from standoff.game.model import Plane, Player
from standoff.game.numbers import Draw, Numbers
from standoff.game.package_choice import PackageChoice, choose_packages
from standoff.scenario import Expression, Scenario, Scope

__all__ = ["Context"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]

FEW = 16
NO_PACKAGES = PackageChoice(
    (), (), np.zeros((0, 0), dtype=np.int32), np.zeros((0, 0)), np.zeros((0, 0, 2), dtype=np.bool_)
)


class Context:
    """What the compiler knows of a scenario before it knows its states.

    Attributes:
        scenario: The scenario.
        num_draws: Draws of its parameters.
        suspect: Draws in which something is wrong; shape (draw,).
        players_by_draw: Players of each draw, with priors, rationality and discount a period as numbers.
        planes: One for each player type.
        belief_players: Players with two types.
        columns: Columns of the public state.
        start_levels: The start state; shape (1, column).
        choices: Packages of each draw.
        package_levels: Level of each issue in each package; shape (draw, package, issue).
        epoch_starts: First period of each epoch.
    """

    def __init__(self, scenario: Scenario, draws: Sequence[Draw] = ({},)) -> None:
        self.scenario = scenario
        self._problems: dict[tuple[str, str], Problem] = {}
        self._outcome_names = tuple(scenario.outcomes)
        self._player_names = tuple(scenario.players)
        self._resolved: dict[int, tuple[Expression, Expression]] = {}
        self._numbers_of: dict[int, tuple[Expression, Floats]] = {}
        self._labels_of: dict[tuple[str, ...], dict[str, str]] = {}
        self.num_draws = len(draws)
        self.suspect = np.zeros(len(draws), dtype=np.bool_)
        self.numbers = Numbers.of(scenario, draws)
        self._bind()
        for d, faults in enumerate(self.numbers.faults):
            for path, message in faults:
                which = np.arange(self.num_draws) == d if len(self.numbers.faults) > 1 else None
                self.problem("submodel", message, path, "give a value that the submodel can work with", draws=which)
        self.raise_problems()
        self.players_by_draw = self._players()
        self.planes = tuple(
            Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types))
        )
        self.belief_players = tuple(i for i, player in enumerate(self.players) if len(player.player_types) == 2)
        self.columns = self._columns(0)
        self.start_levels = np.zeros((1, len(self.columns.names)), dtype=np.int32)
        for column, track in enumerate(scenario.state.values()):
            self.start_levels[0, column] = track.levels.index(track.start)
        self.epoch_starts = self._epoch_starts()
        self.package_levels = np.zeros((1, 0, 0), dtype=np.int32)
        self.choices: tuple[PackageChoice, ...] = (NO_PACKAGES,) * self.num_draws
        if scenario.agenda is not None:
            self.choices = choose_packages(self, scenario.agenda)
        self._bind_packages()

    def take(self, draws: NDArray[np.int64]) -> Context:
        """The same for some of the draws."""
        part = copy.copy(self)
        part.num_draws = len(draws)
        part._problems, part._numbers_of = {}, {}
        part.suspect = self.suspect[draws]
        part.numbers = self.numbers.take(draws)
        part.players_by_draw = tuple(self.players_by_draw[d] for d in draws)
        part.choices = tuple(self.choices[d] for d in draws)
        part._bind()
        part._bind_packages()
        return part

    def _bind(self) -> None:
        """The scope in which every expression starts."""
        names = self.numbers.submodels[0]
        self.scope = Scope(self.numbers.values, {name: self._submodel(name) for name in names})

    def _bind_packages(self) -> None:
        """Stack the packages of all draws, where these have the same number of them."""
        choices = self.choices
        if len({len(choice.names) for choice in choices}) > 1:
            return  # each number of packages is taken for itself
        # one more size for the packages, now that they are known
        self.columns = self._columns(len(choices[0].names))
        first = choices[0]
        if all(choice.names == first.names for choice in choices):
            self.package_levels, self._red = first.levels[None], first.red[None]
        else:
            self.package_levels = np.stack([choice.levels for choice in choices])
            self._red = np.stack([choice.red for choice in choices])
        self._worth = np.stack([choice.worth for choice in choices])

    def problem(
        self, code: str, message: str, path: str, advice: str, about: str = "", *, draws: Bools | None = None
    ) -> None:
        """Note a fault, once for each place, or for each thing that it is about where a place has several.

        Args:
            code: Its code.
            message: What is wrong.
            path: Where in the file.
            advice: One thing to do.
            about: What it is about.
            draws: The draws that have it, with any further axes; None for all.
        """
        if draws is None:
            self.suspect[:] = True
        else:
            self.suspect |= draws.reshape(len(draws), -1).any(axis=1)
        if self.num_draws == 1:
            found = self.scenario.source_map.problem(code, message, path, advice)
            self._problems.setdefault((code, f"{path} {about}"), found)

    def raise_problems(self) -> None:
        """Raise the faults noted so far, in the order of the file."""
        if self._problems:
            raise ScenarioError(sorted(self._problems.values(), key=lambda problem: problem.line))

    @property
    def players(self) -> tuple[Player, ...]:
        """The players of the first draw: names and types are those of every draw."""
        return self.players_by_draw[0]

    @property
    def package_names(self) -> tuple[str, ...]:
        """Names of the packages of the first draw, of which every draw has as many."""
        return self.choices[0].names

    def player_index(self, name: str) -> int:
        """Position of a player."""
        return self._player_names.index(name)

    def player_types(self, player: int) -> tuple[str, ...]:
        """Types of a player."""
        return self.players[player].player_types

    def outcome_index(self, name: str) -> int:
        """Position of an outcome."""
        return self._outcome_names.index(name)

    def turn_column(self, stage: str) -> str:
        """Column that says whose turn it is in a bargaining stage with alternating proposers."""
        return f"turn of {stage}"

    def package_allowed(self, player: int, player_type: int, packages: Levels) -> Bools:
        """Whether no red line of a type forbids each of some packages; shape (draw, state).

        False for package -1, and for a type that does not exist.
        """
        if not self._red.shape[1] or player_type >= len(self.players[player].player_types):
            return np.zeros((1, len(packages)), dtype=np.bool_)
        return np.asarray((packages >= 0) & ~self._red[:, packages.clip(min=0), player, player_type])

    def package_worth(self, packages: Levels) -> Floats:
        """Worth of packages, 0 for -1; shape (draw, state, plane)."""
        if not self._worth.shape[1]:
            return np.zeros((1, len(packages), len(self.planes)))
        return np.where((packages >= 0)[:, None], self._worth[:, packages.clip(min=0)], 0.0)

    def evaluate(self, expression: Expression, scope: Scope, path: str) -> Floats:
        """Value of an expression in every draw and state; a value that is not finite is a fault. Shape (draw, state)."""
        known = self._resolved.get(id(expression))
        if known is None:
            known = self._resolved[id(expression)] = (expression, self.scenario.resolve(expression))
        try:
            value = np.atleast_2d(np.asarray(known[1].evaluate(scope), dtype=np.float64))
        except ValueError as error:  # how a submodel refuses its arguments
            self._refused(expression, error, path)
            return np.zeros((1, 1))
        finite = np.isfinite(value)
        if not finite.all():
            self.problem(
                "not-finite",
                f"`{expression}` is `{value[~finite][0]}` in some state",
                path,
                "guard it, for example with max(x, 0.001)",
                draws=np.broadcast_to(~finite, (self.num_draws, value.shape[1])),
            )
            return np.where(finite, value, 0.0)
        return value

    def _refused(self, expression: Expression, error: ValueError, path: str) -> None:
        advice = "keep the arguments in range in every state, for example with min(x, 1)"
        self.problem("submodel", f"`{expression}` has no value in some state: {error}", path, advice)

    def _submodel(self, name: str) -> Callable[..., Any]:
        """A function of the submodels, each draw by its own."""
        functions = [own[name] for own in self.numbers.submodels if name in own]
        if self.num_draws == 1:
            return functions[0]
        if len(functions) < self.num_draws:
            functions = functions[:1] * self.num_draws  # the same in all, or refused in some: those are suspect

        def called(*arguments: ArrayLike) -> Floats:
            together = np.broadcast_arrays(*(np.atleast_2d(argument) for argument in arguments))
            columns, place = np.unique(np.concatenate(together), axis=1, return_inverse=True)
            given = np.split(columns, len(together))
            found = np.zeros((self.num_draws, columns.shape[1]))
            for d, function in enumerate(functions):
                own = [argument[min(d, len(argument) - 1)] for argument in given]
                try:
                    if columns.shape[1] <= FEW:  # one by one is quicker than to look for those that are equal
                        found[d] = [function(*pair) for pair in zip(*(row.tolist() for row in own), strict=True)]
                    else:
                        found[d] = function(*own)
                except ValueError:
                    self.suspect[d] = True
            return found[:, place.ravel()]

        return called

    def numbers_of(self, expression: Expression, path: str) -> Floats:
        """Value of an expression of parameters in every draw; shape (draw,), or (1,) where all agree."""
        known = self._numbers_of.get(id(expression))
        if known is None:
            # the expression is kept beside its value, so that no other one can come to have its identity
            known = self._numbers_of[id(expression)] = (expression, self.evaluate(expression, self.scope, path)[:, 0])
        return known[1]

    def _players(self) -> tuple[tuple[Player, ...], ...]:
        """The players of every draw."""
        columns = []
        length = self.scenario.period.length
        for name, player in self.scenario.players.items():
            path = f"players.{name}"
            types = player.types or {}
            every = np.ones(self.num_draws)
            prior = [every * self.numbers_of(share, f"{path}.types.{key}") for key, share in types.items()] or [every]
            rationality = every * self.numbers_of(player.rationality, f"{path}.rationality")
            discount = every * self.numbers_of(player.discount, f"{path}.discount")
            label = player.label or name
            columns.append(
                [
                    Player(
                        name,
                        label,
                        tuple(types) or (name,),
                        tuple(float(share[d]) for share in prior),
                        float(rationality[d]),
                        float(discount[d]) ** length,
                    )
                    for d in range(self.num_draws)
                ]
            )
        return tuple(zip(*columns, strict=True))

    def _columns(self, num_packages: int) -> Columns:
        names = list(self.scenario.state)
        sizes = [len(track.levels) for track in self.scenario.state.values()]
        for stage in self.scenario.stages:
            if stage.bargaining is not None and stage.bargaining.proposer == "alternate":
                names.append(self.turn_column(stage.name))
                sizes.append(2)
        return Columns((*names, "proposer", "package"), (*sizes, 3, num_packages + 1))

    def _epoch_starts(self) -> tuple[int, ...]:
        """Period 0, and for each deadline the first period that starts on its date or later."""
        starts = {0}
        for name in self.scenario.deadlines:
            first = self.deadline_period(name)
            if first < self.scenario.num_periods:
                starts.add(first)
        return tuple(sorted(starts))

    def deadline_period(self, name: str) -> int:
        """First period that starts on the deadline's date or later, at most the number of periods."""
        return self.scenario.period_of_date(self.scenario.deadlines[name].date)

    def describe(self, levels: Levels) -> str:
        """A state in words of the file; `levels` has the shape (column,)."""
        tracks = self.scenario.state.items()
        return ", ".join(f"{name} {track.levels[levels[column]]}" for column, (name, track) in enumerate(tracks))

    def labels_of(self, draw: int) -> dict[str, str]:
        """Text for people, which depends on the draw by its packages alone."""
        choice = self.choices[draw]
        if choice.names not in self._labels_of:
            self._labels_of[choice.names] = self._labels(choice)
        return self._labels_of[choice.names]

    def _labels(self, choice: PackageChoice) -> dict[str, str]:
        scenario = self.scenario
        packages = dict(zip(choice.names, choice.labels, strict=True))
        labels = {name: hazard.label or name for name, hazard in scenario.nature.items()}
        # an outcome may have the name of the hazard that brings it, and is then called by its own label
        labels |= {name: outcome.label or name for name, outcome in scenario.outcomes.items()}
        labels["unresolved"] = scenario.unresolved.label or "Unresolved"
        for stage in scenario.stages:
            labels[stage.name] = stage.label or stage.name
            for own in stage.own_actions():
                # two who move at the same time may each have an action of this name
                whose = f"{own.mover}." if stage.movers is not None else ""
                labels[f"{stage.name}.{whose}{own.name}"] = own.action.label or own.name
            if stage.bargaining is not None:
                for name in ("accept", "reject", "slip"):
                    reply = getattr(stage.bargaining, name)
                    if reply is not None:
                        labels[f"{stage.name}_answer.{name}"] = reply.label or name
                labels[f"{stage.name}_offer.no_offer"] = stage.bargaining.no_offer.label or "no offer"
                for package, words in packages.items():
                    labels[f"{stage.name}_offer.{package}"] = f"offer {words}"
        return labels | packages
