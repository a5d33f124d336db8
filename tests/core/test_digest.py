"""The digest stands for what is sent, nothing else."""

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest

from reconciler.core.digest import digest

BODY = {"family": "nightly", "cpu": "256", "containerDefinitions": [{"name": "main", "command": ["a", "b"]}]}


def test_the_digest_of_a_body_never_changes() -> None:
    assert digest(BODY) == "d1-b7b465525f202a839a0309b3925394f2"


def test_the_order_of_members_does_not_count() -> None:
    assert digest(dict(reversed(BODY.items()))) == digest(BODY)
    assert digest(MappingProxyType(BODY)) == digest(BODY)


@pytest.mark.parametrize(
    "other",
    [
        {**BODY, "cpu": "512"},
        {**BODY, "cpu": 256},
        {**BODY, "cpu": ".25 vCPU"},
        {**BODY, "networkMode": "bridge"},
        {**BODY, "volumes": []},
        {**BODY, "containerDefinitions": [{"name": "main", "command": ["b", "a"]}]},
    ],
)
def test_everything_that_is_sent_counts_also_what_compares_equal(other: dict[str, object]) -> None:
    assert digest(other) != digest(BODY)


def test_an_instant_counts_not_its_zone() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert digest({"StartDate": noon}) == digest({"StartDate": noon.astimezone(timezone(timedelta(hours=5)))})
    assert digest({"StartDate": noon}) != digest({"StartDate": noon + timedelta(seconds=1)})


def test_what_cannot_be_sent_has_no_digest() -> None:
    with pytest.raises(TypeError, match="digest: object cannot be sent to AWS"):
        digest({"a": object()})
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        digest({"a": float("nan")})
