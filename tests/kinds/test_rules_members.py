"""Nothing is missed: for every member of every request, another value is drift, and so is none."""

import sys
from collections import Counter

import pytest

from reconciler.core.diff import compare
from reconciler.core.normalise import equal
from reconciler.core.rules import IgnoreCase, Keyed, OtherwiseIs, Unordered
from tests.kinds.request_shapes import REQUESTS, Request, around, at, full, members, pattern, replaced, scalar

#: What may change unnoticed, and the row that says so.
EXCEPTIONS = {"CreateSchedule": {"ClientToken": "ClientToken: not compared, AWS does not return it"}}

requests = pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)


def say(request: Request, what: str, counted: Counter[str], skipped: Counter[str]) -> None:
    sys.stdout.write(f"{request.operation}: {what}: {sum(counted.values())} places of {len(counted)} members")
    sys.stdout.write("".join(f"; {count} not, by row {row!r}" for row, count in skipped.items()) + "\n")


@requests
def test_another_value_is_drift(request_: Request) -> None:
    body, counted, skipped = full(request_.shape), Counter[str](), Counter[str]()
    rows = {row.id for row in request_.rules}
    for path, shape in members(request_.shape):
        if isinstance(at(body, path), dict | list):
            continue
        part = around(body, path)
        other = replaced(part, path, scalar(shape, path, 1))
        assert at(other, path) != at(part, path)
        row = EXCEPTIONS.get(request_.operation, {}).get(pattern(path))
        if row is not None:
            assert row in rows
            assert compare(other, part, request_.rules) == ()
            skipped[row] += 1
            continue
        assert compare(other, part, request_.rules), f"{pattern(path)} changed unnoticed"
        assert compare(part, other, request_.rules), f"{pattern(path)} changed unnoticed"
        counted[pattern(path)] += 1
    say(request_, "another value is drift", counted, skipped)


@requests
def test_another_case_and_another_space_are_drift_exactly_where_no_row_says_otherwise(request_: Request) -> None:
    body, counted, skipped = full(request_.shape), Counter[str](), Counter[str]()
    alike = {row.path: row.id for row in request_.rules if isinstance(row, IgnoreCase)}
    coarse = {row.path: row.id for row in request_.rules if isinstance(row, OtherwiseIs)}
    exceptions = EXCEPTIONS.get(request_.operation, {}) | coarse
    for path, _ in members(request_.shape):
        text = at(body, path)
        if not isinstance(text, str) or pattern(path) in exceptions:
            continue
        part = around(body, path)
        for other in (text.swapcase(), f"{text} "):
            changes = compare(replaced(part, path, other), part, request_.rules)
            row = alike.get(pattern(path)) if other == text.swapcase() else None
            assert (changes == ()) is (row is not None), (pattern(path), other, row)
            if row is not None:
                skipped[row] += 1
        counted[pattern(path)] += 1
    say(request_, "another case or space is drift", counted, skipped)


@requests
def test_a_member_that_is_gone_is_drift(request_: Request) -> None:
    body, counted, skipped = full(request_.shape), Counter[str](), Counter[str]()
    for path, shape in members(request_.shape):
        part = around(body, path)
        without = replaced(part, path, ...)
        # at most one of two values is the default
        present = [replaced(part, path, full(shape, path, version)) for version in range(2)]
        row = EXCEPTIONS.get(request_.operation, {}).get(pattern(path))
        noticed = [not equal(without, other, request_.rules) for other in present]
        if not isinstance(at(body, path), dict | list):
            assert noticed == [bool(compare(other, without, request_.rules)) for other in present]
        if row is not None:
            assert not any(noticed)
            skipped[row] += 1
            continue
        assert any(noticed), f"{pattern(path)} came or went unnoticed"
        counted[pattern(path)] += 1
    say(request_, "a member that is gone is drift", counted, skipped)


@requests
def test_a_member_that_no_model_knows_is_drift_everywhere(request_: Request) -> None:
    body, counted = full(request_.shape), Counter[str]()
    for path in [(), *(path for path, _ in members(request_.shape))]:
        part = around(body, path)
        inside = at(part, path)
        if not isinstance(inside, dict):
            continue
        for value in ("new", 1, False, "", {"a": "b"}, ["c"]):
            other = replaced(part, path, {**inside, "aMemberOfNextYear": value})
            assert not equal(other, part, request_.rules), f"a new member in {pattern(path)} went unnoticed"
        counted[pattern(path)] += 1
    say(request_, "an unknown member is drift", counted, Counter())


@requests
def test_order_is_drift_exactly_where_no_row_says_otherwise(request_: Request) -> None:
    body, counted, skipped = full(request_.shape), Counter[str](), Counter[str]()
    unordered = {row.path: row.id for row in request_.rules if isinstance(row, Keyed | Unordered)}
    for path, _ in members(request_.shape):
        part = around(body, path)
        entries = at(part, path)
        if not isinstance(entries, list):
            continue
        changes = compare(replaced(part, path, entries[::-1]), part, request_.rules)
        row = unordered.get(pattern(path))
        assert (changes == ()) is (row is not None), (pattern(path), row, changes)
        if row is not None:
            skipped[row] += 1
        else:
            counted[pattern(path)] += 1
    say(request_, "another order is drift", counted, skipped)
