"""What stands in the log of state changes and in lists of revisions, though AWS would not write it so."""

import pytest

from reconciler.aws.active_revisions import number_of
from reconciler.aws.run_events import _readable
from reconciler.errors import OutcomeUnknown

ARN = "arn:aws:ecs:eu-west-1:111111111111:task/default/a"


@pytest.mark.parametrize(
    "detail",
    [{"taskArn": ARN, "startedAt": "-1"}, {"taskArn": ARN, "containers": 7}, {"taskArn": ARN, "containers": ["x"]}],
)
def test_a_state_change_that_cannot_be_read_is_passed_over(detail: object) -> None:
    assert _readable({"source": "aws.ecs", "detail": detail}) is None


def test_an_arn_that_is_no_revisions_is_said() -> None:
    assert number_of("arn:aws:ecs:eu-west-1:111111111111:task-definition/family:7") == 7
    with pytest.raises(OutcomeUnknown, match=r"^ListTaskDefinitions: .* 'arn:aws:ecs' is no revision's ARN"):
        number_of("arn:aws:ecs")
