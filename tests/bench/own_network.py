"""A loopback of the benchmark's own, where the kernel gets in the way less than on the machine's.

Each connection that a proxy has ended leaves its local port in TIME_WAIT, and connect() looks through all that are
in use for the next one: at 14,000 connections a second to one target that takes longer than all the rest, unless
there are more ports than usual. Another TCP congestion control than the machine's may be wanted, too: BBR starts a
timer for nearly every segment that it sends, also where nothing can be congested, and on a virtual machine that may
cost more than all that a proxy does.
"""

import os
import sys

MARK = "BENCH_CONGESTION"  # set within


def enter(congestion: str = "") -> None:
    """Runs this program once more, in a network namespace; returns in there. Needs root and iproute2."""
    if MARK in os.environ:
        return
    steps = ["ip link set lo up", "echo 16384 65535 > /proc/sys/net/ipv4/ip_local_port_range"]
    if congestion:
        change = "ip route change table local local {} dev lo proto kernel scope host src 127.0.0.1 congctl "
        steps += [(change + congestion).format(destination) for destination in ("127.0.0.0/8", "127.0.0.1")]
    steps.append('exec "$@"')
    os.environ[MARK] = congestion
    os.execvp("unshare", ["unshare", "--net", "sh", "-c", " && ".join(steps), "sh", sys.executable, "-B", *sys.argv])


def congestion_control() -> str:
    with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="ascii") as file:
        return os.environ.get(MARK) or file.read().strip()
