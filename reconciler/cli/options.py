"""The options that verbs share, in groups, and what they say."""

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from reconciler.cli.parameters import pair, region, report_target, role_arn, variable


class _Reachable(click.Path):
    """A path that may be missing, which its verb says; what cannot even be looked for is wrong usage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(value)
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            self.fail(f"{path}: cannot be looked at ({error.strerror})", param, ctx)
        return super().convert(value, param, ctx)


_PATH: Final[click.Path] = _Reachable(path_type=Path)
#: Where manifests are looked for unless told otherwise.
USUAL_DIRECTORY: Final = Path("jobs.d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the shared options say; a verb without an option has its default."""

    directory: Path = USUAL_DIRECTORY
    env: str | None = None
    var: tuple[tuple[str, str], ...] = ()
    var_file: tuple[Path, ...] = ()
    region: str | None = None
    profile: str | None = None
    role_arn: str | None = None
    endpoint_url: str | None = None
    rate_limits: str | None = None
    local: bool = False
    job: tuple[str, ...] = ()
    tag: tuple[tuple[str, str], ...] = ()
    allow_empty: bool = False
    allow_older: bool = False
    max_deletions: int | None = None
    max_reruns: int | None = None
    format: str = "text"
    report: tuple[tuple[str, Path], ...] = ()
    show_values: bool = False
    verbose: int = 0

    @property
    def again(self) -> str:
        """The options that another command line needs to find what this one did, each with a space before it."""
        directory = () if self.directory == USUAL_DIRECTORY else ("--dir", str(self.directory))
        return _words(directory) + self.same_place

    @property
    def same_place(self) -> str:
        """The options that lead another command line to the same environment on AWS, each with a space before it."""
        given = {
            "--env": self.env,
            "--region": self.region,
            "--profile": self.profile,
            "--role-arn": self.role_arn,
            "--endpoint-url": self.endpoint_url,
        }
        words = [word for name, value in given.items() if value for word in (name, value)]
        return _words((*words, *(("--local",) if self.local else ())))


def _words(words: Iterable[str]) -> str:
    return "".join(f" {shlex.quote(word)}" for word in words)


#: Parameters as click wants them, in the order of the help.
Group = tuple[Callable[[], click.Parameter], ...]


def _option(*names: str, **settings: Any) -> Callable[[], click.Parameter]:
    return lambda: click.Option(list(names), **settings)


DIRECTORY: Final[Group] = (
    lambda: click.Argument(["directory"], default=str(USUAL_DIRECTORY), type=_PATH, metavar="[DIR]"),
)
DIRECTORY_OPTION: Final[Group] = (
    _option(
        "--dir",
        "directory",
        default=str(USUAL_DIRECTORY),
        type=_PATH,
        metavar="DIR",
        show_default=True,
        help="The manifests' directory.",
    ),
)
MANIFESTS: Final[Group] = (
    _option("--env", metavar="NAME", help="The environment of Settings to choose."),
    _option(
        "--var", type=variable, metavar="NAME=VALUE", multiple=True, help="Set a variable, over every other source."
    ),
    _option("--var-file", type=_PATH, metavar="FILE", multiple=True, help="Read variables from a YAML or JSON file."),
    _option("--region", type=region, metavar="REGION", help="The AWS Region, over Settings' and the environment's."),
)
AWS: Final[Group] = (
    _option("--profile", metavar="NAME", help="The AWS profile to take credentials from."),
    _option(
        "--role-arn",
        type=role_arn,
        metavar="ARN",
        help="The role to assume, over Settings' roleArn and readRoleArn.",
    ),
    _option("--endpoint-url", metavar="URL", help="Where AWS answers, if not at AWS."),
    _option(
        "--rate-limits",
        type=click.Choice(["aws", "off"]),
        help="Keep to AWS's documented call rates [default: aws; off where --local does not throttle].",
    ),
    _option(
        "--local", is_flag=True, help="Use the embedded AWS: the running one (reconcile local), else a private one."
    ),
)
SELECTION: Final[Group] = (
    _option("--job", multiple=True, metavar="NAME|GLOB", help="Only these jobs; such a pass never prunes."),
    _option(
        "--tag",
        type=pair,
        metavar="KEY=VALUE",
        multiple=True,
        help="Only jobs with this tag; such a pass never prunes.",
    ),
)
GUARDS: Final[Group] = (
    _option("--allow-empty", is_flag=True, help="Let a directory without manifests delete everything that is ours."),
    _option("--allow-older", is_flag=True, help="Let a checkout that is older than what is live change it."),
)
LIMITS: Final[Group] = (
    _option(
        "--max-deletions",
        type=click.IntRange(min=0),
        metavar="N",
        help="How many jobs may be pruned, over Settings' maxDeletions.",
    ),
    _option(
        "--max-reruns",
        type=click.IntRange(min=0),
        metavar="N",
        help="How many one-shots may run again, over Settings' maxReruns.",
    ),
)
SHOW_VALUES: Final[Group] = (
    _option(
        "--show-values", is_flag=True, help="Print hidden values: environment, overrides, log options, parameters."
    ),
)
VERBOSE: Final[Group] = (
    _option("-v", "--verbose", count=True, help="Tell more: everything listed, nothing cut; -vv logs to stderr."),
)


def output(*formats: str) -> Group:
    """Answer the options that choose how results are shown."""
    reports = (
        _option(
            "--report",
            type=report_target,
            metavar="FORMAT=FILE",
            multiple=True,
            help="Also write the result to a file, in any format.",
        ),
    )
    return (
        _option(
            "--format", type=click.Choice(formats), default=formats[0], show_default=True, help="How results are shown."
        ),
        *reports,
        *SHOW_VALUES,
        *VERBOSE,
    )
