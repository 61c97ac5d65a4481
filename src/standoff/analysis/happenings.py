"""Happenings: the steps of play in the words of the scenario file.

A **happening** is one step of play in one layer: who did what, or which hazard occurred, and its consequence.
Sentences are formed
from the labels of the file: the label of an action is a verb phrase ("send more forces"), as after "decides to"; a
label that begins
with a capital letter is treated as a name and follows a colon. A hazard has its own label. The consequence stands in
brackets, each track with its levels before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.game.model import Game, Layer
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import Bargaining, StageSpec
from standoff.solve.public_steps import list_movers

__all__ = ["Happening", "LevelChange", "Move", "Words", "add_article", "make_sentence"]

_WITH_ARTICLE = {"Emirates", "Federation", "Kingdom", "Netherlands", "Philippines", "Republic", "States", "Union"}


@dataclass(frozen=True)
class Move:
    """The move of one player.

    Attributes:
        player: Name of the player.
        player_label: Label of the player, with an article where English has one: "the United States".
        action: Name of the action; for an offer the name of the package.
        label: Label of the action, a verb phrase.
        observed_as: PLOVER event types under which news would report it.
    """

    player: str
    player_label: str
    action: str
    label: str
    observed_as: tuple[str, ...]


@dataclass(frozen=True)
class LevelChange:
    """The change of a track from one level to another.

    Attributes:
        track: Name of the track.
        track_label: Label of the track for people.
        before: Name of the level before.
        after: Name of the level after.
        before_label: Label of the level before.
        after_label: Label of the level after.
    """

    track: str
    track_label: str
    before: str
    after: str
    before_label: str
    after_label: str


@dataclass(frozen=True)
class Happening:
    """One step of play, in words.

    Attributes:
        layer: Name of the layer of the game.
        stage: Name of the stage or hazard.
        label: Label of the hazard or the stage.
        moves: The moves; empty where nature moved.
        changes: The tracks that changed.
        outcome: Name of the outcome that it brings about, or "".
        package: Name of the package that is agreed, or "".
        end_label: Label of the outcome and package, or "".
        observed_as: PLOVER event types of the moves or the hazard.
        is_call: Whether it only determines that a round of talks takes place and who proposes.
        note: A note on the consequence, or "".
    """

    layer: str
    stage: str
    label: str
    moves: tuple[Move, ...]
    changes: tuple[LevelChange, ...]
    outcome: str
    package: str
    end_label: str
    observed_as: tuple[str, ...]
    is_call: bool
    note: str = ""

    @property
    def is_visible(self) -> bool:
        """Whether news would report it or the public state shows it."""
        return bool(self.observed_as or self.changes or self.outcome)

    @property
    def kind(self) -> tuple[object, ...]:
        """Key that two happenings of the same kind share."""
        moves = tuple((move.player, move.action) for move in self.moves)
        return (self.layer, moves, tuple((one.track, one.after) for one in self.changes), self.outcome, self.package)

    @property
    def consequence(self) -> str:
        """Consequence in words; empty where there is none."""
        return self._join([f"{one.track_label}: {one.before_label} → {one.after_label}" for one in self.changes])

    @property
    def result(self) -> str:
        """The public state that it leaves, in words; "nothing changes" where it changes nothing."""
        return self._join([f"{one.track_label}: {one.after_label}" for one in self.changes]) or "nothing changes"

    @property
    def summary(self) -> str:
        """The kind of event in one line: the moves, and the public state that they leave."""
        event = "; ".join(f"{move.player_label}: {move.label}" for move in self.moves) or self.label
        return f"{event} ({self.result})" if self.consequence else event

    @property
    def text(self) -> str:
        """The happening as a sentence."""
        event = " ".join(_describe_move(move) for move in self.moves) or make_sentence(self.label)
        consequence = self.consequence
        return f"{event[:-1]} ({consequence})." if consequence else event

    def _join(self, changes: list[str]) -> str:
        """The note, the changes and the outcome in words."""
        note = [self.note] if self.note else []
        return "; ".join(note + changes + ([f"outcome: {self.end_label}"] if self.outcome else []))


class Words:
    """The words of a scenario for every step of its game."""

    def __init__(self, scenario: Scenario, game: Game) -> None:
        self.scenario = scenario
        self.game = game
        self._stages: dict[str, StageSpec] = {stage.name: stage for stage in scenario.stages}
        self._tracks = tuple(scenario.state.items())
        self._known: dict[tuple[int, int, int, int, int], Happening] = {}

    def describe_step(self, period: int, layer_index: int, *, state: int, action: int, target: int) -> Happening:
        """Describe one step of play.

        Args:
            period: Period.
            layer_index: Index of the layer.
            state: State of the layer.
            action: Index into the layer's actions.
            target: State of the next layer, or -(terminal + 1).
        """
        epoch = self.game.find_epoch(period)
        key = (epoch.start, layer_index, state, action, target)
        if key not in self._known:
            arrived = epoch.layers[(layer_index + 1) % self.game.num_layers]
            self._known[key] = self._describe(epoch.layers[layer_index], arrived, state, action, target)
        return self._known[key]

    def list_moves(self, layer: Layer, state: int, action: int) -> tuple[Move, ...]:
        """List the moves of an action."""
        return tuple(
            self._make_move(layer, player, layer.action_names[label])
            for player, label, _ in list_movers(layer, state, action)
        )

    def name_stage(self, layer: Layer) -> str:
        """Label of a stage or hazard; an outcome may have the same name, so `Game.labels` is ambiguous."""
        if layer.stage in self._stages:
            return self._stages[layer.stage].label or layer.stage.replace("_", " ")
        return self.scenario.nature[layer.stage].label

    def name_outcome(self, outcome: str) -> str:
        """Label of an outcome, or of `unresolved`."""
        if outcome not in self.scenario.outcomes:
            return self.scenario.unresolved.label
        return self.scenario.outcomes[outcome].label

    def name_player(self, player: int) -> str:
        """Label of a player within a sentence."""
        return add_article(self.game.players[player].label)

    def _describe(self, layer: Layer, arrived: Layer, state: int, action: int, target: int) -> Happening:
        """Describe a step that has not been described before."""
        moves = self.list_moves(layer, state, action)
        codes = tuple(dict.fromkeys(code for move in moves for code in move.observed_as))
        is_call = layer.is_chance and layer.stage in self._stages
        label = self.name_stage(layer)
        if is_call:
            stage = self._stages[layer.stage]
            position = int(arrived.levels[target, arrived.fields.index("proposer")])
            if stage.bargaining is not None and position:
                proposer = self.scenario.players[stage.bargaining.between[position - 1]].label
                label = f"{label}: {add_article(proposer)} is to propose"
        elif layer.is_chance:
            codes = tuple(self.scenario.nature[layer.stage].observed_as)
        outcome = package = end_label = ""
        changes: tuple[LevelChange, ...] = ()
        if target < 0:
            outcome = self.game.outcomes[self.game.terminals.outcome[-target - 1]]
            number = int(self.game.terminals.package[-target - 1])
            end_label = self.name_outcome(outcome)
            if number >= 0:
                package = self.game.packages[number]
                end_label = f"{end_label}, {self.game.get_label(package)}"
        else:
            changes = self._list_changes(layer.levels[state].tolist(), arrived.levels[target].tolist())
        # an accepted package ends the crisis unless somebody at home refuses it
        refused = layer.name.endswith("_answer") and target >= 0 and any(move.action == "accept" for move in moves)
        note = "not ratified at home" if refused and self._is_bargaining(layer) else ""
        return Happening(
            layer.name, layer.stage, label, moves, changes, outcome, package, end_label, codes, is_call, note
        )

    def _is_bargaining(self, layer: Layer) -> bool:
        """Whether a layer belongs to a bargaining stage."""
        return layer.stage in self._stages and self._stages[layer.stage].bargaining is not None

    def _list_changes(self, before: list[int], after: list[int]) -> tuple[LevelChange, ...]:
        """The tracks whose level changed."""
        found = []
        for column, (name, track) in enumerate(self._tracks):
            if before[column] != after[column]:
                one, two = track.levels[before[column]], track.levels[after[column]]
                words = [track.level_labels.get(level, level.replace("_", " ")) for level in (one, two)]
                found.append(LevelChange(name, track.label, one, two, *words))
        return tuple(found)

    def _make_move(self, layer: Layer, player: int, action: str) -> Move:
        """Describe the move of one player."""
        own = self.game.players[player]
        stage = self._stages[layer.stage]
        if stage.bargaining is not None:
            label, codes = self._describe_bargaining(stage.bargaining, layer, action)
        else:
            found = next(one.action for one in stage.list_actions_of(own.name) if one.name == action)
            label, codes = found.label, tuple(found.observed_as)
        return Move(own.name, self.name_player(player), action, label, codes)

    def _describe_bargaining(self, bargaining: Bargaining, layer: Layer, action: str) -> tuple[str, tuple[str, ...]]:
        """Label and event types of a bargaining move."""
        if action == "no_offer":
            return bargaining.no_offer.label or "offer nothing", tuple(bargaining.no_offer.observed_as)
        if layer.name.endswith("_offer"):
            label = bargaining.offer.label or "offer a package"
            return f"{label} ({self.game.get_label(action)})", tuple(bargaining.offer.observed_as)
        reply = {"accept": bargaining.accept, "reject": bargaining.reject, "slip": bargaining.slip}[action]
        assert reply is not None
        words = {"accept": "accept", "reject": "reject the offer", "slip": "leave the offer unanswered"}
        return reply.label or words[action], tuple(reply.observed_as)


def add_article(label: str) -> str:
    """Add the article that English gives to a name within a sentence.

    Examples:
        >>> add_article("United States"), add_article("Iran"), add_article("Soviet Union")
        ('the United States', 'Iran', 'the Soviet Union')
    """
    words = label.split()
    has_article = len(words) > 1 and (words[0] == "United" or words[-1] in _WITH_ARTICLE)
    return f"the {label}" if has_article else label


def make_sentence(text: str) -> str:
    """Make a sentence: a capital letter at the start and a full stop at the end.

    Examples:
        >>> make_sentence("dangerous incident at sea")
        'Dangerous incident at sea.'
    """
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _describe_move(move: Move) -> str:
    """A move as a sentence."""
    if move.label[:1].isupper():
        return make_sentence(f"{move.player_label}: {move.label}")
    return make_sentence(f"{move.player_label} decides to {move.label}")
