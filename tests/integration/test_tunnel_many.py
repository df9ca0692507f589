"""200 tunnels at once, one of them with a reader that stands still: the others go on, and it costs next to nothing."""

import concurrent.futures
import os
import threading
import time

from support import (KIB, MIB, SANITIZED, Backend, EveryAccess, Story, connect, echo, main, scaled, wait_until)

TUNNELS = scaled(200, 40)
ROUNDS = 16
PIECE = 64 * KIB  # so each carries 1 MiB both ways
# Of a standing reader, in each program. The kernel's buffers are not theirs.
STANDING_LIMIT = 2 * MIB


class Endless:
    """Sends until its peer takes no more (`stuck`)."""

    def __init__(self):
        self.stuck, self.may_end = threading.Event(), threading.Event()

    def __call__(self, connection, _visit):
        connection.receive(1)
        connection.socket.settimeout(1)
        try:
            while True:
                connection.socket.send(bytes(64 * KIB))
        except TimeoutError:
            self.stuck.set()
        self.may_end.wait()


class Many(Story):
    def test_they_go_on_beside_one_that_stands_still(self):
        for tls in (False, True):
            with self.subTest(tls=tls):
                self.one_stands_still(tls)

    def one_stands_still(self, tls):
        endless = Endless()
        self.addCleanup(endless.may_end.set)
        echoing, sending = self.use(Backend(echo)), self.use(Backend(endless))
        ways = EveryAccess(self, None, only=["apikey"])
        way = ways.way(tls=tls)
        tunnel, other = (self.use(way.tunnel("--remote-host", "127.0.0.1", "--remote-port", target.port))
                         for target in (echoing, sending))
        clients = [self.use(connect(tunnel)) for _ in range(TUNNELS)]
        piece = os.urandom(PIECE)

        def rounds(client):
            for _ in range(ROUNDS):
                if client.round_trip(piece) != piece:
                    return False
            return True

        def all_of_them():
            start = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(TUNNELS) as pool:
                self.assertTrue(all(pool.map(rounds, clients)))
            return time.monotonic() - start

        with connect(other) as warm:  # what a program allocates once and keeps is no cost of a connection
            warm.send(b"x")
            warm.receive_exactly(4 * MIB)
        before_it = all_of_them()
        memory = {program.name: program.rss() for program in (ways.gateway, other)}

        endless.stuck.clear()
        standing = self.use(connect(other, receive_buffer=64 * KIB))
        standing.send(b"x")
        wait_until(endless.stuck.is_set, "the endless source to be stuck")
        beside_it = all_of_them()
        if not SANITIZED:
            for program in (ways.gateway, other):
                self.assertLess(program.rss() - memory[program.name], STANDING_LIMIT, program.name)
            self.assertLess(beside_it, 6 * before_it + 5)  # a standstill takes a deadline


main()
