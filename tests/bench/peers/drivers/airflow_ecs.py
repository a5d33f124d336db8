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


def launch() -> str:
    key = TaskInstanceKey("dag", f"task{next(numbers)}", "run", 1)
    executor.execute_async(key, ["airflow", "tasks", "run"], executor_config={})
    executor.running.add(key)
    for _ in range(200):
        executor.sync()
        if key in executor.event_buffer and executor.event_buffer[key][0] in ("success", "failed"):
            return str(executor.event_buffer[key][0])
        time.sleep(5)
    return "never ended"


answer(launch, given["launches"])
