"""A scenario bound to numbers: what its expressions are worth in any array of public states.

`Context` holds what does not depend on the state: players, packages, columns, epochs. `States` binds the tracks (and the
package on the table) to arrays, so that every expression of the file is evaluated once over all states of a layer.
Both collect faults instead of raising them, so that the author of a file sees them all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from standoff.errors import Problem, ScenarioError
from standoff.game.agenda import all_packages, efficient_packages, most_promising
from standoff.game.drafts import Columns
from standoff.game.model import Plane, Player
from standoff.game.submodel_functions import submodel_functions
from standoff.scenario import Expression, Scenario, Scope, base_scope

__all__ = ["Context", "States"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]
ByPlayer = Mapping[str, Expression | Mapping[str, Expression]]

SUM_TOLERANCE = 1e-9


class Context:
    """What the compiler knows of a scenario before it knows its states.

    Attributes:
        scenario: The scenario.
        players: Its players, with priors, rationality and discount a period as numbers.
        planes: One for each player type.
        belief_players: Players with two types.
        columns: Columns of the public state.
        start_levels: The start state; shape (1, column).
        package_levels: Level of each issue in each package; shape (package, issue).
        package_names: Names of the packages.
        epoch_starts: First period of each epoch.
        labels: Text for people.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._problems: dict[tuple[str, str], Problem] = {}
        self._outcome_names = tuple(scenario.outcomes)
        self._player_names = tuple(scenario.players)
        numbers = base_scope(scenario)
        functions, faults = submodel_functions(scenario, numbers)
        for path, message in faults:
            self.problem("submodel", message, path, "give a value that the submodel can work with")
        self.raise_problems()
        self._level_names = {name: track.levels for name, track in scenario.state.items()}
        if scenario.agenda is not None:
            self._level_names |= {name: issue.levels for name, issue in scenario.agenda.issues.items()}
        self.scope = numbers.extended(functions=functions)
        self._resolved: dict[int, Expression] = {}
        self.players = tuple(self._player(name) for name in scenario.players)
        self.planes = tuple(
            Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types))
        )
        self.belief_players = tuple(i for i, player in enumerate(self.players) if len(player.player_types) == 2)
        self.columns = self._columns()
        self.start_levels = np.zeros((1, len(self.columns.names)), dtype=np.int32)
        for column, track in enumerate(scenario.state.values()):
            self.start_levels[0, column] = track.levels.index(track.start)
        self.epoch_starts = self._epoch_starts()
        self._package_worth = np.zeros((0, len(self.planes)))
        self._red = np.zeros((0, len(self.players), 2), dtype=np.bool_)
        self.package_levels = np.zeros((0, 0), dtype=np.int32)
        self.package_names: tuple[str, ...] = ()
        if scenario.agenda is not None:
            self._choose_packages()
        # one more size for the packages, now that they are known
        self.columns = self._columns()
        self.labels = self._labels()

    def problem(self, code: str, message: str, path: str, advice: str, about: str = "") -> None:
        """Note a fault, once for each place, or for each thing that it is about where a place has several."""
        found = self.scenario.source_map.problem(code, message, path, advice)
        self._problems.setdefault((code, f"{path} {about}"), found)

    def raise_problems(self) -> None:
        """Raise the faults noted so far, in the order of the file."""
        if self._problems:
            raise ScenarioError(sorted(self._problems.values(), key=lambda problem: problem.line))

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
        """Whether no red line of a type forbids each of some packages; False for -1, and for a type that does not exist."""
        if not len(self._red) or player_type >= len(self.players[player].player_types):
            return np.zeros(len(packages), dtype=np.bool_)
        return np.asarray((packages >= 0) & ~self._red[packages.clip(min=0), player, player_type])

    def package_worth(self, packages: Levels) -> Floats:
        """Worth of packages, 0 for -1; shape (state, plane)."""
        if not len(self._package_worth):
            return np.zeros((len(packages), len(self.planes)))
        worth = self._package_worth[packages.clip(min=0)]
        return np.where((packages >= 0)[:, None], worth, 0.0)

    def evaluate(self, expression: Expression, scope: Scope, count: int, path: str) -> Floats:
        """Value of an expression in every state; a value that is not finite is a fault. Shape (count,)."""
        if id(expression) not in self._resolved:
            self._resolved[id(expression)] = expression.resolve(self._level_names)
        try:
            value = np.broadcast_to(
                np.asarray(self._resolved[id(expression)].evaluate(scope), dtype=np.float64), (count,)
            )
        except ValueError as error:  # how a submodel refuses its arguments
            advice = "keep the arguments in range in every state, for example with min(x, 1)"
            self.problem("submodel", f"`{expression}` has no value in some state: {error}", path, advice)
            return np.zeros(count)
        if not np.isfinite(value).all():
            bad = value[~np.isfinite(value)][0]
            self.problem(
                "not-finite",
                f"`{expression}` is `{bad}` in some state",
                path,
                "guard it, for example with max(x, 0.001)",
            )
            return np.zeros(count)
        return value

    def _number(self, expression: Expression, path: str) -> float:
        return float(self.evaluate(expression, self.scope, 1, path)[0])

    def _player(self, name: str) -> Player:
        player = self.scenario.players[name]
        types = player.types or {}
        path = f"players.{name}"
        return Player(
            name=name,
            label=player.label or name,
            player_types=tuple(types) or (name,),
            prior=tuple(self._number(prior, f"{path}.types.{key}") for key, prior in types.items()) or (1.0,),
            rationality=self._number(player.rationality, f"{path}.rationality"),
            discount=self._number(player.discount, f"{path}.discount") ** self.scenario.period.length,
        )

    def _columns(self) -> Columns:
        names = list(self.scenario.state)
        sizes = [len(track.levels) for track in self.scenario.state.values()]
        for stage in self.scenario.stages:
            if stage.bargaining is not None and stage.bargaining.proposer == "alternate":
                names.append(self.turn_column(stage.name))
                sizes.append(2)
        packages = len(getattr(self, "package_names", ()))
        return Columns((*names, "proposer", "package"), (*sizes, 3, packages + 1))

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

    def _choose_packages(self) -> None:
        agenda = self.scenario.agenda
        assert agenda is not None
        issues = agenda.issues
        levels = all_packages([len(issue.levels) for issue in issues.values()])
        if isinstance(agenda.packages, str):
            worth, red = self._worth(levels), self._red_lines(levels)
            chosen = self._frontier(worth, red) if agenda.packages == "efficient" else np.arange(len(levels))
            if len(chosen) > agenda.limit:
                chosen = most_promising(chosen, self._nash_product(levels, worth), agenda.limit)
            levels = levels[chosen]
        else:
            levels = np.array(
                [[issue.levels.index(package[name]) for name, issue in issues.items()] for package in agenda.packages],
                dtype=np.int32,
            )
        self.package_levels = levels
        self._package_worth = self._worth(levels)
        self._red = self._red_lines(levels)
        self.package_names = tuple(
            "+".join(issue.levels[level] if len(issues) == 1 else f"{name}:{issue.levels[level]}"
                     for level, (name, issue) in zip(row, issues.items(), strict=True))
            for row in levels
        )  # fmt: skip

    def _negotiators(self) -> tuple[int, int]:
        for stage in self.scenario.stages:
            if stage.bargaining is not None:
                return self.player_index(stage.bargaining.between[0]), self.player_index(stage.bargaining.between[1])
        return 0, min(1, len(self.players) - 1)

    def _frontier(self, worth: Floats, red: Bools) -> NDArray[np.int64]:
        """Efficient packages in the order of what they are worth to the first negotiator."""
        a, b = self._negotiators()
        rows = [[p for p, plane in enumerate(self.planes) if plane.player == side] for side in (a, b)]
        allowed = [
            np.array([~red[:, side, plane] for plane in range(len(self.players[side].player_types))]) for side in (a, b)
        ]
        kept = efficient_packages(worth[:, rows[0]].T, worth[:, rows[1]].T, allowed[0], allowed[1])
        if not kept.any():
            self.problem(
                "no-package",
                "no package is acceptable to any pair of types",
                "agenda.packages",
                "check the red lines",
            )
        chosen = np.flatnonzero(kept)
        return np.asarray(chosen[np.argsort(worth[chosen][:, rows[0]].mean(axis=1), kind="stable")])

    def _nash_product(self, levels: Levels, worth: Floats) -> Floats:
        """Expected product of both negotiators' gains over no agreement, at the start; shape (package,)."""
        self.package_levels = levels
        packages = np.arange(len(levels), dtype=np.int32)
        states = States(self, np.repeat(self.start_levels, len(levels), axis=0), 0, packages)
        deals = {stage.bargaining.accept.outcome for stage in self.scenario.stages if stage.bargaining is not None}
        gain = worth - states.payoff(self.scenario.unresolved.payoffs, "unresolved.payoffs")
        for name in sorted(deals)[:1]:
            gain = gain + states.outcome_payoff(self.outcome_index(name))[:, :, 0, 0]
        sides = [
            sum(
                self.players[side].prior[plane.player_type] * np.maximum(gain[:, p], 0.0)
                for p, plane in enumerate(self.planes)
                if plane.player == side
            )
            for side in self._negotiators()
        ]
        return np.asarray(sides[0] * sides[1])

    def _worth(self, levels: Levels) -> Floats:
        """Worth of packages to every plane; shape (package, plane)."""
        agenda = self.scenario.agenda
        assert agenda is not None
        total = np.zeros((len(levels), len(self.planes)))
        for column, (name, issue) in enumerate(agenda.issues.items()):
            for p, plane in enumerate(self.planes):
                player = self.players[plane.player]
                player_type = player.player_types[plane.player_type]
                path = f"agenda.issues.{name}.worth.{player.name}"
                for level, level_name in enumerate(issue.levels):
                    worth = issue.worth_of(level_name, player.name, player_type)
                    total[levels[:, column] == level, p] += self._number(worth, path)
        return total

    def _red_lines(self, levels: Levels) -> Bools:
        """Whether a red line of a player type forbids each package; shape (package, player, type)."""
        agenda = self.scenario.agenda
        assert agenda is not None
        red = np.zeros((len(levels), len(self.players), 2), dtype=np.bool_)
        for column, issue in enumerate(agenda.issues.values()):
            for i, player in enumerate(self.players):
                for k, player_type in enumerate(player.player_types):
                    for level, level_name in enumerate(issue.levels):
                        if issue.is_red_line(level_name, player.name, player_type):
                            red[:, i, k] |= levels[:, column] == level
        return red

    def _package_labels(self) -> dict[str, str]:
        agenda = self.scenario.agenda
        if agenda is None:
            return {}
        return {
            package: ", ".join(
                f"{issue.label}: {issue.level_labels.get(issue.levels[level], issue.levels[level])}"
                for level, issue in zip(row, agenda.issues.values(), strict=True)
            )
            for row, package in zip(self.package_levels, self.package_names, strict=True)
        }

    def _labels(self) -> dict[str, str]:
        scenario = self.scenario
        labels = {name: outcome.label or name for name, outcome in scenario.outcomes.items()}
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
                for package, words in self._package_labels().items():
                    labels[f"{stage.name}_offer.{package}"] = f"offer {words}"
        labels |= {name: hazard.label or name for name, hazard in scenario.nature.items()}
        return labels | self._package_labels()


class States:
    """An array of public states in the periods of one epoch, in which expressions have values.

    Attributes:
        context: What the scenario fixes.
        levels: Shape (state, column).
        epoch_start: First period of the epoch.
        packages: Package agreed on or on the table, -1 for none; shape (state,).
    """

    def __init__(self, context: Context, levels: Levels, epoch_start: int, packages: Levels | None = None) -> None:
        self.context = context
        self.levels = levels
        self.epoch_start = epoch_start
        self.packages = levels[:, context.columns.package] - 1 if packages is None else packages
        values: dict[str, float | NDArray[np.generic]] = {
            name: levels[:, column].astype(np.float64) for column, name in enumerate(context.scenario.state)
        }
        if context.scenario.agenda is not None:
            for column, name in enumerate(context.scenario.agenda.issues):
                own = context.package_levels[:, column] if len(context.package_levels) else np.zeros(1)
                values[name] = np.where(self.packages >= 0, own[self.packages.clip(min=0)], 0).astype(np.float64)
        self.scope = context.scope.extended(values, {"passed": self._passed})
        for name in context.scenario.quantity_order:
            path = f"quantities.{name}.value"
            own_value = self.value(context.scenario.quantities[name].value, path)
            self.scope = self.scope.extended({name: own_value})

    @property
    def count(self) -> int:
        """Number of states."""
        return len(self.levels)

    @property
    def num_planes(self) -> int:
        """Number of player types."""
        return len(self.context.planes)

    def _passed(self, deadline: str) -> float:
        return float(self.epoch_start >= self.context.deadline_period(deadline))

    def at(self, levels: Levels, package: Levels | None = None) -> States:
        """Other states of the same epoch."""
        return States(self.context, levels, self.epoch_start, package)

    def value(self, expression: Expression | None, path: str, default: float = 0.0) -> Floats:
        """Value in every state; shape (state,)."""
        if expression is None:
            return np.full(self.count, default)
        return self.context.evaluate(expression, self.scope, self.count, path)

    def truth(self, expression: Expression | None, path: str) -> Bools:
        """Whether a condition holds in every state; no condition always holds."""
        return np.asarray(self.value(expression, path, 1.0) != 0.0)

    def arrival(self, rate: Expression | None, path: str) -> Floats:
        """Probability that something with a rate per unit of time comes up in a period; 1 without a rate."""
        if rate is None:
            return np.ones(self.count)
        per_unit = self.value(rate, path)
        if (per_unit < 0).any():
            self.context.problem(
                "negative-rate", f"`{rate}` is `{per_unit.min():g}` in some state", path, "a rate cannot be negative"
            )
            return np.zeros(self.count)
        return np.asarray(-np.expm1(-per_unit * self.context.scenario.period.length))

    def payoff(self, by_player: ByPlayer | None, path: str) -> Floats:
        """Payoffs to every plane; shape (state, plane)."""
        total = np.zeros((self.count, self.num_planes))
        for p, plane in enumerate(self.context.planes):
            player = self.context.players[plane.player]
            own = (by_player or {}).get(player.name)
            if own is None:
                continue
            here = f"{path}.{player.name}"
            if isinstance(own, Expression):
                total[:, p] = self.value(own, here)
            else:
                player_type = player.player_types[plane.player_type]
                total[:, p] = self.value(own.get(player_type), f"{here}.{player_type}")
        return total

    def outcome_payoff(self, outcome: int) -> Floats:
        """Payoff where the crisis ends in an outcome, without the worth of a package.

        A payoff may be given by the types of another player: then it depends on that player's true type.

        Returns:
            Shape (state, plane, 2, 2): the last axes are the types of the two players with private types.
        """
        name = list(self.context.scenario.outcomes)[outcome]
        path = f"outcomes.{name}.payoffs"
        by_player = self.context.scenario.outcomes[name].payoffs
        total = np.zeros((self.count, self.num_planes, 2, 2))
        total += self.payoff(by_player, path)[:, :, None, None]
        for p, plane in enumerate(self.context.planes):
            player = self.context.players[plane.player]
            own = by_player.get(player.name)
            if not isinstance(own, Mapping):
                continue
            for axis, other in enumerate(self.context.belief_players):
                for k, player_type in enumerate(self.context.players[other].player_types):
                    if other != plane.player and player_type in own:
                        value = self.value(own[player_type], f"{path}.{player.name}.{player_type}")
                        total[:, p][(slice(None), k) if axis == 0 else (slice(None), slice(None), k)] += value[:, None]
        return total

    def package_worth(self) -> Floats:
        """Worth of the package agreed on; shape (state, plane)."""
        return self.context.package_worth(self.packages)

    def change(self, changes: Mapping[str, str | int]) -> Levels:
        """Public states after an effect; a step stops at the last level. Shape (state, column)."""
        after = self.levels.copy()
        for column, (name, track) in enumerate(self.context.scenario.state.items()):
            to = changes.get(name)
            if isinstance(to, str):
                after[:, column] = track.levels.index(to)
            elif to is not None:
                after[:, column] = np.clip(after[:, column] + to, 0, len(track.levels) - 1)
        return after

    def require_probability(self, value: Floats, path: str) -> None:
        """Note a fault where a probability lies outside 0..1."""
        outside = (value < -SUM_TOLERANCE) | (value > 1 + SUM_TOLERANCE)
        if outside.any():
            x = int(np.flatnonzero(outside)[0])
            self.context.problem(
                "probabilities",
                f"the probability is `{value[x]:g}` in state `{self.describe(x)}`",
                path,
                "a probability lies between 0 and 1",
            )

    def require_sum(self, total: Floats, path: str) -> None:
        """Note a fault where probabilities do not sum to one."""
        off = np.abs(total - 1.0) > SUM_TOLERANCE
        if off.any():
            x = int(np.flatnonzero(off)[0])
            self.context.problem(
                "probabilities",
                f"the probabilities sum to `{total[x]:.12g}` in state `{self.describe(x)}`",
                path,
                "make them sum to 1, for example with `1 - x` for the last",
            )

    def describe(self, state: int) -> str:
        """A state in words of the file."""
        tracks = self.context.scenario.state.items()
        return ", ".join(
            f"{name} {track.levels[self.levels[state, column]]}" for column, (name, track) in enumerate(tracks)
        )
