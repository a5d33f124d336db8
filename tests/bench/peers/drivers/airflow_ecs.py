"""Airflow's AwsEcsExecutor: launches what others registered, and describes it until it has ended."""

import os
import time
from datetime import timedelta

from virtual import answer, told

given = told()
network = given["run"]["networkConfiguration"]["awsvpcConfiguration"]
SECTION = "AIRFLOW__AWS_ECS_EXECUTOR__"
os.environ |= {
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    f"{SECTION}CONN_ID": "",
    f"{SECTION}REGION_NAME": os.environ["AWS_REGION"],
    f"{SECTION}CLUSTER": given["run"]["cluster"],
    f"{SECTION}CONTAINER_NAME": given["definition"]["containerDefinitions"][0]["name"],
    f"{SECTION}TASK_DEFINITION": given["definition"]["family"],
    f"{SECTION}LAUNCH_TYPE": "FARGATE",
    f"{SECTION}SUBNETS": ",".join(network["subnets"]),
    f"{SECTION}SECURITY_GROUPS": ",".join(network["securityGroups"]),
    f"{SECTION}CHECK_HEALTH_ON_STARTUP": "False",
}

from airflow.models.taskinstancekey import TaskInstanceKey  # noqa: E402
from airflow.providers.amazon.aws.executors.ecs import ecs_executor  # noqa: E402
from airflow.providers.amazon.aws.executors.ecs.ecs_executor import AwsEcsExecutor  # noqa: E402

# it waits for its next attempt by the host's clock
ecs_executor.calculate_next_attempt_delay = lambda *_, **__: timedelta(0)
executor = AwsEcsExecutor()
executor.IS_BOTO_CONNECTION_HEALTHY = True
numbers = iter(range(1000))


def launch(count: int = 1) -> str:
    keys = [TaskInstanceKey("dag", f"task{next(numbers)}", "run", 1) for _ in range(count)]
    for key in keys:
        executor.execute_async(key, ["airflow", "tasks", "run"], executor_config={})
        executor.running.add(key)
    for _ in range(200):
        executor.sync()
        told = [executor.event_buffer[key][0] for key in keys if key in executor.event_buffer]
        if len(told) == count and {*told} <= {"success", "failed"}:
            return str(told[-1])
        time.sleep(5)
    return "never ended"


if given["at_once"]:
    answer(lambda: launch(given["launches"]), 1)
else:
    answer(launch, given["launches"])
