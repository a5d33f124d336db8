"""What is hidden, where, and what stays visible."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import ABSENT, FieldChange, JobReport, Problem, Report, Spec, Sync, Unreported
from reconciler.reports.masking import is_masked, mask_changes, mask_spec
from reconciler.reports.presentable import presentable, shown_problem
from reconciler.reports.scrubbing import Scrubber


def masked(path: str, before: Any = ABSENT, after: Any = ABSENT, *show: str) -> tuple[Any, Any]:
    (change,) = mask_changes([FieldChange(path=path, before=before, after=after)], show)
    return change.before, change.after


def test_a_changed_variable_shows_that_it_changed_and_nothing_else() -> None:
    found = masked("containerDefinitions[main].environment[TZ].value", "UTC", "Europe/Paris")
    assert found == ("*** (before)", "*** (after)")


@pytest.mark.parametrize(
    "path",
    [
        "containerDefinitions[main].environment[TZ].value",
        "containerDefinitions[main].environment[a.b].value",
        'containerDefinitions[main].environment["a]b"].value',
        "containerDefinitions[main].logConfiguration.options.splunk-token",
        "containerDefinitions[main].logConfiguration.options[awslogs-group]",
        "containerDefinitions[main].firelensConfiguration.options.enable-ecs-log-metadata",
        "containerProperties.environment[TZ].value",
        "nodeProperties.nodeRangeProperties[0].container.environment[TZ].value",
        "eksProperties.podProperties.containers[main].env[TZ].value",
        "parameters.bucket",
        "overrides.containerOverrides[main].environment[TZ].value",
        "overrides.containerOverrides[main].command[0]",
        "overrides.containerOverrides[main].command",
        "containerOverrides.environment[TZ].value",
        "ecsPropertiesOverride.taskProperties[0].containers[main].command",
        "Target.Input",
        "Target.Input.Overrides.ContainerOverrides[main].Environment[TZ].Value",
        "Target.Input.Overrides.ContainerOverrides[main].Command[1]",
        "Target.Input.Parameters.bucket",
        "containerDefinitions[main].command[3]",
        "containerDefinitions[main].entryPoint[1]",
        "containerDefinitions[main].dockerLabels.api-key",
        "tags[db-password]",
    ],
)
def test_a_text_at_a_hidden_place_is_masked(path: str) -> None:
    assert masked(path, after="canary") == (ABSENT, "***")


@pytest.mark.parametrize(
    "path",
    [
        "containerDefinitions[main].image",
        "containerDefinitions[main].secrets[DB_PASSWORD].valueFrom",
        "containerDefinitions[main].logConfiguration.secretOptions[splunk-token].valueFrom",
        "containerDefinitions[main].environmentFiles[0].value",
        "containerDefinitions[main].dockerLabels.team",
        "overrides.containerOverrides[main].cpu",
        "overrides.taskRoleArn",
        "overrides.containerOverrides[main].resourceRequirements[0].value",
        "linuxParameters.tmpfs[0].mountOptions",
        "tags[team]",
        "executionRoleArn",
        "Target.Input.TaskDefinition",
        "Target.Input.NetworkConfiguration.AwsvpcConfiguration.Subnets[0]",
    ],
)
def test_a_text_at_a_plain_place_is_shown(path: str) -> None:
    assert masked(path, "one", "other") == ("one", "other")


def test_a_variable_that_comes_shows_its_name_only() -> None:
    found = masked("containerDefinitions[main].environment[TZ]", after={"name": "TZ", "value": "UTC"})
    assert found == (ABSENT, {"name": "TZ", "value": "***"})


def test_in_whole_lists_only_the_values_that_differ_say_so() -> None:
    before = [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]
    after = [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]
    assert masked("containerDefinitions[main].environment", before, after) == (
        [{"name": "A", "value": "***"}, {"name": "B", "value": "*** (before)"}],
        [{"name": "B", "value": "*** (after)"}, {"name": "A", "value": "***"}],
    )


def test_variables_called_name_and_value_are_variables() -> None:
    spec = {"environment": {"main": {"name": "canary-1", "value": "canary-2"}}}
    assert mask_spec(spec) == {"environment": {"main": {"name": "***", "value": "***"}}}


def test_command_words_after_a_secret_looking_flag_are_masked_wherever_the_flag_is_written() -> None:
    command = [
        "run", "--password", "hunter2", "--token=abc", "-n", "3", "DB_PASSWORD=xyz",
        "mysql --password='a b' --host db", "curl -H 'Authorization: Bearer abc.def'",
        "postgres://user:hunter2@db/app", "--tokenizer", "bert",
    ]  # fmt: skip
    assert mask_spec({"command": command})["command"] == [
        "run", "--password", "***", "--token=***", "-n", "3", "DB_PASSWORD=***",
        "mysql --password=*** --host db", "curl -H 'Authorization: Bearer ***'",
        "postgres://user:***@db/app", "--tokenizer", "***",
    ]  # fmt: skip


def test_an_unchanged_secret_in_a_changed_command_is_not_called_changed() -> None:
    found = masked("command", ["--token", "x", "a"], ["--token", "x", "b"])
    assert found == (["--token", "***", "a"], ["--token", "***", "b"])
    found = masked("command", ["--token", "x"], ["--token", "y"])
    assert found == (["--token", "*** (before)"], ["--token", "*** (after)"])


def test_a_single_command_word_is_shown_where_no_flag_can_stand_before_it() -> None:
    path = "containerDefinitions[main].command[2]"
    change = FieldChange(path=path, before="1", after="2")
    harmless = {"containerDefinitions": [{"name": "main", "command": ["run", "-n", "2"]}]}
    assert mask_changes([change], (), harmless) == (change,)
    secret = {"containerDefinitions": [{"name": "main", "command": ["run", "--password", "2"]}]}
    assert [each.after for each in mask_changes([change], (), secret)] == ["*** (after)"]
    moved = FieldChange(path="containerDefinitions[main].command[0]", before="--password", after=ABSENT)
    assert [each.before for each in mask_changes([change, moved], (), harmless)] == ["*** (before)", "***"]


def test_a_request_inside_json_text_is_masked_where_it_would_be_outside() -> None:
    override = '{"Name": "main", "Environment": [{"Name": "A", "Value": "x"}]}'
    text = f'{{"Overrides": {{"ContainerOverrides": [{override}]}}, "Cluster": "c"}}'
    assert mask_spec({"Target": {"Input": text}}) == {
        "Target": {
            "Input": '{"Cluster":"c","Overrides":{"ContainerOverrides":'
            '[{"Environment":[{"Name":"A","Value":"***"}],"Name":"main"}]}}'
        }
    }


def test_what_is_no_drift_is_masked_like_drift() -> None:
    change = FieldChange(path="containerDefinitions[main].environment[TZ].value", before="canary-1", after="canary-2")
    told = Unreported(change=change, rule="TZ", text="the same zone", source="docs")
    job = JobReport(name="hello", kind="EcsJob", sync=Sync.IN_SYNC, health=None, unreported=(told,))
    report = Report(
        verb="drift", owner="team", region=None, account=None, started=datetime(2026, 1, 1, tzinfo=UTC), seconds=0.0,
        jobs=(job,),
    )  # fmt: skip
    assert "canary" not in repr(presentable(report))


def test_show_values_of_lets_names_through_by_pattern() -> None:
    spec = {
        "environment": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "KEY", "value": "x"}],
        "parameters": {"LOG_DIR": "/logs", "bucket": "b"},
        "command": ["--log-token", "t", "--password", "p"],
    }
    assert mask_spec(spec, ("LOG_*", "log-token")) == {
        "environment": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "KEY", "value": "***"}],
        "parameters": {"LOG_DIR": "/logs", "bucket": "***"},
        "command": ["--log-token", "t", "--password", "***"],
    }
    assert mask_spec(spec, ("*",)) == spec
    assert masked("environment[LOG_LEVEL].value", "info", "debug", "LOG_*") == ("info", "debug")


def test_only_the_mask_itself_counts_as_masked() -> None:
    assert [is_masked(text) for text in ("***", "*** (before)", "****", "*** ", 3)] == [True, True, False, False, False]


CANARY = "kanarienvogel"
_names = st.text(min_size=1, max_size=8)
_plain = st.one_of(st.integers(), st.booleans(), st.sampled_from(["x", "eu-west-1", "256"]))


def _hiding(canary: str) -> st.SearchStrategy[Spec]:
    variables = st.lists(st.fixed_dictionaries({"name": _names, "value": st.just(canary)}), max_size=3)
    mapping = st.dictionaries(_names, st.just(canary), max_size=3)
    words = st.lists(st.one_of(st.just(f"--password={canary}"), st.just("run")), max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "environment": st.one_of(variables, mapping, st.dictionaries(_names, mapping, max_size=2)),
            "parameters": mapping,
            "logConfiguration": st.fixed_dictionaries({"options": mapping, "logDriver": st.just("splunk")}),
            "command": st.one_of(words, st.just(["--api-key", canary])),
            "containerOverrides": st.lists(
                st.fixed_dictionaries({"name": st.just("main"), "command": st.just([canary])}), max_size=2
            ),
            "cpu": _plain,
        },
    )


_specs = st.recursive(
    _hiding(CANARY),
    lambda inner: (
        st.dictionaries(st.sampled_from(["containerDefinitions", "spec", "run", "Target"]), inner, max_size=2)
        | st.lists(inner, max_size=2).map(lambda each: {"containerDefinitions": each})
    ),
    max_leaves=6,
)


@given(spec=_specs)
def test_no_hidden_value_of_any_spec_is_left(spec: Spec) -> None:
    assert CANARY not in repr(mask_spec(spec))


@given(before=_specs, after=_hiding("nachtigall"))
def test_no_hidden_value_of_either_side_of_a_change_is_left(before: Spec, after: Spec) -> None:
    (change,) = mask_changes([FieldChange(path="containerDefinitions[main]", before=before, after=after)])
    assert CANARY not in repr(change)
    assert "nachtigall" not in repr(change)


@given(spec=_specs)
def test_masking_changes_nothing_but_texts(spec: Spec) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return "text" if isinstance(value, str) else value

    assert shape(mask_spec(spec)) == shape(spec)


@pytest.mark.parametrize(
    ("path", "message", "shown"),
    [
        ("spec.run.environment.main.B", "expected text, got a boolean (quote it)", "expected text, got a boolean (quote it)"),
        ("spec.run.environment.main.B", "expected text, got 4711", "expected text, got ***"),
        ("spec.run.environment.main.B", 'expected text, got "hunter2"', "expected text, got ***"),
        ("spec.taskDefinition.containerDefinitions[0].environment", "expected a list, got a mapping", "expected a list, got a mapping"),
        ("spec.taskDefinition.containerDefinitions[0].environment[1].name", 'the variable "A" is given twice', 'the variable "A" is given twice'),
        ("spec.taskDefinition.containerDefinitions[0].environment[1].value", 'bad "A"', "bad ***"),
        ("spec.run.command.mian", 'no container "mian" (expected one of main)', 'no container "mian" (expected one of main)'),
        ("spec.run.command.mian", 'bad "hunter2"', "bad ***"),
        ("spec.run.patches[1].op", 'expected add or remove, got "foo"', 'expected add or remove, got "foo"'),
        ("spec.run.patches[1].value", 'expected a text, got "foo"', "expected a text, got ***"),
        ("containerDefinitions[0].logConfiguration.options", 'expected "," or "}"', 'expected "," or "}"'),
        ("spec.run.environment.main", 'unexpected ":"', 'unexpected ":"'),
        ("metadata.tags.team", "expected text, got 5", "expected text, got 5"),
        ("metadata.tags.apiToken", "expected text, got 5", "expected text, got ***"),
        ("spec.run.overrides.cpu", 'expected CPU units, got "lots"', 'expected CPU units, got "lots"'),
        ("spec.run.overrides.note", 'expected nothing, got "lots"', "expected nothing, got ***"),
    ],
)  # fmt: skip
def test_a_problem_tells_of_a_hidden_value_its_type_and_its_name_only(path: str, message: str, shown: str) -> None:
    problem = Problem(message=message, path=path)
    assert shown_problem(problem, Scrubber(None, ()), ()).message == shown
