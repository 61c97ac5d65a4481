"""What happens in a scenario's game, in the words of its file.

A **happening** is one step of the play in one layer: who did what, or which hazard struck, and what came of it. Sentences are
put together from the labels of the file in forms that take any label: what a player does is a verb phrase ("send more forces"),
as after "decides to"; a label that begins with a capital is taken for a name and set behind a colon. What happens by itself is
told in its own words. What came of it stands in brackets, each track with its levels before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.game.model import Game, Layer
from standoff.scenario import Scenario
from standoff.scenario.schema_moves import Bargaining, Stage
from standoff.solve.public_steps import list_movers

__all__ = ["Change", "Happening", "Move", "Words", "named", "sentence"]

_WITH_ARTICLE = {"Emirates", "Federation", "Kingdom", "Netherlands", "Philippines", "Republic", "States", "Union"}


@dataclass(frozen=True)
class Move:
    """What one player did.

    Attributes:
        player: Slug.
        player_label: Name for people, with its article where English has one: "the United States".
        action: Slug; for an offer the name of the package.
        label: What was done, as a verb phrase.
        observed_as: PLOVER event types under which news would report it.
    """

    player: str
    player_label: str
    action: str
    label: str
    observed_as: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A track that went from one level to another.

    Attributes:
        track: Slug.
        track_label: Name for people.
        before: Level before, as a slug.
        after: Level after, as a slug.
        before_label: Level before, for people.
        after_label: Level after, for people.
    """

    track: str
    track_label: str
    before: str
    after: str
    before_label: str
    after_label: str


@dataclass(frozen=True)
class Happening:
    """One step of the play, in words.

    Attributes:
        layer: Layer of the game.
        stage: Stage or hazard, as a slug.
        label: What happened by itself, or the name of the stage.
        moves: Who did what; empty where nature moved.
        changes: The tracks that moved.
        outcome: Slug of the outcome that it ended the crisis in, or "".
        package: Slug of the package agreed on, or "".
        end_label: The outcome and package, for people, or "".
        observed_as: PLOVER event types of the moves or the hazard.
        is_call: Whether it only settles that a round of talks comes up and who proposes.
        note: What else is to be said of what came of it, or "".
    """

    layer: str
    stage: str
    label: str
    moves: tuple[Move, ...]
    changes: tuple[Change, ...]
    outcome: str
    package: str
    end_label: str
    observed_as: tuple[str, ...]
    is_call: bool
    note: str = ""

    @property
    def is_visible(self) -> bool:
        """Whether news would report it, or the public state shows it."""
        return bool(self.observed_as or self.changes or self.outcome)

    @property
    def kind(self) -> tuple[object, ...]:
        """What makes two happenings of different days the same kind of event."""
        moves = tuple((move.player, move.action) for move in self.moves)
        return (self.layer, moves, tuple((one.track, one.after) for one in self.changes), self.outcome, self.package)

    @property
    def consequence(self) -> str:
        """What came of it, in words; empty where nothing did."""
        return self._told([f"{one.track_label}: {one.before_label} → {one.after_label}" for one in self.changes])

    @property
    def result(self) -> str:
        """Where it left the public state, in words; "nothing changes" where it did not touch it."""
        return self._told([f"{one.track_label}: {one.after_label}" for one in self.changes]) or "nothing changes"

    @property
    def summary(self) -> str:
        """The kind of event in one line: who did what, and where it left the public state."""
        told = "; ".join(f"{move.player_label}: {move.label}" for move in self.moves) or self.label
        return f"{told} ({self.result})" if self.consequence else told

    @property
    def text(self) -> str:
        """The whole as a sentence."""
        told = " ".join(_decides(move) for move in self.moves) or sentence(self.label)
        consequence = self.consequence
        return f"{told[:-1]} ({consequence})." if consequence else told

    def _told(self, changes: list[str]) -> str:
        note = [self.note] if self.note else []
        return "; ".join(note + changes + ([f"the end: {self.end_label}"] if self.outcome else []))


class Words:
    """The words for everything that can happen in a scenario's game."""

    def __init__(self, scenario: Scenario, game: Game) -> None:
        self.scenario = scenario
        self.game = game
        self._stages: dict[str, Stage] = {stage.name: stage for stage in scenario.stages}
        self._tracks = tuple(scenario.state.items())
        self._known: dict[tuple[int, int, int, int, int], Happening] = {}

    def happening(self, period: int, layer_index: int, *, state: int, action: int, target: int) -> Happening:
        """The words for one step.

        Args:
            period: Period.
            layer_index: Layer.
            state: State of the layer.
            action: Index into the layer's actions.
            target: State of the next layer, or -(terminal + 1).
        """
        epoch = self.game.epoch_of(period)
        key = (epoch.start, layer_index, state, action, target)
        if key not in self._known:
            arrived = epoch.layers[(layer_index + 1) % self.game.num_layers]
            self._known[key] = self._describe(epoch.layers[layer_index], arrived, state, action, target)
        return self._known[key]

    def moves(self, layer: Layer, state: int, action: int) -> tuple[Move, ...]:
        """Who did what when an action was taken."""
        return tuple(
            self._move(layer, player, layer.action_names[label])
            for player, label, _ in list_movers(layer, state, action)
        )

    def stage(self, layer: Layer) -> str:
        """The name of a stage or hazard; the two may share theirs with an outcome, so `Game.labels` cannot tell."""
        if layer.stage in self._stages:
            return self._stages[layer.stage].label or layer.stage.replace("_", " ")
        return self.scenario.nature[layer.stage].label

    def end(self, outcome: str) -> str:
        """The name of an outcome, or of none."""
        if outcome not in self.scenario.outcomes:
            return self.scenario.unresolved.label
        return self.scenario.outcomes[outcome].label

    def player(self, player: int) -> str:
        """A player's name as it stands in a sentence."""
        return named(self.game.players[player].label)

    def _describe(self, layer: Layer, arrived: Layer, state: int, action: int, target: int) -> Happening:
        moves = self.moves(layer, state, action)
        codes = tuple(dict.fromkeys(code for move in moves for code in move.observed_as))
        is_call = layer.is_chance and layer.stage in self._stages
        label = self.stage(layer)
        if is_call:
            stage = self._stages[layer.stage]
            position = int(arrived.levels[target, arrived.fields.index("proposer")])
            if stage.bargaining is not None and position:
                proposer = self.scenario.players[stage.bargaining.between[position - 1]].label
                label = f"{label}: {named(proposer)} is to propose"
        elif layer.is_chance:
            codes = tuple(self.scenario.nature[layer.stage].observed_as)
        outcome = package = end_label = ""
        changes: tuple[Change, ...] = ()
        if target < 0:
            outcome = self.game.outcomes[self.game.terminals.outcome[-target - 1]]
            number = int(self.game.terminals.package[-target - 1])
            end_label = self.end(outcome)
            if number >= 0:
                package = self.game.packages[number]
                end_label = f"{end_label}, {self.game.label(package)}"
        else:
            changes = self._changes(layer.levels[state].tolist(), arrived.levels[target].tolist())
        # an accepted package ends the crisis unless somebody at home refuses it
        refused = layer.name.endswith("_answer") and target >= 0 and any(move.action == "accept" for move in moves)
        note = "not ratified at home" if refused and self._is_bargaining(layer) else ""
        return Happening(
            layer.name, layer.stage, label, moves, changes, outcome, package, end_label, codes, is_call, note
        )

    def _is_bargaining(self, layer: Layer) -> bool:
        return layer.stage in self._stages and self._stages[layer.stage].bargaining is not None

    def _changes(self, before: list[int], after: list[int]) -> tuple[Change, ...]:
        found = []
        for column, (name, track) in enumerate(self._tracks):
            if before[column] != after[column]:
                one, two = track.levels[before[column]], track.levels[after[column]]
                words = [track.level_labels.get(level, level.replace("_", " ")) for level in (one, two)]
                found.append(Change(name, track.label, one, two, *words))
        return tuple(found)

    def _move(self, layer: Layer, player: int, action: str) -> Move:
        own = self.game.players[player]
        stage = self._stages[layer.stage]
        if stage.bargaining is not None:
            label, codes = self._bargaining(stage.bargaining, layer, action)
        else:
            found = next(one.action for one in stage.actions_of(own.name) if one.name == action)
            label, codes = found.label, tuple(found.observed_as)
        return Move(own.name, self.player(player), action, label, codes)

    def _bargaining(self, bargaining: Bargaining, layer: Layer, action: str) -> tuple[str, tuple[str, ...]]:
        """Words and codes of a move at the table."""
        if action == "no_offer":
            return bargaining.no_offer.label or "offer nothing", tuple(bargaining.no_offer.observed_as)
        if layer.name.endswith("_offer"):
            label = bargaining.offer.label or "offer a package"
            return f"{label} ({self.game.label(action)})", tuple(bargaining.offer.observed_as)
        reply = {"accept": bargaining.accept, "reject": bargaining.reject, "slip": bargaining.slip}[action]
        assert reply is not None
        words = {"accept": "accept", "reject": "reject the offer", "slip": "leave the offer unanswered"}
        return reply.label or words[action], tuple(reply.observed_as)


def named(label: str) -> str:
    """A player's name as it stands in a sentence.

    Examples:
        >>> named("United States"), named("Iran"), named("Soviet Union")
        ('the United States', 'Iran', 'the Soviet Union')
    """
    words = label.split()
    has_article = len(words) > 1 and (words[0] == "United" or words[-1] in _WITH_ARTICLE)
    return f"the {label}" if has_article else label


def sentence(text: str) -> str:
    """A text with a capital at its start and a full stop at its end.

    Examples:
        >>> sentence("dangerous incident at sea")
        'Dangerous incident at sea.'
    """
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _decides(move: Move) -> str:
    if move.label[:1].isupper():
        return sentence(f"{move.player_label}: {move.label}")
    return sentence(f"{move.player_label} decides to {move.label}")
