"""What every driver needs: the job to launch, and an embedded AWS's clock that moves when the peer sleeps.

These files run in the peers' own virtual environments: nothing of ours can be imported in them, but in `reconcile_wait`.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any


def told() -> dict[str, Any]:
    """Answer what to do, from stdin; from here on sleeping takes virtual time."""
    given: dict[str, Any] = json.load(sys.stdin)

    def sleep(seconds: float) -> None:
        body = json.dumps({"seconds": seconds}).encode()
        headers = {"X-Local-Token": given["token"]}
        request = urllib.request.Request(f"{given['endpoint']}/_local/advance", body, headers)
        urllib.request.urlopen(request).close()

    time.sleep = sleep  # type: ignore[assignment]
    return given


def answer(launch: Callable[[], str], times: int) -> None:
    """Launch so often, and print as the last line what the peer said of the last one."""
    said = ""
    for _ in range(times):
        try:
            said = launch()
        except Exception as error:  # noqa: BLE001 - whatever it raises is what it says
            said = f"{type(error).__name__}: {error}"
    print("\n" + json.dumps(said))
