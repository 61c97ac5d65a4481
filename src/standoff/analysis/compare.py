"""Compare two scenarios, or two dates of one: probabilities, numbers that differ, and structure that differs.

The scenarios are compared as they are solved, with their overrides. A number differs where its value, its range or its unit does.
Structure is compared by name: parts that only one side has, and parts that differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from standoff.analysis.plain import to_plain
from standoff.analysis.side_by_side import Alignment, Side, SideBySide, put_side_by_side
from standoff.analysis.whatif import solve_sides
from standoff.scenario import Scenario, build_scope
from standoff.solve.result import Settings
from standoff.version import JSON_VERSION, list_versions

__all__ = [
    "Comparison",
    "ParameterDifference",
    "StructureDifference",
    "compare",
    "list_parameter_differences",
    "list_structure_differences",
]

Where = Literal["before", "after", "both"]


@dataclass(frozen=True)
class ParameterDifference:
    """A number that differs.

    Attributes:
        name: The parameter, or the path of a player's prior, rationality or discount.
        label: Label for people; empty where there is none.
        before: Value in the first scenario, in its unit; None where the scenario does not have the number.
        after: Value in the second scenario, in its unit; None likewise.
        range_before: Lowest and highest plausible value in the first scenario; None where no range is given.
        range_after: Lowest and highest plausible value in the second scenario; None likewise.
        unit_before: Unit in the first scenario; empty where none is given.
        unit_after: Unit in the second scenario; empty likewise.
    """

    name: str
    label: str
    before: float | None
    after: float | None
    range_before: tuple[float, float] | None = None
    range_after: tuple[float, float] | None = None
    unit_before: str = ""
    unit_after: str = ""


@dataclass(frozen=True)
class StructureDifference:
    """A part that only one side has, or that differs.

    Attributes:
        kind: "clock", "player", "track", "issue", "agenda", "stage", "action", "hazard", "deadline", "outcome", "milestone",
            "payoffs", "quantity" or "submodel".
        name: Name of the part; `STAGE.ACTION` for an action.
        where: The side that has the part.
        before: Content on the first side, in a few words; empty where the side does not have the part.
        after: Content on the second side; empty likewise.
    """

    kind: str
    name: str
    where: Where
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """Differences between two solved scenarios.

    Attributes:
        before: The first scenario.
        after: The second scenario.
        probabilities: Probabilities by date, first moves and values.
        parameters: Numbers that differ.
        structure: Parts that differ.
    """

    before: Side
    after: Side
    probabilities: SideBySide
    parameters: tuple[ParameterDifference, ...]
    structure: tuple[StructureDifference, ...]

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data, as `standoff compare --json` prints it."""
        return {
            "json_version": JSON_VERSION,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            **self.probabilities.to_json(),
            "parameters": to_plain(self.parameters),
            "structure": to_plain(self.structure),
            "versions": list_versions(),
        }


def compare(
    before: Scenario,
    after: Scenario,
    settings: Settings | None = None,
    *,
    alignment: Alignment = "date",
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Solve two scenarios and compare them.

    Args:
        before: The first scenario.
        after: The second scenario.
        settings: Settings of the solver.
        alignment: Whether probabilities are matched by calendar day or by the time ahead.
        progress: Called with the share of the solves done.

    Raises:
        InputError: A scenario makes no game, or no period of both ends on the same day.
        SolveError: A solution did not meet the tolerances.

    Examples:
        >>> from standoff import load
        >>> short = ["period.horizon=1"]
        >>> found = compare(load("cuba-1962", overrides=short), load("cuba-1962", overrides=[*short, "war_cost=3"]))
        >>> [(row.name, row.before, row.after) for row in found.parameters]
        [('war_cost', 0.15, 3.0)]
    """
    names = [before.id, after.id]
    if before.id == after.id:
        names = [f"{one.id} as of {one.as_of}" for one in (before, after)]
    if names[0] == names[1]:
        names = [f"{name} ({place})" for name, place in zip(names, ("first", "second"), strict=True)]
    first, second = solve_sides([before, after], names, settings, progress=progress)
    return Comparison(
        first,
        second,
        put_side_by_side(first, second, alignment),
        tuple(list_parameter_differences(before, after)),
        tuple(list_structure_differences(before, after)),
    )


def list_parameter_differences(before: Scenario, after: Scenario) -> Iterator[ParameterDifference]:
    """Yield every number that differs: parameters in the order of the files, then those of the players."""
    first, second = before.compute_parameter_values(), after.compute_parameter_values()
    for name in dict.fromkeys([*first, *second]):
        one, two = before.parameters.get(name), after.parameters.get(name)
        row = ParameterDifference(
            name,
            (one.label if one else None) or (two.label if two else None) or "",
            first[name] / before.compute_unit_factor(name) if one else None,
            second[name] / after.compute_unit_factor(name) if two else None,
            one.range if one else None,
            two.range if two else None,
            (one.unit if one else None) or "",
            (two.unit if two else None) or "",
        )
        mine, other = (row.before, row.range_before, row.unit_before), (row.after, row.range_after, row.unit_after)
        if mine != other:
            yield row
    mine_of_players, other_of_players = _list_player_numbers(before), _list_player_numbers(after)
    for path in dict.fromkeys([*mine_of_players, *other_of_players]):
        value, changed = mine_of_players.get(path), other_of_players.get(path)
        if value != changed:
            yield ParameterDifference(path, "", value, changed)


def _list_player_numbers(scenario: Scenario) -> dict[str, float]:
    """Numbers of the players by path, except formulas of parameters, which are covered by the parameters."""
    scope = build_scope(scenario)
    found: dict[str, float] = {}
    for name, player in scenario.players.items():
        own = {"rationality": player.rationality, "discount": player.discount}
        own |= {f"types.{player_type}": prior for player_type, prior in player.types.items()}
        for field, expression in own.items():
            if not expression.names:
                number = expression.evaluate(scope)
                assert isinstance(number, float)
                found[f"players.{name}.{field}"] = number
    return found


def list_structure_differences(before: Scenario, after: Scenario) -> Iterator[StructureDifference]:
    """Yield every part that only one side has or that differs, kind by kind."""
    first, second = _list_parts(before), _list_parts(after)
    for key in dict.fromkeys([*first, *second]):
        one, two = first.get(key), second.get(key)
        if one == two:
            continue
        where: Where = "both" if one is not None and two is not None else "before" if two is None else "after"
        yield StructureDifference(*key, where, _format_plain(one), _format_plain(two))


def _list_parts(scenario: Scenario) -> dict[tuple[str, str], Any]:
    """Content of each part by (kind, name), as plain data without labels."""
    period = scenario.period
    clock = {"as_of": scenario.as_of.isoformat(), "period": f"{period.length:g} {period.unit}"}
    clock["horizon"] = f"{period.horizon:g} {period.unit}s" + (", and without end" if period.continues else "")
    parts: dict[tuple[str, str], Any] = {("clock", name): text for name, text in clock.items()}
    for name, player in scenario.players.items():
        parts["player", name] = {"types": list(player.types)} if player.types else {}
    for name, track in scenario.state.items():
        parts["track", name] = {"levels": list(track.levels), "start": track.start}
    for name, issue in (scenario.agenda.issues if scenario.agenda else {}).items():
        parts["issue", name] = _part_to_plain(issue)
    if scenario.agenda:
        agenda = _part_to_plain(scenario.agenda)
        parts["agenda", "packages"] = {key: agenda[key] for key in ("packages", "limit") if key in agenda}
    for stage in scenario.stages:
        fields = _part_to_plain(stage)
        fields = {key: inner for key, inner in fields.items() if key not in {"name", "actions"}}
        parts["stage", stage.name] = fields
        for own in stage.list_actions():
            name = own.path.removeprefix("actions.")
            parts["action", f"{stage.name}.{name}"] = _part_to_plain(own.action)
    for kind, section in (("hazard", "nature"), ("deadline", "deadlines"), ("outcome", "outcomes")):
        for name, part in getattr(scenario, section).items():
            parts[kind, name] = _part_to_plain(part)
    for name, milestone in scenario.milestones.items():
        parts["milestone", name] = _part_to_plain(milestone)
    parts["payoffs", "flows"] = {player: _amount_to_plain(amount) for player, amount in scenario.flows.items()}
    parts["payoffs", "unresolved"] = _part_to_plain(scenario.unresolved)
    for name, quantity in scenario.quantities.items():
        parts["quantity", name] = str(quantity.value)
    for name, submodel in scenario.submodels.items():
        parts["submodel", name] = _part_to_plain(submodel)
    return parts


def _amount_to_plain(amount: Any) -> Any:
    """An amount of payoff as plain data."""
    return {key: str(inner) for key, inner in amount.items()} if isinstance(amount, Mapping) else str(amount)


def _part_to_plain(part: Any) -> Any:
    """A part of the schema as plain data without labels."""
    return _drop_labels(part.model_dump(mode="json", exclude_defaults=True))


def _drop_labels(plain: Any) -> Any:
    """Plain data without labels, at every level."""
    if isinstance(plain, Mapping):
        hidden = {"label", "level_labels", "type_labels", "observed_as"}
        return {key: _drop_labels(inner) for key, inner in plain.items() if key not in hidden}
    if isinstance(plain, list):
        return [_drop_labels(inner) for inner in plain]
    return plain


def _format_plain(part: Any) -> str:
    """Plain data on one line, as in YAML."""
    if part is None:
        return ""
    if isinstance(part, Mapping):
        return "{" + ", ".join(f"{key}: {_format_plain(inner)}" for key, inner in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(map(_format_plain, part)) + "]"
    return f"{part:g}" if isinstance(part, float) else str(part)
