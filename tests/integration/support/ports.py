"""Port numbers for programs that cannot be asked which port the kernel gave them.

They come from below the kernel's ephemeral range, so that no outgoing connection of a test that runs beside
this one takes the number in between, and each is held by a lock file until this process ends.
"""

import fcntl
import os
import random
import socket
import tempfile

_LOCK_FOLDER = os.path.join(tempfile.gettempdir(), f"otoroshi-test-ports-{os.getuid()}")
_FIRST, _LAST = 10_000, 31_999
_held = []  # open lock files: the kernel drops their locks with the process, however it ends


def reserve_port():
    """A TCP port that nobody listens on and that no other test process is given while this one lives."""
    os.makedirs(_LOCK_FOLDER, exist_ok=True)
    while True:
        port = random.randint(_FIRST, _LAST)
        if _lock(port) and _is_free(port):
            return port


def _lock(port):
    lock = open(os.path.join(_LOCK_FOLDER, str(port)), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return False
    _held.append(lock)
    return True


def _is_free(port):
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            probe = socket.socket(family)
        except OSError:
            continue  # a kernel without IPv6
        with probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True
