"""Which process is at the other end of a loopback connection (Linux: /proc), so that a fault can kill the caller."""

from pathlib import Path


def pid_of_connection(client_port: int, server_port: int) -> int:
    """The process that holds the client's side. Raises ProcessLookupError where it cannot be found."""
    inode = _inode(client_port, server_port)
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink().name == f"socket:[{inode}]":
                return int(link.parts[2])
        except OSError:  # the process, or its descriptor, is gone or not ours
            continue
    raise ProcessLookupError(f"no process holds the connection from port {client_port} — name one with pid")


def _inode(client_port: int, server_port: int) -> str:
    table = Path("/proc/net/tcp")
    if table.exists():
        for line in table.read_text().splitlines()[1:]:
            words = line.split()
            local, remote = (int(words[column].rpartition(":")[2], 16) for column in (1, 2))
            if (local, remote) == (client_port, server_port):
                return words[9]
    raise ProcessLookupError(f"no connection from port {client_port} is known — name the process with pid")
