import json
import re
from pathlib import Path

import pytest

from standoff.submodels import COMPARISON_HEADER, Attack, InterceptorLayer, compare_exchanges, write_comparison_table
from standoff.submodels import solve_salvo_exchange as solve
from standoff.submodels.exchanges import DEFENCE_INPUTS, EXCHANGES

ROOT = Path(__file__).parents[3]
GOLDEN = json.loads((ROOT / "tests/golden/salvo_exchanges.json").read_text(encoding="utf-8"))["exchange"]
ROWS = compare_exchanges()


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["claim"])
def test_the_figures_are_those_of_the_reports(case):
    exchange = next(exchange for exchange in EXCHANGES if exchange.slug == case["slug"])
    assert list(getattr(exchange, case["field"])) == case["values"]


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.slug)
def test_every_exchange_cites_its_pages(exchange):
    assert all(source.startswith("https://") for source in exchange.sources)


@pytest.mark.parametrize("given", DEFENCE_INPUTS, ids=lambda given: given.name)
def test_every_judgement_lies_in_its_range_and_says_why(given):
    low, high = sorted((given.thin, given.thick))
    assert low <= given.central <= high
    assert given.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.exchange.slug)
def test_the_row_is_the_exchange_at_the_central_inputs(row):
    layers = [InterceptorLayer("upper", 300, 0.65, 2), InterceptorLayer("lower", 150, 0.65)]
    launched = row.exchange.launched[1]
    result = solve(Attack(launched, launched, reliability=0.75), layers)
    assert (row.leakers, row.interval) == (result.leakers, result.compute_interval(0.9))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.exchange.slug)
def test_the_span_holds_the_interval(row):
    assert row.span[0] <= row.interval[0] <= row.interval[1] <= row.span[1]


def test_misses_are_reported():
    assert [row.verdict for row in ROWS] == [
        "agrees",
        "miss: too low; inside the span",
        "miss: too high; inside the span",
    ]


def test_the_page_shows_the_computed_table():
    page = (ROOT / "docs/explanation/salvo.md").read_text(encoding="utf-8")
    shown = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in re.findall(r"^\|.*\|$", page, re.M)]
    assert [row for row in (COMPARISON_HEADER, *write_comparison_table()) if row not in shown] == []
