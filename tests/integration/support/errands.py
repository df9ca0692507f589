"""Conversations whose two ends know every byte beforehand, so that each can tell whether it was told the truth."""

import hashlib
import itertools
import json
import random
import threading

from .connection import BrokenOff
from .limits import KIB
from .waiting import wait_until

_numbers = itertools.count(1)
_PIECE = 16 * KIB  # what is sent at once: Python's timeout is for all of it


class Errand:
    """One conversation; `size` bytes each way, and nothing on it stands still for more than so many `seconds`."""

    def __init__(self, size, seconds):
        self.number, self.size, self.seconds = next(_numbers), size, seconds
        self.up, self.down = (random.Random(f"{self.number} {way}").randbytes(size) for way in ("up", "down"))
        self.begun = threading.Event()  # at the target: the connection stands from end to end
        self._at_target = None  # "fine", or what is wrong

    def order(self):
        """The line by which the target learns which conversation this is. No HTTP head begins like it."""
        return b"\0" + json.dumps(self.number).encode() + b"\n"

    def run_at_target(self, connection):
        connection.socket.settimeout(self.seconds)
        self.begun.set()
        try:
            self.at_target(connection)
            self._at_target = "fine"
        except BaseException as problem:
            self._at_target = f"{type(problem).__name__} {problem}"

    def run_at_client(self, connection):
        """Raises what is wrong, at whichever end."""
        connection.socket.settimeout(self.seconds)
        self.at_client(connection)
        outcome = wait_until(lambda: self._at_target, "the target to see how it ends", self.seconds)
        if outcome != "fine":
            raise AssertionError(f"the target saw: {outcome}")


class ClientEndsFirst(Errand):
    """Both directions at once; the client's ends, then the target's."""

    def at_client(self, connection):
        with _sending(connection, self.order() + self.up, then=connection.finish):
            _expect(connection, self.down)

    def at_target(self, connection):
        with _sending(connection, self.down):
            _expect(connection, self.up)
        connection.finish()


class TargetEndsFirst(Errand):
    """The target says all that it has to say and ends; only then the client talks."""

    def at_client(self, connection):
        connection.send(self.order())
        _expect(connection, self.down)
        with _sending(connection, self.up, then=connection.finish):
            pass

    def at_target(self, connection):
        with _sending(connection, self.down, then=connection.finish):
            pass
        _expect(connection, self.up)


class ClientResets(Errand):
    """The client resets in the middle, while the target goes on sending for ever.

    So the reset may be lost on the way: what is sent to who has gone is answered by another one.
    """

    def at_client(self, connection):
        with _sending(connection, self.order() + self.up):
            connection.receive_exactly(self.size // 2 + 1)
        connection.reset()

    def at_target(self, connection):
        with _sending(connection, self.down, endlessly=True) as sender:
            _expect_break(connection, self.up, sender)


class TargetResets(Errand):
    """The target resets in the middle, while the client goes on sending for ever."""

    def at_client(self, connection):
        connection.send(self.order())
        with _sending(connection, self.up, endlessly=True) as sender:
            _expect_break(connection, self.down, sender)

    def at_target(self, connection):
        with _sending(connection, self.down):
            connection.receive_exactly(self.size // 2 + 1)
        connection.reset()


class Pause(Errand):
    """Half is said; then nothing moves until `go_on` is set."""

    def __init__(self, *how):
        super().__init__(*how)
        self.pauses, self.go_on = threading.Event(), threading.Event()

    def at_client(self, connection):
        middle = self.size // 2
        connection.send(self.order() + self.up[:middle])
        if connection.receive_exactly(middle) != self.down[:middle]:
            raise AssertionError("wrong bytes before the pause")
        self.pauses.set()
        self.go_on.wait()
        connection.send(self.up[middle:])
        connection.finish()
        _expect(connection, self.down[middle:])

    def at_target(self, connection):
        connection.send(self.down[:self.size // 2])
        _expect(connection, self.up)
        connection.send(self.down[self.size // 2:])
        connection.finish()


ERRANDS = [ClientEndsFirst, TargetEndsFirst, ClientResets, TargetResets]


class Courier:
    """What a Backend does: its end of every errand that somebody brings."""

    def __init__(self):
        self._errands = {}

    def new(self, kind, *how):
        errand = kind(*how)
        self._errands[errand.number] = errand
        return errand

    def __call__(self, connection, _visit):
        connection.receive_exactly(1)
        self._errands.pop(json.loads(connection.receive_line())).run_at_target(connection)


class _sending(threading.Thread):
    """Sends while the body of the `with` goes on; an abort is for who reads to tell."""

    def __init__(self, connection, data, then=lambda: None, endlessly=False):
        super().__init__(daemon=True)
        self._connection, self._then = connection, then
        pieces = (data[start:start + _PIECE] for start in range(0, len(data), _PIECE))
        self._pieces = itertools.chain(pieces, itertools.repeat(bytes(_PIECE)) if endlessly else ())
        self._was_reset, self._is_stuck = False, False

    def run(self):
        try:
            for piece in self._pieces:
                self._connection.send(piece)
            self._then()
        except BrokenOff as broken:
            self._was_reset = isinstance(broken.__context__, ConnectionResetError)
        except TimeoutError:
            self._is_stuck = True

    def saw_reset(self):
        """The kernel tells a reset once. Who reads sees an end if it was told to who sends."""
        self.join()
        return self._was_reset

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, failed, *_):
        self.join()
        if self._is_stuck and not failed:
            raise AssertionError("for too long nothing could be sent")


def _expect(connection, expected):
    """All these bytes, and then the end in order."""
    digest, count = hashlib.sha256(), 0
    while piece := connection.receive():
        digest.update(piece)
        count += len(piece)
    if digest.digest() != hashlib.sha256(expected).digest():
        raise AssertionError(f"{count} of {len(expected)} bytes came, and not the right ones" if count == len(expected)
                             else f"{count} of {len(expected)} bytes came, and then an end in order")


def _expect_break(connection, sent, sender):
    """An abort: of what was sent a beginning came, and no end in order."""
    seen = 0
    try:
        while piece := connection.receive():
            if sent[seen:seen + len(piece)] != piece:
                raise AssertionError(f"wrong bytes between {seen} and {seen + len(piece)}")
            seen += len(piece)
    except BrokenOff:
        return
    if not sender.saw_reset():
        raise AssertionError(f"an end in order after {seen} bytes, where an abort was due")
