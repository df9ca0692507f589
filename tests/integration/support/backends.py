"""Targets of the gateway: small servers on threads of the test, each told by a function what to do.

`Backend(echo)`, `Backend(greeter("mail"), tls=context)`: the function is called with every accepted connection
and with a `Visit`, in which the test finds what the backend saw.
"""

import hashlib
import socket
import threading

from .connection import BrokenOff, Plain, TlsOverBio, sha256_of_next
from .limits import DEADLINE, KIB
from .ports import reserve_port
from .waiting import wait_until


class Visit:
    """What a backend saw of one connection."""

    def __init__(self, sock):
        try:
            self.peer = sock.getpeername()[:2]
        except OSError:  # ENOTCONN: gone again before we looked
            self.peer = None
        self.preface = None             # what the backend's `preface` read before TLS
        self.server_name = None         # SNI
        self.client_certificate = None  # as SSLObject.getpeercert() gives it
        self.received = bytearray()
        self.ended = None               # "end", "reset", "truncated", or None while it lasts
        self.connection = None


class Backend:
    """Listens on a port of its own from its construction on; serves while it is entered.

    One that is not `accepting` lets its connections wait in its queue, which holds `backlog` + 1 of them. `wrap` is
    given each socket and returns what is used in its place.
    """

    def __init__(self, serve, *, tls=None, host="127.0.0.1", port=0, preface=None, receive_buffer=None, backlog=512,
                 accepting=True, wrap=lambda sock: sock):
        self._serve, self._context, self._preface, self.wrap = serve, tls, preface, wrap
        if tls:
            tls.sni_callback = _note_server_name
        self.visits = []
        self._listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._listener.listen(backlog)
        self._accepting = accepting
        self.host, self.port = self._listener.getsockname()[:2]

    def __enter__(self):
        if self._accepting:
            threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() does not
        self._listener.close()
        for visit in self.visits:
            if visit.connection:
                visit.connection.close()

    def wait_visit(self, number=1):
        """The visit with this number, counted from 1, once its connection is set up."""
        return wait_until(lambda: len(self.visits) >= number and self.visits[number - 1].connection
                          and self.visits[number - 1], f"connection {number} to reach the backend")

    def wait_over(self, number=1):
        """The visit with this number once it is over, be it that its connection was never set up."""
        return wait_until(lambda: len(self.visits) >= number and self.visits[number - 1].ended
                          and self.visits[number - 1], f"connection {number} of the backend to be over")

    def wait_end(self, number=1, seconds=DEADLINE):
        """How that visit ended: "end", "reset" or "truncated"."""
        visit = self.wait_visit(number)
        return wait_until(lambda: visit.ended, f"connection {number} of the backend to end", seconds)

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError as error:
                if self._listener.fileno() < 0 or error.errno == 22:
                    return
                continue
            visit = Visit(sock)
            self.visits.append(visit)
            threading.Thread(target=self._visit, args=(sock, visit), daemon=True).start()

    def _visit(self, sock, visit):
        sock = self.wrap(sock)
        try:
            with self._enter(sock, visit) as connection:
                visit.connection = connection
                self._serve(connection, visit)
                visit.ended = visit.ended or connection.how_it_ends()
        except BrokenOff as broken:
            visit.ended = broken.how
        except OSError as error:  # TLS errors too
            visit.ended = visit.ended or f"failed: {error}"
        finally:
            sock.close()

    def _enter(self, sock, visit):
        if self._preface:
            visit.preface = self._preface(Plain(sock))
        if not self._context:
            return Plain(sock)
        connection = TlsOverBio(sock, self._context, server_side=True)
        visit.server_name = getattr(connection.tls, "asked_name", None)
        visit.client_certificate = connection.tls.getpeercert()
        return connection


def _note_server_name(tls, name, _context):
    tls.asked_name = name


class RefusingPort:
    """A target where nobody listens: connecting is refused."""

    def __init__(self, host="127.0.0.1"):
        self.host, self.port = host, reserve_port()


# What a backend does with a connection --------------------------------------------------------------------

def echo(connection, _visit):
    while data := connection.receive():
        connection.send(data)
    connection.finish()


def greeter(name):
    """Speaks first: its name and a newline, then echoes."""
    def serve(connection, visit):
        connection.send(name.encode() + b"\n")
        echo(connection, visit)
    return serve


def answer_at_end(connection, visit):
    """Answers only once the client has ended its direction: with the SHA-256 of all it sent."""
    digest = hashlib.sha256()
    while data := connection.receive():
        digest.update(data)
    visit.ended = "end"
    connection.send(digest.digest())
    connection.finish()


def ends_first(farewell):
    """Sends `farewell` and ends its direction at once, then records what still comes."""
    def serve(connection, visit):
        connection.send(farewell)
        connection.finish()
        recorder(connection, visit)
    return serve


def recorder(connection, visit):
    """Only listens; what came is in `visit.received`."""
    while data := connection.receive():
        visit.received += data
    visit.ended = "end"
    connection.finish()


def http_named(name):
    """A small HTTP/1.1 server: answers every request head with its name, and closes."""
    def serve(connection, visit):
        while b"\r\n\r\n" not in visit.received:
            data = connection.receive()
            if not data:
                return
            visit.received += data
        body = name.encode() + b"\n"
        connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.finish()
    return serve


def silent(connection, visit):
    """Neither sends nor answers; ends when the client does."""
    visit.ended = connection.how_it_ends()


def resetting(connection, _visit):
    """Answers the first bytes with RST."""
    connection.receive(1)
    connection.reset()
    raise BrokenOff("reset")


def source(payload):
    """Sends the payload, and ends its direction."""
    def serve(connection, _visit):
        send_all(connection, payload.bytes)
        connection.finish()
    return serve


def exchange(payload, count):
    """Both directions at once: sends `payload` while it reads `count` bytes, then sends their SHA-256."""
    def serve(connection, _visit):
        sender = threading.Thread(target=send_all, args=(connection, payload.bytes), daemon=True)
        sender.start()
        digest = sha256_of_next(connection, count)
        sender.join()
        connection.send(digest)
        connection.finish()
    return serve


def send_all(connection, data):
    """Like `connection.send`, but every MiB may take as long as a deadline allows."""
    for start in range(0, len(data), 1024 * KIB):
        connection.send(data[start:start + 1024 * KIB])


# What a backend reads before TLS ---------------------------------------------------------------------------

def proxy_header(connection):
    """A PROXY protocol header (haproxy's proxy-protocol.txt), version 1 or 2, as its raw bytes."""
    head = connection.receive_exactly(6)
    if head == b"PROXY ":
        return head + connection.receive_line()
    head += connection.receive_exactly(10)
    return head + connection.receive_exactly(int.from_bytes(head[14:16], "big"))


def postgres_ssl_request(connection):
    """PostgreSQL's SSLRequest, which is answered `S`."""
    request = connection.receive_exactly(8)
    connection.send(b"S")
    return request
