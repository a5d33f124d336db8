"""What is written as YAML is read back as what it was, and reads like a person wrote it."""

from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import yaml12
from reconciler.manifests.writing_yaml import dump

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [
        "no",
        "12:30",
        "0777",
        "1e3",
        "- a",
        "a: b",
        "#x",
        "a\nb",
        "a\nb\n",
        "\na",
        "a\n\n b",
        " a\nb",
        "a\n\n",
        "|",
        "~",
        "",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda nested: st.lists(nested, max_size=4) | st.dictionaries(TEXTS, nested, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from([(), ("a", "no")]))
def test_what_is_written_is_read_back(value: dict[str, Any], block: tuple[str, ...]) -> None:
    text = dump(value, block=block)
    assert yaml.safe_load(text) == (value or None) or text == "{}\n"
    documents = yaml12.read(text, "f.yaml")
    assert [document.problems for document in documents] == [()] * len(documents)
    assert [document.value for document in documents] == ([value] if value else [])


def test_short_things_stand_on_one_line_and_long_ones_below_each_other() -> None:
    written = {
        "metadata": {"name": "report", "tags": {"team": "data", "cost": "7"}},
        "spec": {
            "taskDefinition": {
                "cpu": "256",
                "requiresCompatibilities": ["FARGATE"],
                "containerDefinitions": [
                    {
                        "name": "app",
                        "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1",
                        "essential": False,
                        "command": ["sh", "-c", "set -e\n  echo one\n\necho two"],
                        "environment": [{"name": "A", "value": "on"}, {"name": "B", "value": "x"}],
                        "portMappings": [{"containerPort": 8080}],
                        "logConfiguration": {
                            "logDriver": "awslogs",
                            "options": {"awslogs-group": "/a-long-name/of-a-group", "awslogs-region": "eu-west-1"},
                        },
                    }
                ],
            }
        },
    }
    text = dump(written, block=["spec", "taskDefinition", "containerDefinitions"])
    assert text == dedent("""\
        metadata: {name: report, tags: {team: data, cost: "7"}}
        spec:
          taskDefinition:
            cpu: "256"
            requiresCompatibilities: [FARGATE]
            containerDefinitions:
              - name: app
                image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1"
                essential: false
                command:
                  - sh
                  - "-c"
                  - |-
                    set -e
                      echo one

                    echo two
                environment:
                  - {name: A, value: "on"}
                  - {name: B, value: x}
                portMappings: [{containerPort: 8080}]
                logConfiguration:
                  logDriver: awslogs
                  options: {awslogs-group: /a-long-name/of-a-group, awslogs-region: eu-west-1}
        """)
    assert yaml.safe_load(text) == written


@pytest.mark.parametrize("word", ["yes", "Off", "null", "~", "1.0", "0x1f", "2026-11-21", "a, b", "{", "*a", "@x", ""])
def test_what_some_reader_takes_for_something_else_is_quoted(word: str) -> None:
    assert dump({"value": word}).startswith('value: "')
