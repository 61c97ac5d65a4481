"""The few calls by which tests solve a game or a scenario, in one place so that a change of interface is one edit."""

from standoff import drivers, solve, window
from standoff.analysis.brief import Brief, assemble_brief
from standoff.analysis.forecast import forecast
from standoff.scenario import parse_scenario
from standoff.solve.equilibrium import Settings
from standoff.solve.equilibrium import solve as solve_equilibrium


def solve_game(game, **settings):
    """The equilibrium of a game."""
    return solve_equilibrium(game, Settings(**settings))


def solve_text(text, **settings):
    """The solution of a scenario that is written out."""
    return solve(parse_scenario(text), Settings(**settings))


def forecast_of_game(equilibrium, level_names=None):
    """The forecast of a solved game; `level_names` by track."""
    return forecast(equilibrium, level_names=level_names)


def forecast_of(solution):
    """The forecast of a solved scenario."""
    return solution.forecast


def window_of(solution, milestone=None):
    """The window of a solved scenario."""
    return window(solution, milestone)


def brief_of_drivers(solution, targets):
    """A brief that shows the effect of each range by its derivative alone."""
    found = drivers(solution, targets, num_tornado=0)
    return Brief(solution, found.targets, drivers=found)


def full_brief_of(text, variants, parts, *, num_draws, **settings):
    """The answers to everything that a brief may show."""
    return assemble_brief(
        parse_scenario(text), Settings(**settings), variants=variants, parts=parts, num_draws=num_draws
    )
