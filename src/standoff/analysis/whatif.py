"""What if: variants of a scenario, and how far each moves the probabilities.

A **variant** is a name and one or more overrides (`standoff.scenario.apply_overrides`). In a text the overrides are
separated by `;` or `,` outside brackets and quotes, and a name may precede them:

    fleet_cost=0.008
    nature.mediation=off; usa.types.resolved=0.6
    hawks: usa.types.resolved=0.7, iran.types.hardline=0.8
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from standoff.analysis.forecast import Forecast, add_dates, forecast
from standoff.analysis.side_by_side import Side, SideBySide, put_side_by_side
from standoff.errors import InputError, Problem, SolveError, StandoffError
from standoff.game.compile import compile_game
from standoff.scenario import Scenario, apply_overrides
from standoff.solve.batch import solve_batch
from standoff.solve.result import Certificate, Equilibrium, Settings
from standoff.version import JSON_VERSION, list_versions

__all__ = ["Variant", "WhatIf", "parse_variant", "parse_variants", "solve_sides", "whatif"]

_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Variant:
    """Overrides that are applied together.

    Attributes:
        name: Name of the variant; the overrides themselves where no name is given.
        changes: The overrides, each `path=value`.
    """

    name: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class WhatIf:
    """A scenario and its variants.

    Attributes:
        base: The unchanged scenario.
        variants: The variants.
        differences: Difference of each variant to the base.
    """

    base: Side
    variants: tuple[Side, ...]
    differences: tuple[SideBySide, ...]

    def to_json(self) -> dict[str, Any]:
        """The scenario and its variants as plain data, as `standoff whatif --json` prints them."""
        pairs = zip(self.variants, self.differences, strict=True)
        variants = [side.to_json() | difference.to_json() for side, difference in pairs]
        return {"json_version": JSON_VERSION, **self.base.to_json(), "variants": variants, "versions": list_versions()}


def parse_variant(text: str) -> Variant:
    """Read a variant.

    Raises:
        InputError: The text contains no override.

    Examples:
        >>> parse_variant("hawks: usa.types.resolved=0.7; stages.round.rate=max(0.1, pace)")
        Variant(name='hawks', changes=('usa.types.resolved=0.7', 'stages.round.rate=max(0.1, pace)'))
        >>> parse_variant("fleet_cost=0.008").name
        'fleet_cost=0.008'
    """
    head, sign, _ = text.partition("=")
    name, colon, _ = head.rpartition(":")
    rest = text[len(name) + 1 :] if sign and colon else text
    changes = tuple(part.strip() for part in _split(rest) if part.strip())
    if not changes or (colon and not name.strip()):
        message = f"`{text}` is not a variant"
        advice = "write it like `fleet_cost=0.008`, or `name: fleet_cost=0.008; nature.mediation=off`"
        raise InputError(Problem("variant", message, help=advice))
    return Variant(name.strip() if sign and colon else "; ".join(changes), changes)


def parse_variants(texts: Sequence[str]) -> tuple[Variant, ...]:
    """Read several variants.

    Raises:
        InputError: A text contains no override, or two variants have the same name; carries every fault.
    """
    problems: list[Problem] = []
    found: dict[str, Variant] = {}
    for text in texts:
        try:
            variant = parse_variant(text)
        except InputError as error:
            problems += error.problems
            continue
        if variant.name in found:
            message = f"two variants are called `{variant.name}`"
            problems.append(Problem("variant", message, help="give one of them a name, as in `name: a=1`"))
        found[variant.name] = variant
    if problems:
        raise InputError(problems)
    return tuple(found.values())


def whatif(
    scenario: Scenario,
    variants: Sequence[str],
    settings: Settings | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> WhatIf:
    """Solve a scenario and its variants, and compare them.

    Args:
        scenario: The scenario.
        variants: The variants, each a text (`parse_variant`); at least one.
        settings: Settings of the solver.
        progress: Called with the share of the solves done.

    Raises:
        InputError: There is no variant, an override is wrong, or a variant makes no scenario; carries every fault.
        SolveError: A solution did not meet the tolerances; names the variant.

    References:
        Pearl, J. (2009), Causality, 2nd ed., chapter 3: an intervention changes the model, and the consequences are
        computed again. The players know of the change.

    Examples:
        >>> from standoff import load
        >>> found = whatif(load("cuba-1962", overrides=["period.horizon=2"]), ["war_cost=3"])
        >>> found.variants[0].scenario.overrides
        ('period.horizon=2', 'war_cost=3')
    """
    read = parse_variants(variants)
    if not read:
        raise InputError(
            Problem("variant", "there is no variant to compare with", help="give one, e.g. `--variant NAME=VALUE`")
        )
    problems: list[Problem] = []
    scenarios = [scenario]
    for variant in read:
        try:
            scenarios.append(apply_overrides(scenario, variant.changes))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    sides = solve_sides(scenarios, ["as it is", *(variant.name for variant in read)], settings, progress=progress)
    differences = tuple(put_side_by_side(sides[0], side) for side in sides[1:])
    return WhatIf(sides[0], tuple(sides[1:]), differences)


def solve_sides(
    scenarios: Sequence[Scenario],
    names: Sequence[str],
    settings: Settings | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> list[Side]:
    """Solve several scenarios, one to a thread.

    Args:
        scenarios: The scenarios.
        names: Names of the scenarios, in the same order.
        settings: Settings of the solver.
        progress: Called with the share of the solves done.

    Raises:
        ScenarioError: A scenario has faults that appear only when its states are built; carries every fault.
        SolveError: A solution did not meet the tolerances; names the scenario.
    """
    used = settings or Settings()
    problems: list[Problem] = []
    games = []
    for scenario in scenarios:
        try:
            games.append(compile_game(scenario))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    sides = []
    solved = solve_batch(games, used, keep=_keep, threads=used.threads)
    for scenario, name, found in zip(scenarios, names, solved, strict=True):
        if isinstance(found, StandoffError):
            raise SolveError(f"`{name}`: {found}")
        sides.append(Side(name, scenario, add_dates(found[0], scenario), found[1], used))
        if progress is not None:
            progress(len(sides) / len(scenarios))
    return sides


def _keep(equilibrium: Equilibrium) -> tuple[Forecast, Certificate]:
    """The part of a solution that is compared."""
    return forecast(equilibrium), equilibrium.certificate


def _split(text: str) -> list[str]:
    """Split a text at `;` and `,` outside brackets and quotes."""
    parts, current = [], ""
    open_brackets: list[str] = []
    quote = ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in _CLOSING:
            open_brackets.append(_CLOSING[sign])
        elif open_brackets and sign == open_brackets[-1]:
            open_brackets.pop()
        elif sign in ";," and not open_brackets:
            parts.append(current)
            current = ""
            continue
        current += sign
    return [*parts, current]
