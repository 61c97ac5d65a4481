from hypothesis import given
from hypothesis import strategies as st

from standoff.scenario.cycles import find_cycles, sort_by_need

GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdefg"), max_size=3))


def test_a_name_that_needs_itself_is_a_circle() -> None:
    assert find_cycles({"a": ["a"]}) == [("a",)]


def test_two_circles_are_both_found() -> None:
    assert find_cycles({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c", "a"]}) == [("a", "b"), ("c", "d")]


def test_a_diamond_is_not_a_circle() -> None:
    assert find_cycles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []


@given(GRAPHS)
def test_a_circle_consists_of_links(graph: dict[str, set[str]]) -> None:
    for cycle in find_cycles(graph):
        assert all(after in graph[before] for before, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True))


@given(GRAPHS)
def test_without_a_circle_no_name_refers_ahead(graph: dict[str, set[str]]) -> None:
    cyclic = {name for cycle in find_cycles(graph) for name in cycle}
    links = {name: inner - cyclic for name, inner in graph.items() if name not in cyclic}
    order = sort_by_need(links)
    assert set(order) == set(links)
    for name, inner in links.items():
        assert all(order.index(other) < order.index(name) for other in inner if other in links)
