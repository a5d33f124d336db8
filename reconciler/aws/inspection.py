"""Looks at what runs depend on, by reading alone: no call here changes anything, and no secret's value is asked for.

Each look answers None where all is well, else why not. What could not be looked at is raised by the call, for the
caller to tell from what is wrong.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from reconciler.aws.concurrent import all_of
from reconciler.aws.permissions import Wanted
from reconciler.aws.session import Aws
from reconciler.errors import AccessDenied, NotFound

#: An image in a registry by any of its names: over IPv4 alone or IPv6 as well (`dkr-ecr`), FIPS, of any partition.
_ECR: Final = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z0-9.]+/"
    r"(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_SECRET: Final = re.compile(r"arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d{12}:secret:(?P<name>[^:]+)")
_PARAMETER: Final = re.compile(r"arn:aws[a-z-]*:ssm:(?P<region>[a-z0-9-]+):\d{12}:parameter(?P<name>/.+)")
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)")
_SESSION: Final = re.compile(r"arn:(?P<partition>[^:]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.*")
#: Who takes on the roles of tasks and of Batch jobs (developer guide, "Task execution IAM role").
_TASKS: Final = "ecs-tasks.amazonaws.com"


class NotLookedAt(Exception):
    """It cannot be looked at from here; the message says why."""


class Inspection:
    """One caller's view of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def caller(self) -> str:
        """Answer who we are."""
        return str(self._aws.call("sts:GetCallerIdentity")["Arn"])

    def denied(self, principal: str, wanted: Wanted) -> Sequence[str]:
        """Answer those actions of `wanted` that a principal's own policies do not allow, with the resource.

        Policies on resources and conditions are beyond this simulation's sight.
        """
        if principal.endswith(":root"):
            return ()
        source = self._policy_source(principal)
        found = all_of(lambda resource: self._denied(source, resource, wanted[resource]), sorted(wanted))
        return [each for denied in found for each in denied]

    def _policy_source(self, principal: str) -> str:
        """Answer whose policies a principal has: a session those of its role, whose path its own ARN does not tell."""
        session = _SESSION.fullmatch(principal)
        if session is None:
            return principal
        try:
            return str(self._aws.call("iam:GetRole", RoleName=session["role"])["Role"]["Arn"])
        except (AccessDenied, NotFound):
            return "arn:{partition}:iam::{account}:role/{role}".format(**session.groupdict())

    def _denied(self, source: str, resource: str, actions: Sequence[str]) -> Sequence[str]:
        service, _, name = resource.partition(":")
        arn = f"arn:{self._aws.partition}:{service}:{self._aws.region}:{self._aws.account}:{name}" if name else resource
        answers = self._aws.pages(
            "iam:SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=list(actions), ResourceArns=[arn]
        )
        results = [result for answer in answers for result in answer.get("EvaluationResults", ())]
        named = f" on {service}:{name}" if name else ""
        return [f"{each['EvalActionName']}{named}" for each in results if each.get("EvalDecision") != "allowed"]

    def role(self, reference: str) -> str | None:
        """Look at a role of tasks, by ARN or name: whether it exists, and lets tasks take it on."""
        found = _ROLE.fullmatch(reference)
        if found is not None and found["account"] != self._aws.account:
            raise NotLookedAt(f"it belongs to account {found['account']}")
        name = found["name"] if found is not None else reference
        try:
            role = self._aws.call("iam:GetRole", RoleName=name)["Role"]
        except NotFound:
            return "it does not exist"
        document = role.get("AssumeRolePolicyDocument") or {}
        text = json.dumps(document) if isinstance(document, Mapping) else unquote(str(document))
        return None if _TASKS in text else f"it does not trust {_TASKS}"

    def image(self, reference: str) -> str | None:
        """Look at an image of a private ECR repository."""
        found = _ECR.fullmatch(reference)
        if found is None:
            raise NotLookedAt("only private ECR repositories are asked")
        self._require_region(found["region"])
        wanted = {"imageDigest": found["digest"]} if found["digest"] else {"imageTag": found["tag"] or "latest"}
        try:
            self._aws.call(
                "ecr:DescribeImages",
                registryId=found["account"],
                repositoryName=found["repository"],
                imageIds=[wanted],
            )
        except NotFound as error:
            return error.detail
        return None

    def secret(self, reference: str) -> str | None:
        """Look at a secret or parameter, by what its description says; its value is not asked for."""
        if found := _SECRET.match(reference):
            self._require_region(found["region"])
            try:
                secret = self._aws.call("secretsmanager:DescribeSecret", SecretId=found[0])
            except NotFound:
                return "it does not exist"
            return "it is about to be deleted" if secret.get("DeletedDate") else None
        parameter = _PARAMETER.fullmatch(reference)
        if parameter is not None:
            self._require_region(parameter["region"])
        elif reference.startswith("arn:"):
            raise NotLookedAt("neither a secret's ARN nor a parameter's")
        return self._parameter(parameter["name"] if parameter is not None else reference)

    def subnet(self, name: str) -> str | None:
        """Look at a subnet."""
        try:
            self._aws.call("ec2:DescribeSubnets", SubnetIds=[name])
        except NotFound:
            return "it does not exist"
        return None

    def security_group(self, name: str) -> str | None:
        """Look at a security group."""
        try:
            self._aws.call("ec2:DescribeSecurityGroups", GroupIds=[name])
        except NotFound:
            return "it does not exist"
        return None

    def _parameter(self, name: str) -> str | None:
        """Look a parameter up by name; a hierarchy's name begins with a slash, which an ARN adds to others as well."""
        names = [name, name.removeprefix("/")] if name.count("/") == 1 else [name]
        for each in dict.fromkeys(names):
            answers = self._aws.pages(
                "ssm:DescribeParameters", ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [each]}]
            )
            if any(answer.get("Parameters") for answer in answers):
                return None
        return "it does not exist"

    def _require_region(self, region: str) -> None:
        if region != self._aws.region:
            raise NotLookedAt(f"it is in {region}")
