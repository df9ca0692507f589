"""A reader that stops costs the gateway next to nothing, loses nothing, and hides no reset of its target."""

import threading
import time

from support import (GIB, KIB, MIB, SANITIZED, BrokenOff, EveryMode, Payload, Story, main, scaled, send_all,
                     sha256_of_next, wait_until)

MODES = ["plain", "terminating", "plain to a TLS target"]


def as_much_as_asked(payload):
    """The client says in 8 bytes how much it wants."""
    def serve(connection, _visit):
        count = int.from_bytes(connection.receive_exactly(8), "big")
        send_all(connection, payload.bytes[:count])
        connection.finish()
    return serve


class EndlessSource:
    """Sends until its peer takes no more (`stuck`); resets when told to."""

    def __init__(self):
        self.stuck, self.may_reset = threading.Event(), threading.Event()

    def __call__(self, connection, _visit):
        connection.receive(1)
        connection.socket.settimeout(0.5)
        try:
            while True:
                connection.socket.send(bytes(64 * KIB))
        except TimeoutError:
            self.stuck.set()
        self.may_reset.wait()
        connection.reset()
        raise BrokenOff("reset")


class SlowReader(Story):
    def test_memory_does_not_grow_while_a_reader_stands_still(self):
        payload = Payload(scaled(GIB, 32 * MIB))
        modes = EveryMode(self, as_much_as_asked(payload), only=MODES)
        for mode in modes:  # what the gateway allocates once and keeps is no cost of a connection
            with mode.connect() as client:
                client.send((4 * MIB).to_bytes(8, "big"))
                sha256_of_next(client, 4 * MIB)
        before = modes.gateway.rss()

        readers = [self.use(mode.connect(receive_buffer=64 * KIB)) for mode in modes]
        for reader in readers:
            reader.send(len(payload).to_bytes(8, "big"))
        peak, end = 0, time.monotonic() + scaled(10, 3)
        while time.monotonic() < end:  # the ten seconds are the behaviour, not a wait for something
            peak = max(peak, modes.gateway.rss())
            time.sleep(0.1)
        if not SANITIZED:
            self.assertLess(peak - before, 2 * MIB)

        for mode, reader in zip(modes, readers):
            with self.subTest(f"{mode.name}: the reader goes on and gets everything"):
                self.assertEqual(sha256_of_next(reader, len(payload)), payload.sha256)
                self.assertEqual(reader.receive(), b"")

    def test_reset_of_the_target_is_noticed_while_the_reader_stands_still(self):
        for name in ("plain", "terminating"):
            target = EndlessSource()
            modes = EveryMode(self, target, only=[name])
            with self.subTest(name), modes[name].connect(receive_buffer=64 * KIB) as reader:
                reader.send(b"\0")
                wait_until(target.stuck.is_set, "the target's connection to stand still")
                self.assertEqual(modes.gateway.events(), [])
                target.may_reset.set()
                # What was read before the reset is offered to the reader for two more seconds at most.
                modes.gateway.wait_event(what="the event of the aborted connection", seconds=scaled(10, 20))
                self.assertEqual(reader.how_it_ends(), "reset")


main()
