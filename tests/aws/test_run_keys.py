"""startedBy and clientToken: stable for ever, told apart by every part of the key, legal for AWS."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import run_keys
from reconciler.model import RunKey

KEY = RunKey(owner="data.prod", job="nightly", trigger="once:g1-abc/0", attempt=2, part=1)


def test_the_names_of_a_key_never_change() -> None:
    assert run_keys.started_by(KEY) == "rc/d4e82f8f6bd851b5/13a8f1e7b7b4c740/51c42e7f4401fea360337d4fdb968ee0/2/1"
    assert run_keys.client_token(KEY) == "bc7564c35c2a991ce507747e504c3067cb16cd4da7545383383c39484f7a48e2"


def test_a_slots_token_ends_with_its_instant() -> None:
    slot = RunKey(owner="data.prod", job="nightly", trigger="slot:2026-11-01T03:00:00Z")
    assert run_keys.client_token(slot) == "c7136a303668a865b11dd80223e833d61e9c4a59-2026-11-01T03:00:00Z"
    assert run_keys.slot_token_prefix(slot) + "2026-11-01T03:00:00Z" == run_keys.client_token(slot)


@given(owner=st.text(max_size=80), job=st.text(max_size=80), trigger=st.text(max_size=80), attempt=st.integers(0, 999))
def test_both_are_legal_for_any_key(owner: str, job: str, trigger: str, attempt: int) -> None:
    key = RunKey(owner=owner, job=job, trigger=trigger.removeprefix("slot:"), attempt=attempt, part=9)
    assert re.fullmatch(r"[A-Za-z0-9_/-]{1,128}", run_keys.started_by(key))
    assert re.fullmatch(r"[!-~]{1,64}", run_keys.client_token(key))


def test_every_part_of_the_key_tells() -> None:
    others = [
        replace(KEY, owner="data.test"),
        replace(KEY, job="nightl"),
        replace(KEY, trigger="once:g1-abc/1"),
        replace(KEY, attempt=1),
        replace(KEY, part=0),
        replace(KEY, owner="data.prodn", job="ightly"),
        replace(KEY, attempt=21, part=1),
        replace(KEY, trigger="slot:2026-11-01T03:00:00Z"),
        replace(KEY, trigger="slot:2026-11-01T03:00:00Z", attempt=1),
        replace(KEY, trigger="slot:2026-11-01T04:00:00Z"),
    ]
    keys = [KEY, *others]
    assert len({run_keys.client_token(key) for key in keys}) == len(keys)
    assert len({run_keys.started_by(key) for key in keys}) == len(keys)


def test_an_owners_tasks_begin_alike() -> None:
    assert run_keys.started_by(KEY).startswith(run_keys.owner_prefix("data.prod"))
    assert not run_keys.started_by(KEY).startswith(run_keys.owner_prefix("data"))
