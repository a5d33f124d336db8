"""What the page of the command line says is so."""

from reconciler.cli.document import PAGE, documented


def test_the_reference_is_what_the_commands_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert documented(page) == page, "run python -m reconciler.cli.document"
