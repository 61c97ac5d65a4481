"""`standoff submodel salvo` and `standoff submodel oil`: the missile exchange and the oil market on their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from standoff.cli.common import AsJson, open_console, print_json
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.submodels import InterceptorLayer

__all__ = ["register"]

Answer = TypeVar("Answer")


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="Run a submodel on its own.", no_args_is_help=True, rich_markup_mode=None)
    group.command("salvo")(salvo)
    group.command("oil", short_help="Compute the oil price after a chokepoint is closed.")(oil)
    app.add_typer(group, name="submodel")


def _run(command: str, compute: Callable[[], Answer]) -> Answer:
    """Run a submodel, and turn a refusal of its arguments into one clear error."""
    try:
        return compute()
    except ValueError as error:
        raise InputError(
            Problem(code="bad-value", message=str(error), help=f"see `standoff submodel {command} --help`")
        ) from None


def salvo(
    missiles: Annotated[float, typer.Option(help="Missiles in stock.")] = 3000,
    launchers: Annotated[
        float, typer.Option(help="Launchers at the first salvo; each fires one missile per salvo.")
    ] = 200,
    launcher_loss: Annotated[float, typer.Option(help="Share of the launchers lost after each salvo.")] = 0.12,
    salvos: Annotated[float, typer.Option(help="Number of salvos.")] = 8,
    reliability: Annotated[float, typer.Option(help="Probability that a missile works.")] = 0.85,
    readiness: Annotated[float, typer.Option(help="Share of every interceptor magazine that is in place.")] = 1.0,
    layers: Annotated[
        list[str] | None,
        typer.Option(
            "--layer",
            metavar="NAME:INTERCEPTORS:KILL:SHOTS",
            help="Layer of the defence, outermost first. Repeatable.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the model with the exchanges of 2024 and 2025 instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute how many missiles get through a layered defence."""
    from standoff.submodels import COMPARISON_HEADER, Attack, solve_salvo_exchange, write_comparison_table

    if check:
        _print_table(COMPARISON_HEADER, write_comparison_table(), as_json)
        return
    given = layers or ["upper:300:0.75:2", "lower:500:0.6:2"]
    defence = [_parse_layer(text) for text in given]
    result = _run(
        "salvo",
        lambda: solve_salvo_exchange(
            Attack(missiles, launchers, launcher_loss, salvos, reliability), defence, readiness
        ),
    )
    low, high = result.compute_interval(0.9)
    rows = [
        ("missiles fired", f"{result.fired:.1f}"),
        ("malfunctioned", f"{result.duds:.1f}"),
        *((f"intercepted by {layer.name}", f"{layer.intercepts:.1f}") for layer in result.layers),
        *((f"interceptors used by {layer.name}", f"{layer.interceptors_used:.1f}") for layer in result.layers),
        ("leaked (expected)", f"{result.leakers:.1f}"),
        ("leaked (standard deviation)", f"{result.spread:.1f}"),
        ("leaked (90 % interval)", f"{low} to {high}"),
        ("probability that a layer is exhausted", f"{result.exhausted:.3f}"),
        ("missiles left", f"{result.stock_left:.1f}"),
        ("method", result.method),
    ]
    _print_table(("quantity", "value"), rows, as_json)


def _parse_layer(text: str) -> InterceptorLayer:
    from standoff.submodels import InterceptorLayer

    parts = text.split(":")
    advice = "write it like upper:300:0.75:2"
    if len(parts) != 4:
        raise InputError(
            Problem(code="bad-layer", message=f"`{text}` is not of the form NAME:INTERCEPTORS:KILL:SHOTS", help=advice)
        )
    try:
        numbers = [float(part) for part in parts[1:]]
    except ValueError:
        raise InputError(
            Problem(code="bad-layer", message=f"`{text}` contains a value that is not a number", help=advice)
        ) from None
    return _run("salvo", lambda: InterceptorLayer(parts[0], *numbers))


def oil(
    closure: Annotated[float, typer.Option(help="Share of the flow that is blocked, 0 to 1.")] = 1.0,
    flow: Annotated[float, typer.Option(help="Flow through the chokepoint, in million barrels a day.")] = 20.0,
    bypass: Annotated[float, typer.Option(help="Spare bypass capacity, in million barrels a day.")] = 2.6,
    world: Annotated[float, typer.Option(help="World supply, in million barrels a day.")] = 100.0,
    price: Annotated[float, typer.Option(help="Price before the closure, in US dollars a barrel.")] = 70.0,
    supply_elasticity: Annotated[float, typer.Option(help="Short-run elasticity of supply.")] = 0.11,
    demand_elasticity: Annotated[float, typer.Option(help="Short-run elasticity of demand (negative).")] = -0.26,
    as_json: AsJson = False,
) -> None:
    """Compute the oil price after the closure of a chokepoint, as a band over published elasticities."""
    from standoff.submodels import OilShock

    shock = _run("oil", lambda: OilShock(flow, bypass, world, supply_elasticity, demand_elasticity, price))
    band = _run("oil", lambda: shock.price_band(closure))
    rows = [
        (item.elasticities.source, f"{item.elasticities.supply:g}", f"{item.elasticities.demand:g}",
         f"{item.log_change:.3f}", f"{item.price:,.0f}")
        for item in band
    ]  # fmt: skip
    price_after = _run("oil", lambda: shock.price(closure))
    rows.append(
        ("as specified", f"{supply_elasticity:g}", f"{demand_elasticity:g}", f"{shock.price_change(closure):.3f}",
         f"{price_after:,.0f}")
    )  # fmt: skip
    _print_table(("elasticities", "supply", "demand", "change of log price", "price (USD)"), rows, as_json)
    if not as_json:
        typer.echo(f"share of world supply lost after the bypass: {shock.loss(closure):.3f}")


def _print_table(header: tuple[str, ...], rows: object, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    plain = [tuple(str(cell) for cell in row) for row in rows]  # type: ignore[attr-defined]
    if as_json:
        print_json([dict(zip(header, row, strict=True)) for row in plain])
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in header:
        table.add_column(heading)
    for row in plain:
        table.add_row(*(Text(cell) for cell in row))
    open_console().print(table)
