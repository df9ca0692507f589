"""Through a network that loses, delays and reorders, bytes arrive or the abort is seen, and nothing is left behind."""

import os
import random
import time

from support import KIB, LONG, Story, main, scaled
from support.far_apart import FarApart

FAULTS = {
    "loss of 5 %": {"loss": 0.05},
    "delay of 200 ms ± 100": {"delay": 0.2, "jitter": 0.1},
    "a quarter overtakes": {"delay": 0.02, "reorder": 0.25},
}
SEEDS = range(*map(int, os.environ.get("OTOROSHI_SEEDS", "0 100").split()))  # "7 8" repeats what seed 7 did


class BadLinks(Story):
    def through(self, faults):
        """Each link in turn has the faults."""
        world = FarApart(self)
        for link in (world.front, world.back):
            with self.subTest(link=link), world.nothing_left_behind():
                link.impair(**faults)
                print(link, flush=True)
                world.carry(scaled(128 * KIB, 64 * KIB))
                link.mend()

    def test_loss(self):
        self.through(FAULTS["loss of 5 %"])

    def test_delay_that_varies(self):
        self.through(FAULTS["delay of 200 ms ± 100"])

    def test_reordering(self):
        self.through(FAULTS["a quarter overtakes"])

    def test_all_faults_in_turn_by_random_seeds(self):
        """Each seed chooses a fault for each link, or none, an MTU, and how much is carried."""
        if not LONG:
            self.skipTest("takes ten minutes: OTOROSHI_LONG=1")
        carried, begun, packets = 0, time.monotonic(), [0, 0]
        for seed in SEEDS:
            dice = random.Random(seed)
            with self.subTest(seed=seed):
                world = FarApart(self, seed=seed)
                for link in (world.front, world.back):
                    link.set_mtu(dice.choice([1500, 576]))
                    link.impair(**dice.choice([{}, *FAULTS.values()]))
                with world.nothing_left_behind():
                    carried += world.carry(dice.choice([1, 1000, 64 * KIB, 256 * KIB]), seconds=120)
                packets = [sum(both) for both in zip(packets, world.front.counts(), world.back.counts())]
            self.doCleanups()
        print(f"{len(SEEDS)} seeds, {carried} connections, {packets[0]} packets carried and {packets[1]} lost, "
              f"{time.monotonic() - begun:.0f} s")


main()
