"""Free text without hidden values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Job, Manifests, Owned, Settings, Source
from reconciler.reports.printing import one_line
from reconciler.reports.scrubbing import Scrubber, hidden_values


def manifests(**variables: str) -> Manifests:
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    body = {"containerDefinitions": [{"name": "main", "image": "example/app:1", "environment": environment}]}
    job = Job(
        name="stg-report",
        declared_name="report",
        kind="EcsJob",
        source=Source(file="jobs.d/report.yaml", line=1),
        definition=Owned(body=body),
        spec={"taskDefinition": body},
    )
    settings = Settings(owner="team", region="eu-west-1", cluster="batch")
    return Manifests(directory="jobs.d", origin="jobs.d", settings=settings, jobs=(job,))


def test_a_hidden_value_is_cut_out_of_a_message() -> None:
    scrubber = Scrubber(manifests(DB="hunter2"), ())
    assert scrubber.text("RegisterTaskDefinition: bad value hunter2!", "stg-report") == (
        "RegisterTaskDefinition: bad value ***!"
    )


def test_without_a_job_the_values_of_all_jobs_are_cut_out() -> None:
    assert Scrubber(manifests(DB="hunter2"), ()).text("got hunter2") == "got ***"


def test_what_also_stands_in_the_open_stays() -> None:
    scrubber = Scrubber(manifests(REGION="eu-west-1", IMAGE="example/app:1", NAME="report", MODE="prod"), ())
    text = "report in eu-west-1: example/app:1 is not there"
    assert scrubber.text(text) == text


def test_short_values_do_not_tear_messages_apart() -> None:
    scrubber = Scrubber(manifests(DEBUG="1", MODE="on", STRICT="true", PROXY="None"), ())
    assert scrubber.text("attempt 1 is on, expected true or None") == "attempt 1 is on, expected true or None"


def test_a_longer_value_is_cut_out_before_one_it_holds() -> None:
    assert Scrubber(manifests(A="hunter2", B="hunter2-and-more"), ()).text("hunter2-and-more") == "***"


def test_values_that_overlap_are_cut_out_together() -> None:
    scrubber = Scrubber(manifests(A="abcdef", B="defghi", C="cdef", D="jklm"), ())
    assert scrubber.text("got abcdefghi, jklmjklm and abcdefg") == "got ***, ****** and ***g"


@given(st.text("ab", max_size=40), st.sets(st.text("ab", min_size=4, max_size=7), min_size=1, max_size=5))
def test_nothing_of_a_hidden_value_is_left_and_nothing_else_is_gone(text: str, values: set[str]) -> None:
    hidden = {
        at
        for value in values
        for start in range(len(text))
        if text.startswith(value, start)
        for at in range(start, start + len(value))
    }
    shown = Scrubber(manifests(**{f"V{n}": value for n, value in enumerate(values)}), ()).text(text)
    assert shown.replace("*", "") == "".join(letter for at, letter in enumerate(text) if at not in hidden)


def test_a_text_is_read_once_however_many_values_are_hidden() -> None:
    scrubber = Scrubber(manifests(**{f"V{n}": f"hunter{n}" for n in range(50_000)}), ())
    # compared with each of the values, these would take many minutes
    assert {scrubber.text(f"{n}: got hunter{n}, and nothing else")[-22:] for n in range(10_000)} == {
        "got ***, and nothing else"[-22:]
    }


def test_an_assignment_in_any_text_is_cut_out_even_of_unknown_values() -> None:
    assert Scrubber(None, ()).text("could not run --password s3cret --host db") == (
        "could not run --password *** --host db"
    )


def test_shown_names_and_show_values_are_left_alone() -> None:
    assert Scrubber(manifests(DB="hunter2"), ("DB",)).text("hunter2") == "hunter2"
    assert Scrubber(manifests(DB="hunter2"), ("*",)).text("hunter2 password=x") == "hunter2 password=x"


def test_the_values_hidden_inside_words_and_json_are_known() -> None:
    spec = {"command": ["--password=hunter2", "--token", "abcdef"], "environment": {"A": "x"}}
    assert sorted(hidden_values(spec)) == ["abcdef", "hunter2", "x"]


@pytest.mark.parametrize(
    "word", ["m", "ab_", "A1", "a=b ", "--x ", "http://a:", 'a="', "a='", 'password="', "::", "= ", " "]
)
def test_a_very_long_line_is_read_through_once(word: str) -> None:
    # read again from each of its letters, this would take hours
    line = word * (500_000 // len(word))
    assert Scrubber(None, ()).text(f"{line} --token abcdef").endswith(" --token ***")


def test_lines_become_one_however_many_blanks_there_are() -> None:
    assert one_line("\n a \r\n\n\t b  c\n") == " a b  c "
    # from each of the blanks anew, this would take minutes
    assert one_line(f"{' ' * 500_000}a\nb").endswith(" a b")


def test_the_name_of_a_service_hides_nothing_behind_it() -> None:
    text = "secretsmanager:DescribeSecret is not allowed on arn:aws:secretsmanager:eu-west-1:111111111111:secret:db"
    assert Scrubber(None, ()).text(text) == text
    assert Scrubber(None, ()).text("db-secret: hunter2") == "db-secret: ***"
