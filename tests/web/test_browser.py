"""The page in a real browser: it lives, anybody can use it, and it looks as its screenshots show.

Skipped where there is no chromium, or not the extra `browser`. RECONCILER_SCREENSHOTS names where to keep the pictures.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.local import LocalAws
from tests.cli.test_watch import PASS, Loop, directory, settings_of, watching

__all__ = ["directory", "settings_of"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
REPORT = """\
apiVersion: reconciler/v1
kind: EcsJob
metadata: {name: report}
spec:
  taskDefinition:
    requiresCompatibilities: [FARGATE]
    networkMode: awsvpc
    cpu: 256
    memory: 512
    executionRoleArn: arn:aws:iam::123456789012:role/exec
    containerDefinitions:
      - name: main
        image: example/report:1
        environment: [{name: LOCAL_OUTCOME, value: log reading canary-4711; exit 3 after 60s}, {name: KEY, value: canary-4711}]
  run: {launchType: FARGATE}
  logs: {}
  once: {}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with (
        api.sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET)) as launched,
    ):
        yield launched


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("RECONCILER_SCREENSHOTS", tmp_path / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def opened(browser: Any, url: str, *, size: str = "wide", scheme: str = "light") -> Any:
    """Answer the page, which fails the test that meets an error of its script."""
    page = browser.new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.errors = errors
    page.goto(url)
    return page


def faults(page: Any) -> list[tuple[str, str]]:
    """Answer what axe-core finds that keeps somebody out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (each["id"], node["html"])
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


def url_of(loop: Loop) -> str:
    return loop.hear("listening on ").split("listening on ")[1].strip()


def meddle(aws: LocalAws) -> None:
    """Do by hand what nobody should."""
    ecs = aws.client("ecs", region="eu-west-1")
    live = ecs.describe_task_definition(taskDefinition="hello")["taskDefinition"]
    members = ("family", "containerDefinitions", "networkMode", "requiresCompatibilities", "cpu")
    ecs.register_task_definition(**{member: live[member] for member in members}, memory="1024")


def test_the_page_lives_is_open_to_all_and_hides_what_is_hidden(
    aws: LocalAws, directory: Path, browser: Any, pictures: Path
) -> None:
    aws.prepare("123456789012", "eu-west-1", ["default"])
    with (
        watching(aws, directory, "--listen", "127.0.0.1:0", "--interval", "3600", patience=120) as loop,
        ExitStack() as held,
    ):
        url = url_of(loop)
        loop.hear(PASS)
        page = opened(browser, url)
        held.callback(page.context.close)
        page.evaluate("window.same = true")
        hello = page.locator("details", has=page.locator("b", has_text="hello")).first

        # a job drifts
        hello.get_by_text("InSync").wait_for()
        meddle(aws)
        loop.process.send_signal(signal.SIGHUP)
        page.get_by_text("was registered by").first.wait_for(state="attached")
        hello.locator("summary").click()
        hello.locator("td.before", has_text='"1024"').wait_for()

        # somebody types and has a job open while a run starts
        page.locator("#filter").fill("e")
        (directory / "report.yaml").write_text(REPORT)
        report = page.locator("details", has=page.locator("b", has_text="report")).first
        report.locator(".bar").wait_for()
        assert page.locator("#filter").input_value() == "e"
        assert page.evaluate("document.activeElement.id") == "filter"
        assert hello.get_attribute("open") is not None

        # it goes on, and fails
        aws.advance(15)
        loop.process.send_signal(signal.SIGHUP)
        report.locator("summary").get_by_text("Running").wait_for()
        aws.advance(90)
        loop.process.send_signal(signal.SIGHUP)
        report.locator("summary").get_by_text("Failed").wait_for()
        report.locator(".bar.bad").wait_for()

        # what it wrote
        report.locator("summary").click() if report.get_attribute("open") is None else None
        report.locator("button.logs").click()
        report.locator("pre", has_text="reading ***").wait_for()

        # the counts filter
        page.locator("#filter").fill("")
        page.locator("button", has_text="1 Failed").click()
        hello.wait_for(state="hidden")
        page.locator("button", has_text="1 Failed").click()
        hello.wait_for()

        assert page.evaluate("window.same") is True, "it was never loaded again"
        assert "canary" not in page.content()
        assert faults(page) == []
        assert page.errors == []
        page.screenshot(path=pictures / "light.png", full_page=True)
        for name, options in {"dark": {"scheme": "dark"}, "narrow": {"size": "narrow"}}.items():
            other = opened(browser, url, **options)
            held.callback(other.context.close)
            other.locator(".bar.bad").wait_for()
            for summary in other.locator("details.job > summary").all():
                summary.evaluate("each => each.parentElement.open = true")
            assert faults(other) == []
            assert other.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                "nothing is wider than the screen"
            )
            other.screenshot(path=pictures / f"{name}.png", full_page=True)

        # the loop ends
        assert loop.end() == 0
        page.get_by_text("the loop does not answer; this is how it was").wait_for()
        assert hello.is_visible()
