"""The envelope of Settings, and the one schema that an editor needs: any manifest, told apart by its kind."""

from reconciler.manifests.schema import jobs, words
from reconciler.manifests.schema.files import FILES
from reconciler.manifests.schema.notify import notify
from reconciler.manifests.schema.partial import partial
from reconciler.manifests.schema.words import Schema

_ACCOUNT_ID = {"pattern": r"^[0-9]{12}$", "expected": 'twelve digits in quotes, as in "111122223333"'}
_ROLE = {
    "pattern": r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
    "expected": "the ARN of an IAM role",
}


def settings() -> Schema:
    """Answer the schema of a Settings document; what a manifest may leave out, an environment may supply."""
    properties = _everywhere()
    part = partial(words.closed("What differs in one environment.", properties))
    environments = words.mapping(
        "The environments there are, and what differs in each: merge patches on these settings.",
        words.reference("#/$defs/PartialSpec"),
        propertyNames=jobs.name(""),
    )
    own = {
        "requiredVersion": words.text("The versions of reconciler that may act here: >=1.2,<2.", minLength=1),
        "defaultEnvironment": jobs.name("The environment that counts where --env chooses none."),
        "environments": environments,
    }
    metadata = words.closed(
        "Whose directory this is.",
        {
            "name": jobs.name(
                "The owner id: what is registered from here carries it. With an environment, <name>.<env>."
            )
        },
        required=["name"],
    )
    spec = words.closed("The settings.", {**properties, **own})
    written = {**part, "description": "The settings.", "properties": {**jobs.same_as("PartialSpec", part), **own}}
    description = "The settings of a directory; at most one document."
    whole = jobs.document("Settings", description, metadata, words.reference("#/$defs/Spec"), required=())
    manifest = jobs.document("Settings", description, metadata, written, required=())
    return {
        "title": "Settings, with the chosen environment merged",
        **whole,
        "$defs": {"Manifest": manifest, "PartialSpec": part, "Spec": spec},
    }


def manifest() -> Schema:
    """Answer the schema of a document as it is written, before anything is merged: the one for editors."""
    branches = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"$ref": f"{file}.schema.json#/$defs/Manifest"},
        }
        for kind, file in FILES.items()
    ]
    properties: dict[str, Schema] = {
        "apiVersion": {"description": "The version of this format.", "enum": ["reconciler/v1"]},
        "kind": {"description": "What the document is.", "enum": list(FILES)},
        "metadata": {"description": "Its name, and for a job its tags and environments.", "type": "object"},
        "spec": {"description": "What is wanted.", "type": ["object", "null"]},
    }
    return {
        "title": "A manifest of reconciler",
        **words.closed(
            "A job or the settings of a directory.", properties, required=["apiVersion", "kind", "metadata"]
        ),
        "allOf": branches,
    }


def _everywhere() -> dict[str, Schema]:
    return {
        "region": words.text(
            "The AWS region. Left out: the AWS environment's.",
            pattern=r"^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
            expected="a region, as in eu-west-1",
        ),
        "accountId": words.text("Refuse to act in any other account.", **_ACCOUNT_ID),
        "roleArn": words.text("The role to assume.", **_ROLE),
        "readRoleArn": words.text("The role to assume for verbs that do not write.", **_ROLE),
        "externalId": words.text("The external id that the roles ask for.", minLength=2, maxLength=1224),
        "cluster": words.text("The cluster of jobs that name none.", default="default", minLength=1),
        "namePrefix": words.text(
            "Put before every job's name.",
            pattern=r"^[A-Za-z0-9_-]{0,63}$",
            expected="letters, digits, underscores, hyphens",
        ),
        "variables": words.mapping(
            "Variables for ${{ NAME }}; any text, number or boolean.",
            {"type": ["string", "number", "boolean"]},
            propertyNames=words.text(
                pattern=r"^(?!reconciler\.)[A-Za-z_][A-Za-z0-9_.-]*$",
                expected="letters, digits, dots, underscores and hyphens, no digit first, and not reconciler.",
            ),
        ),
        "variableFiles": words.listing(
            "Files of variables beside this one; later ones win, and variables wins over them.", words.text(minLength=1)
        ),
        "defaults": words.closed(
            "Merged under the spec of each job of the kind. A default for schedule, once or a definition applies only"
            " to jobs that have that section.",
            {
                kind: words.reference(f"{FILES[kind]}.schema.json#/$defs/PartialDefaults", f"Defaults for each {kind}.")
                for kind in ("EcsJob", "BatchJob")
            },
        ),
        "tags": jobs.tags("Tags on every definition and run; a job's own tags win."),
        "prune": words.closed(
            "What is done about jobs whose manifest is gone.",
            {
                "enabled": words.boolean("Whether they are removed from AWS.", default=False),
                "maxDeletions": words.integer(
                    "More than so many at once are refused; --max-deletions lifts it.", default=10, minimum=0
                ),
            },
        ),
        "maxReruns": words.integer(
            "More one-shots than this that ran before and would run again are refused.", default=10, minimum=0
        ),
        "maxConcurrentRuns": words.integer("No more runs than this at one time. Left out: no limit.", minimum=1),
        "history": words.closed(
            "What is remembered of past runs.",
            {
                "retentionDays": words.choice("How long the history of runs is kept.", jobs.RETENTION_DAYS, default=90),
                "events": words.boolean(
                    "Whether an EventBridge rule keeps how tasks and jobs end, also while no pass comes by.",
                    default=False,
                ),
            },
        ),
        "showValuesOf": words.listing(
            "Variables whose values may be shown: names with * as in LOG_*.", words.text(minLength=1)
        ),
        "notify": notify(),
    }
