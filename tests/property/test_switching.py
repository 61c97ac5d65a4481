"""Whatever part of a catalogue scenario is switched off: a game results, or the reason why there is none."""

import pytest

from standoff import load
from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.scenario import apply_overrides

REFUSED = {
    "cuba-1962": {"players.usa", "players.ussr"},
    "iran-us-2026": {"players.usa", "players.iran"},
}
SCENARIOS = {name: load(name, overrides=["period.horizon=1"]) for name in REFUSED}


def parts(scenario):
    """The path of every part that can be asked to be switched off; of the actions of a stage the first and the last."""
    yield from (f"players.{name}" for name in scenario.players)
    yield from (f"nature.{name}" for name in scenario.nature)
    for name, issue in scenario.agenda.issues.items():
        yield f"agenda.issues.{name}"
        yield from (f"agenda.issues.{name}.red_lines.{player}" for player in issue.red_lines)
    for stage in scenario.stages:
        yield f"stages.{stage.name}"
        own_actions = list(stage.list_actions())
        yield from (f"stages.{stage.name}.{own.path}" for own in own_actions[:: max(1, len(own_actions) - 1)])
        ratify = stage.bargaining.accept.ratify if stage.bargaining else {}
        yield from (f"stages.{stage.name}.bargaining.accept.ratify.{player}" for player in ratify)


CASES = [(name, path) for name, scenario in SCENARIOS.items() for path in parts(scenario)]


@pytest.mark.parametrize(("name", "path"), CASES, ids=[" ".join(case) for case in CASES])
def test_every_part_can_be_switched_off_or_says_why_not(name, path):
    scenario = SCENARIOS[name]
    if path in REFUSED[name]:
        with pytest.raises(ScenarioError, match="switch-off"):
            apply_overrides(scenario, [f"{path}=off"])
        return
    game = compile_game(apply_overrides(scenario, [f"{path}=off"]))
    assert game.num_periods == 1
    assert len(game.players) == len(scenario.players)
