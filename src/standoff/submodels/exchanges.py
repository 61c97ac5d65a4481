"""The model compared with three real exchanges: Iran's missile attacks on Israel in 2024 and 2025.

One set of inputs is used for all three; nothing is fitted. Numbers of interceptors in Israel are not published, so each
input is a judgement with a range. The comparison shows the model at its central values and at both ends of every range
at once (a thin defence against good missiles, a thick defence against poor missiles).

Only ballistic missiles count. The leakers of the model are working missiles that pass every layer, wherever they fall.
Reports count different things, which the rows name: hits on the country, hits on populated areas, or missiles that were
not shot down. Real defenders let missiles pass that will fall on open ground; the model has no such choice.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.submodels.forces import Attack, InterceptorLayer
from standoff.submodels.salvo import SalvoResult, solve_salvo_exchange

__all__ = [
    "COMPARISON_HEADER",
    "DEFENCE_INPUTS",
    "EXCHANGES",
    "Exchange",
    "ExchangeComparison",
    "Input",
    "compare_exchanges",
    "write_comparison_table",
]


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the comparison, the same for every exchange.

    Attributes:
        name: Name of the input.
        thin: The value that lets most missiles through.
        central: The value in the middle of the judgement.
        thick: The value that lets fewest through.
        reason: Source of the range.
    """

    name: str
    thin: float
    central: float
    thick: float
    reason: str


DEFENCE_INPUTS: tuple[Input, ...] = (
    Input(
        "reliability of a missile",
        0.95,
        0.75,
        0.50,
        "Low end: US officials said that about half failed in April 2024 (WSJ). High end: judgement, few failures.",
    ),
    Input(
        "upper tier: interceptors",
        150,
        300,
        600,
        "Judgement. Two US THAAD batteries alone fired 100 to 150 in June 2025 (WSJ, CNN); Israel's own stock of the "
        "tier is not published and is taken as up to three times as much.",
    ),
    Input("upper tier: kill probability of a shot", 0.50, 0.65, 0.80, "Judgement; no figure a shot is published."),
    Input("upper tier: shots at a target", 2, 2, 2, "Judgement: two interceptors at a ballistic missile."),
    Input(
        "lower tier: interceptors",
        75,
        150,
        300,
        "Judgement: half of the upper tier, as fewer of its batteries can engage a ballistic missile.",
    ),
    Input("lower tier: kill probability of a shot", 0.50, 0.65, 0.80, "Judgement: as in the upper tier."),
    Input("lower tier: shots at a target", 1, 1, 1, "Judgement: no time for a second shot."),
)
"""The inputs of all three exchanges."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A real missile attack, as reported.

    Attributes:
        slug: Short name.
        title: Date for display.
        launched: Ballistic missiles launched: lowest report, central, highest report.
        launched_source: Who reported the launches.
        came_through: Lowest and highest report of missiles that got through.
        counted: What these reports count, in our words.
        sources: Web pages.
    """

    slug: str
    title: str
    launched: tuple[float, float, float]
    launched_source: str
    came_through: tuple[float, float]
    counted: str
    sources: tuple[str, ...]


EXCHANGES: tuple[Exchange, ...] = (
    Exchange(
        "2024-04",
        "13-14 April 2024",
        (100, 120, 130),
        "Israeli army: more than 120; Anadolu, same day, citing the army: 100; US officials (WSJ): 115 to 130",
        (1, 3),
        "1: an air base slightly damaged; 3: Israel's claim that 99 % of more than 300 drones and missiles were "
        "intercepted. US officials (WSJ): about half failed, and Israel shot down about half",
        (
            "https://www.independent.co.uk/news/world/middle-east/iran-strikes-israel-attack-live-updates-b2528439.html",
            "https://www.middleeastmonitor.com/20240414-us-uk-intercepted-more-than-100-iranian-drones-israeli-source/",
            "https://infos-israel.news/wsj-la-moitie-des-missiles-balistiques-iraniens-sont-tombes-deux-memes-pour-des-raisons-techniques",
        ),
    ),
    Exchange(
        "2024-10",
        "1 October 2024",
        (180, 190, 200),
        "Israeli army: about 180; Pentagon: about 200; central: halfway",
        (50, 50),
        "hits on Israel, quoted without their location (Washington Institute, at second hand); two people lightly hurt",
        (
            "https://theweek.com/politics/iran-missile-attack-israel-hezbollah-hamas",
            "https://mokokchungtimes.com/iran-launches-major-missile-attack-on-israel-netanyahu-warns-iran-will-pay-for-it/",
            "https://www.washingtoninstitute.org/policy-analysis/israels-missile-defense-performance-views-gulf",
        ),
    ),
    Exchange(
        "2025-06",
        "13-24 June 2025",
        (550, 550, 550),
        "Israel: about 550 over twelve days",
        (31, 110),
        "31: hits on populated areas (Israel); 110: the 20 % not intercepted if the day-3 claim of 80 to 90 % held to "
        "the end. The same report has 5 to 10 % leak, which would be 28 to 55",
        (
            "https://www.siasat.com/at-least-606-killed-in-iran-28-in-israel-as-ceasefire-halts-12-day-war-3238277/amp",
            "https://allisraelnews.com/why-have-24-people-died-in-the-iranian-missile-attacks-a-look-at-israels-air-defenses-and-the-necessity-of-safe-rooms",
        ),
    ),
)
"""The three exchanges, in order of date."""


@dataclass(frozen=True, slots=True)
class ExchangeComparison:
    """One exchange in the model and in reports.

    Attributes:
        exchange: The exchange.
        leakers: Expected leakers at the central inputs.
        interval: 90 % interval of the leakers at the central inputs, which reflects chance alone.
        span: From the 5 % quantile at the thick end of every input to the 95 % quantile at the thin end.
        exhausted: Probability that a layer ran dry at the central inputs.
        verdict: Whether the report agrees with the interval, or at least with the span.
    """

    exchange: Exchange
    leakers: float
    interval: tuple[int, int]
    span: tuple[int, int]
    exhausted: float
    verdict: str


def compare_exchanges() -> tuple[ExchangeComparison, ...]:
    """Run the model on the three exchanges.

    Returns:
        One comparison for each exchange, in order of date.
    """
    return tuple(_compare(exchange) for exchange in EXCHANGES)


COMPARISON_HEADER = (
    "exchange",
    "launched",
    "model: leakers",
    "90 % interval",
    "span of the inputs",
    "a layer ran dry",
    "reported",
    "verdict",
)
"""Columns of the table of comparisons."""


def write_comparison_table() -> tuple[tuple[str, ...], ...]:
    """Return the comparisons as text.

    Returns:
        One row for each exchange, under `COMPARISON_HEADER`.
    """
    return tuple(
        (
            row.exchange.title,
            _format_range(row.exchange.launched[0], row.exchange.launched[2]),
            f"{row.leakers:.1f}",
            _format_range(*row.interval),
            _format_range(*row.span),
            f"{row.exhausted:.0%}",
            _format_range(*row.exchange.came_through),
            row.verdict,
        )
        for row in compare_exchanges()
    )


def _compare(exchange: Exchange) -> ExchangeComparison:
    low, central, high = exchange.launched
    thick = _solve(low, [given.thick for given in DEFENCE_INPUTS])
    middle = _solve(central, [given.central for given in DEFENCE_INPUTS])
    thin = _solve(high, [given.thin for given in DEFENCE_INPUTS])
    interval, span = middle.compute_interval(0.9), (thick.compute_interval(0.9)[0], thin.compute_interval(0.9)[1])
    return ExchangeComparison(
        exchange=exchange,
        leakers=middle.leakers,
        interval=interval,
        span=span,
        exhausted=middle.exhausted,
        verdict=_judge(interval, span, exchange.came_through),
    )


def _solve(launched: float, values: list[float]) -> SalvoResult:
    """Solve the exchange as one salvo, because leakers do not depend on the division into salvos."""
    reliability, upper, upper_kill, upper_shots, lower, lower_kill, lower_shots = values
    layers = [
        InterceptorLayer("upper tier", upper, upper_kill, upper_shots),
        InterceptorLayer("lower tier", lower, lower_kill, lower_shots),
    ]
    return solve_salvo_exchange(Attack(launched, launched, reliability=reliability), layers)


def _judge(interval: tuple[int, int], span: tuple[int, int], reported: tuple[float, float]) -> str:
    """Compare the reports with the interval and, if they miss it, with the span."""
    if interval[0] <= reported[1] and reported[0] <= interval[1]:
        return "agrees"
    side = "high" if interval[0] > reported[1] else "low"
    inside = span[0] <= reported[1] and reported[0] <= span[1]
    return f"miss: too {side}; {'inside' if inside else 'outside'} the span"


def _format_range(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
