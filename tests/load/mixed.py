"""Everything at once for some minutes: is every byte right, does nobody fail who should not, does memory stay flat?

Storms of connections, bulk both ways, slow readers, half-closes, resets, tunnels; meanwhile services, routes, keys and
certificates come and go, and SIGHUP. Start reading at Mixed. tests/load/run.sh runs it; the test load_mixed its short
form. Exit codes: 0 all held, 1 something did not, 2 wrong usage.
"""

import argparse
import collections
import pathlib
import re
import sys
import time

import picture
from actors import Actors
from changes import Changes
from samples import Samples
from support import Metrics, wait_until
from traffic import LastingConnections, Traffic
from world import FOLDER, STORED, World

FLAT_FROM = 10  # minutes: in a shorter run the programs are still warming up, and nothing is said of their memory
MOST_TOLD = 20  # failures that are printed in full
WARNING = re.compile(r"\b(warn|warning|error)\b", re.IGNORECASE)
MOST_LEFT = 64  # descriptors of pipes that are kept for the next bulk


def complaints(program):
    """What a program has warned of, each sentence once: numbers apart, they come by the thousand."""
    sentences = collections.Counter(re.sub(r"\d+", "#", line) for line in program.lines if WARNING.search(line))
    return "\n".join(f"{count:8,} times {sentence}" for sentence, count in sentences.most_common(MOST_TOLD))


class Mixed:
    """One run. `failures` are sentences; empty if all held."""

    def __init__(self, seconds, interval):
        self._seconds, self._interval = seconds, interval
        self.failures, self.summary = [], []

    def run(self):
        with World() as world:
            before = {name: program.fd_count() for name, program in world.programs.items()}
            self._load(world)
            self._look_back(world, before)
        return self

    def _load(self, world):
        actors = Actors()
        with LastingConnections(world.ways.values(), each=3) as lasting:
            self._cast(actors, world, lasting)
            with Samples(world, self._interval) as self.samples, actors:
                actors.stop.wait(self._seconds)
        self.done = actors.done
        self.failures += [f"{name}: {what}" for name, what in actors.failures]
        if actors.failures:
            self.failures += [f"{name} has said:\n{complaints(program)}" for name, program in world.programs.items()]
        self.failures += [f"{name} was never done" for name, count in actors.done.items() if count == 0]
        if self.samples.failure:
            self.failures.append(f"sampling: {self.samples.failure}")

    @staticmethod
    def _cast(actors, world, lasting):
        """Who does what, how many of them, and how long each rests in between, in seconds."""
        traffic = Traffic(world.ways, world.ports, world.refused.port, world.wishes)
        actors.add("short connections", traffic.short, count=3)
        actors.add("storms of connections", traffic.storm, pause=0.2)
        actors.add("bulk both ways", traffic.bulk_both_ways, count=3, pause=0.1)
        actors.add("slow readers", traffic.slow_reader, count=3)
        actors.add("half-closes by the client", traffic.half_close, pause=0.05)
        actors.add("half-closes by the target", traffic.target_ends_first, pause=0.05)
        actors.add("resets by the client", traffic.client_resets, pause=0.05)
        actors.add("resets by the target", traffic.target_resets, pause=0.05)
        actors.add("connections whose targets all fail", traffic.nobody_there, pause=0.2)
        actors.add(f"rounds over {len(lasting)} connections that last", lasting.use, pause=1)
        changes = Changes(world.gateway, world.target, world.tls_service, world.authority, FOLDER, STORED)
        actors.add("services created, changed, deleted", changes.service, pause=0.5)
        actors.add("routes and keys created, used, revoked", changes.route_and_key, pause=0.5)
        actors.add("stored certificates created, replaced, deleted", changes.stored_certificate, pause=1)
        actors.add("certificate files replaced", changes.folder_certificate, pause=2)
        actors.add("SIGHUP", changes.sighup, pause=3)
        actors.add("scrapes and lists", changes.look, pause=2)

    def _look_back(self, world, before):
        """Everybody has gone: what is left?"""
        wait_until(lambda: world.live_connections() == 0, "the last connection to be gone")
        for name, program in world.programs.items():
            left = program.fd_count() - before[name]
            self.summary.append(f"descriptors of {name}: {before[name]} before, {before[name] + left} after")
            if left > MOST_LEFT:
                self.failures.append(f"{name} has {left} descriptors more than before")
        too_much, found = self.samples.grown()
        self.summary += [f"memory of {name}: {growth}" for name, growth in found.items()]
        if self._seconds >= FLAT_FROM * 60:
            self.failures += [f"memory grows: {sentence}" for sentence in too_much]
        metrics = Metrics(world.gateway.admin.get("/metrics").body.decode())
        connections, moved = (sum(metrics.value(f"otoroshi_gateway_{name}_total") for name in names)
                              for names in (["connections", "tunnels"], ["bytes", "tunnel_bytes"]))
        self.summary.append(f"in all: {connections:,.0f} connections and tunnels, {moved / (1 << 30):.1f} GiB")

    def draw(self):
        return picture.draw(f"{self._seconds / 60:g} minutes of mixed load",
                            {"Resident memory, MiB": self.samples.memory, "Descriptors": self.samples.descriptors,
                             "Live connections of the gateway": self.samples.connections})


def main():
    parser = argparse.ArgumentParser(prog="tests/load/run.sh", description="Mixed load: everything at once, every byte "
                                     "checked, memory sampled.")
    parser.add_argument("minutes", type=float)
    parser.add_argument("--picture", metavar="FILE", type=pathlib.Path, help="where the curves are drawn, as SVG")
    options = parser.parse_args()
    begin = time.monotonic()
    mixed = Mixed(options.minutes * 60, interval=min(3, options.minutes)).run()
    if options.picture:
        options.picture.write_text(mixed.draw())
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")
    print("\n".join([*(f"{count:8,} {name}" for name, count in mixed.done.items()), *mixed.summary]))
    for failure in mixed.failures[:MOST_TOLD] + mixed.failures[MOST_TOLD:][-3:]:
        print(f"FAILED: {failure}")
    print(f"{len(mixed.failures)} failures")
    return 1 if mixed.failures else 0


if __name__ == "__main__":
    sys.exit(main())
