"""CBOR (RFC 8949) as far as Smithy's RPC v2 protocol uses it.

The Resource Groups Tagging API speaks it and JSON (`protocols: [smithy-rpc-v2-cbor, json]` in its service model). An
SDK chooses: botocore 1.44.5 CBOR, 1.44.8 JSON. So the embedded AWS reads and writes both.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

_BREAK = object()
_WIDTHS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_EPOCH_TAG = 1
_INDEFINITE = 31


class Timestamp(float):
    """Epoch seconds that are written with CBOR's tag 1, as Smithy demands of time stamps."""

    __slots__ = ()


def decode(encoded: bytes) -> Any:
    """The value that `encoded` holds. Raises ValueError where it is not one whole CBOR item."""
    try:
        value, end = _item(encoded, 0)
    except (IndexError, struct.error) as error:
        raise ValueError("cbor: the item ends too early") from error
    if end != len(encoded) or value is _BREAK:
        raise ValueError("cbor: expected exactly one item")
    return value


def _item(encoded: bytes, at: int) -> tuple[Any, int]:
    major, minor = encoded[at] >> 5, encoded[at] & 0x1F
    at += 1
    if major == 7:
        return _simple(encoded, minor, at)
    count: int | None = minor
    if minor in _WIDTHS:
        (count,) = struct.unpack_from(_WIDTHS[minor], encoded, at)
        at += struct.calcsize(_WIDTHS[minor])
    elif minor == _INDEFINITE:
        count = None
    elif minor > 27:
        raise ValueError("cbor: reserved length")
    match major:
        case 0 if count is not None:
            return count, at
        case 1 if count is not None:
            return -1 - count, at
        case 2 | 3:
            raw, at = _text(encoded, at, count)
            return (raw if major == 2 else raw.decode()), at
        case 4:
            return _array(encoded, at, count)
        case 5:
            return _map(encoded, at, count)
        case 6:
            return _item(encoded, at)
    raise ValueError("cbor: an integer of indefinite length")


def _simple(encoded: bytes, minor: int, at: int) -> tuple[Any, int]:
    if minor == _INDEFINITE:
        return _BREAK, at
    if minor in _FLOATS:
        return struct.unpack_from(_FLOATS[minor], encoded, at)[0], at + struct.calcsize(_FLOATS[minor])
    if minor in _SIMPLE:
        return _SIMPLE[minor], at
    raise ValueError(f"cbor: unknown simple value {minor}")


def _text(encoded: bytes, at: int, count: int | None) -> tuple[bytes, int]:
    if count is not None:
        if at + count > len(encoded):
            raise ValueError("cbor: the item ends too early")
        return encoded[at : at + count], at + count
    pieces = []
    while encoded[at] != 0xFF:
        piece, at = _item(encoded, at)
        pieces.append(piece if isinstance(piece, bytes) else str(piece).encode())
    return b"".join(pieces), at + 1


def _array(encoded: bytes, at: int, count: int | None) -> tuple[list[Any], int]:
    items: list[Any] = []
    while count is None or len(items) < count:
        item, at = _item(encoded, at)
        if item is _BREAK:
            break
        items.append(item)
    return items, at


def _map(encoded: bytes, at: int, count: int | None) -> tuple[dict[Any, Any], int]:
    entries: dict[Any, Any] = {}
    while count is None or len(entries) < count:
        key, at = _item(encoded, at)
        if key is _BREAK:
            break
        entries[key], at = _item(encoded, at)
    return entries, at


def encode(value: object) -> bytes:
    """The value as one CBOR item of definite length."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case Timestamp():
            return _head(6, _EPOCH_TAG) + b"\xfb" + struct.pack(">d", value)
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            raw = value.encode()
            return _head(3, len(raw)) + raw
        case bytes():
            return _head(2, len(value)) + value
        case Mapping():
            return _head(5, len(value)) + b"".join(encode(key) + encode(item) for key, item in value.items())
        case Sequence():
            return _head(4, len(value)) + b"".join(encode(item) for item in value)
    raise TypeError(f"cbor: cannot encode {type(value).__name__}")


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    for minor, form in _WIDTHS.items():
        if count < 1 << (8 * struct.calcsize(form)):
            return bytes([major << 5 | minor]) + struct.pack(form, count)
    raise ValueError("cbor: the number is too large")
