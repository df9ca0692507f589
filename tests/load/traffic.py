"""What clients do in the mixed load. Every byte is checked; whoever is not served as it should be raises."""

import contextlib
import hashlib
import itertools
import os
import random
import socket
import threading

from support import KIB, MIB, BrokenOff, Plain, connect, scaled, send_all, sha256_of_next, wait_until
from targets import request

BULK = scaled([1 * MIB, 8 * MIB, 32 * MIB], [256 * KIB, 2 * MIB])
STORM = scaled(100, 20)
_numbers = itertools.count(1)


class Traffic:
    """`ways` are the ways in by name: functions that return a connection, and take a `receive_buffer`. `ports` lead to
    the same targets without TLS, tunnels among them. `refused` is the port of a service whose targets do not answer."""

    def __init__(self, ways, ports, refused, wishes):
        self._ways, self._ports, self._refused, self._wishes = ways, ports, refused, wishes

    @contextlib.contextmanager
    def _client(self, what, number=0, **options):
        """A client on one of the ways, whose request has been sent."""
        name = random.choice(list(self._ways))
        try:
            with self._ways[name](**options) as connection:
                connection.send(request(what, number))
                yield connection
        except Exception as error:
            error.add_note(f"over {name}")
            raise

    def short(self):
        """Connect, a few bytes there and back, close."""
        with self._client("echo") as client:
            check_echo(client, os.urandom(random.randrange(1, 20_000)))

    def storm(self):
        """A crowd connects at once; a third of it goes again without a word."""
        port = random.choice(self._ports)
        crowd = [begin_to_connect(port) for _ in range(STORM)]
        try:
            speaking = [client for number, client in enumerate(crowd) if number % 3]
            for client in speaking:
                client.send(request("echo") + b"storm")
            for client in speaking:
                if client.receive_exactly(5) != b"storm":
                    raise AssertionError("other bytes came back")
        finally:
            for client in crowd:
                client.close()

    def bulk_both_ways(self):
        size = random.choice(BULK)
        with self._client("both", size) as client:
            sender = threading.Thread(target=send_all, args=(client, self._wishes.payload.bytes[:size]), daemon=True)
            sender.start()
            check_sum(sha256_of_next(client, size), self._wishes.sha256(size))
            sender.join()
            check_sum(client.receive_exactly(32), self._wishes.sha256(size))
            check_end(client)

    def slow_reader(self):
        """Takes 2 MiB, the first of them in small pieces with pauses."""
        size, head = 2 * MIB, 128 * KIB
        with self._client("down", size, receive_buffer=16 * KIB) as client:
            digest = hashlib.sha256()
            for _ in range(head // (8 * KIB)):
                digest.update(client.receive_exactly(8 * KIB))
                threading.Event().wait(0.1)  # this is what makes it slow
            while data := client.receive():
                digest.update(data)
            check_sum(digest.digest(), self._wishes.sha256(size))

    def half_close(self):
        size = random.randrange(1, MIB)
        with self._client("up") as client:
            client.send(self._wishes.payload.bytes[:size])
            client.finish()
            check_sum(client.receive_exactly(32), hashlib.sha256(self._wishes.payload.bytes[:size]).digest())
            check_end(client)

    def target_ends_first(self):
        number, size = next(_numbers), random.randrange(1, 300 * KIB)
        with self._client("first", number) as client:
            if client.receive_to_end() != b"farewell":
                raise AssertionError("not the target's farewell")
            client.send(self._wishes.payload.bytes[:size])
            client.finish()
            ending, digest = self._ending_of(number)
        if ending != "end":
            raise AssertionError(f"the target saw {ending!r} where the client had ended in order")
        check_sum(digest, hashlib.sha256(self._wishes.payload.bytes[:size]).digest())

    def client_resets(self):
        """It must never look like an end to the target."""
        number = next(_numbers)
        with self._client("abort", number) as client:
            client.receive_exactly(1)
            client.send(self._wishes.payload.bytes[:random.randrange(1, 200 * KIB)])
            client.reset()
        ending, _ = self._ending_of(number)
        if ending == "end":
            raise AssertionError("the target saw an end where the client had reset")

    def target_resets(self):
        with self._client("reset", random.randrange(1, 100 * KIB)) as client:
            ending = client.how_it_ends()
        if ending == "end":
            raise AssertionError("the client saw an end where the target had reset")

    def nobody_there(self):
        """All targets of the service refuse: the client is not told an end in order."""
        with connect(self._refused) as client:
            try:
                client.send(request("echo"))
                ending = client.how_it_ends()
            except BrokenOff as broken:
                ending = broken.how
        if ending == "end":
            raise AssertionError("the client saw an end where no target was there")

    def _ending_of(self, number):
        wait_until(lambda: number in self._wishes.endings, "the target to see the end")
        return self._wishes.endings.pop(number)


class LastingConnections:
    """Connections over every way that are opened once and used to the end."""

    def __init__(self, ways, each):
        self._clients = [way() for way in ways for _ in range(each)]
        for client in self._clients:
            client.send(request("echo"))

    def use(self):
        for client in self._clients:
            check_echo(client, os.urandom(500))

    def __len__(self):
        return len(self._clients)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self._clients:
            client.close()


def begin_to_connect(port):
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex(("127.0.0.1", port))
    return Plain(sock)  # which waits for it as soon as it sends


def check_echo(client, data):
    if client.round_trip(data) != data:
        raise AssertionError("other bytes came back")


def check_sum(got, expected):
    if got != expected:
        raise AssertionError("the bytes that came are not those that were sent")


def check_end(client):
    if client.how_it_ends() != "end":
        raise AssertionError("the connection broke after its last byte")
