"""Work ahead keeps the order, the bound and the caller's thread."""

import threading
from collections.abc import Iterator

import pytest

from adfusion.campaigns.ahead import ahead


def test_results_come_in_order_whichever_is_done_first() -> None:
    first_may_end = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert first_may_end.wait(10)
        else:
            first_may_end.set()
        return 10 * item

    assert list(ahead(work, range(4), threads=2)) == [(0, 0), (1, 10), (2, 20), (3, 30)]


def test_items_are_taken_in_the_callers_thread_and_not_far_ahead() -> None:
    taken: list[int] = []
    threads: set[int] = set()

    def items() -> Iterator[int]:
        for item in range(6):
            taken.append(item)
            threads.add(threading.get_ident())
            yield item

    for item, _ in ahead(lambda item: item, items(), threads=2):
        assert len(taken) <= item + 3
    assert threads == {threading.get_ident()}
    assert taken == list(range(6))


def test_what_goes_wrong_is_raised_in_its_turn_and_ends_the_work() -> None:
    given: list[int] = []

    def work(item: int) -> int:
        if item == 2:
            raise ValueError("two")
        return item

    with pytest.raises(ValueError, match="two"):
        for item, _ in ahead(work, range(100), threads=1):
            given.append(item)
    assert given == [0, 1]
