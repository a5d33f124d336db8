"""Whoever asks for what is not theirs is turned away, at once, and costs nothing."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial

import pytest

from reconciler.errors import UsageError
from reconciler.web.address import Address, read_token
from tests.web.conftest import TOKEN, Served, job, passed, serving

#: Lets another thread go on.
pause = partial(threading.Event().wait, 0.005)
PATHS = ("/", "/status.json", "/metrics", "/logs/abc", "/healthz", "/readyz")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One server for all that leave it as it is."""
    with serving() as found:
        yield found


def test_only_reads_are_answered(served: Served) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "nonsense"):
        answer = served.get("/", method=method)
        assert (answer.code, answer.text, answer.headers["allow"]) == (405, "read-only\n", "GET, HEAD")
    assert served.get("/", method="HEAD").code == 200


def test_a_body_is_not_waited_for(served: Served) -> None:
    assert served.get("/", method="POST", Content_Length="1000000000").code == 405
    assert served.get("/", method="POST", Transfer_Encoding="chunked").code == 405


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/" + "a" * 300, 414),
        ("/nothing", 404),
        ("/../../etc/passwd", 404),
        ("/%2e%2e/etc/passwd", 404),
        ("//", 404),
        ("/logs/", 404),
        ("/logs/a/b", 404),
        ("/logs/%00", 404),
        ("/status.json/", 404),
    ],
)
def test_paths_that_are_not_there(served: Served, path: str, code: int) -> None:
    assert served.get(path).code == code


@pytest.mark.parametrize(
    "words", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"hello\r\n\r\n"]
)
def test_what_is_no_request_is_refused(served: Served, words: bytes) -> None:
    assert served.say(words).code == 400


def test_a_huge_head_is_refused(served: Served) -> None:
    for size in (20_000, 60_000, 1_000_000):
        for path, headers in (
            ("/", {"X": "a" * size}),
            (f"/{'a' * size}", {}),
            ("/", dict.fromkeys(map(str, range(size // 9)), "")),
        ):
            try:
                assert served.get(path, **headers).code in {400, 414, 431}
            except (ConnectionResetError, BrokenPipeError):
                """It was not even read to its end."""
    assert served.get("/healthz").code == 200


def test_another_name_of_this_address_is_refused(served: Served) -> None:
    for path in PATHS:
        assert served.get(path, host=f"evil.example:{served.port}").code == 421
    assert served.get("/healthz", host=f"LOCALHOST:{served.port}").code == 200
    assert served.get("/healthz", host="127.0.0.1").code == 421, "the port belongs to the name"


def test_pages_of_others_may_link_to_it_and_not_ask_it(served: Served) -> None:
    strange = {"Sec_Fetch_Site": "cross-site"}
    assert served.get("/", **strange, Sec_Fetch_Mode="no-cors").code == 403
    assert served.get("/", **strange, Sec_Fetch_Mode="navigate").code == 200


def test_with_a_token_all_but_the_probes_want_it() -> None:
    with serving(token=TOKEN) as served:
        right = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
        wrong = (
            "",
            "Bearer",
            "Bearer wrong",
            f"Bearer {TOKEN}x",
            f"Digest {TOKEN}",
            "Basic !",
            "Basic Og==",
            "Basic /w==",
        )
        for path in PATHS[:4]:
            for authorization in wrong:
                answer = served.get(path, Authorization=authorization)
                assert answer.code == 401
                assert answer.headers["www-authenticate"].startswith("Basic ")
            for authorization in (f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Basic {right}"):
                expected = 404 if path.startswith("/logs") else 200
                assert served.get(path, Authorization=authorization, host="any.example").code == expected
        assert served.get("/healthz", host="any.example").code == 200
        assert served.get("/readyz", host="any.example").code == 503


def test_who_does_not_ask_in_time_is_hung_up_on() -> None:
    with serving(patience=0.05) as served:
        for words in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "):
            assert served.say(words).code == 408


def test_who_does_not_read_is_hung_up_on() -> None:
    with serving(patience=0.05) as served, closing(socket.socket()) as connection:
        # more than the kernel keeps for somebody who reads nothing
        served.tell(passed(1, *(job(f"job{number}", message="m" * 10_000) for number in range(600))))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", served.port))
        connection.sendall(f"GET /status.json HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 200"
        while served.server.connections:
            pause()
        response = b""
        while part := connection.recv(1 << 16):
            response += part
        assert len(response) < 6_000_000


def test_many_connections_do_not_keep_others_out_for_long() -> None:
    with serving(patience=0.2) as served, ExitStack() as held:
        for _ in range(100):
            connection = socket.create_connection(("127.0.0.1", served.port), timeout=10)
            held.enter_context(closing(connection))
        while (code := served.get("/healthz").code) != 200:
            assert code == 503


def test_a_connection_gives_one_answer(served: Served) -> None:
    head = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode()
    with closing(socket.create_connection(("127.0.0.1", served.port), timeout=10)) as connection:
        connection.sendall(head * 3)
        told = b""
        while part := connection.recv(4096):
            told += part
    assert told.count(b"HTTP/1.1 200 OK") == 1


def test_every_answer_says_how_it_is_to_be_treated(served: Served) -> None:
    for answer in (served.get("/"), served.get("/nothing"), served.get("/", method="POST")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["connection"] == "close"
        assert "server" not in answer.headers
    assert served.get("/").headers["content-security-policy"] == "frame-ancestors 'none'"


@pytest.mark.parametrize("text", ["9180", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "[::1]:²", ""])
def test_an_address_that_is_none_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--listen: expected HOST:PORT, got "):
        Address.parse(text)


@pytest.mark.parametrize("text", ["0.0.0.0:9180", "[::]:9180", "10.0.0.1:9180", "host.example:9180"])
def test_an_address_that_others_can_reach_needs_a_token(text: str) -> None:
    with pytest.raises(UsageError, match="can be reached from other hosts, and there is no token"):
        read_token(None, Address.parse(text))


@pytest.mark.parametrize("text", ["127.0.0.1:9180", "localhost:0", "[::1]:9180", ":9180", "127.1.2.3:1"])
def test_loopback_needs_none(text: str) -> None:
    assert read_token(None, Address.parse(text)) is None
