"""WebSocket by hand (RFC 6455), to do as other programs do, and what none should do.

Nothing of this is shared with the programs under test: heads and frames are written and read here anew.
"""

import base64
import hashlib
import json
import os
import struct
import threading
import time

from .connection import connect, connect_tls
from .limits import KIB
from .waiting import can_read

TUNNEL = "/.well-known/otoroshi/tunnel"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def mask(data, key):
    pattern = (key * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "little") ^ int.from_bytes(pattern, "little")).to_bytes(len(data), "little")


def frame(opcode, payload=b"", *, masked, final=True, reserved=0):
    """The bytes of one frame."""
    size = len(payload)
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    flag = 0x80 if masked else 0
    if size < 126:
        head += bytes([flag | size])
    elif size < 1 << 16:
        head += bytes([flag | 126]) + struct.pack(">H", size)
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + mask(payload, key)


class WebSocket:
    """One end of a WebSocket, behind the upgrade."""

    def __init__(self, connection, is_client):
        self.connection, self.is_client = connection, is_client
        self.pings = 0     # that came
        self.close = None  # (code, reason) of the Close that came; code 1005: it had none

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def send_frame(self, opcode, payload=b"", **options):
        self.connection.send(frame(opcode, payload, masked=self.is_client, **options))

    def send(self, data, size=32 * KIB):
        """Binary frames of this size, 32 KiB being what the original client sends."""
        for start in range(0, len(data), size):
            self.send_frame(BINARY, bytes(data[start:start + size]))

    def send_close(self, code=1000, reason=""):
        self.send_frame(CLOSE, struct.pack(">H", code) + reason.encode() if code else b"")

    def receive_frame(self):
        """(opcode, payload, is it final); checks what a peer of ours must keep to."""
        first, second = self.connection.receive_exactly(2)
        masked, size = bool(second & 0x80), second & 0x7F
        if first & 0x70 or masked == self.is_client:
            raise AssertionError(f"a frame with a wrong head: {first:#x} {second:#x}")
        if size == 126:
            size, = struct.unpack(">H", self.connection.receive_exactly(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.connection.receive_exactly(8))
        key = self.connection.receive_exactly(4) if masked else None
        payload = self.connection.receive_exactly(size)
        return first & 0x0F, mask(payload, key) if key else payload, bool(first & 0x80)

    def receive(self):
        """The next payload of a binary message; b"" once the peer's Close has come. Pings are answered."""
        while self.close is None:
            opcode, payload, _ = self.receive_frame()
            if opcode in (BINARY, CONTINUATION) and payload:
                return payload
            if opcode == CLOSE:
                self.close = (struct.unpack(">H", payload[:2])[0] if payload else 1005, payload[2:].decode())
            elif opcode == PING:
                self._take_ping(payload)
        return b""

    def _take_ping(self, payload):
        self.pings += 1
        self.send_frame(PONG, payload)

    def answer_pings(self, seconds):
        """For so long; nothing else may come. Not over TLS."""
        end = time.monotonic() + seconds
        while can_read(self.connection.socket, end - time.monotonic()):
            opcode, payload, _ = self.receive_frame()
            if opcode != PING:
                raise AssertionError(f"not a Ping: {opcode} {payload[:80]!r}")
            self._take_ping(payload)

    def receive_exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.receive()
            if not piece:
                raise AssertionError(f"Close {self.close} after {len(data)} of {count} bytes")
            data += piece
        if len(data) > count:
            raise AssertionError(f"{len(data) - count} bytes more than expected")
        return data

    def receive_to_close(self):
        """All bytes until the peer's Close, which is then in `close`."""
        return b"".join(iter(self.receive, b""))

    def round_trip(self, data=b"hello", size=32 * KIB):
        """Sends to an echo, and meanwhile receives."""
        sender = threading.Thread(target=self.send, args=(data, size), daemon=True)
        sender.start()
        received = self.receive_exactly(len(data))
        sender.join()
        return received


class Answer:
    """An HTTP answer: status, headers (names in lower case), body."""

    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body!r}"


def read_head(connection):
    """A start line and headers, nothing behind them."""
    start = connection.receive_line().decode().rstrip("\r\n")
    headers = {}
    while line := connection.receive_line().decode().rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return start, headers


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()


# Client ------------------------------------------------------------------------------------------------------

def request_head(host, query="", *, path=TUNNEL, method="GET", without=(), **headers):
    """The upgrade as the original client sends it; names of more headers have `_` for `-`. `query` is sent as it is."""
    fields = {"Host": host, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
              **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {path}?transport=tcp{query and '&' + query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items() if name not in without]
    return "\r\n".join(lines) + "\r\n\r\n"


def ask(gateway, host, query="", *, tls=None, address="127.0.0.1", head=None, **options):
    """Sends an upgrade to a gateway; returns its Answer and the connection. `tls`: a context, for wss."""
    connection = connect_tls(gateway.tls_port, None, tls, address) if tls else connect(gateway.port, address)
    try:
        connection.send((head or request_head(host, query, **options)).encode())
        start, headers = read_head(connection)
        answer = Answer(int(start.split()[1]), headers)
        if answer.status != 101:
            answer.body = connection.receive_exactly(int(headers["content-length"]))
        return answer, connection
    except BaseException:
        connection.close()
        raise


def open_websocket(gateway, host, query="", **options):
    """A tunnel that was accepted. Without Otoroshi_Tunnel="half-close" among the headers it is the original's."""
    answer, connection = ask(gateway, host, query, **options)
    if answer.status != 101:
        connection.close()
        raise AssertionError(f"refused: {answer}")
    return WebSocket(connection, is_client=True)


def to_target(target):
    """The part of a query that asks for a target."""
    return f"remoteHost={target.host}&remotePort={target.port}"


# Server ------------------------------------------------------------------------------------------------------

def websocket_server(script, **headers):
    """For a Backend: accepts every upgrade, with these headers besides, and does `script(websocket, visit)`.

    The request is in `visit.received`.
    """
    def serve(connection, visit):
        start, fields = read_head(connection)
        visit.received += "\r\n".join([start, *(f"{name}: {value}" for name, value in fields.items())]).encode()
        answer = {"Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Accept": accept_key(fields["sec-websocket-key"]),
                  **{name.replace("_", "-"): value for name, value in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.items())
        connection.send(f"HTTP/1.1 101 Switching Protocols\r\n{head}\r\n".encode())
        script(WebSocket(connection, is_client=False), visit)
    return serve
