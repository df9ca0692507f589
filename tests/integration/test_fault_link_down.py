"""A link goes down and comes up again: connections live on, new ones fail in time and for a reason, then all is well."""

import concurrent.futures
import time

from support import KIB, LONG, BrokenOff, Story, main, scaled, wait_until
from support.errands import Pause
from support.far_apart import FarApart

OUTAGE = scaled(20, 5)  # seconds that it is down
RECOVERY = OUTAGE + 60  # seconds that nothing may stand still
# A kernel that has sent in vain for 20 s is silent for as long again, or longer; two intervals of pings would be over.
# As it would then give up the last words of closed sockets at once, these have retries of their own.
KERNEL = {"tcp_rto_max_ms": 5000, "tcp_orphan_retries": 20}
PATIENCE = scaled(4, 10)  # seconds for a new connection
SIZE = scaled(256 * KIB, 128 * KIB)


class Outage:
    """A world one of whose links goes down and comes up again, while some bytes are underway and others are not."""

    def __init__(self, story, leg, by_ip_link):
        self.name = f"{leg}: {'ip link set down' if by_ip_link else 'the cable is cut'}"
        self.story, self.leg = story, leg
        self.world = FarApart(story, patience=PATIENCE, kernel=KERNEL)
        self.link = getattr(self.world, leg)
        self._device = by_ip_link and ("right" if leg == "front" else "left")  # the gateway's end

    def set_out(self):
        """Connections over every way that pause, and such that are in the middle of what they carry."""
        self.paused = self.world.set_out(10 * KIB, kinds=[Pause], seconds=RECOVERY)
        for errand in self.paused.errands:
            wait_until(errand.pauses.is_set, "connections to pause")
        self.link.impair(delay=0.05)
        before, _ = self.link.counts()
        self.moving = self.world.set_out(SIZE, seconds=RECOVERY)
        wait_until(lambda: all(errand.begun.is_set() for errand in self.moving.errands)
                   and self.link.counts()[0] > before + 300, "connections to be in the middle")

    def take_down(self):
        if self._device:
            self.link.take_down(self._device)
        else:
            self.link.cut()
        self._down_since = time.monotonic()

    def check_new_connections(self):
        """Those that end at the link: the gateway's to its target, or otoroshictl's to the gateway."""
        world, events = self.world, len(self.world.gateway.events())
        ways = [way for way in world.ways if self.leg == "back" or way.tunnel]
        with concurrent.futures.ThreadPoolExecutor(len(ways)) as pool:
            list(pool.map(self._check_new_connection, ways))
        if self.leg == "back":
            for event in world.gateway.wait_events(events + len(ways))[events:]:
                self.story.assertEqual((event["ending"], event["error"]["side"]), ("refused", "target"), event)
                self.story.assertIn(world.back.right_address, event["gwError"])

    def _check_new_connection(self, way):
        begun, lines = time.monotonic(), len(way.tunnel.lines) if way.tunnel else 0
        try:
            with self.world.connect(way) as client:
                client.send(b"x")
                how = client.how_it_ends()
        except BrokenOff as broken:
            how = broken.how
        self.story.assertEqual(how, "reset", f"{self.name}, {way.name}")
        self.story.assertLess(time.monotonic() - begun, 2 * PATIENCE + 5, f"{self.name}, {way.name}")
        if way.tunnel:
            way.tunnel.wait_line("WARN", start=lines)

    def wait(self):
        time.sleep(max(0, self._down_since + OUTAGE - time.monotonic()))  # this long, says the story

    def bring_up(self):
        if self._device:
            self.link.bring_up(self._device)
        self.link.mend()

    def go_on(self):
        for errand in self.paused.errands:
            errand.go_on.set()

    def all_arrive(self):
        self.paused.wait()
        self.moving.wait()
        self.world.carry(10 * KIB)


class LinkDown(Story):
    def outages(self, *cases):
        """All of them at once."""
        outages = [Outage(self, *case) for case in cases]
        for outage in outages:
            self.enterContext(outage.world.nothing_left_behind())
        for step in (Outage.set_out, Outage.take_down, Outage.check_new_connections, Outage.wait, Outage.bring_up,
                     Outage.go_on, Outage.all_arrive):
            for outage in outages:
                with self.subTest(f"{outage.name}: {step.__name__}"):
                    step(outage)

    def test_down_and_up_again(self):
        self.outages(("front", True), ("back", False))

    def test_the_other_ends(self):
        if not LONG:
            self.skipTest("takes another half minute: OTOROSHI_LONG=1")
        self.outages(("front", False), ("back", True))


main()
