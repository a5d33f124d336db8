"""What every test stands on: no network, no AWS settings of the developer's, and the embedded AWS."""

import gc
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from reconciler.local import LocalAws
from tests.sdk import prepared_once
from tests.short_way import ShortWay

# how long an example takes says how busy the machine is
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


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
    """Other things than the embedded AWS that the conformance suite in tests/local can be pointed at."""
    parser.addoption("--aws-profile", metavar="NAME", help="run tests/local on the real account of this AWS profile")
    parser.addoption("--bare-moto", action="store_true", help="run tests/local on moto alone: its gaps must show")


def pytest_configure(config: pytest.Config) -> None:
    """Markers of ours."""
    config.addinivalue_line("markers", "gap(number): closes this gap of moto; the test fails on moto alone")
    gc.set_threshold(50_000)  # as the program itself has it, if not as much: a sixth of the suite went into collecting


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the proofs, which take longest: whatever is left at the end is shared out evenly among the workers."""
    items.sort(key=lambda item: "proof" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Leave what all the tests share, two million objects, out of every later look for garbage."""
    gc.collect()
    gc.freeze()


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
def no_settings_of_the_developer(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the developer's AWS variables and files, and the proxies of the network, out of the tests."""
    if request.config.getoption("--aws-profile"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session", autouse=True)
def the_sdk_prepared_once() -> Iterator[None]:
    """Spare the tests what botocore would work out anew for every session and client of theirs."""
    with prepared_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def the_short_way() -> Iterator[ShortWay]:
    """Spare the tests the socket between botocore and the embedded AWS of the same process."""
    way = ShortWay()
    with way.laid():
        yield way


@pytest.fixture
def through_the_socket(the_short_way: ShortWay) -> Iterator[None]:
    """Let botocore meet the embedded AWS as it meets one of another process."""
    the_short_way.open = False
    yield
    the_short_way.open = True


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[LocalAws]:
    """One embedded AWS for the whole session; tests take `aws`."""
    with LocalAws(clock="manual") as aws:
        yield aws


class BareMoto:
    """moto without anything of ours: what a test of a gap is shown to fail on."""

    def client(self, service: str, **options: Any) -> Any:
        """A client of moto in process."""
        import boto3
        from botocore.config import Config

        options.pop("account", None)
        region = options.pop("region", "us-east-1")
        session: Any = boto3
        once = Config(retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=5)
        keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
        return session.client(service, region_name=region, config=once, **keys)

    def give_instance(self) -> None:
        """A default cluster with an instance, so that moto's tasks start at all."""
        import json

        ecs, ec2 = self.client("ecs"), self.client("ec2")
        ecs.create_cluster(clusterName="default")
        (instance,) = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
        document = json.dumps({"instanceId": instance["InstanceId"]})
        ecs.register_container_instance(cluster="default", instanceIdentityDocument=document)

    def advance(self, seconds: float) -> None:
        """moto has no clock to move."""

    def outcome(self, *_: object, **__: object) -> None:
        """moto cannot be told how a container ends."""


@pytest.fixture
def aws(request: pytest.FixtureRequest) -> Iterator[LocalAws | BareMoto]:
    """An embedded AWS as it is at its start, on a manual clock; what is no documented answer of AWS fails the test."""
    if request.config.getoption("--aws-profile"):
        pytest.skip("needs the embedded AWS: its clock, its fault plan")
    if request.config.getoption("--bare-moto"):
        from moto import mock_aws

        with mock_aws():
            bare = BareMoto()
            bare.give_instance()
            yield bare
        return
    aws: LocalAws = request.getfixturevalue("shared_aws")
    aws.reset()
    yield aws
    assert not aws.crashes, "\n".join(str(crash) for crash in aws.crashes)
