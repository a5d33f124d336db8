"""The envelope around a job's definition and launch: what EcsJob and BatchJob share, and where they differ.

Every default that is stated here is the one that takes effect; a value without a default has none.
"""

from collections.abc import Iterable

from reconciler.manifests.schema import words
from reconciler.manifests.schema.partial import partial
from reconciler.manifests.schema.words import Schema

_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
_NAME_EXPECTED = "up to 64 letters, digits, underscores and hyphens, a letter or digit first"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
#: Some fields, or a nickname: what is wrong with them is for the rules to say, which know what was meant.
_CRON = {
    "pattern": r"^\s*(@[A-Za-z]+|\S+(\s+\S+)+)\s*$",
    "expected": 'five cron fields, as in "0 3 * * *", or a nickname like @daily',
}

#: The retentions that CloudWatch Logs accepts (PutRetentionPolicy, retentionInDays).
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def name(description: str) -> Schema:
    """The name of a job, an owner or an environment."""
    return words.text(description, pattern=_NAME, expected=_NAME_EXPECTED)


def tags(description: str) -> Schema:
    """Tags as a mapping, within AWS's limits on keys and values."""
    values = words.text(maxLength=256)
    return words.mapping(description, values, propertyNames={"minLength": 1, "maxLength": 128}, maxProperties=50)


def document(kind: str, description: str, metadata: Schema, spec: Schema, *, required: Iterable[str]) -> Schema:
    """One manifest: the four keys that all of them have."""
    properties = {
        "apiVersion": {"description": "The version of this format.", "enum": ["reconciler/v1"]},
        "kind": {"description": description, "enum": [kind]},
        "metadata": metadata,
        "spec": spec,
    }
    return words.closed(description, properties, required=["apiVersion", "kind", "metadata", *required])


def job_file(kind: str, description: str, spec: Schema) -> Schema:
    """The file of one kind of job: its merged form as the root, and the forms that are written in `$defs`."""
    sources = [branch["required"][0] for branch in spec["oneOf"]]
    part = partial(
        {**spec, "properties": {key: value for key, value in spec["properties"].items() if key != "environments"}}
    )
    part["properties"]["schedule"] |= _CRON_IN_PLACE
    patches = words.mapping(
        "What differs in each environment: a merge patch on this spec, in which null removes.",
        words.reference("#/$defs/PartialSpec"),
    )
    spec["properties"]["environments"] = patches
    # each section of the defaults applies only to jobs that have it, so that both triggers may stand there
    defaults = {key: value for key, value in part.items() if key != "allOf"} | {
        "properties": same_as("PartialSpec", part)
    }
    written = {**part, "properties": {**same_as("PartialSpec", part), "environments": patches}, "type": "object"}
    written |= {"if": {"not": {"required": ["environments"]}}, "then": _any_of(sources)}
    manifest = document(kind, description, words.reference("#/$defs/Metadata"), written, required=["spec"])
    whole = document(
        kind, description, words.reference("#/$defs/Metadata"), words.reference("#/$defs/Spec"), required=["spec"]
    )
    return {
        "title": f"{kind}, with its environment and Settings' defaults merged",
        **whole,
        "$defs": {
            "PartialDefaults": defaults,
            "Manifest": manifest,
            "Metadata": _metadata(),
            "PartialSpec": part,
            "Spec": spec,
        },
    }


def same_as(definition: str, schema: Schema) -> dict[str, Schema]:
    """Answer properties that are those of `$defs/<definition>`, which is `schema`."""
    return {key: words.reference(f"#/$defs/{definition}/properties/{key}") for key in schema["properties"]}


def definition_sources(member: str, file: str, word: str) -> dict[str, Schema]:
    """The four places that a job's definition can come from; `member` is `taskDefinition` or `jobDefinition`."""
    return {
        member: words.reference(file, f"The {word} that this job registers, in AWS's own spelling."),
        f"{member}File": words.text(
            f"A file beside the manifest, JSON or YAML, that holds the {word}; also what the AWS CLI answers.",
            minLength=1,
        ),
        f"{member}Arn": words.text(
            f"Somebody else's {word}, never registered or deregistered by us: an ARN, name:revision, or a name (its"
            " latest ACTIVE revision).",
            minLength=1,
        ),
        "definitionOf": name("Another job of this directory, whose definition this one runs."),
    }


def environment_of_run(description: str) -> Schema:
    """Variables for the main container as a plain mapping, or for several as container → variables."""
    variable: Schema = {"type": ["string", "number", "null"]}
    return words.mapping(
        description, {"type": ["string", "number", "null", "object"], "additionalProperties": variable}
    )


def command_of_run(description: str) -> Schema:
    """A command for the main container as a plain list, or for several as container → command."""
    word = words.text()
    return {
        "description": description,
        "type": ["array", "object"],
        "items": word,
        "additionalProperties": words.listing("", word),
    }


def patches_of_run() -> Schema:
    """JSON Patch on the request."""
    step = words.closed(
        "One change.",
        {
            "op": words.choice("What to do.", ["add", "remove", "replace", "move", "copy", "test"]),
            "path": words.text("Where, as a JSON Pointer: /overrides/containerOverrides/0/cpu."),
            "from": words.text("Where from, for move and copy."),
            "value": {"description": "What, for add, replace and test."},
        },
        required=["op", "path"],
    )
    return words.listing("JSON Patch (RFC 6902) on the final request: the last word.", step)


def common(longest_start: int, event_bridge: Schema) -> dict[str, Schema]:
    """What every kind of job has; `longest_start` is the most that a start may be late, in seconds."""
    return {
        "schedule": _schedule(longest_start, event_bridge),
        "once": words.closed(
            "Run one time for each generation. Neither schedule nor once: run on demand only.",
            {
                "key": words.text("Change it to run again."),
                "rerunOn": words.choice(
                    "What makes it run again: a changed definition or run section, or only a changed key.",
                    ["definition", "key"],
                    default="definition",
                ),
            },
        ),
        "dependsOn": words.listing(
            "One-shot jobs that must have succeeded, at their present generation, before anything of this job is"
            " registered, repointed or launched.",
            name(""),
        ),
        "suspend": words.boolean(
            "Keep the definition, launch nothing, and disable the EventBridge schedule.", default=False
        ),
        "deletionPolicy": words.choice(
            "What happens to the definition when the manifest goes away.",
            ["Deregister", "Retain"],
            default="Deregister",
        ),
        "revisionHistoryLimit": words.integer(
            "How many superseded revisions of ours stay ACTIVE; older ones that nothing uses are deregistered.",
            default=1,
            minimum=0,
        ),
        "adopt": {
            "description": "true: take over a definition that has no owner. An owner id: take it over from that owner.",
            "type": ["boolean", "string"],
            "minLength": 1,
            "default": False,
        },
        "ignoreDifferences": words.listing(
            "Paths that others may change; diff and apply ignore them alike.", words.text(minLength=1)
        ),
    }


_CRON_IN_PLACE: Schema = {
    "type": ["string", "object", "null"],
    "pattern": f"{_CRON['pattern']}|{words.VARIABLE}",
    "patternErrorMessage": f"expected {_CRON['expected']}",
}


def _metadata() -> Schema:
    return words.closed(
        "Which job this is.",
        {
            "name": name(
                "Unique in the directory; also the family or definition name unless the definition says otherwise."
            ),
            "tags": tags("Tags on the definition and on every run."),
            "environments": words.listing("The job exists only in these environments.", name("")),
            "formerNames": words.listing("Memory and schedule carry over from a job of such a name.", name("")),
        },
        required=["name"],
    )


def _schedule(longest_start: int, event_bridge: Schema) -> Schema:
    bound = r"(Z|[+-][0-9]{2}:[0-9]{2})?$"
    expected = "a time like 2026-12-01T03:00:00"
    properties = {
        "cron": words.text(
            "Five fields: minute, hour, day of month, month, day of week; or @daily and the like.", **_CRON
        ),
        "rate": words.text(
            "A steady interval, counted from the epoch so that every loop agrees: 15 minutes, 6 hours, 1 day.",
            pattern=r"^[1-9][0-9]* (minute|hour|day)s?$",
            expected='a rate like "15 minutes", "6 hours" or "1 day"',
        ),
        "at": words.text(
            "One instant, in local time of timeZone: 2026-12-01T03:00:00.",
            pattern=f"{_INSTANT}$",
            expected="a local time like 2026-12-01T03:00:00, its zone in timeZone",
        ),
        "timeZone": words.text("The IANA time zone that cron and at mean: Europe/Paris.", default="UTC", minLength=1),
        "engine": words.choice(
            "Who launches: the reconciler's own loop, or EventBridge Scheduler. No default but Settings'.",
            ["reconciler", "eventbridge"],
        ),
        "concurrencyPolicy": words.choice(
            "What a due start does while an earlier run goes on.", ["Allow", "Forbid", "Replace"], default="Allow"
        ),
        "startingDeadlineSeconds": words.integer(
            f"How late a missed start may still happen, up to {longest_start} s.",
            default=300,
            minimum=0,
            maximum=longest_start,
        ),
        "startDate": words.text("No start before this.", pattern=_INSTANT + bound, expected=expected),
        "endDate": words.text("No start after this.", pattern=_INSTANT + bound, expected=expected),
        "eventBridge": event_bridge,
    }
    return words.closed(
        "When to run: exactly one of cron, rate and at. A plain text is taken as cron.",
        properties,
        required=["engine"],
        **words.exactly_one_of("cron", "rate", "at"),
        **{
            "if": {"properties": {"engine": {"const": "eventbridge"}}, "required": ["engine"]},
            "then": {"required": ["eventBridge"], "properties": {"eventBridge": {"required": ["roleArn"]}}},
        },
    )


def _any_of(names: Iterable[str]) -> Schema:
    return {"anyOf": [{"required": [name]} for name in names]}
