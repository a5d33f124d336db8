import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import variable_files
from reconciler.manifests.variables import Layer, Unset, Variables
from tests.manifests.conftest import Directory

JOB = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: hello}
spec:
  taskDefinition:
    containerDefinitions:
      - name: main
        image: "${{ IMAGE }}"
        memory: ${{ MEMORY:-128 }}
        environment: [{name: SHELL_LIKE, value: "${HOME} $HOME $${{ literal }}"}]
"""
SETTINGS = """\
apiVersion: reconciler/v1
kind: Settings
metadata: {name: team}
spec:
"""


def variables(**values: str | None) -> Variables:
    return Variables([Layer(values=values, expands=True)], {"reconciler.env": "prod"})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${{ A }}", "1"),
        ("${{A}}-${{ A }}", "1-1"),
        ("${{ EMPTY:-x }}", "x"),
        ("${{ MISSING:-a: b }}", "a: b"),
        ("${{ MISSING:- }}", ""),
        ("$${{ A }}", "${{ A }}"),
        ("$$${{ A }}", "$${{ A }}"),
        ("${A} $A {{ A }} $(A)", "${A} $A {{ A }} $(A)"),
        ("${{ reconciler.env }}", "prod"),
        ("${{ NESTED }}", "<1>"),
    ],
)
def test_a_text_is_filled_in(text: str, filled: str) -> None:
    assert variables(A="1", EMPTY="", NESTED="<${{ A }}>").expand(text) == filled


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${{ TGA }}", "the variable TGA is not set", "did you mean TAG?"),
        ("${{ OTHER }}", "the variable OTHER is not set", "set it with --var OTHER=…, in Settings' variables, or write ${{ OTHER:-default }}"),
        ("${{ }}", "${{ }} names no variable", "write ${{ NAME }} or ${{ NAME:-default }}, or $${{ for a literal ${{"),
        ("${{ A B }}", "${{ A B }} names no variable", "write ${{ NAME }} or ${{ NAME:-default }}, or $${{ for a literal ${{"),
        ("${{ A", "${{ is not closed", "close it with }}, or write $${{ for a literal ${{"),
        ("${{ LOOP }}", "the variable LOOP stands for itself (LOOP → BACK → LOOP), used by BACK, used by LOOP", ""),
        ("${{ GONE }}", "the variable GONE is not set", "set it with --var GONE=…, in Settings' variables, or write ${{ GONE:-default }}"),
        ("${{ reconciler.account }}", "the variable reconciler.account is not set", "set accountId in Settings, or have credentials"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_in_is_told(text: str, message: str, hint: str) -> None:
    with pytest.raises(Unset) as caught:
        variables(TAG="1", LOOP="${{ BACK }}", BACK="${{ LOOP }}", GONE=None).expand(text)

    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_values_that_double_do_not_explode() -> None:
    values = {f"V{n}": f"${{{{ V{n - 1} }}}}" * 10 for n in range(1, 12)} | {"V0": "x" * 10}

    with pytest.raises(Unset, match="the text grows beyond 65536 characters"):
        variables(**values).expand("${{ V11 }}")


def test_values_from_outside_are_taken_as_they_are() -> None:
    outside = Variables([Layer(values={"A": "${{ B }}", "B": "1"})], {})

    assert outside.expand("${{ A }}") == "${{ B }}"


@given(st.text())
def test_a_text_without_the_opening_brace_pair_stays(text: str) -> None:
    if "${{" not in text:
        assert variables().expand(text) == text


@given(st.text(alphabet="ab$${{}} :-", max_size=30))
def test_any_text_is_filled_in_or_refused(text: str) -> None:
    with contextlib.suppress(Unset):
        variables(a="1", b="2").expand(text)


def test_a_number_is_read_again_where_no_text_is_wanted(jobs_d: Directory) -> None:
    job = jobs_d.job(JOB, variables={"IMAGE": "123", "MEMORY": "256"})

    (container,) = job.spec["taskDefinition"]["containerDefinitions"]
    assert container == {
        "name": "main",
        "image": "123",
        "memory": 256,
        "environment": [{"name": "SHELL_LIKE", "value": "${HOME} $HOME ${{ literal }}"}],
    }


def test_lists_booleans_and_nulls_are_read_again_too(jobs_d: Directory) -> None:
    text = (
        JOB
        + "        essential: ${{ ESSENTIAL }}\n        command: ${{ COMMAND }}\n        user: ${{ USER }}\n        interactive: ${{ INTERACTIVE }}\n"
    )
    job = jobs_d.job(
        text,
        variables={"IMAGE": "x", "ESSENTIAL": "true", "COMMAND": "[sh, -c, 'echo 1']", "USER": "0", "INTERACTIVE": ""},
    )

    (container,) = job.spec["taskDefinition"]["containerDefinitions"]
    assert (container["essential"], container["command"], container["user"]) == (True, ["sh", "-c", "echo 1"], "0")
    assert "interactive" not in container


def test_an_unset_variable_is_told_at_its_own_line_inside_a_block(jobs_d: Directory) -> None:
    text = (
        JOB
        + "        command:\n          - sh\n          - |\n            echo ${{ IMAGE }}\n            echo ${{ TGA }}\n"
    )

    assert jobs_d.errors(text, variables={"IMAGE": "x", "TAG": "1"}) == [
        "jobs.d/job.yaml:15:18 spec.taskDefinition.containerDefinitions[0].command[1]: "
        "the variable TGA is not set (did you mean TAG?)"
    ]


def test_later_layers_win(jobs_d: Directory) -> None:
    settings = SETTINGS + (
        "  variableFiles: [vars/all.env]\n"
        "  variables: {IMAGE: settings, B: settings}\n"
        "  environments:\n"
        "    prod:\n"
        "      variableFiles: [vars/prod.yaml]\n"
        "      variables: {C: environment}\n"
    )
    job = JOB.replace('"${{ IMAGE }}"', '"${{ A }}/${{ B }}/${{ C }}/${{ D }}/${{ E }}"')
    files = {
        "jobs.d/settings.yaml": settings,
        "jobs.d/job.yaml": job,
        "jobs.d/vars/all.env": "A=file\nB=file\nC=file\nD=file\nE=file\n",
        "jobs.d/vars/prod.yaml": "B: environment-file\nC: environment-file\nD: environment-file\nE: environment-file\n",
        "extra.json": '{"D": "var-file", "E": "var-file"}',
    }
    found = jobs_d.job(
        files,
        environment="prod",
        os_environment={"A": "os", "HOME": "/root"},
        variable_files=(Path("extra.json"),),
        variables={"E": "flag"},
    )

    image = found.spec["taskDefinition"]["containerDefinitions"][0]["image"]
    assert image == "file/environment-file/environment/var-file/flag"


def test_numbers_in_variables_are_the_text_that_was_written(jobs_d: Directory) -> None:
    files = {"jobs.d/settings.yaml": SETTINGS + "  variables: {IMAGE: 1.10}\n", "jobs.d/job.yaml": JOB}

    assert jobs_d.job(files).spec["taskDefinition"]["containerDefinitions"][0]["image"] == "1.10"


def test_the_built_in_variables(jobs_d: Directory) -> None:
    settings = SETTINGS + (
        "  region: eu-west-1\n  namePrefix: p-\n  variables: {who: '${{ reconciler.owner }}'}\n"
        "  environments: {prod: {accountId: '111111111111'}}\n"
    )
    image = "/".join(f"${{{{ reconciler.{name} }}}}" for name in ("env", "account", "region", "owner", "job", "commit"))
    job = JOB.replace("${{ IMAGE }}", image + "/${{ who }}")
    found = jobs_d.job(
        {"jobs.d/settings.yaml": settings, "jobs.d/job.yaml": job}, "p-hello", environment="prod", commit="abc"
    )

    assert found.spec["taskDefinition"]["containerDefinitions"][0]["image"] == (
        "prod/111111111111/eu-west-1/team.prod/p-hello/abc/team.prod"
    )


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A = 1 # one", "1"),
        ("A=a#b", "a#b"),
        ("A='a\\n # b' # c", "a\\n # b"),
        ('A="a\\n\\"b\\""', 'a\n"b"'),
        ("A=", ""),
    ],
)
def test_dotenv_lines(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / "vars.env").write_text(f"# comment\n\n{line}\n")

    values, _, problems = variable_files.read(tmp_path / "vars.env", "vars.env")

    assert (values, problems) == ({"A": value}, ())


def test_what_is_no_variable_file_is_told_at_its_line(jobs_d: Directory) -> None:
    files = {
        "jobs.d/settings.yaml": SETTINGS + "  variableFiles: [a.env, b.yaml, c.env]\n",
        "jobs.d/a.env": 'A=1\nB="open\n',
        "jobs.d/b.yaml": "A: [1]\n",
    }

    assert jobs_d.errors(files) == [
        "jobs.d/a.env:2:1: expected NAME=value (one variable a line, closed quotes)",
        "jobs.d/b.yaml:1:1 A: expected a text, number, boolean or null, got a list (quote it to pass it on as YAML text)",
        "jobs.d/settings.yaml:5:34 spec.variableFiles[2]: jobs.d/c.env: cannot be read: No such file or directory",
    ]
