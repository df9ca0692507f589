"""Connections of clients and backends: TCP and TLS with one interface, and with a true half-close in both."""

import errno
import hashlib
import os
import socket
import ssl
import struct
import threading

from .limits import DEADLINE, KIB, MIB


class BrokenOff(Exception):
    """The peer aborted: `how` is "reset" (RST) or "truncated" (TLS: FIN without close_notify)."""

    def __init__(self, how):
        super().__init__(how)
        self.how = how


class Plain:
    """A TCP connection. One thread may send while another receives; every wait is bounded by DEADLINE."""

    def __init__(self, sock, was_reset=False):
        self.socket, self._was_reset = sock, was_reset
        sock.settimeout(DEADLINE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            raise BrokenOff("reset") from None

    def receive(self, limit=256 * KIB):
        """Some bytes; b"" once the peer has ended its direction."""
        if self._was_reset:
            raise BrokenOff("reset")
        try:
            return self.socket.recv(limit)
        except ConnectionResetError:
            raise BrokenOff("reset") from None

    def receive_exactly(self, count):
        data = bytearray()
        while len(data) < count:
            piece = self.receive(min(count - len(data), 256 * KIB))
            if not piece:
                raise AssertionError(f"the peer ended after {len(data)} of {count} bytes: {bytes(data[:80])!r}")
            data += piece
        return bytes(data)

    def receive_line(self):
        line = bytearray()
        while not line.endswith(b"\n"):
            line += self.receive_exactly(1)
        return bytes(line)

    def receive_to_end(self):
        return b"".join(iter(self.receive, b""))

    def round_trip(self, data=b"hello"):
        """Sends to an echo and returns what comes back."""
        self.send(data)
        return self.receive_exactly(len(data))

    def how_it_ends(self):
        """Reads and drops everything; "end", "reset" or "truncated"."""
        try:
            while self.receive():
                pass
            return "end"
        except BrokenOff as broken:
            return broken.how

    def finish(self):
        """Ends this direction; the other goes on."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise  # else the peer has reset already: the next receive() tells

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


class TlsOverBio(Plain):
    """TLS over memory BIOs, because ssl.SSLSocket cannot go on reading after it has sent its close_notify."""

    def __init__(self, sock, context, server_side=False, server_name=None, session=None):
        super().__init__(sock)
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # Python's default hides a FIN without close_notify
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, server_name, session)
        self._engine = threading.Lock()  # an SSL object is not for two threads
        self._wire = threading.Lock()    # records leave in the order in which they were made
        self._early = bytearray()        # decrypted by finish() and not yet received
        self._finished = False
        try:
            self._drive(self._tls.do_handshake)
        except BaseException:
            sock.close()
            raise

    @property
    def tls(self):
        """For version(), getpeercert(), session, session_reused."""
        return self._tls

    def send(self, data):
        data = memoryview(data)
        for start in range(0, len(data), 256 * KIB):
            piece = data[start:start + 256 * KIB]
            with self._wire:
                with self._engine:
                    self._tls.write(piece)
                    records = self._outgoing.read()
                super().send(records)

    def receive(self, limit=256 * KIB):
        def step():
            if self._early:
                piece = bytes(self._early[:limit])
                del self._early[:limit]
                return piece
            return self._tls.read(limit)
        return self._drive(step)

    def finish(self):
        """close_notify and FIN; reading goes on."""
        if self._finished:
            return
        self._finished = True
        with self._wire:
            with self._engine:
                try:  # unwrap() would drop what has come and is not read yet
                    while piece := self._tls.read(256 * KIB):
                        self._early += piece
                except ssl.SSLError:
                    pass
                try:
                    self._tls.unwrap()
                except ssl.SSLError:
                    pass  # "want read": ours is sent, the peer's is still to come
                records = self._outgoing.read()
            super().send(records)
        super().finish()

    def finish_without_close_notify(self):
        super().finish()

    def _drive(self, step):
        """Runs a step of the engine until it needs no more bytes from the peer."""
        while True:
            try:
                with self._engine:
                    result = step()
                self._push_out()
                return result
            except ssl.SSLWantReadError:
                self._push_out()
                wire = super().receive()
                with self._engine:
                    if wire:
                        self._incoming.write(wire)
                    else:
                        self._incoming.write_eof()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                if isinstance(error, ssl.SSLEOFError) or error.reason == "UNEXPECTED_EOF_WHILE_READING":
                    raise BrokenOff("truncated") from None
                self._push_out()  # the alert that says why
                raise

    def _push_out(self):
        if self._outgoing.pending:
            with self._wire:
                with self._engine:
                    records = self._outgoing.read()
                super().send(records)


def connect(to, host="127.0.0.1", receive_buffer=None, source=None, wrap=lambda sock: sock):
    """A TCP connection to a port, or to anything with a `port`. `wrap` is given its socket and returns what is used."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if receive_buffer:  # before connecting: it bounds the window that is offered
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            sock.bind((source, 0))
        sock.settimeout(DEADLINE)
        sock.connect((host, getattr(to, "port", to)))
    except ConnectionResetError:  # it was made, and aborted before we came to look
        return Plain(wrap(sock), was_reset=True)
    except BaseException:
        sock.close()
        raise
    return Plain(wrap(sock))


def connect_tls(to, server_name, context, host="127.0.0.1", session=None, **options):
    """A TLS connection whose handshake is done; without `server_name` no SNI is sent."""
    if server_name is None:
        context.check_hostname = False
    return TlsOverBio(connect(to, host, **options).socket, context, server_name=server_name, session=session)


class Payload:
    """Random bytes and their SHA-256. The first is 0: what waits for an HTTP head must not wait for this one."""

    def __init__(self, size):
        data = bytearray(size)
        for start in range(0, size, MIB):
            data[start:start + MIB] = os.urandom(min(MIB, size - start))
        data[0] = 0
        self._set(memoryview(data))

    def _set(self, view):
        self.bytes, self.sha256 = view, hashlib.sha256(view).digest()

    def without_first(self, count):
        """The same bytes in the same memory, but for the first `count`: another payload at no cost."""
        rest = Payload.__new__(Payload)
        rest._set(self.bytes[count:])
        return rest

    def __len__(self):
        return len(self.bytes)


def sha256_of_next(connection, count):
    """The SHA-256 of the next `count` bytes of a connection."""
    digest = hashlib.sha256()
    while count:
        piece = connection.receive(min(count, 256 * KIB))
        if not piece:
            raise AssertionError(f"the peer ended {count} bytes too early")
        digest.update(piece)
        count -= len(piece)
    return digest.digest()


def refuses(target):
    """Whether nobody accepts connections there; a service, or a port."""
    try:
        connect(target).close()
        return False
    except ConnectionRefusedError:
        return True
