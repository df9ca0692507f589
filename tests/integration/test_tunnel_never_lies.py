"""Whatever both sides do: who sees an end has got every byte, and two sides that end in peace both see an end.

Each connection is a game of chance with a number of its own, by which both sides know what each of them will do.
"""

import concurrent.futures
import ctypes
import random
import socket
import struct
import threading
import time

from support import KIB, MIB, Backend, BrokenOff, EveryAccess, Story, connect, main, scaled, wait_until

_libc = ctypes.CDLL(None, use_errno=True)
GAMES = scaled(400, 100)
AT_ONCE = 16
SIZES = [0, 1, 125, 126, 32 * KIB, 65536, 200 * KIB, scaled(2 * MIB, 400 * KIB)]


def disconnect(sock):
    """RST, at once and from any thread: close() would wait for a recv() of another thread (connect(2), AF_UNSPEC)."""
    _libc.connect(sock.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)


class Player:
    """What one side does: sends so much, perhaps with rests, then ends or resets; reads in its own manner."""

    def __init__(self, chance):
        self.payload = chance.randbytes(chance.choice(SIZES))
        self.piece = chance.choice([100, 8 * KIB, MIB]) if len(self.payload) < 100 * KIB else 64 * KIB
        self.ends_by = chance.choice(["end", "end", "end", "reset"])
        self.waits_for_the_other = chance.random() < 0.3
        self.rests = chance.random() < 0.2
        self.how_sending_failed = None

    def play(self, connection):
        """Returns what came and how it ended: "end", "reset", or "own reset" if it was we who reset."""
        received, over = bytearray(), threading.Event()
        sender = threading.Thread(target=self._send, args=(connection, over), daemon=True)
        sender.start()
        try:
            while data := connection.receive(64 * KIB):
                received += data
                if self.rests:
                    time.sleep(0.001)  # it reads slowly
            how = "end"
        except BrokenOff as broken:
            how = broken.how
        except OSError:  # after disconnect()
            how = "own reset"
        over.set()
        sender.join()
        if self.ends_by == "reset":
            return bytes(received), "own reset"
        # The kernel tells of a reset once, be it who sends or who receives; the other then sees an end.
        return bytes(received), self.how_sending_failed or how

    def _send(self, connection, over):
        try:
            if self.waits_for_the_other:
                over.wait(0.2)
            for start in range(0, len(self.payload), self.piece):
                connection.send(self.payload[start:start + self.piece])
            if self.ends_by == "end":
                connection.finish()
            else:
                disconnect(connection.socket)
        except BrokenOff as broken:
            self.how_sending_failed = broken.how
        except OSError as error:
            self.how_sending_failed = str(error)


def players(number):
    chance = random.Random(number)
    return Player(chance), Player(chance)


class NeverLies(Story):
    def setUp(self):
        self.at_target = {}
        target = self.use(Backend(self.serve))
        self.ways = EveryAccess(self, target, only=["public"])

    def serve(self, connection, visit):
        number = int.from_bytes(connection.receive_exactly(8), "big")
        self.at_target[number] = players(number)[1].play(connection)
        visit.ended = "played"

    def assert_honest(self, number, name, sender, receiver, got):
        """What the receiver of one direction has seen of what the sender did."""
        received, how = got
        told = f"game {number}, {name}: {len(received)} of {len(sender.payload)} bytes, then {how}"
        self.assertTrue(sender.payload.startswith(received), told)
        if how == "end":
            self.assertEqual((len(received), sender.ends_by), (len(sender.payload), "end"), told)
        if sender.ends_by == receiver.ends_by == "end":
            self.assertEqual(how, "end", told)

    def test_it(self):
        first = random.SystemRandom().randrange(1 << 32)
        for way in self.ways:
            tunnel = self.use(way.tunnel())
            numbers = range(first, first + GAMES)
            self.at_target.clear()

            def play(number):
                with connect(tunnel) as client:
                    client.send(number.to_bytes(8, "big"))
                    return players(number)[0].play(client)
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                at_client = dict(zip(numbers, pool.map(play, numbers)))
            for number in numbers:
                near, far = players(number)
                with self.subTest(way.name, number=number):
                    self.assert_honest(number, "target to client", far, near, at_client[number])
                    if near.ends_by == "end":  # else its first bytes may be lost, too
                        wait_until(lambda: number in self.at_target, f"game {number} to end at the target")
                    if number in self.at_target:
                        self.assert_honest(number, "client to target", near, far, self.at_target[number])


main()
