"""Starts a command and writes what it took to a file, as JSON: `python -IS spawn.py FILE COMMAND…`.

A process of its own, and a small one: Linux counts the memory of a process from that of the one it was forked from.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    file, *command = sys.argv[1:]
    begin = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(process, 0)
    took = {
        "code": os.waitstatus_to_exitcode(status),
        "started": begin,
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.monotonic() - begin,
        "memory": used.ru_maxrss * 1024 / 1e6,
    }
    with open(file, "w") as out:  # noqa: PTH123 - pathlib alone is as large as all the rest
        json.dump(took, out)
