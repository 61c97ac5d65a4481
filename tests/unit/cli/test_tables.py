"""Tables in a narrow terminal."""

import io

import pytest
from rich.console import Console

from standoff.cli.tables import make_table


def printed(table, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80])
def test_a_narrow_terminal_folds_text_but_hides_none(width):
    table = make_table("", "driver", "one", "two", left=2)
    table.add_row("1", "strike_gain_resolved", "-0.12, +0.34", "")
    table.add_row("2", "", "", "+0.12, -0.34")
    folded = "".join(printed(table, width).replace("-0.12, +0.34", "").split())
    assert "1strike_gain_resolved2" in folded
