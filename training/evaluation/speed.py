"""Measure the speed and memory of the coder in a separate process, by processor time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Speed", "measure_speed"]

_ROOT = Path(__file__).parents[2]  # where the new process finds the package `training`

_SCRIPT = """
import json, resource, sys, time
from standoff.news.document import Document
from standoff.news.offline import OfflineCoder
coder = OfflineCoder(embed="embed" in sys.argv)
coder.code(Document("Iran warned the United States on Monday."))
start = time.process_time()
from training.training_sentences import load_training_sentences
sentences = load_training_sentences()
texts = ["\\n".join(one.text for one in sentences[at:at + 20]) for at in range(0, len(sentences), 20)]
read = time.process_time()
for text in texts:
    coder.code(Document(text))
done = time.process_time()
print(json.dumps([start, len(sentences), done - read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True)
class Speed:
    """Speed and memory of coding.

    Attributes:
        start_seconds: Processor time until the first sentence is coded.
        sentences: Number of sentences that were coded afterwards.
        sentences_per_second: Sentences a second of processor time.
        memory_mib: Peak memory, MiB.
    """

    start_seconds: float
    sentences: int
    sentences_per_second: float
    memory_mib: float


def measure_speed(*, embed: bool = False) -> Speed:
    """Code the training sentences, twenty in a document, in a new process on one thread.

    Args:
        embed: Whether to use sentence vectors.
    """
    command = [sys.executable, "-c", _SCRIPT, *(["embed"] if embed else [])]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one_thread, cwd=_ROOT)  # noqa: S603
    start, count, seconds, memory = json.loads(done.stdout)
    return Speed(start, int(count), count / seconds, memory)
