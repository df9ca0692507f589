"""How much and how long: the same tests are smaller and more patient under sanitizers."""

import os

SANITIZED = bool(os.environ.get("OTOROSHI_SANITIZE"))
UNDER_THREAD_SANITIZER = "thread" in os.environ.get("OTOROSHI_SANITIZE", "")

# Seconds after which a condition that should hold soon counts as never going to hold. Two cores may be shared
# by several tests and a compiler, so this is generous: a passing test never waits for it.
DEADLINE = 90 if SANITIZED else 30

# With OTOROSHI_LONG=1 what takes its time takes all of it: an idle session of 90 s, a reader that is paused for 2 min.
LONG = bool(os.environ.get("OTOROSHI_LONG"))

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def scaled(amount, sanitized):
    """`amount` in a release build, `sanitized` where every byte costs ten times as much."""
    return sanitized if SANITIZED else amount
