"""The targets of the mixed load: each connection begins with a request of 16 bytes, and gets what it asks for."""

import collections
import hashlib
import threading

from support import MIB, Backend, BrokenOff, Payload, send_all, sha256_of_next
from support.backends import echo

REQUEST_SIZE = 16


def request(what, number=0):
    return f"{what} {number}".encode().ljust(REQUEST_SIZE)


class Wishes:
    """Fulfils requests. `down` and `both` send the first bytes of a payload that clients know, too.

    `endings` says, by the number of a request, how a connection ended or what had come before it did.
    """

    def __init__(self, most_bytes=32 * MIB):
        self.payload = Payload(most_bytes)
        self.endings = {}
        self._sums, self._lock = {}, threading.Lock()

    def sha256(self, size):
        """Of the first `size` bytes of the payload."""
        with self._lock:
            if size not in self._sums:
                self._sums[size] = hashlib.sha256(self.payload.bytes[:size]).digest()
            return self._sums[size]

    def serve(self, connection, visit):
        """For a Backend."""
        try:
            first = connection.receive_exactly(REQUEST_SIZE)
        except AssertionError:
            return  # a client that went away without a word
        what, number = first.decode().split()
        getattr(self, f"_{what}")(connection, visit, int(number))

    def _echo(self, connection, visit, _number):
        echo(connection, visit)

    def _down(self, connection, _visit, size):
        send_all(connection, self.payload.bytes[:size])
        connection.finish()

    def _up(self, connection, visit, _number):
        """Answers the SHA-256 of everything once the client has ended its direction."""
        digest = hashlib.sha256()
        while data := connection.receive():
            digest.update(data)
        visit.ended = "end"
        connection.send(digest.digest())
        connection.finish()

    def _both(self, connection, _visit, size):
        sender = threading.Thread(target=self._send_quietly, args=(connection, size), daemon=True)
        sender.start()
        digest = sha256_of_next(connection, size)
        sender.join()
        connection.send(digest)
        connection.finish()

    def _send_quietly(self, connection, size):
        try:
            send_all(connection, self.payload.bytes[:size])
        except (BrokenOff, OSError):
            pass  # the client misses these bytes, and tells

    def _first(self, connection, visit, number):
        """Ends its direction before the client does."""
        connection.send(b"farewell")
        connection.finish()
        self._note_end(connection, visit, number)

    def _abort(self, connection, visit, number):
        """The client resets in the middle of what it sends."""
        connection.send(b"!")
        self._note_end(connection, visit, number)

    def _note_end(self, connection, visit, number):
        digest, ending = hashlib.sha256(), "end"
        try:
            while data := connection.receive():
                digest.update(data)
        except BrokenOff as broken:
            ending = broken.how
        visit.ended = ending
        self.endings[number] = (ending, digest.digest())

    def _reset(self, connection, _visit, size):
        connection.send(self.payload.bytes[:size])
        connection.reset()
        raise BrokenOff("reset")


class ForgetfulBackend(Backend):
    """Remembers only the latest visits: a long run has hundreds of thousands."""

    def __init__(self, serve, **options):
        super().__init__(serve, **options)
        self.visits = collections.deque(maxlen=64)
