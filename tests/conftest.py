"""Make the modules next to the tests importable, and keep property tests repeatable.

The profile `standoff` tries the same examples in every run. The profile `nightly` tries new ones, and more of them; where it
fails it prints what repeats the example (`make test-nightly`).
"""

import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background, where shells have Ctrl-C ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "standoff", deadline=None, derandomize=True, max_examples=15, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", settings.get_profile("standoff"), derandomize=False, max_examples=200, print_blob=True
)
settings.load_profile("standoff")  # `--hypothesis-profile nightly` is read after this


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for the whole of the tests; those that need it are skipped where none is installed."""
    from postgres_server import running

    with running() as server:
        yield server
