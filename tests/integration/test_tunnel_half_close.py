"""Half of a tunnel ends, the other half goes on: nothing is lost, however often it is tried.

`printf request | nc -N` and `tar c | nc -N`: the end of what they send must arrive, and not end the answer.
"""

import concurrent.futures
import hashlib
import os
import subprocess

from support import (KIB, LONG, Backend, EveryAccess, Story, answer_at_end, connect, ends_first, main, scaled)

RUNS = scaled(1000, 60)
TAR_RUNS = 1000 if LONG else scaled(200, 20)
AT_ONCE = scaled(12, 6)
WAYS = [("apikey", False), ("session", True)]  # half of the runs each


def repeat(run, count):
    """`run(number)` so often, some at once; what they return."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(count)))


def says_it_again(connection, _visit):
    """Once all has come, sends it back."""
    data = b"".join(iter(connection.receive, b""))
    connection.send(data)
    connection.finish()


def unpacks(folder):
    """What comes is for `tar x`, which works in a folder of its own for each visit; the answer is its exit code."""
    def serve(connection, _visit):
        number = int(connection.receive_line())
        os.mkdir(f"{folder}/{number}")
        tar = subprocess.Popen(["tar", "x", "-C", f"{folder}/{number}"], stdin=subprocess.PIPE)
        while data := connection.receive():
            tar.stdin.write(data)
        tar.stdin.close()
        connection.send(b"tar: %d\n" % tar.wait())
        connection.finish()
    return serve


def packs(folder):
    """Sends what `tar c` makes of a folder."""
    def serve(connection, _visit):
        connection.send(subprocess.run(["tar", "c", "-C", folder, "."], stdout=subprocess.PIPE, check=True).stdout)
        connection.finish()
    return serve


class HalfClose(Story):
    def start(self, serve):
        """The port of a tunnel by each of the ways to a target that does `serve`."""
        target = self.use(Backend(serve))
        ways = EveryAccess(self, target, only=[access for access, _ in WAYS])
        return [self.use(ways.way(*way).tunnel()).port for way in WAYS]

    def files(self):
        folder = self.folder()
        for number, size in enumerate((0, 1, 70 * KIB, 200 * KIB)):
            with open(f"{folder}/file{number}", "wb") as file:
                file.write(os.urandom(size))
        return folder

    def assert_same_files(self, one, other):
        self.assertEqual(sorted(os.listdir(one)), sorted(os.listdir(other)))
        for name in os.listdir(one):
            with open(f"{one}/{name}", "rb") as left, open(f"{other}/{name}", "rb") as right:
                self.assertEqual(left.read(), right.read(), name)

    def test_a_request_and_its_answer(self):
        """As `printf request | nc -N`."""
        ports = self.start(says_it_again)

        def run(number):
            request = os.urandom(number * 37 % (100 * KIB) + 1)
            done = subprocess.run(["nc", "-N", "127.0.0.1", str(ports[number % len(ports)])], input=request,
                                  stdout=subprocess.PIPE, timeout=60)
            return done.stdout == request
        self.assertEqual(repeat(run, RUNS).count(False), 0)

    def test_tar_to_the_target(self):
        source, there = self.files(), self.folder()
        ports = self.start(unpacks(there))

        def run(number):
            shell = f"(echo {number}; tar c -C {source} .) | nc -N 127.0.0.1 {ports[number % len(ports)]}"
            return subprocess.run(shell, shell=True, stdout=subprocess.PIPE, timeout=60).stdout
        self.assertEqual(set(repeat(run, TAR_RUNS)), {b"tar: 0\n"})
        for number in range(TAR_RUNS):
            self.assert_same_files(source, f"{there}/{number}")

    def test_tar_from_the_target(self):
        source, here = self.files(), self.folder()
        ports = self.start(packs(source))

        def run(number):
            os.mkdir(f"{here}/{number}")
            shell = f"nc -d 127.0.0.1 {ports[number % len(ports)]} | tar x -C {here}/{number}"
            return subprocess.run(shell, shell=True, timeout=60).returncode
        self.assertEqual(set(repeat(run, TAR_RUNS)), {0})
        for number in range(TAR_RUNS):
            self.assert_same_files(source, f"{here}/{number}")

    def test_the_answer_may_take_its_time(self):
        """A question of many frames, and an answer long after its end."""
        question = os.urandom(scaled(3 << 20, 300 << 10))
        for port in self.start(answer_at_end):
            with connect(port) as client:
                client.send(question)
                client.finish()
                self.assertEqual(client.receive_to_end(), hashlib.sha256(question).digest())

    def test_the_client_may_go_on_after_the_target_has_ended(self):
        target = self.use(Backend(ends_first(b"farewell")))
        ways = EveryAccess(self, target, only=["apikey"])
        for number, way in enumerate(ways, 1):
            with self.subTest(way.name), way.tunnel() as tunnel, connect(tunnel) as client:
                self.assertEqual(client.receive_to_end(), b"farewell")
                client.send(b"and ")
                client.send(b"then")
                client.finish()
                self.assertEqual(target.wait_end(number), "end")
                self.assertEqual(bytes(target.visits[number - 1].received), b"and then")

    def test_an_end_without_a_byte(self):
        for port in self.start(answer_at_end):
            with connect(port) as client:
                client.finish()
                self.assertEqual(client.receive_to_end(), hashlib.sha256(b"").digest())


main()
