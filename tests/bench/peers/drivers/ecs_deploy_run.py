"""fabfuel's `ecs run`: launches what others registered."""

from click.testing import CliRunner
from ecs_deploy.cli import ecs
from ecs_deploy.ecs import EcsClient
from virtual import answer, told

given = told()
network = given["run"]["networkConfiguration"]["awsvpcConfiguration"]
# its startedBy, "ECS Deploy", is none by AWS's documentation of RunTask, and the embedded AWS refuses it
run_task = EcsClient.run_task
EcsClient.run_task = lambda *given, **members: run_task(*given, **{**members, "started_by": "ecs-deploy"})


def launch() -> str:
    subnets = [part for subnet in network["subnets"] for part in ("--subnet", subnet)]
    groups = [part for group in network["securityGroups"] for part in ("--securitygroup", group)]
    family, cluster = given["definition"]["family"], given["run"]["cluster"]
    told = CliRunner().invoke(ecs, ["run", cluster, family, "--launchtype", "FARGATE", *subnets, *groups])
    started = next((line for line in told.output.splitlines() if "Successfully" in line), told.output)
    return f"exit {told.exit_code}: {started.strip()}"


answer(launch, given["launches"])
