"""Prefect's ECS worker: the part of it that launches, which needs no Prefect server; a deployment launched again."""

import logging
import os
import uuid
from types import SimpleNamespace
from typing import Any

from virtual import answer, told

given = told()

from prefect_aws import AwsCredentials  # noqa: E402 - after time.sleep was replaced
from prefect_aws.workers.ecs_worker import ECSJobConfiguration, ECSWorker  # noqa: E402

worker: Any = ECSWorker.__new__(ECSWorker)
worker._work_pool = SimpleNamespace(name="pool", base_job_template=ECSWorker.get_default_base_job_template())
worker._work_pool_name = "pool"
main = given["definition"]["containerDefinitions"][0]["name"]
credentials = AwsCredentials(
    aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    region_name=os.environ["AWS_REGION"],
)
deployment = uuid.uuid4()


def launch() -> str:
    configuration = ECSJobConfiguration(
        aws_credentials=credentials,
        cluster=given["run"]["cluster"],
        container_name=main,
        command="",
        family=given["definition"]["family"],
        task_definition=given["definition"],
        task_run_request=dict(given["run"]),
    )
    run = SimpleNamespace(id=uuid.uuid4(), name="run", deployment_id=deployment, flow_id=uuid.uuid4(), flow=None)
    client = credentials.get_client("ecs")
    worker._prepare_and_create_task(logging.getLogger("peer"), client, configuration, run)
    # what ECSWorker.run answers from here on: "we can always return 1 if the task was created successfully"
    return "status_code 0"


answer(launch, given["launches"])
