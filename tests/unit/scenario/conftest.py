from pathlib import Path

import pytest

from standoff.scenario import Scenario, load_scenario

HERE = Path(__file__).parent


@pytest.fixture
def good_text() -> str:
    return (HERE / "good.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def good() -> Scenario:
    return load_scenario(HERE / "good.yaml")
