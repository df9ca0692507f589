"""The bad networks of the other stories are bad: packets are lost, late, overtaken, too large, in the measure asked for."""

import errno
import socket
import time

from support import SANITIZED, Story, main, wait_until
from support.network import Link

PORT = 7777
COUNT = 2000


class Wire(Story):
    def setUp(self):
        if SANITIZED:
            self.skipTest("no program of ours takes part")
        self.link = self.use(Link(seed=5))
        with self.link.left.inside():
            self.sender = self.use(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self.sender.connect((self.link.right_address, PORT))
        with self.link.right.inside():
            self.receiver = self.use(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            self.receiver.bind((self.link.right_address, PORT))
            self.receiver.settimeout(3)  # longer than any packet is late, also where the wire has to wait for a core

    def send(self, count=COUNT, size=100):
        for number in range(count):
            self.sender.send(number.to_bytes(4, "big") + bytes(size - 4))
            if number % 100 == 0:
                time.sleep(0.002)  # so that no queue overflows

    def arrivals(self, count=COUNT, begun=0):
        """The numbers of what arrives, and how long after `begun` each did."""
        seen = []
        try:
            while len(seen) < count:
                seen.append((int.from_bytes(self.receiver.recv(65536)[:4], "big"), time.monotonic() - begun))
        except TimeoutError:
            pass
        return seen

    def numbers(self):
        return [number for number, _ in self.arrivals()]

    def test_nothing_happens_by_itself(self):
        self.send()
        self.assertEqual(self.numbers(), list(range(COUNT)))

    def test_loss(self):
        self.link.impair(loss=0.05)
        self.send()
        seen = self.numbers()
        self.assertTrue(0.03 * COUNT < COUNT - len(seen) < 0.07 * COUNT, len(seen))
        self.assertEqual(seen, sorted(seen))

    def test_delay_that_varies(self):
        self.link.impair(delay=0.2, jitter=0.1)
        begun = time.monotonic()
        self.send(200)
        seen = self.arrivals(200, begun)
        self.assertEqual(len(seen), 200)
        self.assertTrue(0.05 < seen[0][1] < seen[-1][1] < 5, (seen[0], seen[-1]))
        self.assertNotEqual([number for number, _ in seen], list(range(200)))

    def test_reordering(self):
        self.link.impair(delay=0.02, reorder=0.25)
        self.send()
        seen = self.numbers()
        early = sum(number > following for number, following in zip(seen, seen[1:]))
        self.assertEqual(sorted(seen), list(range(COUNT)))
        self.assertGreater(early, 10)

    def test_the_same_seed_loses_the_same(self):
        self.link.impair(loss=0.05)
        if not self.link.is_repeatable:
            self.skipTest("tc netem has no seed here")
        self.send(300)
        first = self.numbers()
        self.setUp()
        self.link.impair(loss=0.05)
        self.send(300)
        self.assertEqual(self.numbers(), first)

    def test_cut_and_mended(self):
        self.link.cut()
        self.send(10)
        self.assertEqual(self.numbers(), [])
        self.link.mend()
        self.send(10)
        self.assertEqual(self.numbers(), list(range(10)))

    def test_down_and_up(self):
        self.link.take_down("left")
        with self.assertRaises(OSError):
            self.send(1)
        self.link.bring_up("left")
        self.send(1)
        self.assertEqual(self.numbers(), [0])

    def test_a_path_that_tells_its_mtu(self):
        self.sender.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
        self.link.impair(path_mtu=576)
        self.send(1, size=576 - 28)
        self.assertEqual(self.numbers(), [0])
        self.send(1, size=1000)

        def is_told():
            try:
                self.send(1, size=1000)
            except OSError as error:
                return error.errno == errno.EMSGSIZE
        wait_until(is_told, "the sender to be told")
        self.link.impair(path_mtu=576, tells_mtu=False)
        self.assertEqual(self.numbers(), [])


main()
