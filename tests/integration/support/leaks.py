"""What a program has before a story it has after it, and no more: descriptors, live connections, memory."""

import contextlib
import os
import re

from .limits import DEADLINE, KIB, MIB, SANITIZED
from .metrics import Metrics
from .waiting import wait_until

# A worker keeps up to eight idle pipes of two ends each (common/net/pipe_pool.h); programs under test have two.
_PIPE_ENDS_KEPT = 8 * 2 * 2
_STATES = dict(enumerate(["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
                          "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"], 1))
_ACTIVE = ["otoroshi_gateway_connections_active", "otoroshi_gateway_tunnels_active"]


class Growth:
    """`memory`: by how many bytes each program has grown, by its place; known once the block is over."""

    def __init__(self):
        self.memory = []

    def __str__(self):
        return "memory " + ", ".join(f"{bytes / KIB:+.0f} KiB" for bytes in self.memory) + ", nothing else left"


@contextlib.contextmanager
def nothing_left_behind(*programs, memory=8 * MIB, seconds=DEADLINE):
    """Fails if, once the block is over and `seconds` more, one of the programs has more than it had before.

    That is: a descriptor (a socket is told with both ends and its state), a live connection of
    `GET /api/tcp/connections` and of the metrics where its admin API is open, or `memory` bytes. What a program
    allocates once and keeps is no leak, so a first round belongs before the block. Sanitizers keep freed memory, and
    find leaks themselves: with them memory is not looked at.
    """
    # Asking opens connections itself, so the descriptors are looked at once there is nothing more to be asked.
    before = [(kind, [kind(program) for program in programs]) for kind in (_Told, lambda one: _Seen(one, memory))]
    growth = Growth()
    yield growth
    for kind, of_programs in before:
        _wait_for(kind, programs, of_programs, seconds)
    growth.memory += [program.rss() - seen.memory for program, seen in zip(programs, before[-1][1])]


def _wait_for(kind, programs, before, seconds):
    left = []

    def is_back():
        left[:] = [f"{program.name}: {one}" for program, then in zip(programs, before)
                   for one in kind(program).beyond(then)]
        return not left
    try:
        wait_until(is_back, "everything to be given back", seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; there remain:\n" + "\n".join(left)) from None


class _Told:
    """What a gateway says of itself, if its admin API is open."""

    def __init__(self, program):
        self.connections, self.active = {}, {}
        if admin := getattr(program, "admin", None):
            self.connections = {one["id"]: one for one in admin.get("/api/tcp/connections").json}
            metrics = Metrics(admin.get("/metrics").body.decode())
            self.active = {name: metrics.value(name) for name in _ACTIVE}

    def beyond(self, before):
        """Sentences about what was not there before."""
        found = [f"live connection {one}" for key, one in self.connections.items() if key not in before.connections]
        return found + [f"the metric {name} says {value:g}, not {before.active[name]:g}"
                        for name, value in self.active.items() if value > before.active[name]]


class _Seen:
    """What the kernel says of a program."""

    def __init__(self, program, memory_to_grow):
        self._tables = [f"/proc/{program.pid}/net/{table}" for table in ("tcp", "tcp6")]
        self._memory_to_grow = memory_to_grow
        self.descriptors = set(_descriptors(program.pid))
        self.pipe_ends = sum(what.startswith("pipe:") for _, what in self.descriptors)
        self.memory = program.rss()

    def beyond(self, before):
        """Sentences about what was not there before."""
        new = [what for _, what in self.descriptors - before.descriptors if not what.startswith("pipe:")]
        sockets = self._named_sockets() if new else {}
        found = [f"descriptor {sockets.get(what, what)}" for what in new]
        if self.pipe_ends > max(before.pipe_ends, _PIPE_ENDS_KEPT):
            found.append(f"{self.pipe_ends} ends of pipes, not {before.pipe_ends}")
        if not SANITIZED and self.memory > before.memory + self._memory_to_grow:
            found.append(f"{self.memory / MIB:.1f} MiB of memory, not {before.memory / MIB:.1f}")
        return found

    def _named_sockets(self):
        """The program's TCP sockets: "socket:[inode]" → ends and state."""
        named = {}
        for table in self._tables:
            with open(table) as file:
                for line in list(file)[1:]:
                    fields = line.split()
                    ends = " → ".join(str(int(end.split(":")[1], 16)) for end in fields[1:3])
                    named[f"socket:[{fields[9]}]"] = f"socket of ports {ends}, {_STATES.get(int(fields[3], 16))}"
        return named


def _descriptors(pid):
    folder = f"/proc/{pid}/fd"
    for number in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            yield int(number), re.sub(r" \(deleted\)$", "", os.readlink(f"{folder}/{number}"))
