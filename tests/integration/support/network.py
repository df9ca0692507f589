"""Networks of their own and bad links between them. Only root may make them."""

import contextlib
import ctypes
import dataclasses
import json
import os
import random
import subprocess
import sys
import threading
import unittest

from .limits import DEADLINE
from .wire import Impairment

_CLONE_NEWNET = 0x40000000
_WIRE = os.path.join(os.path.dirname(__file__), "wire.py")
_QUEUE = 10_000  # packets that a device may hold: what is lost is lost on the wire
_libc = ctypes.CDLL(None, use_errno=True)


def _skip_loudly(why):
    print(f"!!!!!!!! SKIPPED, nothing is shown about networks: {why}", file=sys.stderr, flush=True)
    raise unittest.SkipTest(why)


class Namespace:
    """A network namespace with a loopback. It lives as long as its file descriptor and what runs in it."""

    def __init__(self):
        self._descriptor = None
        maker = threading.Thread(target=self._make)
        maker.start()
        maker.join()
        if self._descriptor is None:
            _skip_loudly("network namespaces need root")
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

    def set(self, **settings):
        """Settings of its kernel, below /proc/sys/net/ipv4; for sockets to come. Those that it has not are left out."""
        for name, value in settings.items():
            with self.inside(), contextlib.suppress(FileNotFoundError), open(f"/proc/sys/net/ipv4/{name}", "r+") as file:
                file.write(str(value))

    def close(self):
        os.close(self._descriptor)


class Link:
    """Two networks and a cable between them: `left` at 10.99.0.1, `right` at 10.99.0.2, or in another `subnet`.

    The cable is a wire of our own (wire.py). Loss, delay and reordering are `tc netem`'s where the kernel has it, and
    the wire's where it has not; `seed`, if it is not given, is a random one. Only the wire's faults are repeatable.
    """

    def __init__(self, left=None, right=None, subnet=0, seed=None):
        self.left, self.right = left, right
        self.seed = random.randrange(1 << 32) if seed is None else seed
        self.left_address, self.right_address = f"10.99.{subnet}.1", f"10.99.{subnet}.2"
        self._device = f"cable{subnet}"
        self.impairment, self._told, self._mtu = Impairment(), Impairment(), 1500
        self._has_netem = None  # not known before it is wanted

    def __enter__(self):
        with contextlib.ExitStack() as made:
            for end in ("left", "right"):
                if getattr(self, end) is None:
                    setattr(self, end, Namespace())
                    made.callback(getattr(self, end).close)
            self._wire = subprocess.Popen(
                [sys.executable, "-B", _WIRE, self.left.path, self.right.path, self._device, str(self.seed)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            made.callback(self._end_wire)
            if self._wire.stdout.readline() != "ready\n":
                _skip_loudly(f"no TUN device to be had: {self._wire.stderr.read()}")
            for end, address in self._ends():
                end.run("ip", "address", "add", f"{address}/24", "dev", self._device)
                # Else netem sees what is yet to be cut to the MTU, and drops 64 KiB at a time.
                end.run("ip", "link", "set", self._device, "txqueuelen", str(_QUEUE), "gso_max_segs", "1", "up")
            self._made = made.pop_all()
        return self

    def __exit__(self, failed, *_):
        if failed:
            print(f"--- {self}", flush=True)
        self._made.close()

    def __str__(self):
        by = "tc netem" if self._has_netem else f"wire.py, seed {self.seed}"
        return f"{self.left_address}-{self.right_address}: MTU {self._mtu}, {self.impairment} by {by}"

    def _ends(self):
        return (self.left, self.left_address), (self.right, self.right_address)

    def _end_wire(self):
        self._wire.stdin.close()
        self._wire.wait(DEADLINE)
        self._wire.stdout.close()
        self._wire.stderr.close()

    def impair(self, **faults):
        """From now on packets suffer these faults (wire.Impairment) and no others."""
        self.impairment = wire = Impairment(**faults)
        if self._has_netem is None and _by_netem(wire):
            self._has_netem = self._netem(wire)
        elif self._has_netem:
            self._netem(wire)
        if self._has_netem:
            wire = dataclasses.replace(wire, loss=0, delay=0, jitter=0, reorder=0)
        self._tell_wire(wire)

    @property
    def is_repeatable(self):
        """Whether the same seed does the same to the same packets; known once it is impaired."""
        return not self._has_netem

    def mend(self):
        self.impair()

    def cut(self):
        """No packet comes through any more; nobody is told."""
        self.impairment = Impairment(loss=1)
        self._tell_wire(self.impairment)

    def counts(self):
        """How many packets the wire has carried and how many it has lost."""
        carried, lost = zip(*self._tell_wire(self._told))
        return sum(carried), sum(lost)

    def _tell_wire(self, impairment):
        self._told = impairment
        self._wire.stdin.write(json.dumps(dataclasses.asdict(impairment)) + "\n")
        self._wire.stdin.flush()
        return json.loads(self._wire.stdout.readline())

    def _netem(self, impairment):
        """Whether the kernel has netem, which then does its share of these faults."""
        for end, _ in self._ends():
            with end.inside():
                command = ["tc", "qdisc", "replace", "dev", self._device, "root", "netem", "limit", str(_QUEUE)]
                if subprocess.run([*command, *_by_netem(impairment)], capture_output=True).returncode != 0:
                    return False
        return True

    def take_down(self, end="left"):
        """The device of one end goes down: no packet comes through, and new connections of that end are told."""
        getattr(self, end).run("ip", "link", "set", self._device, "down")

    def bring_up(self, end="left"):
        getattr(self, end).run("ip", "link", "set", self._device, "up")

    def set_mtu(self, mtu):
        """Of both ends, so that connections know."""
        self._mtu = mtu
        for end, _ in self._ends():
            end.run("ip", "link", "set", self._device, "mtu", str(mtu))


def _by_netem(impairment):
    """The words of tc-netem(8) for its share of the faults."""
    words = ["loss", f"{impairment.loss:.3%}"] if impairment.loss else []
    if impairment.delay:
        words += ["delay", f"{impairment.delay * 1000:.0f}ms", f"{impairment.jitter * 1000:.0f}ms"]
    if impairment.reorder:
        words += ["reorder", f"{impairment.reorder:.3%}"]
    return words
