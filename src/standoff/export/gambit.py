"""Write a game for Gambit, as an extensive form in its text format (`.efg`, version 2).

The tree is in agent form, with its payoffs scaled so that Gambit's logit equilibrium of the extensive form at lambda 1 is
standoff's equilibrium at exact beliefs (`standoff.export.tree` explains why): in Python
`pygambit.qre.logit_solve_lambda(game, [1.0])`. The equilibrium of the strategic form is different.

Numbers are written so that reading them gives the same floating-point number; the probabilities of a chance move sum to
one exactly, as Gambit requires, because the largest takes up the rounding error. Names are written as Gambit reads them: white
space of any kind becomes single spaces, and a name that another has already gets a number.

References:
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games.
    Savani, R. and Turocy, T. L., Gambit: the package for computation in game theory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Context, Decimal

from standoff.errors import InputError, Problem
from standoff.export.tree import Chance, Decision, InformationSet, Tree, count_nodes, unroll
from standoff.game.model import Game
from standoff.text import make_safe

__all__ = ["MAX_NODES", "to_efg"]

MAX_NODES = 100_000
"""Largest number of nodes of a tree that is written; Gambit itself takes long for far fewer."""
_EXACT = Context(prec=1000)  # enough for any sum of the decimals of floats


def to_efg(game: Game, *, title: str = "A crisis game", max_nodes: int = MAX_NODES) -> str:
    """Return the tree of a game as the text of an `.efg` file.

    Args:
        game: The game, finite and small: the tree grows exponentially with the periods.
        title: Its title.
        max_nodes: Largest number of nodes of the tree.

    Returns:
        The text of an `.efg` file.

    Raises:
        InputError: The game continues without end (`endless-tree`), or its tree is too large (`tree-too-large`).

    Examples:
        >>> from standoff.game import matrix_game
        >>> text = to_efg(matrix_game([[3, 0], [5, 1]], [[3, 5], [0, 1]], rationality=2))
        >>> print(text.splitlines()[0])
        EFG 2 R "A crisis game" { "row" "column" }
    """
    if game.continues:
        raise InputError(
            Problem(
                code="endless-tree",
                message="the game continues without end, so its tree is infinite",
                help="give it a horizon: remove `continues`",
            )
        )
    count = count_nodes(game)
    if not count <= max_nodes:
        raise InputError(
            Problem(
                code="tree-too-large",
                message=f"the game tree has {_format_count(count)} nodes; at most `{max_nodes}` can be written",
                help="shorten the horizon, or make a game with fewer stages, actions and hazards; a tree grows exponentially",
            )
        )
    tree = unroll(game)
    assert len(tree.nodes) == count, "the nodes were counted wrong"
    names = _name_agents(game, tree)
    head = (
        f"EFG 2 R {_quote(_fold(title))} {{ {' '.join(map(_quote, names))} }}\n{_quote(_write_comment(game, tree))}\n"
    )
    return "\n".join([head, *_write_nodes(game, tree, names)]) + "\n"


def _format_count(count: float) -> str:
    return f"{count:.0f}" if count < 1e7 else f"{count:.2g}" if count < float("inf") else "more than 1e308"


def _name_agents(game: Game, tree: Tree) -> list[str]:
    return _keep_apart(
        game.players[agent.player].name + ("" if agent.period is None else f" in period {agent.period + 1}")
        for agent in tree.agents
    )


def _write_comment(game: Game, tree: Tree) -> str:
    scales = "; ".join(f"{player.name} {_format_number(player.rationality)}" for player in game.players)
    lines = [
        "Agent form, written by standoff.",
        "Solve the extensive form (not the strategic form) for its logit equilibrium at lambda 1.",
        f"Payoffs are multiplied by each player's rationality: {scales}.",
        "Private types are drawn at the root; an information set is an own type with the full public history.",
    ]
    if any(agent.period is not None for agent in tree.agents):
        lines.append(
            "A player who discounts appears once for each period in which it moves, "
            "with payoffs from that period on, discounted to it."
        )
    return "\n".join(lines)


def _write_nodes(game: Game, tree: Tree, names: Sequence[str]) -> Iterator[str]:
    """Yield one line for each node, depth first."""
    chances = 0
    leaves = 0
    for node in tree.nodes:
        if isinstance(node, Chance):
            chances += 1
            probabilities = _make_exact([probability for _, probability in node.branches])
            branches = _keep_apart(name for name, _ in node.branches)
            moves = " ".join(f"{_quote(name)} {p}" for name, p in zip(branches, probabilities, strict=True))
            yield f'c "" {chances} {_quote(_fold(f"{node.name} {chances}"))} {{ {moves} }} 0'
        elif isinstance(node, Decision):
            own = tree.information_sets[node.information_set]
            moves = " ".join(map(_quote, _keep_apart(node.actions)))
            yield f'p "" {own.agent + 1} {own.number} {_quote(_fold(_name_information_set(game, own, names)))} {{ {moves} }} 0'
        else:
            leaves += 1
            payoffs = ", ".join(map(_format_number, node.payoffs))
            yield f't "" {leaves} {_quote(_fold(f"{node.name} {leaves}"))} {{ {payoffs} }}'


def _name_information_set(game: Game, own: InformationSet, names: Sequence[str]) -> str:
    """Return the name of an information set, which no other has."""
    player = game.players[own.player]
    player_type = f" {player.player_types[own.player_type]}" if len(player.player_types) > 1 else ""
    layer = game.find_epoch(own.period).layers[own.layer].name
    return f"{names[own.agent]}{player_type}, {layer}, period {own.period + 1}, state {own.state} ({own.number})"


def _format_number(value: float) -> str:
    """Return the shortest decimal that reads back as the same floating-point number, without an exponent."""
    return format(Decimal(repr(float(value))), "f")


def _make_exact(probabilities: Sequence[float]) -> list[str]:
    """Return probabilities as decimals that sum to one exactly."""
    decimals = [Decimal(repr(float(p))) for p in probabilities]
    largest = max(range(len(decimals)), key=decimals.__getitem__)
    others = Decimal(0)
    for k, p in enumerate(decimals):
        if k != largest:
            others = _EXACT.add(others, p)
    decimals[largest] = _EXACT.subtract(Decimal(1), others)
    return [format(p, "f") for p in decimals]


def _fold(text: str) -> str:
    """Return a name as Gambit reads it: single spaces inside, none at the ends, and no control characters."""
    return make_safe(" ".join(text.split())).replace("\\", "/")


def _keep_apart(names: Iterable[str]) -> list[str]:
    """Fold names, and number those that would be the same as one before."""
    found: list[str] = []
    for name in map(_fold, names):
        copy, unique = 1, name
        while unique in found:
            copy += 1
            unique = f"{name} ({copy})".lstrip()
        found.append(unique)
    return found


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "/").replace('"', '\\"') + '"'
