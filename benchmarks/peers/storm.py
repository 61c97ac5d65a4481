"""Storm: probability of each end within 365 steps of the ladder's induced chain. Runs in an environment with stormpy.

The chain is stationary and has no clock, so Storm iterates 365 times over 20,000 states. The times are of the check alone;
building the model from the arrays is told apart.
"""

import argparse
import json
import sys
import time

start = time.perf_counter()
import numpy as np  # noqa: E402
import stormpy  # noqa: E402

import_seconds = time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--steps", type=int, default=365)
    parser.add_argument("--repeat", type=int, default=9)
    arguments = parser.parse_args()
    chain = np.load(arguments.file)
    num_states = int(chain["num_states"])
    start = time.perf_counter()
    builder = stormpy.datastructures.SparseMatrixBuilder[float]()
    for row in zip(chain["source"].tolist(), chain["column"].tolist(), chain["probability"].tolist(), strict=True):
        builder.add_next_value(*row)
    labeling = stormpy.models.StateLabeling(num_states + 2)
    places = {"init": int(chain["start"])} | {str(name): num_states + k for k, name in enumerate(chain["ends"])}
    for name, state in places.items():
        if name != "init":
            builder.add_next_value(state, state, 1.0)
        labeling.add_label(name)
        labeling.add_label_to_state(name, state)
    components = stormpy.models.SparseModelComponents[float](transition_matrix=builder.build(), state_labeling=labeling)
    model = stormpy.models.SparseDtmc[float](components)
    build_seconds = time.perf_counter() - start
    seconds, probabilities = [], []
    for name in chain["ends"]:
        (query,) = stormpy.parse_properties(f'P=? [F<={arguments.steps} "{name}"]')
        for _ in range(arguments.repeat):
            start = time.perf_counter()
            result = stormpy.model_checking(model, query)
            seconds.append(time.perf_counter() - start)
        probabilities.append(result.get_value(places["init"]))
    json.dump(
        {
            "seconds": seconds,
            "import_seconds": import_seconds,
            "build_seconds": build_seconds,
            "probabilities": probabilities,
            "gap": float(np.abs(np.array(probabilities) - chain["probabilities"]).max()),
            "transitions": model.nr_transitions,
            "version": stormpy.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
