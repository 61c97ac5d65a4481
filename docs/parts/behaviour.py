"""The effects of single changes in the first scenario."""

from __future__ import annotations

from typing import Any

from parts.common import part, percent, probabilities, solved, table

SHORT_AGENDA = (
    "agenda.packages=[{nuclear: capped, missiles: untouched, proxies: unchanged},"
    "{nuclear: strict, missiles: untouched, proxies: unchanged},"
    "{nuclear: capped, missiles: untouched, proxies: reduced},"
    "{nuclear: strict, missiles: untouched, proxies: reduced}]"
)
AT = 8
"""The week at which the behaviour checks look."""


def _move(solution: Any, stage: str, player_type: str, action: str) -> float:
    moves = solution.forecast.first_moves
    return float(next(m for m in moves if (m.stage, m.player_type) == (stage, player_type)).strategy[action])


@part("behaviour", is_solved=True)
def behaviour_part() -> str:
    """Write how probabilities change when one number of the first scenario changes."""
    name = "iran-us-2026"
    base = solved(name)
    changes = (
        ("as in the file", ()),
        ("partners' defence ready from the start", ("state.shield.start=ready",)),
        ("Iran without missiles", ("missile_stock=0",)),
        ("missiles off the agenda", (SHORT_AGENDA,)),
        ("fleet five times as expensive", ("fleet_cost=0.02",)),
        ("Iran more patient", ("iran_discount=0.999",)),
        ("Iran less patient", ("iran_discount=0.97",)),
        ("Iran thought more hardline", ("hardline_prior=0.8",)),
    )
    keys = ("deal", "capitulation", "withdrawal", "strike", "regional_war")
    rows = []
    for label, overrides in changes:
        solution = solved(name, *overrides)
        shown = "`" + overrides[0].partition("=[")[0] + "`" if overrides else ""
        rows.append(
            (
                label + (f" ({shown})" if shown else ""),
                *(percent(probabilities(solution, key, AT)) for key in keys),
                percent(_move(solution, "pressure", "resolved", "strike")),
            )
        )
    moved = ("deal", "capitulation", "withdrawal", "first strike", "regional war", "a resolved US strikes now")
    signals = []
    for cost in (0.0, base.scenario.compute_parameter_values()["audience_cost"], 0.5):
        first = next(m for m in solved(name, f"audience_cost={cost:g}").forecast.first_moves if m.stage == "pressure")
        signals.append((f"{cost:g}", percent(first.posteriors["threaten"])))
    ultimatum = table(("`audience_cost`", "belief that the US is resolved, after an ultimatum"), signals, right=2)
    return table((f"by week {AT}", *moved), rows, right=6) + "\n\n" + ultimatum


@part("patience", is_solved=True)
def patience_part() -> str:
    """Write how each Iranian type answers each package that the US proposes, at three discounts."""
    name = "iran-us-2026"
    answers = [_answers(solved(name, *change)) for change in (("iran_discount=0.97",), (), ("iran_discount=0.999",))]
    rows = [
        (
            label,
            player_type,
            *(
                ", ".join(f"{100 * probability:.1f} %" for probability in found[label, player_type])
                for found in answers
            ),
        )
        for (label, player_type), (accepts, _) in answers[1].items()
        if accepts > 0
    ]
    return table(("package", "type", "discount 0.97", "as in the file", "discount 0.999"), rows, right=3)


def _answers(solution: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """Find the probabilities of accepting and of letting time pass, by package and Iranian type, in today's state."""
    from standoff.solve.sample import find_strategy

    game = solution.equilibrium.game
    number, layer = next((k, lay) for k, lay in enumerate(game.epochs[0].layers) if lay.name == "round_answer")
    tracks = solution.scenario.state
    wanted = {key: track.levels.index(track.start) for key, track in tracks.items()}
    wanted |= {"talks": tracks["talks"].levels.index("rounds"), "proposer": 1}
    iran = next(player for player in game.players if player.name == "iran")
    found = {}
    for state, levels in enumerate(layer.levels):
        row = dict(zip(layer.fields, map(int, levels), strict=True))
        if row["package"] == 0 or any(row[key] != level for key, level in wanted.items()):
            continue
        strategies, _ = find_strategy(solution.equilibrium, 0, number, state, game.prior_belief)
        own = range(layer.action_start[state], layer.action_start[state + 1])
        names = [layer.action_names[layer.action_label[action]] for action in own]
        label = game.get_label(game.packages[row["package"] - 1])
        for h, player_type in enumerate(iran.player_types):
            strategy = dict(zip(names, map(float, strategies[h]), strict=True))
            found[label, player_type] = strategy["accept"], strategy["slip"]
    return found


@part("hardline", is_solved=True)
def hardline_part() -> str:
    """Write the probabilities of a deal, by package, and of capitulation under three priors."""
    name = "iran-us-2026"
    solutions = [solved(name, *change) for change in (("hardline_prior=0.4",), (), ("hardline_prior=0.8",))]
    forecasts = [solution.forecast for solution in solutions]
    horizon = solutions[0].scenario.period.horizon
    by_package = [
        {inner.label: float(inner.cumulative[-1]) for inner in next(s for s in f.outcomes.values() if s.parts).parts}
        for f in forecasts
    ]
    rows = [
        (label, *(percent(found.get(label, 0.0)) for found in by_package))
        for label in dict.fromkeys(k for d in by_package for k in d)
    ]
    for label, keys in (
        ("any deal", ["deal"]),
        ("capitulation", ["capitulation"]),
        ("both together", ["deal", "capitulation"]),
    ):
        rows.append(
            (f"**{label}**", *(percent(sum(probabilities(s, key, horizon) for key in keys)) for s in solutions))
        )
    return table(("by the horizon", "prior 0.4", "as in the file", "prior 0.8"), rows, right=3)
