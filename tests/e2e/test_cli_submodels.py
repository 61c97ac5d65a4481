"""`standoff submodel salvo|oil`: the physics and the market on their own."""

import pytest

SALVO = {
    "missiles fired", "malfunctioned", "intercepted by upper", "intercepted by lower", "interceptors used by upper",
    "interceptors used by lower", "leaked (expected)", "leaked (standard deviation)", "leaked (90 % interval)",
    "probability that a layer is exhausted", "missiles left", "method",
}  # fmt: skip


@pytest.fixture(scope="module")
def salvo(warm):
    """The rows of an exchange, by name."""

    def rows(*arguments):
        finished = warm("submodel", "salvo", "--json", *arguments)
        assert (finished.code, finished.err) == (0, "")
        return {row["quantity"]: row["value"] for row in finished.document}

    return rows


@pytest.fixture(scope="module")
def oil(warm):
    """The rows of a shock, by the source of their elasticities."""

    def rows(*arguments):
        finished = warm("submodel", "oil", "--json", *arguments)
        assert (finished.code, finished.err) == (0, "")
        return {row["elasticities"]: row for row in finished.document}

    return rows


def test_a_salvo_accounts_for_every_missile(salvo):
    found = salvo()
    assert found.keys() == SALVO
    parts = ("malfunctioned", "intercepted by upper", "intercepted by lower", "leaked (expected)")
    assert sum(float(found[part]) for part in parts) == pytest.approx(float(found["missiles fired"]), abs=0.3)
    assert float(found["missiles fired"]) + float(found["missiles left"]) == pytest.approx(3000, abs=0.2)


def test_the_text_of_a_salvo_shows_what_the_document_holds(standoff, salvo):
    text = standoff("submodel", "salvo").out
    assert [name for name, value in salvo().items() if name not in text or value not in text] == []


def test_without_a_defence_all_that_works_gets_through(salvo):
    arguments = ("--missiles", 100, "--launchers", 100, "--launcher-loss", 0, "--salvos", 1, "--reliability", 0.5)
    found = salvo(*arguments, "--layer", "none:0:0:1")
    assert (found["missiles fired"], found["leaked (expected)"], found["missiles left"]) == (
        "100.0",
        "50.0",
        "0.0",
    )


def test_layers_are_read_in_their_order(salvo):
    found = salvo("--layer", "first:10:1:1", "--layer", "second:20:1:1")
    assert (found["intercepted by first"], found["intercepted by second"]) == ("10.0", "20.0")


def test_the_salvo_model_is_held_against_what_happened(standoff):
    rows = standoff("submodel", "salvo", "--check", "--json").document
    assert [row["exchange"] for row in rows] == ["13-14 April 2024", "1 October 2024", "13-24 June 2025"]
    assert all(row["reported"] and row["verdict"] for row in rows)
    text = standoff("submodel", "salvo", "--check").out
    assert all(row["exchange"] in text for row in rows)


def test_a_closure_raises_the_price_under_every_elasticity(oil):
    closed, open_strait = oil("--closure", 1), oil("--closure", 0)
    assert len(closed) >= 3
    assert closed.keys() == open_strait.keys()
    assert {row["price (USD)"] for row in open_strait.values()} == {"70"}
    assert all(float(row["change of log price"]) > 0 for row in closed.values())


def test_the_text_of_a_shock_shows_what_the_document_holds(standoff, oil):
    text = standoff("submodel", "oil").out
    assert [name for name, row in oil().items() if name not in text or row["price (USD)"] not in text] == []
    assert "share of world supply lost after the bypass: 0.174" in text


def test_the_elasticities_given_are_used(oil):
    row = oil("--supply-elasticity", 0.5, "--demand-elasticity", -0.5)["as specified"]
    assert (row["supply"], row["demand"]) == ("0.5", "-0.5")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["salvo", "--missiles", "-1"], "bad-value: stock must be at least 0, not `-1.0`"),
        (["salvo", "--missiles", "nan"], "bad-value: stock must be a finite number, not `nan`"),
        (["salvo", "--launchers", "inf"], "bad-value: launchers must be a finite number, not `inf`"),
        (["salvo", "--launcher-loss", "2"], "bad-value: launcher_loss must lie in [0, 1], not `2.0`"),
        (["salvo", "--readiness", "1.5"], "bad-value: readiness must lie in [0, 1], not `1.5`"),
        (["salvo", "--salvos", "1e9"], "bad-value: salvos must be at most 1000, not `1e+09`"),
        (["salvo", "--launchers", "1e9", "--missiles", "1e9"], "bad-value: stock: at most 20000 missiles can be fired"),
        (["salvo", "--layer", "upper:300"], "bad-layer: `upper:300` is not of the form NAME:INTERCEPTORS:KILL:SHOTS"),
        (["salvo", "--layer", "a:b:c:d"], "bad-layer: `a:b:c:d` contains a value that is not a number"),
        (["salvo", "--layer", "a:10:1.5:1"], "bad-value: layer a: kill_probability must lie in [0, 1], not `1.5`"),
        (["oil", "--closure", "2"], "bad-value: closure must lie in [0, 1], not `2.0`"),
        (["oil", "--price", "-1"], "bad-value: price_usd must be at least 0, not `-1.0`"),
        (["oil", "--flow", "200"], "bad-value: flow_mbd must be below world_mbd `100`, not `200`"),
        (["oil", "--demand-elasticity", "1"], "bad-value: demand elasticity must be at most 0, not `1.0`"),
        (["oil", "--demand-elasticity", "0", "--supply-elasticity", "0"], "bad-value: supply elasticity and demand "),
        (
            ["oil", "--demand-elasticity", "-1e-300", "--supply-elasticity", "0"],
            "bad-value: elasticities `0.0` and `-1e-300` are too small for a price to clear the market",
        ),
    ],
)
def test_a_bad_value_is_reported(warm, arguments, message):
    finished = warm("submodel", *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith(message)
    assert finished.err.splitlines()[-1].startswith("  help: ")
