"""Solve a small game in the CUDA simulator and on the processor, and print how far apart they are, as JSON.

Run as a program with `NUMBA_ENABLE_CUDASIM=1`, which Numba reads when it is first imported: in a process of its own.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np

from games import random_game
from standoff.errors import StandoffError
from standoff.solve.cuda_batch import Tally, solve_batch_on_gpu
from standoff.solve.cuda_device import CudaDevice
from standoff.solve.equilibrium import solve
from standoff.solve.result import Settings

SETTINGS = Settings(belief_points=5, threads=1)


def draws():
    """Games of one structure, the last so sharp that the GPU finds no way to some nodes, and an error among them."""
    game = random_game(14, types=(2, 2, 1), num_periods=2, num_states=(2, 2, 2))
    sharp = replace(game, players=tuple(replace(player, rationality=40.0) for player in game.players))
    mild = replace(game, players=tuple(replace(player, rationality=1.5) for player in game.players))
    return [game, StandoffError("no game"), mild, sharp]


def apart(one, other):
    return float(max(np.max(np.abs(a - b), initial=0.0) for a, b in zip(one, other, strict=True)))


def main():
    device, tally, games = CudaDevice(), Tally(), draws()
    found = dict(
        solve_batch_on_gpu(
            games, SETTINGS, keep=lambda solved: solved, full=True, device=device, tally=tally, threads=1
        )
    )
    answer = {"device": device.name, "on_gpu": tally.on_gpu, "handed_back": tally.handed_back, "draws": []}
    for index in (0, 2):
        # the GPU holds all draws at the same belief points
        anchored = replace(SETTINGS, anchor=(0.5,) * len(games[index].belief_players))
        ours, theirs = found[index], solve(games[index], anchored)
        points = theirs.num_points
        rows = [[layer[..., :points] for period in solved.strategies for layer in period] for solved in (ours, theirs)]
        values = [[layer[..., :points] for layer in solved.values[0]] for solved in (ours, theirs)]
        sweeps = [list(vars(solved.sweep).values()) for solved in (ours, theirs)]
        answer["draws"].append(
            {
                "strategies": apart(*rows),
                "values": apart(*values),
                "sweep": apart(*sweeps),
                "belief_error": abs(ours.certificate.belief_error - theirs.certificate.belief_error),
                "residual": ours.certificate.residual,
                "consistency_gap": ours.certificate.consistency_gap,
                "nodes": ours.certificate.nodes - theirs.certificate.nodes,
                "unique": ours.certificate.unique - theirs.certificate.unique,
            }
        )
    answer["passed_on"] = str(found[1])
    answer["sharp"] = apart([found[3].sweep.absorbed], [solve(games[3], SETTINGS).sweep.absorbed])
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
