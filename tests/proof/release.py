"""`python -m tests.proof.release`: keep what this release leaves behind, for every later one to be tested on.

Below `tests/data/releases/<version>` come the scenario's manifests and a state file of the embedded AWS after the whole
course: owner tags, digests, ledger, history, schedules. What is there is never written again: a release has left it.
"""

import gzip
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

from reconciler import __version__
from reconciler.local import state
from tests.proof import scenario
from tests.proof.course import play, prepared

RELEASES = Path(__file__).parent.parent / "data" / "releases"
STATE = "state.json.gz"


def main() -> None:
    """Write the release's directory; exits with 1 where it is there already."""
    release = RELEASES / __version__
    if release.exists():
        sys.exit(f"{release}: this release has left its state already")
    with tempfile.TemporaryDirectory() as directory, prepared(Path(directory)) as (laboratory, manifests):
        play(laboratory, manifests, commit=scenario.NEWER)
        file = Path(directory) / "state.json"
        state.save(file, laboratory.aws.world.dump(), [])
        content = gzip.compress(file.read_bytes(), mtime=0)
    (release / "jobs.d").mkdir(parents=True)
    (release / STATE).write_bytes(content)
    for name, text in scenario.PRESENT.items():
        (release / "jobs.d" / f"{name}.yaml").write_text(dedent(text).lstrip())


if __name__ == "__main__":
    main()
