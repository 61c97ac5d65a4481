"""Many draws of the parameters of one scenario, compiled at once.

A scenario is compiled in two steps. What can happen (states, actions, branches) is found once; the numbers (payoffs,
probabilities, rates, priors) are worked out for dozens of draws at a time and put into the places found. A draw in which
something else can happen than in those before (a probability that becomes zero or positive, a condition that flips, another
number of packages) is noticed, because what the structure was read from is worked out for each draw and compared; it is then
compiled alone, and its structure is kept for others like it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from standoff.errors import Problem, ScenarioError, nearest
from standoff.game.compile import compile_context
from standoff.game.context import Context
from standoff.game.model import Game
from standoff.game.numbers import Draw, suspicious_draws
from standoff.game.structure import Structure
from standoff.scenario import Scenario, replace

__all__ = ["CHUNK", "CompiledStructure"]

CHUNK = 64
"""Draws that are worked out at a time."""
MOST_STRUCTURES = 32
"""Structures that are kept; the one not used for longest goes first."""
Found = Game | ScenarioError


class CompiledStructure:
    """A scenario, ready to become a game for any values of its parameters.

    It learns structures as it meets them, so one thread at a time may use it.

    Attributes:
        scenario: The scenario.

    Examples:
        >>> from standoff.scenario import load_scenario
        >>> from standoff.catalog.opening import find_scenario
        >>> compiled = CompiledStructure.of(load_scenario(find_scenario("cuba-1962")))
        >>> games = list(compiled.games([{"war_cost": 3.0}, {"war_cost": 5.0}]))
        >>> games[0].num_states == games[1].num_states
        True
    """

    def __init__(self, scenario: Scenario, structures: Sequence[Structure]) -> None:
        self.scenario = scenario
        self._structures = list(structures)
        self._fitted: dict[tuple[str, ...], Structure] = {}  # the structure that draws with these packages had last

    @staticmethod
    def of(scenario: Scenario) -> CompiledStructure:
        """Find the structure of a scenario as it is written.

        Args:
            scenario: A scenario that has passed the checks of `standoff.scenario`.

        Raises:
            ScenarioError: As `compile_game`.
        """
        structure, _ = compile_context(Context(scenario), check_play=not scenario.may_lack_play)
        return CompiledStructure(scenario, [structure])

    @property
    def num_structures(self) -> int:
        """Structures met and kept so far."""
        return len(self._structures)

    def game(self, values: Mapping[str, float]) -> Game:
        """The game with some parameters changed: that of the overridden scenario, as `compile_game` makes it.

        Args:
            values: Parameter -> value, in the parameter's own unit as in the file.

        Raises:
            ScenarioError: A name is no parameter, or the values make no game.
        """
        (found,) = self.games([values])
        if isinstance(found, ScenarioError):
            raise found
        return found

    def games(self, draws: Iterable[Mapping[str, float]]) -> Iterator[Game | ScenarioError]:
        """The game of each draw, in order.

        Draws are taken `CHUNK` at a time, so memory does not grow with their number.

        Args:
            draws: As the values of `game`.

        Yields:
            The game, or, where the values make none, the error that says why.

        Raises:
            ScenarioError: A name is no parameter.
        """
        waiting = iter(draws)
        while chunk := list(islice(waiting, CHUNK)):
            self._check_names(chunk)
            yield from self._compile(chunk)

    def _check_names(self, draws: Sequence[Draw]) -> None:
        known = self.scenario.parameters
        for name in sorted({name for draw in draws for name in draw} - known.keys()):
            message = f"there is no parameter `{name}` in this scenario"
            raise ScenarioError(Problem("unknown-path", message, help=nearest(name, list(known))))

    def _compile(self, draws: Sequence[Draw]) -> list[Found]:
        found: dict[int, Found] = {}
        try:
            context = Context(self.scenario, draws)
        except ScenarioError:
            pass  # of a single draw
        else:
            context.suspect |= suspicious_draws(self.scenario, context.numbers)
            sound = np.flatnonzero(~context.suspect)
            sizes = np.array([len(choice.names) for choice in context.choices])
            for size in np.unique(sizes[sound]):
                self._fill(context, sound[sizes[sound] == size], found)
        return [found[d] if d in found else self._alone(draw) for d, draw in enumerate(draws)]

    def _fill(
        self, context: Context, pending: np.ndarray[tuple[int], np.dtype[np.int64]], found: dict[int, Found]
    ) -> None:
        """Find the games of draws that have the same number of packages; those with faults are left out."""
        size = len(context.choices[pending[0]].names)
        untried = [structure for structure in self._structures if structure.num_packages == size]
        likely = self._fitted.get(context.choices[pending[0]].names)
        untried.sort(key=lambda structure: structure is not likely)
        while len(pending):
            if not untried:
                untried = self._learn(context.take(pending[:1]), int(pending[0]), found)
                pending = pending[1:]
                continue
            structure = untried.pop(0)
            part = context.take(pending)
            drafts, fits = structure.drafts(part)
            others = ~fits & ~part.suspect  # before numbers are worked out: theirs would mean nothing, and look wrong
            if (fits & ~part.suspect).any():
                self._keep(structure)
                numbered = structure.numbers(part, drafts)
                for k in np.flatnonzero(fits & ~part.suspect):
                    self._fitted[part.choices[k].names] = structure
                    found[int(pending[k])] = numbered.game(int(k))
            pending = pending[others]

    def _learn(self, one: Context, draw: int, found: dict[int, Found]) -> list[Structure]:
        """Compile a draw that has no known structure, and keep its structure."""
        try:
            structure, found[draw] = compile_context(one, check_play=False)
        except (ScenarioError, ValueError):
            return []
        self._keep(structure)
        self._fitted[one.choices[0].names] = structure
        return [structure]

    def _keep(self, structure: Structure) -> None:
        self._structures = [structure, *(other for other in self._structures if other is not structure)]
        for gone in self._structures[MOST_STRUCTURES:]:
            self._fitted = {names: kept for names, kept in self._fitted.items() if kept is not gone}
        del self._structures[MOST_STRUCTURES:]

    def _alone(self, draw: Draw) -> Found:
        """Compile a draw in which something is wrong, or seems to be, as anybody would: with all checks."""
        try:
            changed = replace(self.scenario, {name: float(value) for name, value in draw.items()})
            return compile_context(Context(changed), check_play=False)[1]
        except ScenarioError as error:
            return error
