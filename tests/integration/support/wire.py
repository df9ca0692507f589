"""A wire between two networks that loses, delays and reorders packets, for kernels without `tc netem`.

As a program (network.py starts it) it makes a TUN device in each network and carries what one sends to the other.
TUN devices hand over whole IP packets: the kernel has cut them to the MTU and filled in their checksums. Each line of
its input is a new Impairment, answered by a line of counts. What a packet suffers depends on the seed and on how many
went before it, so that a run that has failed can be repeated.
"""

import ctypes
import dataclasses
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
_CLONE_NEWNET = 0x40000000
_LARGEST_PACKET = 65536
_READ_IN_A_ROW = 64      # then the other direction has its turn
_MOST_UNDERWAY = 20_000  # packets that are being delayed; like netem's `limit`


@dataclasses.dataclass(frozen=True)
class Impairment:
    """What every packet suffers, in both directions. Parts of one, seconds, bytes; as `tc netem` means them."""

    loss: float = 0
    delay: float = 0
    jitter: float = 0        # each packet's delay is off by as much at the most, so that it may overtake others
    reorder: float = 0       # these are not delayed at all
    path_mtu: int = 0        # larger packets are dropped on the way; 0 = all come through
    tells_mtu: bool = True   # and their sender is told, by ICMP; else the path is a black hole


class Direction:
    """IPv4 packets from one end to the other."""

    def __init__(self, source, sink, seed):
        self.source, self._sink = source, sink
        self._random = random.Random(seed)
        self._underway = []  # (when it is due, number, packet)
        self.carried = self.lost = 0

    def take(self, impairment, now):
        """What the source has sent, some of it."""
        for _ in range(_READ_IN_A_ROW):
            try:
                packet = os.read(self.source, _LARGEST_PACKET)
            except BlockingIOError:
                return
            if packet[0] >> 4 == 4:  # the kernel's own words about IPv6 would come between at random
                self._send(packet, impairment, now)

    def _send(self, packet, impairment, now):
        chance, turn, early = self._random.random(), self._random.uniform(-1, 1), self._random.random()
        too_large = impairment.path_mtu and len(packet) > impairment.path_mtu
        if too_large and impairment.tells_mtu:
            _put(self.source, fragmentation_needed(packet, impairment.path_mtu))
        if chance < impairment.loss or too_large or len(self._underway) >= _MOST_UNDERWAY:
            self.lost += 1
            return
        self.carried += 1
        delay = impairment.delay + turn * impairment.jitter
        due = now if early < impairment.reorder else now + max(delay, 0)
        heapq.heappush(self._underway, (due, self.carried, packet))

    def deliver(self, now):
        """What is due. Returns the seconds until the next packet is; None without any."""
        while self._underway and self._underway[0][0] <= now:
            _put(self._sink, heapq.heappop(self._underway)[2])
        return self._underway[0][0] - now if self._underway else None


def _put(device, packet):
    try:
        os.write(device, packet)
    except OSError:
        pass  # the device is down: lost


def fragmentation_needed(packet, mtu):
    """The ICMP message (RFC 792, RFC 1191) of a router on the way that cannot pass this IPv4 packet on."""
    quoted = packet[:(packet[0] & 15) * 4 + 8]
    icmp = struct.pack(">BBHHH", 3, 4, 0, 0, mtu) + quoted
    icmp = icmp[:2] + struct.pack(">H", _checksum(icmp)) + icmp[4:]
    destination, source = packet[16:20], packet[12:16]  # as if it were the far end: an address that is routed
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0, destination, source)
    return head[:10] + struct.pack(">H", _checksum(head)) + head[12:] + icmp


def _checksum(data):
    """RFC 1071."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _tun_device(namespace, name):
    descriptor = os.open(namespace, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


def _run(left_namespace, right_namespace, name, seed):
    left, right = _tun_device(left_namespace, name), _tun_device(right_namespace, name)
    directions = [Direction(left, right, f"{seed}>"), Direction(right, left, f"{seed}<")]
    poller = select.epoll()
    for readable in (left, right, sys.stdin.fileno()):
        poller.register(readable, select.EPOLLIN)
    impairment, wait = Impairment(), None
    print("ready", flush=True)
    while True:
        ready = {descriptor for descriptor, _ in poller.poll(wait)}
        if sys.stdin.fileno() in ready:
            line = sys.stdin.readline()
            if not line:
                return
            impairment = Impairment(**json.loads(line))
            print(json.dumps([[one.carried, one.lost] for one in directions]), flush=True)
        now = time.monotonic()
        for direction in directions:
            if direction.source in ready:
                direction.take(impairment, now)
        waits = [direction.deliver(now) for direction in directions]
        wait = min((seconds for seconds in waits if seconds is not None), default=None)


if __name__ == "__main__":
    _run(*sys.argv[1:])
