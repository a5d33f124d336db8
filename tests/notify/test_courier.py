"""Whatever a target does, nobody waits for it and nothing breaks; what did not get there is said."""

import threading
from collections.abc import Callable

import pytest

from reconciler.model.notify import Event
from reconciler.notify.courier import Courier, NotSent
from reconciler.notify.news import Notice
from tests.notify.notices import notice


def told(text: str) -> Notice:
    return notice(event=Event.FAILING, text=text)


class Target:
    """Refuses as often as it is told to, and waits where it is told to."""

    def __init__(self, *refusals: bool) -> None:
        self.refusals = list(refusals)
        self.tries: list[str] = []
        self.got: list[str] = []
        self.open = threading.Event()
        self.open.set()

    def __call__(self, notice: Notice) -> None:
        self.tries.append(notice.text)
        assert self.open.wait(10)
        if self.refusals:
            raise NotSent("it answers 500", again=self.refusals.pop(0))
        self.got.append(notice.text)


Make = Callable[..., tuple[Courier, list[str]]]


@pytest.fixture
def courier() -> Make:
    def make(target: Target, **options: object) -> tuple[Courier, list[str]]:
        said: list[str] = []
        return Courier("the target", target, said.append, pauses=(0, 0), **options), said  # type: ignore[arg-type]

    return make


def finished(courier: Courier) -> None:
    courier.put(None)
    courier.join(10)


def test_notices_come_in_order(courier: Make) -> None:
    target = Target()
    brings, said = courier(target)
    for number in range(20):
        brings.put(told(str(number)))
    finished(brings)
    assert (target.got, said) == ([str(number) for number in range(20)], [])


def test_what_may_get_better_is_tried_again(courier: Make) -> None:
    target = Target(True, True)
    brings, said = courier(target)
    brings.put(told("a"))
    finished(brings)
    assert (target.tries, target.got, said) == (["a"] * 3, ["a"], [])


def test_it_gives_up_after_some_tries_and_goes_on_with_the_next(courier: Make) -> None:
    target = Target(True, True, True)
    brings, said = courier(target)
    brings.put(told("a"))
    brings.put(told("b"))
    finished(brings)
    assert (target.tries, target.got) == (["a", "a", "a", "b"], ["b"])
    assert said == ["the target was not told that team: a (it answers 500)"]


def test_a_refusal_for_good_is_not_repeated(courier: Make) -> None:
    target = Target(False)
    brings, said = courier(target)
    brings.put(told("a"))
    finished(brings)
    assert (target.tries, len(said)) == (["a"], 1)


def test_a_target_that_hangs_keeps_nobody_waiting(courier: Make) -> None:
    target = Target()
    target.open.clear()
    brings, said = courier(target, room=3)
    for number in range(50):
        brings.put(told(str(number)))
    assert len(said) >= 45
    assert all(each.endswith("(too many wait)") for each in said)
    brings.end()
    brings.join(0)
    target.open.set()
    brings.join(10)
    assert target.got[-1] == "49"


def test_at_the_end_what_waits_has_one_try_each(courier: Make) -> None:
    target = Target(True, True)
    target.open.clear()
    brings, said = courier(target)
    brings.put(told("a"))
    brings.put(told("b"))
    brings.end()
    target.open.set()
    brings.join(10)
    assert target.tries == ["a", "b"]
    assert len(said) == 2
