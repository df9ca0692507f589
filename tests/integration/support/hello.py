"""ClientHellos in every shape (RFC 8446 section 4.1.2, RFC 6066 section 3), and the alerts that answer them."""

import os
import ssl
import struct

RECORD_HANDSHAKE, RECORD_ALERT = 22, 21
UNRECOGNIZED_NAME = 112
GREASE = 0x7A7A  # RFC 8701


def real_hello(server_name, alpn=None):
    """The ClientHello of OpenSSL as TLS records; `alpn` makes it as long as wanted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=server_name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()


def alpn_of_size(size):
    """Protocol names that take about `size` bytes: a real client's way to send a long ClientHello."""
    return [f"protocol-{number:03}-".ljust(250, "x") for number in range(size // 251 + 1)]


def hand_built_hello(server_name=None, *, grease=False, padding=0, sni_last=True):
    """A TLS 1.3 ClientHello that a server answers; the name comes last, behind everything a reader must skip."""
    name = [] if server_name is None else [_extension(0, _vector(2, b"\0" + _vector(2, server_name.encode())))]
    others = [
        _extension(43, _vector(1, struct.pack(">HH", GREASE, 0x0304) if grease else struct.pack(">H", 0x0304))),
        _extension(10, _vector(2, struct.pack(">HH", GREASE, 29) if grease else struct.pack(">H", 29))),
        _extension(13, _vector(2, struct.pack(">HHH", 0x0403, 0x0804, 0x0401))),
        _extension(51, _vector(2, _grease_share(grease) + struct.pack(">H", 29) + _vector(2, os.urandom(32)))),
    ]
    if grease:
        others = [_extension(GREASE, b""), *others, _extension(0x8A8A, b"\0")]
    if padding:
        others.append(_extension(21, bytes(padding)))
    extensions = b"".join(others + name if sni_last else name + others)
    suites = struct.pack(">HHH", 0x1301, 0x1302, 0x1303)
    if grease:
        suites = struct.pack(">H", GREASE) + suites
    body = (b"\x03\x03" + os.urandom(32) + _vector(1, os.urandom(32)) + _vector(2, suites) + b"\x01\x00"
            + _vector(2, extensions))
    return in_records(b"\x01" + len(body).to_bytes(3, "big") + body, 16384)


def in_records(handshake, size):
    """The handshake bytes in TLS records of `size` bytes each."""
    return b"".join(b"\x16\x03\x01" + _vector(2, handshake[start:start + size])
                    for start in range(0, len(handshake), size))


def handshake_of(records):
    """The handshake bytes inside TLS records."""
    handshake = b""
    while records:
        length = int.from_bytes(records[3:5], "big")
        handshake, records = handshake + records[5:5 + length], records[5 + length:]
    return handshake


def refragmented(records, size):
    """The same handshake in records of `size` bytes."""
    return in_records(handshake_of(records), size)


def send_in_segments(connection, data, size=1):
    """Sends `data` in TCP segments of `size` bytes (TCP_NODELAY is set)."""
    for start in range(0, len(data), size):
        connection.send(data[start:start + size])


def receive_alert(connection):
    """The (level, description) of the alert record that comes next."""
    head = connection.receive_exactly(5)
    if head[0] != RECORD_ALERT:
        raise AssertionError(f"wanted an alert record, got {head!r}")
    level, description = connection.receive_exactly(int.from_bytes(head[3:5], "big"))
    return level, description


def _extension(kind, content):
    return struct.pack(">H", kind) + _vector(2, content)


def _grease_share(grease):
    return struct.pack(">H", GREASE) + _vector(2, b"\0") if grease else b""


def _vector(length_bytes, content):
    return len(content).to_bytes(length_bytes, "big") + content
