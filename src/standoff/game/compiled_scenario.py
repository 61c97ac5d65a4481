"""Many draws of the parameters of one scenario, compiled at once.

A scenario is compiled in two steps. The template (states, actions, branches) is found once; the numbers (payoffs,
probabilities, rates, priors) are computed for dozens of draws at a time and copied into it. A draw in which something else
can happen than in those before (a probability that becomes zero or positive, a condition that flips, another number of
packages) is noticed, because all that the template was read from is evaluated for each draw and compared. It is then
compiled alone, and its template is kept for others like it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from standoff.errors import Problem, ScenarioError, suggest_nearest
from standoff.game.agenda import choose_packages
from standoff.game.bound import Bound, bind
from standoff.game.compile import compile_space, compile_template
from standoff.game.faults import Faults
from standoff.game.game_template import GameTemplate
from standoff.game.model import Game
from standoff.game.numbers import Draw, find_suspicious_draws
from standoff.game.packages import Packages
from standoff.game.states import StateSpace
from standoff.scenario import Scenario, replace

__all__ = ["CHUNK", "CompiledScenario"]

CHUNK = 64
"""Number of draws that are compiled at a time."""
MAX_TEMPLATES = 32
"""Number of templates that are kept; the least recently used goes first."""
Found = Game | ScenarioError


class CompiledScenario:
    """A scenario, ready to become a game for any values of its parameters.

    It learns templates as it meets them, so one thread at a time may use it.

    Attributes:
        scenario: The scenario.

    Examples:
        >>> from standoff.scenario import load_scenario
        >>> from standoff.catalog.opening import find_scenario
        >>> compiled = CompiledScenario.of(load_scenario(find_scenario("cuba-1962")))
        >>> games = list(compiled.make_games([{"war_cost": 3.0}, {"war_cost": 5.0}]))
        >>> games[0].num_states == games[1].num_states
        True
    """

    def __init__(self, scenario: Scenario, templates: Sequence[GameTemplate]) -> None:
        self.scenario = scenario
        self._templates = list(templates)
        self._fitted: dict[tuple[str, ...], GameTemplate] = {}  # the template that draws with these packages had last

    @staticmethod
    def of(scenario: Scenario) -> CompiledScenario:
        """Find the template of a scenario as it is written.

        Args:
            scenario: A scenario that has passed the checks of `standoff.scenario`.

        Raises:
            ScenarioError: As `compile_game`.
        """
        template, _ = compile_template(scenario, check_play=not scenario.may_lack_play)
        return CompiledScenario(scenario, [template])

    @property
    def num_templates(self) -> int:
        """Number of templates kept."""
        return len(self._templates)

    def make_game(self, values: Mapping[str, float]) -> Game:
        """Return the game with some parameters changed: that of the overridden scenario, as `compile_game` makes it.

        Args:
            values: Parameter -> value, in the parameter's own unit as in the file.

        Raises:
            ScenarioError: A name is not that of a parameter, or the values make no game.
        """
        (found,) = self.make_games([values])
        if isinstance(found, ScenarioError):
            raise found
        return found

    def make_games(self, draws: Iterable[Mapping[str, float]]) -> Iterator[Game | ScenarioError]:
        """Yield the game of each draw, in order.

        Draws are taken `CHUNK` at a time, so memory does not grow with their number.

        Args:
            draws: As the values of `game`.

        Yields:
            The game, or the error that says why the values make no game.

        Raises:
            ScenarioError: A name is not that of a parameter.
        """
        waiting = iter(draws)
        while chunk := list(islice(waiting, CHUNK)):
            self._check_names(chunk)
            yield from self._compile(chunk)

    def _check_names(self, draws: Sequence[Draw]) -> None:
        known = self.scenario.parameters
        for name in sorted({name for draw in draws for name in draw} - known.keys()):
            message = f"there is no parameter `{name}` in this scenario"
            raise ScenarioError(Problem("unknown-path", message, help=suggest_nearest(name, list(known))))

    def _compile(self, draws: Sequence[Draw]) -> list[Found]:
        found: dict[int, Found] = {}
        faults = Faults(self.scenario, np.zeros(len(draws), dtype=np.bool_))
        try:
            bound = bind(self.scenario, draws, faults)
            packages = choose_packages(bound)
        except ScenarioError:
            pass  # of a single draw
        else:
            faults.faulty |= find_suspicious_draws(self.scenario, bound.numbers)
            sound = np.flatnonzero(~faults.faulty)
            sizes = np.array([len(chosen) for chosen in packages.chosen])
            for size in np.unique(sizes[sound]):
                self._fill(bound, packages, sound[sizes[sound] == size], found)
        return [found[d] if d in found else self._compile_alone(draw) for d, draw in enumerate(draws)]

    def _fill(self, bound: Bound, packages: Packages, pending: NDArray[np.int64], found: dict[int, Found]) -> None:
        """Find the games of draws that have the same number of packages; those with faults are left out."""
        size = len(packages.chosen[pending[0]])
        untried = [template for template in self._templates if template.num_packages == size]
        likely = self._fitted.get(packages.list_names(pending[0]))
        untried.sort(key=lambda template: template is not likely)
        while len(pending):
            if not untried:
                one = StateSpace(bound.take(pending[:1]), packages.take(pending[:1]))
                untried = self._learn(one, int(pending[0]), found)
                pending = pending[1:]
                continue
            template = untried.pop(0)
            space = StateSpace(bound.take(pending), packages.take(pending))
            faulty = space.bound.faults.faulty
            arrays, fits = template.evaluate(space)
            others = ~fits & ~faulty  # before numbers are filled in: those of other templates would look like faults
            if (fits & ~faulty).any():
                self._keep(template)
                games = template.fill(space, arrays)
                for k in np.flatnonzero(fits & ~faulty):
                    self._fitted[games[k].packages] = template
                    found[int(pending[k])] = games[k]
            pending = pending[others]

    def _learn(self, one: StateSpace, draw: int, found: dict[int, Found]) -> list[GameTemplate]:
        """Compile a draw that has no known template, and keep its template."""
        try:
            template, found[draw] = compile_space(one, check_play=False)
        except (ScenarioError, ValueError):
            return []
        self._keep(template)
        self._fitted[one.packages.list_names()] = template
        return [template]

    def _keep(self, template: GameTemplate) -> None:
        self._templates = [template, *(other for other in self._templates if other is not template)]
        for gone in self._templates[MAX_TEMPLATES:]:
            self._fitted = {names: kept for names, kept in self._fitted.items() if kept is not gone}
        del self._templates[MAX_TEMPLATES:]

    def _compile_alone(self, draw: Draw) -> Found:
        """Compile a draw that has or seems to have a fault with all checks."""
        try:
            changed = replace(self.scenario, {name: float(value) for name, value in draw.items()})
            return compile_template(changed, check_play=False)[1]
        except ScenarioError as error:
            return error
