import subprocess
import sys

import standoff.scenario


def test_every_public_name_is_there() -> None:
    assert all(hasattr(standoff.scenario, name) for name in standoff.scenario.__all__)


def test_reading_scenarios_imports_nothing_heavy() -> None:
    heavy = "{'numba', 'scipy', 'matplotlib', 'pandas', 'typer', 'rich', 'jinja2'}"
    code = f"import sys, standoff.scenario; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
