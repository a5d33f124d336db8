"""What every test stands on: no network, no AWS settings of the developer's, and the embedded AWS."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.local import LocalAws


class NetworkRefusedError(RuntimeError):
    """A test tried to reach another host than this one."""


def _is_loopback(host: object) -> bool:
    if host in ("localhost", None, ""):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> None:
    if not _is_loopback(host):
        raise NetworkRefusedError(f"a test tried to reach {host} — tests speak to 127.0.0.1 only")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--aws-profile`: run the conformance suite on a real account instead of the embedded AWS."""
    parser.addoption("--aws-profile", metavar="NAME", help="run tests/local on the real account of this AWS profile")


@pytest.fixture(scope="session", autouse=True)
def no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse every connection and every name look-up that leaves this host (unless a real account was asked for)."""
    if request.config.getoption("--aws-profile"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo

        def guarded_look_up(host: Any, *rest: Any, **options: Any) -> Any:
            _refuse(host.decode() if isinstance(host, bytes) else host)
            return look_up(host, *rest, **options)

        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        return connect(self, address)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def no_aws_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the developer's AWS variables and files out of the tests."""
    if request.config.getoption("--aws-profile"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[LocalAws]:
    """One embedded AWS for the whole session; tests take `aws`."""
    with LocalAws(clock="manual") as aws:
        yield aws


@pytest.fixture
def aws(shared_aws: LocalAws) -> Iterator[LocalAws]:
    """An embedded AWS as it is at its start, on a manual clock; what is no documented answer of AWS fails the test."""
    shared_aws.reset()
    yield shared_aws
    assert not shared_aws.crashes, "\n".join(str(crash) for crash in shared_aws.crashes)
