"""Luigi's ECSTask, as its documentation has it: a definition as a dict, and luigi.build."""

from typing import Any

from virtual import answer, told

given = told()

import luigi  # noqa: E402 - after time.sleep was replaced
from luigi.contrib.ecs import ECSTask  # noqa: E402 - needs a Region at import


class Report(ECSTask):  # type: ignore[misc]
    """One launch."""

    number = luigi.IntParameter()
    cluster = given["run"]["cluster"]

    @property
    def run_task_kwargs(self) -> dict[str, Any]:
        return {member: value for member, value in given["run"].items() if member != "cluster"}

    def complete(self) -> bool:
        return bool(self.ecs_task_ids)


numbers = iter(range(1000))


def launch() -> str:
    task = Report(task_def=given["definition"], number=next(numbers))
    done = luigi.build([task], local_scheduler=True, log_level="ERROR")
    return "success" if done else "failure"


answer(launch, given["launches"])
