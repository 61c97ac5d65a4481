"""Bands over many draws, on a crisis whose probabilities are a formula of two parameters."""

from dataclasses import replace

import numpy as np
import pytest

from standoff import load
from standoff.analysis.draw_keys import describe_ensemble
from standoff.analysis.ensemble import FILE, check_request, ensemble
from standoff.analysis.ensemble_result import LEVELS, FailedDraw
from standoff.analysis.executor import Threads
from standoff.analysis.resolution import UnsureProbabilityError, choose_points, compute_unseen_share, keep_probabilities
from standoff.analysis.sampling import Sampler
from standoff.analysis.targets import parse_target
from standoff.errors import InputError, Problem, SolveError
from standoff.scenario import apply_overrides
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.target import Target
from tiny import RATIONALITY, probabilities_of_war, tiny

WAR = Target("outcome", "war_ends", 1)


class Memory:
    """A store that keeps what it is given."""

    def __init__(self):
        self.tables = {"draws": {}, "checks": {}}
        self.saved = []

    def load(self, table):
        return dict(self.tables[table])

    def save(self, table, records):
        self.tables[table].update(records)
        self.saved += [(table, number) for number in records]

    def flush(self):
        pass


class Stopped(Threads):
    """Somebody stops the run after so many draws."""

    def __init__(self, after):
        object.__setattr__(self, "threads", 1)
        object.__setattr__(self, "after", after)

    def solve_draws(self, scenario, draws, settings, keep):
        for k, found in super().solve_draws(scenario, draws, settings, keep):
            if k == self.after:
                raise KeyboardInterrupt
            yield k, found


class Reversed(Threads):
    """Gives what it solves in the opposite order, as other machines may."""

    def solve_draws(self, scenario, draws, settings, keep):
        yield from reversed(list(super().solve_draws(scenario, draws, settings, keep)))


@pytest.fixture(scope="module")
def wide():
    return ensemble(tiny(), 512, executor=Threads(1))


def test_every_draw_has_the_probabilities_of_its_own_parameters(wide):
    period, k = wide.locate(WAR)
    assert wide.probabilities[:, period, k] == pytest.approx(probabilities_of_war(*wide.values.T), abs=1e-9)
    assert wide.certificate.residual < 1e-8


def test_bands_are_the_quantiles_of_the_true_distribution(wide):
    """war - peace is triangular on [-2, 2], and the probabilities are a rising function of it."""
    period, k = wide.locate(WAR)
    level = np.array(LEVELS)
    difference = np.where(level < 0.5, np.sqrt(8 * level) - 2, 2 - np.sqrt(8 * (1 - level)))
    expected = probabilities_of_war(difference, 0)
    density = (2 - np.abs(difference)) / 4 / (RATIONALITY * expected * (1 - expected))
    # the standard error of as many independent draws; those of Sobol sequences in two dimensions are a third of it
    independent = np.sqrt(level * (1 - level) / wide.num_draws) / density
    assert (np.abs(wide.bands[:, period, k] - expected) < 2 * independent).all()
    assert (wide.standard_errors[:, period, k] < independent).all()


def test_standard_errors_are_those_of_other_seeds():
    """The spread over seeds is the standard error, within the error of a standard deviation of so few."""
    runs = [ensemble(tiny(), 128, seed=seed, executor=Threads(1)) for seed in range(6)]
    period, k = runs[0].locate(WAR)
    spread = np.std([run.bands[2, period, k] for run in runs], ddof=1)
    estimated = np.sqrt(np.mean([run.standard_errors[2, period, k] ** 2 for run in runs]))
    assert 0.3 < spread / estimated < 3.0


def test_the_file_has_its_own_probabilities(wide):
    period, k = wide.locate(WAR)
    assert wide.file_probabilities[period, k] == pytest.approx(probabilities_of_war(0.5, 0.2), abs=1e-9)


def test_convergence_shows_the_bands_of_the_first_draws(wide):
    assert [count for count, _ in wide.convergence] == [128, 256, 512]
    assert (wide.convergence[0][1] == np.quantile(wide.probabilities[:128], LEVELS, axis=0)).all()
    assert (wide.convergence[-1][1] == wide.bands).all()


def test_few_draws_have_no_standard_error():
    assert ensemble(tiny(), 127, executor=Threads(1)).standard_errors is None


def test_a_longer_run_takes_up_a_shorter_one():
    store = Memory()
    ensemble(tiny(), 20, store=store, executor=Threads(1))
    store.saved.clear()
    longer = ensemble(tiny(), 50, store=store, executor=Threads(1))
    assert sorted(number for table, number in store.saved if table == "draws") == list(range(20, 50))
    alone = ensemble(tiny(), 50, executor=Threads(1))
    assert (longer.probabilities == alone.probabilities).all()


def test_a_run_that_is_stopped_loses_nothing_and_counts_nothing_twice():
    store = Memory()
    with pytest.raises(KeyboardInterrupt):
        ensemble(tiny(), 60, store=store, executor=Stopped(23))
    kept = set(store.load("draws"))
    assert 0 < len(kept) < 60
    store.saved.clear()
    run = ensemble(tiny(), 60, store=store, executor=Threads(1))
    assert {number for table, number in store.saved if table == "draws"} == set(range(60)) - kept
    assert run.draws.tolist() == list(range(60))
    assert (run.probabilities == ensemble(tiny(), 60, executor=Threads(1)).probabilities).all()


def test_the_order_of_the_answers_does_not_matter():
    one = ensemble(tiny(), 40, executor=Threads(1))
    other = ensemble(tiny(), 40, executor=Reversed(1))
    assert (one.probabilities == other.probabilities).all()
    assert one.key == other.key


def test_draws_that_make_no_game_are_reported_and_not_counted():
    """Above 0.9 the second branch has a negative chance."""
    scenario = tiny(
        ("fight: {label: fight, leads_to: {outcome: war_ends}}",
         "fight: {label: fight, leads_to: [{p: 0.1 + war, outcome: war_ends}, {p: 0.9 - war}]}"),
        ("war: {value: 0.5, range: [-1, 1]", "war: {value: 0.5, range: [0, 1]"),
    )  # fmt: skip
    run = ensemble(scenario, 80, executor=Threads(1))
    war = run.values[:, run.parameters.index("war")]
    assert [failure.draw for failure in run.failures] == np.flatnonzero(war > 0.9).tolist()
    assert run.failed_share == pytest.approx(0.1, abs=2 / 80)
    assert run.failure_reasons[0][:2] == ("probabilities", len(run.failures))
    assert len(run.probabilities) == len(run.draws) == 80 - len(run.failures)


def test_where_no_draw_is_solved_there_is_no_answer():
    scenario = tiny(
        ("fight: {label: fight, leads_to: {outcome: war_ends}}",
         "fight: {label: fight, leads_to: [{p: peace + 0.8, outcome: war_ends}, {p: 0.2 - peace}]}"),
        ("peace: {value: 0.2, range: [-1, 1]", "peace: {value: 0.2, distribution: {kind: uniform, low: 0.3, high: 1}"),
    )  # fmt: skip
    with pytest.raises(SolveError, match="none of 10 draws was solved; the first: the probability is"):
        ensemble(scenario, 10, executor=Threads(1))


@pytest.mark.parametrize(
    ("num_draws", "seed", "code"), [(0, 0, "num-draws"), (-1, 0, "num-draws"), (2**40, 0, "num-draws"), (8, -1, "seed")]
)
def test_a_request_out_of_bounds_is_refused(num_draws, seed, code):
    with pytest.raises(InputError) as caught:
        check_request(tiny(), num_draws, seed)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_scenario_in_which_nothing_is_drawn_is_refused():
    with pytest.raises(InputError, match="no parameter of `tiny` is drawn"):
        ensemble(apply_overrides(tiny(), ["war=0", "peace=0"]), 8)


def test_the_key_changes_with_everything_that_the_probabilities_depend_on():
    scenario, settings = tiny(), Settings()
    keys = {
        describe_ensemble(given, seed=seed, settings=how)["key"]
        for given, seed, how in [
            (scenario, 0, settings),
            (scenario, 1, settings),
            (apply_overrides(scenario, ["war=0.4"]), 0, settings),
            (scenario, 0, replace(settings, belief_points=5)),
            (scenario, 0, replace(settings, belief_tolerance=1e-3)),
        ]
    }
    assert len(keys) == 5
    assert describe_ensemble(tiny(), seed=0, settings=Settings(threads=1))["key"] in keys


# --- beliefs: how many points, and how far off -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secret():
    """A crisis with private types, cut to a few days."""
    return load("cuba-1962", overrides=["period.horizon=2"])


def test_checked_draws_are_within_the_tolerance_of_their_checks(secret):
    settings = Settings(belief_tolerance=5e-3)
    store = Memory()
    run = ensemble(secret, 10, settings=settings, store=store, executor=Threads(1))
    gaps = [
        np.abs(store.tables["draws"][draw].probabilities - check.probabilities).max()
        for draw, check in store.tables["checks"].items()
        if draw != FILE
    ]
    assert len(gaps) == run.certificate.num_checked == 8
    assert run.certificate.belief_error == max(gaps) <= settings.belief_tolerance
    assert sum(run.certificate.points_used.values()) == 10
    assert run.certificate.residual < 1e-8


class Coarse(Threads):
    """Whose solves of draws that are no checks are off by two per cent."""

    def solve_draws(self, scenario, draws, settings, keep):
        off = 0.02 if keep is keep_probabilities else 0.0
        for k, found in super().solve_draws(scenario, draws, settings, keep):
            yield k, replace(found, probabilities=found.probabilities + off)


def test_points_that_miss_the_tolerance_are_refused_before_the_draws_are_solved(secret):
    store = Memory()
    settings = Settings(belief_points=5, belief_tolerance=0.019)
    with pytest.raises(
        SolveError, match=r"9 checked draws the error of the probabilities is up to 2.0e-02.* more than 5 belief points"
    ):
        ensemble(secret, 50, settings=settings, store=store, executor=Coarse(1))
    assert not store.tables["draws"]
    assert len(store.tables["checks"]) == 9
    wider = replace(settings, belief_tolerance=0.021)
    assert ensemble(secret, 8, settings=wider, executor=Coarse(1)).certificate.belief_error == pytest.approx(
        0.02, abs=1e-3
    )


def test_a_draw_whose_gap_is_wide_is_solved_at_more_points(secret):
    game_settings = Settings(belief_points=5, belief_tolerance=5e-3, estimate_error=False)
    scenario = apply_overrides(secret, ["rationality=12"])
    found = solve(load_game(scenario), game_settings)
    assert found.certificate.belief_error > 0
    narrow = replace(game_settings, belief_tolerance=found.certificate.belief_error / 2)
    kept = keep_probabilities(solve(load_game(scenario), narrow))
    assert kept.belief_points > 5
    assert kept.belief_error <= narrow.belief_tolerance
    wide_enough = replace(game_settings, belief_tolerance=found.certificate.belief_error * 2)
    assert keep_probabilities(solve(load_game(scenario), wide_enough)).belief_points == 5


def load_game(scenario):
    from standoff.game.compile import compile_game

    return compile_game(scenario)


def test_the_unseen_share_is_that_of_the_binomial():
    """If a share q had larger errors, m checks would all miss them with probability (1 - q)^m = 0.05."""
    assert (1 - compute_unseen_share(30)) ** 30 == pytest.approx(0.05)
    assert compute_unseen_share(0) == 1.0


@pytest.mark.parametrize(
    "error",
    [SolveError("why"), UnsureProbabilityError("why"), InputError(Problem("sum", "why"))],
    ids=lambda one: type(one).__name__,
)
def test_a_failure_tells_its_error_again(error):
    failure = FailedDraw.of(3, error)
    assert type(failure.make_error()) is type(error)
    assert FailedDraw.of(3, failure.make_error()) == failure


def test_a_draw_that_fails_becomes_a_failure_with_its_code():
    assert FailedDraw.of(3, SolveError("why")) == FailedDraw(3, "no-solution", "why")


def test_points_are_the_fewest_that_agree(secret):
    settings = Settings(belief_tolerance=1.0)
    sampler = Sampler.of(secret, seed=0)
    draws = dict(enumerate(sampler.make_draws([0, 1])))
    store = Memory()
    ensemble(secret, 2, settings=settings, store=store, executor=Threads(1))
    checks = {number: store.tables["checks"][number] for number in (0, 1)}
    assert choose_points(secret, draws, checks, settings, Threads(1))[0] == 5


def test_a_target_stands_where_its_period_ends():
    run = ensemble(tiny(), 3, executor=Threads(1))
    assert run.locate(parse_target(tiny(), "deal@2")) == (1, 1)
    assert run.names[1].label == "Deal"
