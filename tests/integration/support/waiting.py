"""Waiting for a condition, never for a fixed time."""

import select
import time

from .limits import DEADLINE


def wait_until(condition, what, seconds=DEADLINE):
    """Polls `condition` until it returns something true, and returns that; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def can_read(sock, seconds=0):
    """Whether something comes within so many seconds, an end included. Not by select(): it takes 1,024 descriptors."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))
