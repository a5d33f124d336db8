"""Limits that AWS states in the documentation of a member but not in its service model.

Each row quotes the sentence it rests on; a test looks the sentence up in the installed model, so that a limit which
AWS lifts is noticed. Rows without a sentence name another source. Limits that hold on Fargate only are not here: they
depend on more than one member and are checked with the whole definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Letters, digits, underscores and hyphens, as ECS names families, containers and volumes.
_NAME = r"^[A-Za-z0-9_-]{1,255}$"
_NAME_EXPECTED = "up to 255 letters, digits, underscores and hyphens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """What is known of a member beside its shape: `keywords` of JSON Schema, by the word of `sentence`.

    `choices` stand in place of the model's own.
    """

    sentence: str = ""
    source: str = ""
    pattern: str = ""
    expected: str = ""
    choices: tuple[str, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)


def _stated(sentence: str, **keywords: Any) -> Documented:
    return Documented(sentence=sentence, keywords=keywords)


def _named(sentence: str) -> Documented:
    return Documented(sentence=sentence, pattern=_NAME, expected=_NAME_EXPECTED)


_ECS_NAME = _named("Up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens are allowed.")
#: AWS advises 6 MiB, but takes less: a described definition with 1 MiB is in a public repository.
_LEAST_MEMORY = Documented(source="RegisterTaskDefinition takes 1 MiB", keywords={"minimum": 1})
_CPU_PATTERN = r"^([0-9]+|[0-9]*\.?[0-9]+ ?[vV][cC][pP][uU])$"
_CPU_EXPECTED = 'CPU units (256) or vCPUs (".25 vCPU")'
_MEMORY_PATTERN = r"^([0-9]+|[0-9]*\.?[0-9]+ ?[gG][bB])$"
_MEMORY_EXPECTED = 'MiB (512) or GB ("0.5 GB")'
_STORAGE = _stated(
    "The minimum supported value is 21 GiB and the maximum supported value is 200 GiB.", minimum=21, maximum=200
)
_PRIORITY = _stated(
    "The minimum supported value is 0 and the maximum supported value is 9999.", minimum=0, maximum=9999
)
#: An empty text is nothing: where AWS takes it so, and for words of which AWS has a list, since AWS's SDK for Go leaves
#: those out and `ecspresso init` writes them (`"pidMode": ""`); sent, it is refused (aws/amazon-ecs-cli issue 667).
EMPTY: Mapping[str, Any] = {"x-empty": "absent"}
_TAKES_EMPTY = Documented(source="aws/amazon-ecs-cli pull request 665 registers so", keywords=EMPTY)
_OVERRIDE = "TaskOverride has no text of its own; the forms are RegisterTaskDefinition's"

#: (service, shape, member) → what its documentation adds.
MEMBERS: Mapping[tuple[str, str, str], Documented] = {
    ("ecs", "RegisterTaskDefinitionRequest", "family"): _ECS_NAME,
    ("ecs", "RegisterTaskDefinitionRequest", "cpu"): Documented(
        sentence="It can be expressed as an integer using CPU units (for example, 1024) or as a string using vCPUs"
        " (for example, 1 vCPU or 1 vcpu) in a task definition.",
        pattern=_CPU_PATTERN,
        expected=_CPU_EXPECTED,
        keywords=EMPTY,
    ),
    ("ecs", "RegisterTaskDefinitionRequest", "memory"): Documented(
        sentence="or as a string using GB (for example, 1GB or 1 GB) in a task definition.",
        pattern=_MEMORY_PATTERN,
        expected=_MEMORY_EXPECTED,
        keywords=EMPTY,
    ),
    ("ecs", "RegisterTaskDefinitionRequest", "taskRoleArn"): _TAKES_EMPTY,
    ("ecs", "RegisterTaskDefinitionRequest", "executionRoleArn"): _TAKES_EMPTY,
    ("ecs", "TaskOverride", "cpu"): Documented(source=_OVERRIDE, pattern=_CPU_PATTERN, expected=_CPU_EXPECTED),
    ("ecs", "TaskOverride", "memory"): Documented(source=_OVERRIDE, pattern=_MEMORY_PATTERN, expected=_MEMORY_EXPECTED),
    ("ecs", "RegisterTaskDefinitionRequest", "containerDefinitions"): Documented(
        source="RegisterTaskDefinition answers ClientException: Container list cannot be empty",
        keywords={"minItems": 1},
    ),
    ("ecs", "RegisterTaskDefinitionRequest", "placementConstraints"): _stated(
        "You can specify a maximum of 10 constraints for each task.", maxItems=10
    ),
    ("ecs", "ContainerDefinition", "name"): _ECS_NAME,
    ("ecs", "ContainerDefinition", "memory"): _LEAST_MEMORY,
    ("ecs", "ContainerDefinition", "memoryReservation"): _LEAST_MEMORY,
    ("ecs", "ContainerDefinition", "credentialSpecs"): _stated("The maximum number of ARNs is 1.", maxItems=1),
    ("ecs", "ContainerDefinition", "environmentFiles"): _stated(
        "You can specify up to ten environment files.", maxItems=10
    ),
    ("ecs", "Volume", "name"): _ECS_NAME,
    ("ecs", "PortMapping", "name"): _stated("The name can include up to 64 characters.", maxLength=64),
    ("ecs", "PortMapping", "protocol"): _stated(
        "Amazon ECS treats any other specified value as tcp.", anyOf=[{"enum": ["tcp", "udp"]}, {"type": "string"}]
    ),
    ("ecs", "ContainerRestartPolicy", "ignoredExitCodes"): _stated(
        "You can specify a maximum of 50 container exit codes.", maxItems=50
    ),
    ("ecs", "ContainerRestartPolicy", "restartAttemptPeriod"): _stated(
        "You can set a minimum restartAttemptPeriod of 60 seconds and a maximum restartAttemptPeriod of 1800 seconds.",
        minimum=60,
        maximum=1800,
    ),
    ("ecs", "LinuxParameters", "swappiness"): _stated(
        "Accepted values are whole numbers between 0 and 100.", minimum=0, maximum=100
    ),
    ("ecs", "HealthCheck", "interval"): _stated(
        "You may specify between 5 and 300 seconds.", minimum=5, maximum=300, default=30
    ),
    ("ecs", "HealthCheck", "timeout"): _stated(
        "You may specify between 2 and 60 seconds.", minimum=2, maximum=60, default=5
    ),
    ("ecs", "HealthCheck", "retries"): _stated(
        "You may specify between 1 and 10 retries.", minimum=1, maximum=10, default=3
    ),
    ("ecs", "HealthCheck", "startPeriod"): _stated(
        "You can specify between 0 and 300 seconds.", minimum=0, maximum=300
    ),
    ("ecs", "EphemeralStorage", "sizeInGiB"): _STORAGE,
    ("ecs", "RunTaskRequest", "count"): _stated("You can specify up to 10 tasks for each call.", minimum=1, maximum=10),
    ("ecs", "RunTaskRequest", "capacityProviderStrategy"): _stated(
        "A capacity provider strategy can contain a maximum of 20 capacity providers.", maxItems=20
    ),
    ("ecs", "RunTaskRequest", "placementConstraints"): _stated(
        "You can specify up to 10 constraints for each task (including constraints in the task definition and those"
        " specified at runtime).",
        maxItems=10,
    ),
    ("ecs", "RunTaskRequest", "placementStrategy"): _stated(
        "You can specify a maximum of 5 strategy rules for each task.", maxItems=5
    ),
    ("ecs", "RunTaskRequest", "startedBy"): _stated("Up to 128 letters (uppercase and lowercase)", maxLength=128),
    ("ecs", "RunTaskRequest", "clientToken"): _stated("Up to 64 characters are allowed.", maxLength=64),
    ("ecs", "PlacementConstraint", "expression"): _stated(
        "The expression can have a maximum length of 2000 characters.", maxLength=2000
    ),
    ("ecs", "AwsVpcConfiguration", "subnets"): _stated(
        "There's a limit of 16 subnets that can be specified.", maxItems=16
    ),
    ("ecs", "AwsVpcConfiguration", "securityGroups"): _stated(
        "There's a limit of 5 security groups that can be specified.", maxItems=5
    ),
    ("batch", "RegisterJobDefinitionRequest", "jobDefinitionName"): Documented(
        sentence="It can be up to 128 letters long.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$",
        expected="up to 128 letters, digits, underscores and hyphens, a letter or digit first",
    ),
    ("batch", "RegisterJobDefinitionRequest", "schedulingPriority"): _PRIORITY,
    ("batch", "SubmitJobRequest", "schedulingPriorityOverride"): _PRIORITY,
    ("batch", "SubmitJobRequest", "jobName"): _stated("It can be up to 128 letters long.", maxLength=128),
    ("batch", "SubmitJobRequest", "dependsOn"): _stated("A job can depend upon a maximum of 20 jobs.", maxItems=20),
    ("batch", "SubmitJobRequest", "shareIdentifier"): Documented(
        sentence="This string is limited to 255 alphanumeric characters, and can be followed by an asterisk (*).",
        pattern=r"^[A-Za-z0-9]{0,255}\*?$",
        expected="up to 255 letters and digits, with or without an asterisk after them",
    ),
    ("batch", "ArrayProperties", "size"): Documented(
        source="SubmitJob.arrayProperties: The array size can be between 2 and 10,000.",
        keywords={"minimum": 2, "maximum": 10000},
    ),
    ("batch", "EphemeralStorage", "sizeInGiB"): _STORAGE,
    ("batch", "LinuxParameters", "swappiness"): _stated(
        "Valid values are whole numbers between 0 and 100.", minimum=0, maximum=100
    ),
    ("batch", "EFSVolumeConfiguration", "transitEncryptionPort"): _stated(
        "The value must be between 0 and 65,535.", minimum=0, maximum=65535
    ),
    ("batch", "EFSVolumeConfiguration", "rootDirectory"): _stated(
        "The maximum length is 4,096 characters.", maxLength=4096
    ),
    ("batch", "Volume", "name"): _stated("It can be up to 255 characters long.", maxLength=255),
    ("batch", "RetryStrategy", "attempts"): _stated(
        "You can specify between 1 and 10 attempts.", minimum=1, maximum=10
    ),
    ("batch", "RetryStrategy", "evaluateOnExit"): _stated(
        "Array of up to 5 objects that specify the conditions where jobs are retried or failed.", maxItems=5
    ),
    # DescribeJobDefinitions answers them in lower case
    ("batch", "EvaluateOnExit", "action"): Documented(
        sentence="The values aren't case sensitive.", choices=("RETRY", "EXIT", "retry", "exit")
    ),
    ("batch", "EvaluateOnExit", "onStatusReason"): _stated(
        "The pattern can contain up to 512 characters.", maxLength=512
    ),
    ("batch", "EvaluateOnExit", "onReason"): _stated("The pattern can contain up to 512 characters.", maxLength=512),
    ("batch", "EvaluateOnExit", "onExitCode"): _stated("The pattern can be up to 512 characters long.", maxLength=512),
    ("batch", "JobTimeout", "attemptDurationSeconds"): _stated(
        "The minimum value for the timeout is 60 seconds.", minimum=60
    ),
    ("batch", "EksPodProperties", "containers"): _stated("This object is limited to 10 elements.", maxItems=10),
    ("batch", "EksPodProperties", "initContainers"): _stated("This object is limited to 10 elements.", maxItems=10),
    ("batch", "EksContainerSecurityContext", "runAsUser"): _stated(
        "The supported value range is 0 through 2147483647.", minimum=0, maximum=2147483647
    ),
    ("batch", "EksContainerSecurityContext", "runAsGroup"): _stated(
        "The supported value range is 0 through 2147483647.", minimum=0, maximum=2147483647
    ),
    ("batch", "EksPodSecurityContext", "runAsUser"): _stated(
        "The supported value range is 0 through 2147483647.", minimum=0, maximum=2147483647
    ),
    ("batch", "EksPodSecurityContext", "runAsGroup"): _stated(
        "The supported value range is 0 through 2147483647.", minimum=0, maximum=2147483647
    ),
    ("batch", "EksPodSecurityContext", "fsGroup"): _stated(
        "The supported value range is 0 through 2147483647.", minimum=0, maximum=2147483647
    ),
    ("scheduler", "Target", "RoleArn"): Documented(
        source="the model's pattern, in words",
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
        expected="the ARN of an IAM role",
    ),
    ("scheduler", "CreateScheduleInput", "GroupName"): Documented(
        source="the model's pattern, in words",
        pattern=r"^[0-9A-Za-z_.-]+$",
        expected="letters, digits, dots, underscores and hyphens",
    ),
    ("scheduler", "CreateScheduleInput", "KmsKeyArn"): Documented(
        source="the model's pattern, in words",
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[0-9a-zA-Z_-]*$",
        expected="the ARN of a KMS key or alias",
    ),
    ("scheduler", "DeadLetterConfig", "Arn"): Documented(
        source="the model's pattern, in words",
        pattern=r"^arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$",
        expected="the ARN of an SQS queue",
    ),
}

#: Members that the service asks for although its model does not (ClientException: Container.image should not be null).
REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = {("ecs", "ContainerDefinition"): ("name", "image")}

#: Members that a model asks for and that are looked up where they are left out (`reconciler.aws.network`).
LOOKED_UP: Mapping[tuple[str, str], tuple[str, ...]] = {("ecs", "AwsVpcConfiguration"): ("subnets",)}

#: Patterns of shapes in words and in a form that Python and JavaScript read alike (`\p{L}` is neither's plain `re`):
#: every ASCII character that the class leaves out, so that letters of all alphabets stay in.
_TAG_CHARACTERS = r"^[^\u0000-\u001f!-*,;<>?\[-^`{-\u007f]*$"
SHAPES: Mapping[str, tuple[str, str]] = {
    r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)": (_TAG_CHARACTERS, "letters, digits, spaces and _ . : / = + - @"),
}
