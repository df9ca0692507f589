"""A program that is stopped behind the tunnel (Ctrl-Z) loses nothing, and nobody is declared dead meanwhile."""

import os
import signal
import subprocess
import threading
import time

from support import (DEADLINE, LONG, MIB, Backend, EveryAccess, Payload, Story, main, reserve_port, scaled, send_all,
                     wait_until)

# The pause, and the gateway's ping interval: more than two of them pass.
PAUSE, PING_INTERVAL = (120, "25s") if LONG else (4, "1s")


FIRST = MIB  # so much is sent before the reader is stopped: all of it might be through before we come to that


def patient_source(payload, is_stopped):
    """Sends the payload to a reader that may stand still for longer than a test waits otherwise."""
    def serve(connection, _visit):
        connection.socket.settimeout(PAUSE + DEADLINE)
        send_all(connection, payload.bytes[:FIRST])
        is_stopped.acquire(timeout=DEADLINE)
        send_all(connection, payload.bytes[FIRST:])
        connection.finish()
    return serve


def feed(pipe, data):
    with pipe:
        pipe.write(data)


class PausedReader(Story):
    def test_the_local_reader_is_stopped(self):
        payload = Payload(scaled(64 * MIB, 16 * MIB))
        is_stopped = threading.Semaphore(0)
        target = self.use(Backend(patient_source(payload, is_stopped)))
        ways = EveryAccess(self, target, only=["apikey"], settings={"tunnel": {"pingInterval": PING_INTERVAL}})
        readers = []
        for way in ways:
            tunnel = self.use(way.tunnel())
            path = os.path.join(self.folder(), "received")
            with open(path, "wb") as file:
                reader = subprocess.Popen(["nc", "-d", "127.0.0.1", str(tunnel.port)], stdout=file)
            self.addCleanup(reader.kill)
            wait_until(lambda: os.path.getsize(path), "the first bytes")
            reader.send_signal(signal.SIGSTOP)
            is_stopped.release()
            readers.append((way, tunnel, reader, path))
        for way, _, _, path in readers:
            self.assertLess(os.path.getsize(path), len(payload), f"{way.name}: stopped too late to tell anything")
        time.sleep(PAUSE)  # the pause is the behaviour, not a wait for something
        for way, tunnel, reader, path in readers:
            with self.subTest(way.name):
                reader.send_signal(signal.SIGCONT)
                self.assertEqual(reader.wait(DEADLINE), 0)
                with open(path, "rb") as file:
                    self.assertTrue(file.read() == payload.bytes, "something is lost")
                self.assertFalse([line for line in tunnel.lines if "WARN" in line or "ERROR" in line])
        for event in ways.gateway.wait_events(len(readers)):
            self.assertEqual(event["ending"], "normal", event)

    def test_the_target_is_stopped(self):
        """The same in the other direction: what is sent to a target that stands still waits for it."""
        payload = Payload(scaled(64 * MIB, 16 * MIB))
        folder = self.folder()
        ways = EveryAccess(self, None, only=["apikey"], settings={"tunnel": {"pingInterval": PING_INTERVAL}})
        parts = []
        for number, way in enumerate(ways):
            target = self.use(StoppedReader(f"{folder}/received{number}"))
            tunnel = self.use(way.tunnel("--remote-host", "127.0.0.1", "--remote-port", target.port))
            sender = subprocess.Popen(["nc", "-N", "127.0.0.1", str(tunnel.port)], stdin=subprocess.PIPE)
            self.addCleanup(sender.kill)
            sender.stdin.write(payload.bytes[:FIRST])
            sender.stdin.flush()
            target.stop_after_first_bytes()
            threading.Thread(target=feed, args=(sender.stdin, payload.bytes[FIRST:]), daemon=True).start()
            parts.append((way, tunnel, sender, target))
        time.sleep(PAUSE)  # the pause is the behaviour, not a wait for something
        for way, tunnel, sender, target in parts:
            with self.subTest(way.name):
                self.assertLess(os.path.getsize(target.path), len(payload), "stopped too late to tell anything")
                target.go_on()
                self.assertEqual((sender.wait(DEADLINE), target.wait()), (0, 0))
                with open(target.path, "rb") as file:
                    self.assertTrue(file.read() == payload.bytes, "something is lost")
                self.assertFalse([line for line in tunnel.lines if "WARN" in line or "ERROR" in line])


class StoppedReader:
    """A target that writes what comes into a file: `nc -l`, which can be stopped."""

    def __init__(self, path):
        self.port, self.path = reserve_port(), path

    def __enter__(self):
        with open(self.path, "wb") as file:
            self._child = subprocess.Popen(["nc", "-l", "-N", "127.0.0.1", str(self.port)], stdin=subprocess.DEVNULL,
                                           stdout=file)
        # It takes one connection only, so whether it listens has to be asked of the kernel.
        wait_until(self._listens, "nc to listen")
        return self

    def _listens(self):
        with open("/proc/net/tcp") as table:
            return f":{self.port:04X} 00000000:0000 0A" in table.read()

    def __exit__(self, *_):
        self._child.kill()
        self._child.wait()

    def stop_after_first_bytes(self):
        wait_until(lambda: os.path.getsize(self.path), "the first bytes")
        self._child.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._child.send_signal(signal.SIGCONT)

    def wait(self):
        """Until all has come; the exit code."""
        return self._child.wait(DEADLINE)


main()
