import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.submodels import Attack, InterceptorLayer, solve_salvo_exchange

SLACK = 1e-8  # dropped tails: 1e-11 relative, on at most some hundred missiles
SHARES = st.floats(0.0, 1.0)
LAYERS = st.lists(
    st.builds(InterceptorLayer, st.just("layer"), st.floats(0, 200), SHARES, st.integers(1, 3), SHARES), max_size=3
)
ATTACKS = st.builds(Attack, st.floats(0, 300), st.floats(0, 120), SHARES, st.floats(1, 5), SHARES)


def enumerated(fired, reliability, layers):
    """Chances of (leakers, missiles that each layer met, any layer overrun), one missile after another."""
    start = (0, tuple(0 for _ in layers), False)
    chances = {start: 1.0}
    for _ in range(fired):
        after = {}
        for (leaked, met, overrun), chance in chances.items():
            for state, weight in one_missile(leaked, met, overrun, reliability, layers):
                after[state] = after.get(state, 0.0) + chance * weight
        chances = after
    return chances


def one_missile(leaked, met, overrun, reliability, layers):
    """What becomes of one missile: it fails, or layer after layer kills it, misses it, or has nothing left."""
    yield (leaked, met, overrun), 1 - reliability
    alive = reliability
    for i, layer in enumerate(layers):
        if met[i] < layer.interceptors // layer.shots_per_target:
            met = (*met[:i], met[i] + 1, *met[i + 1 :])
            killed = 1 - (1 - layer.kill_probability) ** layer.shots_per_target
            yield (leaked, met, overrun), alive * killed
            alive *= 1 - killed
        else:
            overrun = True
    yield (leaked + 1, met, overrun), alive


SMALL = [
    (6, 0.8, []),
    (6, 0.8, [InterceptorLayer("a", 3, 0.7)]),
    (6, 0.8, [InterceptorLayer("a", 10, 0.7, 2)]),
    (7, 1.0, [InterceptorLayer("a", 4, 0.6, 2), InterceptorLayer("b", 3, 0.5)]),
    (7, 0.9, [InterceptorLayer("a", 0, 0.6), InterceptorLayer("b", 2, 0.5), InterceptorLayer("c", 9, 0.3, 3)]),
    (9, 0.5, [InterceptorLayer("a", 2, 1.0), InterceptorLayer("b", 4, 0.0), InterceptorLayer("c", 1, 0.9)]),
]


@pytest.mark.parametrize(("fired", "reliability", "layers"), SMALL)
def test_the_mean_is_that_of_an_enumeration(fired, reliability, layers):
    chances = enumerated(fired, reliability, layers)
    mean = sum(chance * leaked for (leaked, _, _), chance in chances.items())
    result = solve_salvo_exchange(Attack(fired, fired, reliability=reliability), layers)
    assert result.leakers == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize(("fired", "reliability", "layers"), SMALL)
def test_the_variance_is_that_of_an_enumeration(fired, reliability, layers):
    chances = enumerated(fired, reliability, layers)
    mean = sum(chance * leaked for (leaked, _, _), chance in chances.items())
    variance = sum(chance * (leaked - mean) ** 2 for (leaked, _, _), chance in chances.items())
    result = solve_salvo_exchange(Attack(fired, fired, reliability=reliability), layers)
    assert result.spread**2 == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize(("fired", "reliability", "layers"), SMALL)
def test_the_probability_of_running_dry_is_that_of_an_enumeration(fired, reliability, layers):
    chances = enumerated(fired, reliability, layers)
    overrun = sum(chance for (_, _, dry), chance in chances.items() if dry)
    result = solve_salvo_exchange(Attack(fired, fired, reliability=reliability), layers)
    assert result.exhausted == pytest.approx(overrun, abs=1e-12)


@pytest.mark.parametrize(("fired", "reliability", "layers"), SMALL)
def test_interceptors_used_are_those_of_an_enumeration(fired, reliability, layers):
    chances = enumerated(fired, reliability, layers)
    used = [
        sum(chance * met[i] * layer.shots_per_target for (_, met, _), chance in chances.items())
        for i, layer in enumerate(layers)
    ]
    result = solve_salvo_exchange(Attack(fired, fired, reliability=reliability), layers)
    assert [layer.interceptors_used for layer in result.layers] == pytest.approx(used, abs=1e-12)


@pytest.mark.parametrize(
    ("attack", "layers", "readiness", "leakers"),
    [
        (Attack(0, 10), [InterceptorLayer("a", 5, 0.5)], 1.0, 0.0),  # nothing to fire
        (Attack(10, 0), [], 1.0, 0.0),  # nothing to fire from
        (Attack(10, 10, reliability=0.8), [], 1.0, 8.0),  # nobody to stop them
        (Attack(10, 10), [InterceptorLayer("a", 5, 1.0)], 0.0, 10.0),  # nothing in place
        (Attack(10, 10), [InterceptorLayer("a", 4, 1.0)], 1.0, 6.0),  # four of ten stopped
        (Attack(10, 10), [InterceptorLayer("a", 4, 1.0)], 0.5, 8.0),  # two of ten
        (Attack(10, 10), [InterceptorLayer("a", 4, 1.0, readiness=0.5)], 0.5, 9.0),  # readiness times readiness
        (Attack(10, 10), [InterceptorLayer("a", 8, 0.5, 2)], 1.0, 7.0),  # four targets at 3/4: 10 - 3
        (Attack(10, 10), [InterceptorLayer("a", 4, 1.0), InterceptorLayer("b", 10, 0.5)], 1.0, 3.0),  # (10 - 4) / 2
        (Attack(10, 4, launcher_loss=0.5, salvos=3), [], 1.0, 7.0),  # 4 + 2 + 1 launchers
        (Attack(10, 4, salvos=2.5), [], 1.0, 10.0),  # 4 + 4 + 2
    ],
)
def test_leakers_by_hand(attack, layers, readiness, leakers):
    assert solve_salvo_exchange(attack, layers, readiness).leakers == pytest.approx(leakers, abs=1e-12)


@pytest.mark.parametrize(("shots", "interceptors"), [(10, 4), (4, 10), (7, 7)])
def test_without_chance_the_exchange_is_that_of_hughes(shots, interceptors):
    result = solve_salvo_exchange(Attack(shots, shots), [InterceptorLayer("a", interceptors, 1.0)])
    assert result.leakers == pytest.approx(max(0, shots - interceptors))


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_what_is_fired_fails_or_is_stopped_or_leaks(attack, layers, readiness):
    result = solve_salvo_exchange(attack, layers, readiness)
    accounted = result.duds + sum(layer.intercepts for layer in result.layers) + result.leakers
    assert accounted == pytest.approx(result.fired, abs=SLACK)


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_salvos_sum_to_the_exchange(attack, layers, readiness):
    result = solve_salvo_exchange(attack, layers, readiness)
    assert sum(row.leakers for row in result.salvos) == pytest.approx(result.leakers, abs=SLACK)


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_what_is_fired_and_what_is_left_is_the_stock(attack, layers, readiness):
    result = solve_salvo_exchange(attack, layers, readiness)
    assert result.fired + result.stock_left == pytest.approx(attack.stock, abs=1e-9)


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_no_layer_uses_more_than_it_has(attack, layers, readiness):
    result = solve_salvo_exchange(attack, layers, readiness)
    assert all(layer.interceptors_used <= layer.interceptors_available + SLACK for layer in result.layers)


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_some_layer_runs_dry_at_least_as_often_as_any_one(attack, layers, readiness):
    result = solve_salvo_exchange(attack, layers, readiness)
    assert result.exhausted >= max((layer.exhausted for layer in result.layers), default=0.0) - 1e-12


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES, st.floats(0, 50))
def test_more_missiles_never_leak_less(attack, layers, readiness, more):
    larger = Attack(attack.stock + more, attack.launchers, attack.launcher_loss, attack.salvos, attack.reliability)
    assert (
        solve_salvo_exchange(larger, layers, readiness).leakers
        >= solve_salvo_exchange(attack, layers, readiness).leakers - SLACK
    )


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES, SHARES)
def test_more_readiness_never_leaks_more(attack, layers, one, other):
    low, high = sorted((one, other))
    assert (
        solve_salvo_exchange(attack, layers, high).leakers <= solve_salvo_exchange(attack, layers, low).leakers + SLACK
    )


@settings(deadline=None)
@given(ATTACKS, LAYERS.filter(len), SHARES, st.floats(0, 50), SHARES)
def test_more_and_better_interceptors_never_leak_more(attack, layers, readiness, more, better):
    first = layers[0]
    kill = first.kill_probability + better * (1.0 - first.kill_probability)
    stronger = InterceptorLayer(
        "layer", first.interceptors + more, min(1.0, kill), first.shots_per_target, first.readiness
    )
    before = solve_salvo_exchange(attack, layers, readiness).leakers
    assert solve_salvo_exchange(attack, [stronger, *layers[1:]], readiness).leakers <= before + SLACK


@settings(deadline=None)
@given(ATTACKS, LAYERS, SHARES)
def test_leakers_are_continuous_in_the_stock(attack, layers, readiness):
    nudged = Attack(attack.stock + 1e-6, attack.launchers, attack.launcher_loss, attack.salvos, attack.reliability)
    gap = (
        solve_salvo_exchange(nudged, layers, readiness).leakers
        - solve_salvo_exchange(attack, layers, readiness).leakers
    )
    assert abs(gap) <= 1e-6 + SLACK  # a missile more is at most a leaker more


def test_between_two_stocks_leakers_lie_on_a_line():
    layers = [InterceptorLayer("a", 5, 0.6), InterceptorLayer("b", 3, 0.5)]
    low, middle, high = (
        solve_salvo_exchange(Attack(stock, 20, reliability=0.9), layers).leakers for stock in (8, 8.25, 9)
    )
    assert middle == pytest.approx(0.75 * low + 0.25 * high, abs=1e-12)


def test_between_two_capacities_leakers_lie_on_a_line():
    low, middle, high = (
        solve_salvo_exchange(Attack(9, 9, reliability=0.8), [InterceptorLayer("a", size, 0.6)]).leakers
        for size in (6, 6.25, 7)
    )
    assert middle == pytest.approx(0.75 * low + 0.25 * high, abs=1e-12)


def test_between_two_capacities_the_probability_of_running_dry_lies_on_a_line():
    low, middle, high = (
        solve_salvo_exchange(
            Attack(9, 9, reliability=0.8), [InterceptorLayer("a", size, 0.6), InterceptorLayer("b", 3, 0.5)]
        ).exhausted
        for size in (6, 6.25, 7)
    )
    assert middle == pytest.approx(0.75 * low + 0.25 * high, abs=1e-12)


def test_the_division_into_salvos_changes_no_leakers():
    layers = [InterceptorLayer("a", 5, 0.6), InterceptorLayer("b", 3, 0.5)]
    divided = solve_salvo_exchange(Attack(12, 4, salvos=3, reliability=0.9), layers)
    assert divided.leakers == solve_salvo_exchange(Attack(12, 12, reliability=0.9), layers).leakers


def test_each_salvo_has_its_row():
    result = solve_salvo_exchange(Attack(6, 4, salvos=3), [InterceptorLayer("a", 5, 1.0)])
    rows = [(row.salvo, row.fired, row.intercepts, row.leakers, row.stock_left) for row in result.salvos]
    assert rows == [(1, 4.0, (4.0,), 0.0, 2.0), (2, 2.0, (1.0,), 1.0, 0.0), (3, 0.0, (0.0,), 0.0, 0.0)]


@pytest.mark.parametrize(("stock", "dry"), [(0, 0), (4, 1), (6, 2), (12, 3), (13, None)])
def test_the_salvo_that_fires_the_last_missile(stock, dry):
    assert solve_salvo_exchange(Attack(stock, 4, salvos=3), []).stock_dry_at == dry


@pytest.mark.parametrize(("interceptors", "dry"), [(3, 1), (4, 2), (8, 3), (12, None)])
def test_the_salvo_at_which_a_layer_runs_dry(interceptors, dry):
    result = solve_salvo_exchange(Attack(12, 4, salvos=3), [InterceptorLayer("a", interceptors, 0.5)])
    assert result.layers[0].dry_at == dry


@pytest.mark.parametrize(("interceptors", "chance"), [(10, 0.0), (9, 1.0), (9.75, 0.25)])
def test_a_magazine_emptied_by_the_last_target_did_not_run_dry(interceptors, chance):
    result = solve_salvo_exchange(Attack(10, 10), [InterceptorLayer("a", interceptors, 0.5)])
    assert result.exhausted == pytest.approx(chance, abs=1e-12)


def test_the_interval_holds_its_probability():
    result = solve_salvo_exchange(Attack(200, 200, reliability=0.8), [InterceptorLayer("a", 100, 0.7)])
    low, high = result.compute_interval(0.9)
    inside = (result.distribution.values >= low) & (result.distribution.values <= high)
    assert 0.9 <= result.distribution.probabilities[inside].sum() <= 0.96


def test_the_result_names_its_method():
    assert solve_salvo_exchange(Attack(1, 1), []).method.startswith("exact")
