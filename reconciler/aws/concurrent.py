"""Several calls at once: boto3 blocks, so threads do the waiting."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from reconciler.errors import AwsCallError, CredentialsExpired

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Other = TypeVar("Other")

#: AWS's read buckets refill at 20 a second: more hands would only wait for each other.
_WORKERS = 8


def gather(ask: Callable[[Asked], Answer], everything: Sequence[Asked]) -> list[Answer | AwsCallError]:
    """Answer `ask` of each, in order; what AWS refused is the answer of that one alone.

    Expired credentials are raised: no further call can succeed.
    """
    if len(everything) < 2:
        return [_guarded(ask, asked) for asked in everything]
    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(everything))) as pool:
        return list(pool.map(lambda asked: _guarded(ask, asked), everything))


def all_of(ask: Callable[[Asked], Answer], everything: Sequence[Asked]) -> list[Answer]:
    """Answer `ask` of each, in order; the first error is raised, since part of an answer is none."""
    if len(everything) < 2:
        return [ask(asked) for asked in everything]
    with ThreadPoolExecutor(max_workers=min(_WORKERS, len(everything))) as pool:
        return list(pool.map(ask, everything))


def both(first: Callable[[], Answer], second: Callable[[], Other]) -> tuple[Answer, Other]:
    """Answer two questions that are asked at the same time; the first error is raised."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        asked = pool.submit(first)
        other = second()
        return asked.result(), other


def _guarded(ask: Callable[[Asked], Answer], asked: Asked) -> Answer | AwsCallError:
    try:
        return ask(asked)
    except CredentialsExpired:
        raise
    except AwsCallError as error:
        return error
