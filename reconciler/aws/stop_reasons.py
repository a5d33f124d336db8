"""What AWS's words about a stopped task mean, in a few plain ones put before them.

Sources: developer guide "Stopped tasks error codes" (CannotPullContainerError, OutOfMemoryError …), the service
model's TaskStopCode.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

#: Stopped by a call: the reason is the caller's own words, ours among them, and stays as it is.
_BY_CALL: Final = frozenset({"UserInitiated"})

_BY_CODE: Final = {
    "SpotInterruption": "spot capacity was taken back",
    "TerminationNotice": "the container instance is terminating",
    "InfrastructureHealth": "the host became unhealthy",
    "ServiceSchedulerInitiated": "stopped by a service's scheduler",
}
_BY_TEXT: Final[Sequence[tuple[re.Pattern[str], str]]] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"CannotPull(ECR)?Container(Image)?(Manifest)?Error|pull image|ImagePull", "an image could not be pulled"),
        (r"OutOfMemory|out of memory|OOM", "a container ran out of memory"),
        (r"ResourceInitializationError.*secret|unable to (pull|retrieve) secret", "a secret could not be read"),
        (r"ResourceInitializationError.*(awslogs|log (group|stream|driver))", "the log driver could not start"),
        (r"ResourceInitializationError.*(EFS|file system)", "a file system could not be mounted"),
        (r"ResourceInitializationError", "the task could not be set up"),
        (
            r"CannotStartContainerError|CannotCreateContainerError|CannotCreateVolumeError",
            "a container could not start",
        ),
        (r"Timeout waiting for (network interface|EphemeralStorage)", "AWS was too slow to set up the task"),
        (r"DockerTimeoutError", "the container runtime did not answer in time"),
        (r"Host EC2 .*(stopped|terminated)|deregistration forced", "the container instance went away"),
    )
)


def explained(stop_code: str, stopped_reason: str, container_reasons: Iterable[str]) -> str:
    """Answer AWS's sentence, with what it means in front where that is known."""
    if stop_code in _BY_CALL:
        return stopped_reason
    words = " ".join([stopped_reason, *container_reasons])
    meaning = _BY_CODE.get(stop_code) or next((said for row, said in _BY_TEXT if row.search(words)), "")
    return ": ".join(part for part in (meaning, stopped_reason) if part)
