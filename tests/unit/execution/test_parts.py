"""Draws in parts: every draw comes back once, whatever happens to the workers."""

import pytest

from standoff.errors import SolveError
from standoff.execution.parts import AHEAD, LARGEST_PART, PART_SECONDS, SolvedPart, distribute_draws


class Crew:
    """Workers that take a part at a time; some are lost with it."""

    def __init__(self, lost=(), seconds_a_draw=0.1, newest_first=False):
        self.lost = set(lost)  # by the number of the submission
        self.seconds = seconds_a_draw
        self.newest_first = newest_first
        self.parts = []
        self.most_under_way = 0

    def submit(self, draws):
        self.parts.append(list(draws))
        return len(self.parts) - 1

    def take(self, handles):
        self.most_under_way = max(self.most_under_way, len(handles))
        handle = max(handles) if self.newest_first else min(handles)
        if handle in self.lost:
            return handle, None
        part = self.parts[handle]
        return handle, SolvedPart([draw["x"] for draw in part], self.seconds * len(part))


def draws(count):
    return [{"x": float(k)} for k in range(count)]


def run(crew, count, workers=2):
    return list(distribute_draws(draws(count), workers=workers, submit=crew.submit, take=crew.take))


@pytest.mark.parametrize("newest_first", [False, True])
def test_every_draw_comes_back_once_with_its_own_answer(newest_first):
    found = run(Crew(newest_first=newest_first), 100)
    assert sorted(found) == [(k, float(k)) for k in range(100)]


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_lost_part_is_sent_again_and_no_other(newest_first):
    crew = Crew(lost={2, 5, 6}, newest_first=newest_first)
    assert sorted(run(crew, 60)) == [(k, float(k)) for k in range(60)]
    sent = [draw["x"] for part in crew.parts for draw in part]
    again = [draw["x"] for number in (2, 5, 6) for draw in crew.parts[number]]
    assert sorted(sent) == sorted([float(k) for k in range(60)] + again)


def test_parts_grow_to_the_time_they_are_meant_to_take():
    crew = Crew(seconds_a_draw=PART_SECONDS / 8)
    run(crew, 100)
    assert len(crew.parts[0]) == 1
    assert max(map(len, crew.parts)) == 8


def test_parts_of_quick_draws_have_a_largest_size():
    crew = Crew(seconds_a_draw=1e-9)
    run(crew, 1000)
    assert max(map(len, crew.parts)) == LARGEST_PART


def test_draws_are_taken_only_a_few_parts_ahead():
    taken = []
    source = (taken.append(k) or {"x": float(k)} for k in range(10**9))
    crew = Crew(seconds_a_draw=PART_SECONDS)
    answers = distribute_draws(source, workers=3, submit=crew.submit, take=crew.take)
    for _ in range(10):
        next(answers)
    assert len(taken) <= 10 + 3 * AHEAD
    assert crew.most_under_way == 3 * AHEAD


def test_workers_that_are_always_lost_end_the_run():
    crew = Crew(lost=range(10_000))
    with pytest.raises(SolveError, match="workers keep dying"):
        run(crew, 10)


def test_no_draws_need_no_workers():
    crew = Crew()
    assert run(crew, 0) == []
    assert not crew.parts
