"""When Python looks for garbage: not while a directory is read and a plan is made, whose objects all stay.

A pass over ten thousand manifests makes 800,000 objects. They are freed as soon as nobody needs them, without the
collector; looking through them took a sixth of the pass, at Python's own 700 new ones a third.
"""

import gc
from typing import Final

#: So many new objects make it look.
_RARELY: Final = 1_000_000
#: Each call to AWS leaves some that only the collector frees.
_DURING_CALLS: Final = 20_000
#: A loop looks through everything once in so many passes: an hour, where nothing happens.
_THOROUGH: Final = 60


def look_rarely() -> None:
    """From the start of a process."""
    gc.set_threshold(_RARELY)


def look_again() -> None:
    """Once a plan is made and is about to be carried out; what there is by then is not looked through any more."""
    if gc.get_threshold()[0] == _RARELY:  # else this is no process of our own
        gc.freeze()
        gc.set_threshold(_DURING_CALLS)


class Sweeper:
    """Looks for garbage between the passes of a loop, when nothing waits for it.

    What stays from pass to pass is most of what there is: looking through it took a third of a pass. It is looked
    through now and then.
    """

    def __init__(self) -> None:
        self._passes = 0

    def sweep(self) -> None:
        """Free what nobody needs any more, as far as that is not known to stay."""
        ours = gc.get_threshold()[0] == _RARELY  # else this is no process of our own
        thorough = ours and self._passes % _THOROUGH == 0
        self._passes += 1
        if thorough:
            gc.unfreeze()
        gc.collect()
        if thorough:
            gc.freeze()


def look_no_more() -> None:
    """At the end of a process, whose memory the system takes back at once.

    Freeing a million objects one by one before, as the interpreter does with what the collector still knows, took
    longer than reading ten thousand manifests.
    """
    gc.freeze()
