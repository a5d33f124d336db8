"""Values of a schema's shape: what people may write, within its types, words and bounds."""

from typing import Any

from hypothesis import strategies as some

from reconciler.manifests.schema import files as schema_files

WORDS = some.sampled_from(["a", "report", "256", "0.5 GB", "", "é", "FARGATE", "awsvpc", "${{ X }}", "1 day"])
SCALARS = some.one_of(some.none(), some.booleans(), some.integers(-5, 3000), some.floats(allow_nan=False), WORDS)


def values(file: str, schema: dict[str, Any], depth: int = 0) -> some.SearchStrategy[Any]:
    """Answer values of a schema's shape: its types, keys and words, within its bounds."""
    if "$ref" in schema:
        home, _, pointer = schema["$ref"].partition("#")
        file = home or file
        target: Any = schema_files.read(file)
        for step in pointer.split("/")[1:]:
            target = target[step]
        return values(file, target, depth)
    if "enum" in schema:
        return some.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return some.sampled_from([*schema["anyOf"][0]["enum"], "${{ X }}"])
    if "patternErrorMessage" in schema and schema["type"][0] == "string":
        return some.just("${{ X }}")
    declared = schema.get("type", "string")
    match declared if isinstance(declared, str) else declared[0]:
        case "object":
            return objects(file, schema, depth)
        case "array":
            most = min(schema.get("maxItems", 2), 2)
            items = values(file, schema["items"], depth + 1)
            return some.lists(items, min_size=schema.get("minItems", 0), max_size=most)
        case "integer":
            least, most = schema.get("minimum", 0), schema.get("maximum", 2**40)
            return some.one_of(some.integers(least, most), some.integers(least, most).map(str))
        case "boolean":
            return some.booleans()
        case _:
            text = some.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 9), 9))
            return some.one_of(text, some.integers(10, 99))


def objects(file: str, schema: dict[str, Any], depth: int) -> some.SearchStrategy[Any]:
    """Answer mappings with what is required and some of the rest; what excludes each other is left to the caller."""
    members = schema.get("properties", {})
    if not members:
        additional = schema.get("additionalProperties")
        inner = values(file, additional, depth + 1) if isinstance(additional, dict) else SCALARS
        return some.dictionaries(some.sampled_from(["a", "b"]), inner, max_size=2)
    required = [*schema.get("required", ())]
    if schema.get("maxProperties") == 1:
        return some.one_of(
            [some.fixed_dictionaries({key: values(file, entry, depth + 1)}) for key, entry in members.items()]
        )
    fixed = {key: values(file, members[key], depth + 1) for key in required}
    rest = [key for key in members if key not in required] if depth < 5 else []
    if not rest:
        return some.fixed_dictionaries(fixed)
    chosen = some.lists(some.sampled_from(rest), max_size=4, unique=True)
    return chosen.flatmap(
        lambda keys: some.fixed_dictionaries(fixed | {key: values(file, members[key], depth + 1) for key in keys})
    )
