"""A loopback of the benchmark's own, with another TCP congestion control than the machine's.

BBR starts a timer for nearly every segment that it sends, also where nothing can be congested. On a virtual
machine that may cost more than all that a proxy does, and hides what the proxies differ in.
"""

import os
import sys

MARK = "BENCH_CONGESTION"  # set within


def enter(congestion: str) -> None:
    """Runs this program once more, in a network namespace; returns in there. Needs root and iproute2."""
    if os.environ.get(MARK) == congestion:
        return
    change = "ip route change table local local {} dev lo proto kernel scope host src 127.0.0.1 congctl " + congestion
    steps = ["ip link set lo up", change.format("127.0.0.0/8"), change.format("127.0.0.1"), 'exec "$@"']
    os.environ[MARK] = congestion
    os.execvp("unshare", ["unshare", "--net", "sh", "-c", " && ".join(steps), "sh", sys.executable, "-B", *sys.argv])


def congestion_control() -> str:
    with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="ascii") as file:
        return os.environ.get(MARK) or file.read().strip()
