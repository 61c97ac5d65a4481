"""Make the helpers beside the tests importable, and keep property tests repeatable."""

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
settings.load_profile("standoff")


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for the whole of the tests; those that need it are skipped where none is installed."""
    from postgres_server import running

    with running() as server:
        yield server
