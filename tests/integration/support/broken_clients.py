"""Clients that break off at any byte, in any manner: what targets may then have seen, and what must be left of them.

A `Way` is one way to an answering backend, in some protocol; `break_off_everywhere` and `stall_everywhere` try all of
them side by side.
"""

import concurrent.futures
import contextlib
import itertools
import re
import time

from .break_off import over, stalls, warm_up
from .connection import BrokenOff
from .cut import FOR_LONG, Cut, CutSocket, never
from .leaks import nothing_left_behind
from .limits import MIB, scaled
from .waiting import wait_until

STALLED_AT_ONCE = scaled(150, 100)
_numbers = itertools.count(100_000)


def answer(connection, visit):
    """For a Backend: sends back all that comes, and notes it."""
    while data := connection.receive():
        visit.received += data
        connection.send(data)
    visit.ended = "end"
    connection.finish()


def question(number):
    return b"\0%06d is anybody there? " % number * 8


class Way:
    """`enter(wrap)` connects to the backend, by a socket that `wrap` has made of another one.

    What it returns has `send`, `finish` and `receive_to_end`. `may_end(cut, received)`: may the target think that a
    cut was an end?
    """

    def __init__(self, name, backend, enter, may_end=never, question=question):
        self.name, self.backend, self.enter, self.may_end, self.question = name, backend, enter, may_end, question
        self.cuts, self.marks, self.port = {}, [], None

    @property
    def count(self):
        return len(self.cuts)

    def try_it(self, events, then, **where):
        """One conversation, cut as told; fails if one that was not cut did not go well."""
        cut = _CutConversation(self, then, where)
        self.cuts[cut.number] = cut
        if events:
            cut.event = events.of(cut.ports)
        if then is None and cut.answer != cut.question:
            raise AssertionError(f"{cut}: a whole conversation was answered {cut.answer!r}")
        return cut

    def check(self):
        """Looks at all that the backend saw."""
        visits = self.backend.visits
        wait_until(lambda: all(visit.ended for visit in visits), f"{self.name}: all of the backend's visits to end")
        seen = 0
        for visit in visits:
            received = bytes(visit.received)
            number = re.search(rb"\d{6}", received)
            seen += bool(number)
            cuts = [self.cuts[int(number.group())]] if number else self.cuts.values()
            lies = [self._lie(cut, visit.ended, received) for cut in cuts]
            if all(lies):  # of a visit that was too short to be recognised: not one of them explains it
                who = cuts[0] if number else f"{self.name}, a short visit"
                raise AssertionError(f"{lies[0]}: {who}; the target saw {visit.ended} after {received!r}")
        reached = sum(cut.answer is not None for cut in self.cuts.values())
        if seen < reached:
            raise AssertionError(f"{self.name}: only {seen} of {reached} conversations came to the target")

    def _lie(self, cut, ended, received):
        """What is wrong with what a target saw of this one; None if nothing is."""
        if not cut.question.startswith(received):
            return "bytes that nobody sent"
        if received != cut.question and not self.may_end(cut, received):
            if ended == "end":
                return "an end that nobody made"
            if cut.event and cut.event["ending"] == "normal":
                return "an event that calls it normal"
        if cut.then is None and (ended, received) != ("end", cut.question):
            return "a conversation that was not cut"
        return None


class _CutConversation:
    def __init__(self, way, then, where):
        self.way, self.then, self.where, self.number = way, then, where, next(_numbers)
        self.question, self.answer, self.event, self.socket = way.question(self.number), None, None, None
        begun = time.monotonic()
        try:
            with way.enter(self._wrap) as client:
                client.send(self.question)
                client.finish()
                self.answer = client.receive_to_end()
        except Cut:
            pass
        except (AssertionError, BrokenOff) as broken:
            if then not in FOR_LONG:  # those may be too slow even before they stall
                raise AssertionError(f"{self}: {broken}") from None
        self.seconds = time.monotonic() - begun

    def _wrap(self, sock):
        with contextlib.suppress(OSError):  # ENOTCONN: it is reset already; others have told where this way leads
            self.way.port = sock.getpeername()[1]
        self.ports = sock.getsockname()[1], self.way.port
        self.socket = CutSocket(sock, self.then, **self.where)
        return self.socket

    def __str__(self):
        event = self.event and {name: self.event[name] for name in ("ending", "error", "data", "targetAddress")}
        return f"{self.way.name}, number {self.number}, {self.then and self.then.__name__} {self.where}, event {event}"


def stall_everywhere(ways, *programs, bound, events=None):
    """Stops sending, stops altogether and drips at many positions of every way, many at once.

    Each connection must be over after `bound` seconds. So many at once cost more memory than a first few: what the
    allocator keeps of them is no leak.
    """
    warm_up(ways, events)
    pool = concurrent.futures.ThreadPoolExecutor(STALLED_AT_ONCE)
    with nothing_left_behind(*programs, memory=24 * MIB) as growth, pool:
        stalled = []
        for way in ways:
            whole = way.try_it(events, None)
            way.marks = whole.socket.marks
            stalled += [pool.submit(way.try_it, events, then, **where) for then, where in stalls(whole)]
        cuts = [one.result() for one in stalled]
    for way in ways:
        way.check()
    slow = [f"{cut.seconds:.1f} s: {cut}" for cut in cuts if cut.seconds > bound]
    if slow:
        raise AssertionError(f"held for more than {bound} s:\n" + "\n".join(slow))
    stalled = sum(cut.socket.was_cut for cut in cuts)
    if stalled < 0.9 * len(cuts):
        raise AssertionError(f"only {stalled} of {len(cuts)} came to stall")
    print(f"{stalled} stalled, and were held for {max(cut.seconds for cut in cuts):.1f} s at the most")
    over(ways, events, growth)
