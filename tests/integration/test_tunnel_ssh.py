"""ssh, scp and a ProxyCommand through the tunnel, by every way in: each access type over ws and wss."""

import filecmp
import os
import pty
import subprocess
import threading

from support import DEADLINE, LONG, MIB, EveryAccess, Payload, Story, main, program_path, scaled, wait_until
from support.servers import Sshd

COPY_SIZE = scaled(200 * MIB, 2 * MIB)
SMALL_COPY_SIZE = scaled(8 * MIB, MIB)
COPIED_WHOLE = [("apikey", False), ("session", True)]  # by the other ways only with OTOROSHI_LONG=1


class Terminal:
    """ssh with a terminal: what it shows is in `text`."""

    def __init__(self, *argv):
        self._master, slave = pty.openpty()
        self._child = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.kill()
        self._child.wait()
        self._reader.join(DEADLINE)
        os.close(self._master)

    def _read(self):
        try:
            while data := os.read(self._master, 4096):
                self.text += data.decode(errors="replace")
        except OSError:  # EIO: the other end is closed
            pass

    def type(self, line):
        os.write(self._master, line.encode() + b"\r")

    def wait_text(self, text):
        try:
            wait_until(lambda: text in self.text, f"{text!r} in the terminal")
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.text}") from None

    def wait(self):
        return self._child.wait(DEADLINE)


class Ssh(Story):
    def setUp(self):
        self.sshd = self.use(Sshd())
        self.ways = EveryAccess(self, self.sshd)

    def test_a_command(self):
        for way in self.ways:
            with self.subTest(way.name), way.tunnel() as tunnel:
                self.assertEqual(self.sshd.ssh(tunnel.port, "echo", "hello"), "hello\n")

    def test_an_interactive_terminal(self):
        for way in self.ways:
            with self.subTest(way.name), way.tunnel() as tunnel:
                flags = ["-tt", *self.sshd.options(), "-p", str(tunnel.port), "127.0.0.1"]
                with Terminal("ssh", *flags, "/bin/sh") as terminal:
                    terminal.type("stty size > /dev/null && echo sum-$((40 + 2))")
                    terminal.wait_text("sum-42")
                    terminal.type("exit 7")
                    self.assertEqual(terminal.wait(), 7)

    def test_scp_both_ways(self):
        folder = self.folder()
        sizes = {"small": SMALL_COPY_SIZE, "large": COPY_SIZE}
        for name, size in sizes.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(Payload(size).bytes)
        for way in self.ways:
            whole = LONG or (way.access, way.tls) in COPIED_WHOLE
            source = f"{folder}/{'large' if whole else 'small'}"
            with self.subTest(way.name), way.tunnel() as tunnel:
                self.sshd.copy(tunnel.port, source, f"{folder}/there")
                self.assertTrue(filecmp.cmp(source, f"{folder}/there", shallow=False))
                self.sshd.copy_back(tunnel.port, source, f"{folder}/back")
                self.assertTrue(filecmp.cmp(source, f"{folder}/back", shallow=False))

    def test_as_proxy_command(self):
        """With --stdio nothing listens: one connection on stdin and stdout."""
        for way in self.ways:
            with self.subTest(way.name):
                proxy = [program_path("otoroshictl"), "tcp-tunnel", "--stdio", *way.flags]
                self.assertEqual(self.sshd.ssh_through(proxy, "echo", "hello"), "hello\n")
                much = self.sshd.ssh_through(proxy, "head -c 3000000 /dev/zero | tr '\\0' x")
                self.assertEqual(len(much), 3_000_000)


main()
