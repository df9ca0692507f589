"""Networks of their own, so that a link can be taken down between two programs. Only root may make them."""

import contextlib
import ctypes
import os
import subprocess
import threading
import unittest

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace with a loopback. It lives as long as its file descriptor and what runs in it."""

    def __init__(self):
        self._descriptor = None
        maker = threading.Thread(target=self._make)
        maker.start()
        maker.join()
        if self._descriptor is None:
            raise unittest.SkipTest("network namespaces need root")
        self.run("ip", "link", "set", "lo", "up")

    def _make(self):
        if _libc.unshare(_CLONE_NEWNET) == 0:
            self._descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @property
    def path(self):
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes meanwhile belong to this network, and programs that it starts."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._enter(self._descriptor)
        try:
            yield self
        finally:
            self._enter(before)
            os.close(before)

    @staticmethod
    def _enter(descriptor):
        if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def run(self, *argv):
        with self.inside():
            subprocess.run(argv, check=True, capture_output=True)

    def close(self):
        os.close(self._descriptor)


class Link:
    """Two networks and a cable between them: `left` at 10.99.0.1, `right` at 10.99.0.2."""

    left_address, right_address = "10.99.0.1", "10.99.0.2"

    def __enter__(self):
        self.left, self.right = Namespace(), Namespace()
        self.left.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", self.right.path)
        for end, address in ((self.left, self.left_address), (self.right, self.right_address)):
            end.run("ip", "address", "add", f"{address}/24", "dev", "cable")
            end.run("ip", "link", "set", "cable", "up")
        return self

    def __exit__(self, *_):
        self.left.close()
        self.right.close()

    def take_down(self):
        """No packet comes through any more; nobody is told."""
        self.left.run("ip", "link", "set", "cable", "down")
