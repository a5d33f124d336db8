"""What prefect-aws's comparison says of pairs, and how long it takes: JSON in, JSON out."""

import json
import logging
import sys
import timeit
from functools import partial
from time import process_time
from typing import Any

from prefect_aws.workers.ecs_worker import ECSWorker

equal: Any = ECSWorker._task_definitions_equal
logging.getLogger("silent").setLevel(logging.CRITICAL)


def measured(desired: Any, live: Any) -> tuple[bool, float]:
    compare = partial(equal, None, desired, live, logging.getLogger("silent"))
    return bool(compare()), min(timeit.repeat(compare, number=200, repeat=3, timer=process_time)) / 200 * 1e6


print("\n" + json.dumps([measured(*pair) for pair in json.load(sys.stdin)]))
