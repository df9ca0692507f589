"""Peers that misbehave at a chosen byte of their connection, whatever protocol is spoken on it."""

import select
import socket
import struct
import time

from .connection import BrokenOff
from .limits import DEADLINE, KIB, LONG, scaled
from .waiting import can_read


class Cut(BrokenOff):
    """The peer has done what it had to do to its connection; `saw` is how the other side then ended it."""

    def __init__(self, saw=None):
        super().__init__("cut")
        self.saw = saw


class CutSocket:
    """A socket that does `then` to itself once `sent` bytes went out, or `received` bytes came in, and raises Cut.

    `marks` are the positions at which it was told to send, `total_received` how much came: a first conversation that
    is not cut tells where others may be.
    """

    def __init__(self, sock, then=None, *, sent=None, received=None):
        self._socket, self._then, self._may_send, self._may_receive = sock, then, sent, received
        self.total_sent = self.total_received = 0
        self.marks = [0]
        self.was_cut = False

    def __getattr__(self, name):
        return getattr(self._socket, name)

    def sendall(self, data):
        data = memoryview(data)
        room = len(data) if self._may_send is None else self._may_send - self.total_sent
        if room > 0:
            self._socket.sendall(data[:room])
            self.total_sent += len(data[:room])
            self.marks.append(self.total_sent)
        self._act_if(self._may_send == self.total_sent, data[room:])

    def recv(self, limit):
        self._act_if(self._may_send == 0 or self._may_receive == self.total_received)
        if self._may_receive is not None:
            limit = min(limit, self._may_receive - self.total_received)
        data = self._socket.recv(limit)
        self.total_received += len(data)
        return data

    def shutdown(self, how):
        if not self.was_cut:
            self._socket.shutdown(how)

    def _act_if(self, reached, rest=b""):
        if reached:
            self.was_cut = True
            raise Cut(self._then(self._socket, rest))


# What a peer does; `rest` is what it was about to send -------------------------------------------------------

def reset(sock, _rest):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def close(sock, _rest):
    """FIN, and RST for whatever still comes."""
    sock.close()


def half_close(sock, rest):
    """FIN, and reads on until the other side has ended, too."""
    sock.shutdown(socket.SHUT_WR)
    return say_nothing(sock, rest)


def say_nothing(sock, _rest):
    """Sends no more and reads on. It is the other side who ends this: "end" or "reset"."""
    sock.settimeout(PATIENCE)
    try:
        while sock.recv(64 * KIB):
            pass
        return "end"
    except ConnectionResetError:
        return "reset"


def stand_still(sock, _rest):
    """Neither sends nor reads any more, and waits until the other side has had enough: "end" or "reset"."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP)
    events = poll.poll(PATIENCE * 1000)
    if not events:
        raise AssertionError(f"nobody ended a connection that stood still for {PATIENCE} s")
    return "reset" if events[0][1] & (select.POLLERR | select.POLLHUP) else "end"


def drip(sock, rest):
    """Sends on, a byte now and then, and says nothing when all is said."""
    try:
        for byte in rest:
            sock.sendall(bytes([byte]))
            if can_read(sock) and not sock.recv(64 * KIB, socket.MSG_PEEK):
                break
            time.sleep(DRIP)  # the manner in which it sends
    except (ConnectionResetError, BrokenPipeError):
        return "reset"
    return say_nothing(sock, b"")


DRIP = scaled(0.03, 0.1)  # seconds between two bytes
PATIENCE = 3 * DEADLINE  # the admin API gives a request a minute
AT_ONCE = [reset, close, half_close]  # what needs no patience
FOR_LONG = [say_nothing, stand_still, drip]  # until the other side has had enough


# What the other side may take for an end, given a cut (with `then`, `socket` and `way`) and what it received --------

def never(_cut, _received):
    """Ends have to be said."""
    return False


def fin(cut, received):
    """TCP's own end: wherever a FIN comes, it ends what was sent before it."""
    return cut.then in (close, half_close) and len(received) == cut.socket.total_sent


def fin_between_sends(cut, _received):
    """A WebSocket's end where no half-close is carried: a FIN between frames, each of which was sent in one go."""
    return cut.then in (close, half_close) and cut.socket.total_sent in cut.way.marks


def positions(marks, every=1, samples=6):
    """Where to cut a conversation that had these marks: around each and between; with OTOROSHI_LONG everywhere.

    `every`: or so many bytes apart.
    """
    total = marks[-1]
    if LONG:
        return range(0, total + 1, every)
    near = {mark + step for mark in marks for step in (-1, 0, 1, 5)}  # a TLS record has a head of 5
    between = {total * number // samples for number in range(samples)}
    return sorted(one for one in near | between if 0 <= one <= total)
