"""--stdio: one connection on stdin and stdout, whose exit code says how it ended."""

import hashlib
import os
import subprocess

from support import (MIB, Backend, BrokenOff, EveryAccess, Payload, RefusingPort, Story, answer_at_end, echo,
                     ends_first, main, program_path, recorder, resetting, scaled, source)

STDIO = [program_path("otoroshictl"), "tcp-tunnel", "--stdio"]
FINE, FAILURE, REFUSED = 0, 1, 4


class Stdio(Story):
    def start(self, serve):
        self.target = self.use(Backend(serve))
        self.ways = EveryAccess(self, self.target, only=["apikey"])

    def command(self, way):
        return [*STDIO, *way.flags]

    def pipe(self, way, data=b""):
        """Exit code, stdout and stderr of `printf DATA | otoroshictl --stdio`."""
        done = subprocess.run(self.command(way), input=data, capture_output=True, timeout=60)
        return done.returncode, done.stdout, done.stderr.decode()

    def test_a_pipe_ends_like_a_connection(self):
        question = os.urandom(scaled(3 * MIB, MIB // 4))
        self.start(answer_at_end)
        for way in self.ways:
            with self.subTest(way.name):
                self.assertEqual(self.pipe(way, question)[:2], (FINE, hashlib.sha256(question).digest()))

    def test_stdout_is_the_connection_and_nothing_else(self):
        payload = Payload(scaled(32 * MIB, MIB))
        self.start(source(payload))
        for way in self.ways:
            with self.subTest(way.name):
                code, said, told = self.pipe(way)
                self.assertEqual(code, FINE)
                self.assertTrue(said == payload.bytes)
                self.assertNotIn("listening", told)

    def test_stdin_may_stay_open_after_the_target_has_ended(self):
        self.start(ends_first(b"farewell"))
        way = self.ways.way()
        child = subprocess.Popen(self.command(way), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdout.close)
        self.assertEqual(child.stdout.read(), b"farewell")
        child.stdin.write(b"one more")
        child.stdin.close()
        self.assertEqual(child.wait(30), FINE)
        self.assertEqual(self.target.wait_end(), "end")
        self.assertEqual(bytes(self.target.visits[0].received), b"one more")

    def test_files_as_stdin_and_stdout(self):
        payload = Payload(scaled(8 * MIB, MIB))
        self.start(recorder)
        path = os.path.join(self.folder(), "file")
        with open(path, "wb") as file:
            file.write(payload.bytes)
        for number, way in enumerate(self.ways, 1):
            with self.subTest(way.name), open(path, "rb") as stdin, open(os.devnull, "wb") as stdout:
                done = subprocess.run(self.command(way), stdin=stdin, stdout=stdout, timeout=60)
                self.assertEqual(done.returncode, FINE)
                self.assertEqual(self.target.wait_end(number), "end")
                self.assertTrue(self.target.visits[number - 1].received == payload.bytes)

    def test_an_abort_is_a_failure(self):
        self.start(resetting)
        for way in self.ways:
            with self.subTest(way.name):
                code, said, told = self.pipe(way, b"x")
                self.assertEqual((code, said), (FAILURE, b""))
                self.assertRegex(told, "reset")

    def test_refused_by_the_gateway(self):
        self.start(echo)
        way = self.ways.way()
        flags = [flag if flag != self.ways.credentials.key["clientSecret"] else "wrong" for flag in way.flags]
        done = subprocess.run([*STDIO, *flags], input=b"", capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (REFUSED, b""))
        self.assertIn(b"401", done.stderr)

    def test_a_gateway_that_is_not_there(self):
        nobody = RefusingPort()
        flags = ["--access-type", "public", "--host", f"127.0.0.1:{nobody.port}"]
        done = subprocess.run([*STDIO, *flags], input=b"hello", capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (FAILURE, b""))
        self.assertIn(b"refused", done.stderr)

    def test_a_reader_that_goes(self):
        """As `otoroshictl --stdio | head -c 5`: it ends, and the target sees an abort."""
        def endless(connection, visit):
            try:
                while True:
                    connection.send(bytes(64 * 1024))
            except BrokenOff as broken:
                visit.ended = broken.how
        self.start(endless)
        child = subprocess.Popen(self.command(self.ways.way()), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdin.close)
        child.stdout.read(5)
        child.stdout.close()
        self.assertNotEqual(child.wait(30), FINE)
        self.assertEqual(self.target.wait_end(), "reset")


main()
