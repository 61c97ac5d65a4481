"""A forward sweep of an exported Markov chain, for tests that compare it with the forecast and with other programs."""

import numpy as np


def sweep_chain(chain):
    """Return the probability that a label was reached by the end of each period, by a forward sweep of the chain alone.

    Args:
        chain: The chain.

    Returns:
        By label; shape (period,).
    """
    names = list(chain.labels)
    bears = np.zeros((chain.num_states, len(names)), dtype=np.bool_)
    for k, name in enumerate(names):
        bears[chain.labels[name], k] = True
    # column k: the mass that has not yet reached label k
    mass = np.zeros((chain.num_states, len(names)))
    mass[0] = 1.0
    reached = np.where(bears[0], 1.0, 0.0)
    mass[0, bears[0]] = 0.0
    probabilities = np.empty((chain.num_periods, len(names)))
    ends = slice(int(chain.step_start[-1]), chain.num_states)
    for step in range(chain.num_steps):
        here = slice(int(chain.step_start[step]), int(chain.step_start[step + 1]))
        there = slice(here.stop, int(chain.step_start[step + 2]))
        own = slice(int(chain.row_start[here.start]), int(chain.row_start[here.stop]))
        source = np.repeat(np.arange(here.start, here.stop), np.diff(chain.row_start[here.start : here.stop + 1]))
        np.add.at(mass, chain.column[own], chain.probability[own, None] * mass[source])
        for block in (there, ends):
            reached += np.sum(mass[block], axis=0, where=bears[block])
            mass[block][bears[block]] = 0.0
        if (step + 1) % chain.steps_per_period == 0:
            probabilities[(step + 1) // chain.steps_per_period - 1] = reached
    return {name: probabilities[:, k] for k, name in enumerate(names)}
