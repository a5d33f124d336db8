"""The laws of comparing, on random requests with any members: deep, empty, null and default ones.

`RECONCILER_EXAMPLES=2000` looks harder than everyday's few.
"""

import copy
import os
import random
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.core.diff import compare
from reconciler.core.explain import explain
from reconciler.core.minimal import minimal
from reconciler.core.normalise import equal, essence
from reconciler.core.rules import Default, DefaultFrom, EmptyIsAbsent, Keyed, Unordered
from reconciler.core.tree import holds
from tests.kinds.request_shapes import (
    DENSITIES,
    REQUESTS,
    Request,
    at,
    members,
    pattern,
    places,
    places_of,
    random_value,
    values,
)

laws = settings(
    max_examples=int(os.environ.get("RECONCILER_EXAMPLES", "25")),
    deadline=None,
    derandomize="RECONCILER_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
requests = pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)


@requests
def test_every_member_is_met(request_: Request) -> None:
    """The laws below look at no fewer values than these."""
    every = {pattern(path) for path, _ in members(request_.shape) if not str(path[-1]).startswith("key-")}
    met = set[str]()
    for number in range(25):
        value = random_value(request_.shape, random.Random(number * 7919), DENSITIES[number % len(DENSITIES)])
        met |= {pattern(place) for place in places_of(value)}
    sys.stdout.write(f"{request_.operation}: random values meet {len(every & met)} of {len(every)} members\n")
    assert every <= met


@requests
@laws
@given(random_data=st.data())
def test_the_canonical_form_is_its_own(request_: Request, random_data: st.DataObject) -> None:
    body = random_data.draw(values(request_.shape))
    canonical = essence(body, request_.rules)
    assert essence(canonical, request_.rules) == canonical
    assert compare(body, body, request_.rules) == ()


@requests
@laws
@given(random_data=st.data())
def test_nothing_that_is_compared_is_changed(request_: Request, random_data: st.DataObject) -> None:
    desired, observed = random_data.draw(values(request_.shape)), random_data.draw(values(request_.shape))
    before = copy.deepcopy((desired, observed))
    compare(desired, observed, request_.rules)
    explain(desired, observed, request_.rules)
    minimal(desired, request_.rules)
    assert (desired, observed) == before


@requests
@laws
@given(random_data=st.data())
def test_comparing_is_symmetric(request_: Request, random_data: st.DataObject) -> None:
    desired, observed = random_data.draw(values(request_.shape)), random_data.draw(values(request_.shape))
    there, back = compare(desired, observed, request_.rules), compare(observed, desired, request_.rules)
    assert bool(there) == bool(back)
    ordered = tuple(change.path for change in (*there, *back) if change.path.endswith("]") or "→" in change.path)
    assert {(c.path, repr(c.before), repr(c.after)) for c in there if c.path not in ordered} == {
        (c.path, repr(c.after), repr(c.before)) for c in back if c.path not in ordered
    }


@requests
@laws
@given(random_data=st.data())
def test_the_order_of_what_has_none_does_not_matter(request_: Request, random_data: st.DataObject) -> None:
    body = random_data.draw(values(request_.shape))
    shuffled, shuffle = copy.deepcopy(body), random.Random(random_data.draw(st.integers())).shuffle
    for row in request_.rules:
        if not isinstance(row, Keyed | Unordered):
            continue
        for place in places(shuffled, row.path):
            entries = at(shuffled, place[:-1]).get(place[-1])
            if isinstance(entries, list) and not (isinstance(row, Keyed) and row.last_wins):
                shuffle(entries)
    assert equal(body, shuffled, request_.rules)
    assert compare(body, shuffled, request_.rules) == ()


def usual(row: Default | DefaultFrom | EmptyIsAbsent, siblings: dict[str, Any]) -> Any:
    match row:
        case Default(value=value):
            return value
        case DefaultFrom(member=member):
            return siblings.get(member[1:])
    return {}


@requests
@laws
@given(random_data=st.data())
def test_writing_a_default_is_leaving_it_out(request_: Request, random_data: st.DataObject) -> None:
    body = random_data.draw(values(request_.shape))
    written = copy.deepcopy(body)
    for row in request_.rules:
        if not isinstance(row, Default | DefaultFrom | EmptyIsAbsent):
            continue
        for place in places(written, row.path):
            siblings = at(written, place[:-1])
            value = usual(row, siblings)
            says_something = any(sibling is not None for sibling in siblings.values())
            if says_something and siblings.get(place[-1]) is None and holds(row.when, written, siblings):
                siblings[place[-1]] = list(value) if isinstance(value, tuple) else copy.copy(value)
    assert compare(body, written, request_.rules) == ()


@requests
@laws
@given(random_data=st.data())
def test_the_minimal_form_says_the_same_and_is_its_own(request_: Request, random_data: st.DataObject) -> None:
    body = random_data.draw(values(request_.shape))
    short = minimal(body, request_.rules)
    assert compare(short, body, request_.rules) == ()
    assert minimal(short, request_.rules) == short


@requests
@laws
@given(random_data=st.data())
def test_what_is_not_reported_is_explained(request_: Request, random_data: st.DataObject) -> None:
    body = random_data.draw(values(request_.shape))
    rows = {row.id for row in request_.rules}
    explanations = explain(minimal(body, request_.rules), body, request_.rules)
    assert {explanation.rule for explanation in explanations} <= rows
    assert bool(explanations) or minimal(body, request_.rules) == body
