"""Targets that break off at any byte, in any manner: what clients may then have seen, and what must be left of them.

A `TargetWay` is one way to a backend, in some protocol; `break_off_everywhere` and `stall_everywhere` try all of them
side by side.
"""

import concurrent.futures
import queue
import ssl
import time

from .break_off import over, stalls, warm_up
from .connection import BrokenOff
from .cut import CutSocket, never, reset
from .leaks import nothing_left_behind
from .limits import MIB, scaled
from .waiting import wait_until

QUESTION = b"\0what do you say?"
ANSWER = b"quite a lot, as you may see: " * 4


def reply(connection, visit):
    """For a Backend."""
    visit.received += connection.receive_exactly(len(QUESTION))
    connection.send(ANSWER)
    connection.finish()
    visit.ended = connection.how_it_ends()


class TargetWay:
    """`enter(wrap)` connects a client to the port. `may_end(cut, received)`: may the client take a cut for an end?

    `opaque`: for the gateway it is bytes and a FIN, for the client it is TLS. `refusal`: how the client's protocol
    tells it, before anything else was said, that no target takes it.
    """

    def __init__(self, name, backend, port, enter, may_end=never, opaque=False, refusal=None):
        self.name, self.backend, self.port, self.enter, self.may_end = name, backend, port, enter, may_end
        self.opaque, self.refusal, self.count, self.marks = opaque, refusal, 0, []

    def try_it(self, events, then, **where):
        """One conversation, which the target cuts as told; fails if the client saw what it should not."""
        self.count += 1
        cut = _CutByTarget(self, then, where)
        if events and cut.ports:
            cut.event = events.of(cut.ports)
        if self.refusal and cut.answer.startswith(self.refusal) and cut.event["ending"] == "refused":
            return cut
        if not ANSWER.startswith(cut.answer):
            raise AssertionError(f"{cut}: bytes that nobody sent: {cut.answer!r}")
        if cut.answer != ANSWER and not self.may_end(cut, cut.answer):
            if cut.how == "end":
                raise AssertionError(f"{cut}: an end that nobody made, after {len(cut.answer)} bytes")
            if cut.event and cut.event["ending"] == "normal" and (then is reset or not self.opaque):
                raise AssertionError(f"{cut}: an event that calls it normal")
        if not cut.socket.was_cut and (cut.answer, cut.how) != (ANSWER, "end"):
            raise AssertionError(f"{cut}: a whole conversation was answered {cut.answer!r}, then {cut.how}")
        return cut

    def check(self):
        """Nothing: each conversation was looked at when it was over."""


class _CutByTarget:
    def __init__(self, way, then, where, wrap=None):
        self.way, self.then, self.where = way, then, where
        self.socket = self.event = self.ports = None
        way.backend.wrap = wrap or self._wrap
        begun = time.monotonic()
        self.answer, self.how = bytearray(), None
        try:
            with way.enter(self._note_ports) as client:
                client.send(QUESTION)
                while piece := client.receive():
                    self.answer += piece
                self.how = "end"
        except BrokenOff as broken:
            self.how = broken.how
        except ssl.SSLError:
            self.how = "failed"
        self.answer, self.seconds = bytes(self.answer), time.monotonic() - begun
        if not wrap:
            wait_until(lambda: self.socket, f"{self} to come to the target")

    def _wrap(self, sock):
        self.socket = CutSocket(sock, self.then, **self.where)
        return self.socket

    def _note_ports(self, sock):
        self.ports = sock.getsockname()[1], self.way.port
        return sock

    def __str__(self):
        event = self.event and {name: self.event[name] for name in ("ending", "error", "data", "targetAddress")}
        return f"{self.way.name}, {self.then and self.then.__name__} {self.where}, client saw {self.how}, event {event}"


def _stall(way):
    """Several clients at once, of which nobody knows what its target does; all of them know that none ends."""
    whole = way.try_it(None, None)
    plans = stalls(whole)
    waiting = queue.SimpleQueue()
    for plan in plans:
        waiting.put(plan)

    def wrap(sock):
        then, one = waiting.get()
        return CutSocket(sock, then, **one)

    def visit(_number):
        cut = _CutByTarget(way, None, {}, wrap)
        refused = way.refusal and cut.answer.startswith(way.refusal)
        if not refused and (not ANSWER.startswith(cut.answer) or (cut.how == "end" and cut.answer != ANSWER)):
            raise AssertionError(f"{cut}, by one that stalls: {cut.answer!r}")
        return cut.seconds
    with concurrent.futures.ThreadPoolExecutor(scaled(40, 20)) as pool:
        seconds = list(pool.map(visit, plans))
    way.count += len(plans)
    return max(seconds)


def stall_everywhere(ways, *programs, bound):
    """Stops sending, stops altogether and drips at many positions of every way, many at once.

    Each connection must be over after `bound` seconds. So many at once cost more memory than a first few: what the
    allocator keeps of them is no leak.
    """
    warm_up(ways, None)
    pool = concurrent.futures.ThreadPoolExecutor(len(ways))
    with nothing_left_behind(*programs, memory=24 * MIB) as growth, pool:
        longest = max(pool.map(_stall, ways))
    if longest > bound:
        raise AssertionError(f"one was held for {longest:.1f} s")
    print(f"the longest was held for {longest:.1f} s")
    over(ways, None, growth)
