"""What a flood of new clients does to the latency of a connection that is already there.

Prints the table "Floods" of docs/benchmarks.md. The gateway has one core and one worker. The flood, and the connection
that is watched, have the other core, where the watched one goes first (SCHED_FIFO, so root): what is measured is the
gateway's delay and not that of a crowded client. It sends 250 messages a second, and one that is late counts from when
it was due.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import gateway
import own_network
import proxies
import proxy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SLOW_HELLOS = pathlib.Path(__file__).with_name("slow_hellos.py")
MOST_CONNECTIONS = 8000
SETTLE_SECONDS, WATCHED_SECONDS, FLOOD_SECONDS = 3, 5, 30
CONNECTIONS_AT_ONCE = 128
TRIPS_PER_SECOND = 250
GOAL = 3  # times the calm p99
WATCHED = {"plain": "plain", "TLS": "terminate"}  # the load generator's name of it


class Flooded(gateway.Gateway):
    """Besides the services of the watched connections: others for the flood, both tunnel ports, the admin API."""

    def __init__(self, *where):
        super().__init__("gateway", *where)
        names = ("plain", "TLS", "tunnel.tlsPort", "admin.port", "target")
        self.flood_ports = dict(zip(names, proxy.free_ports(len(names))))

    def commands(self) -> dict[str, list]:
        target = {"host": "127.0.0.1", "port": self.flood_ports["target"]}
        services = [self.service("plain", [".*"]), self.service("terminate", [".*"], tls="Enabled"),
                    *({"id": f"flood {name}", "port": self.flood_ports[name], "interface": "127.0.0.1", "tls": tls,
                       "rules": [{"domain": "*", "targets": [target]}]}
                      for name, tls in (("plain", "Disabled"), ("TLS", "Enabled")))]
        return {"gateway": gateway.command(
            self.programs, self.folder, self.certificate, {"tcpServices": services}, log={"level": "error"},
            tunnel={"port": 0, "tlsPort": self.flood_ports["tunnel.tlsPort"]},
            limits={"maxConnections": MOST_CONNECTIONS},
            admin={"port": self.flood_ports["admin.port"], "certificate": str(self.certificate),
                   "key": str(self.certificate)})}

    @property
    def pid(self) -> int:
        return self.processes["gateway"].pid


@dataclasses.dataclass(frozen=True)
class Flood:
    title: str
    port: str  # of Flooded.flood_ports
    mode: str  # of the load generator's connections: passthrough sends a ClientHello and leaves at the answer; "slow"

    def command(self, flooded: Flooded, generator: pathlib.Path) -> list:
        port = flooded.flood_ports[self.port]
        if self.mode == "slow":
            return [sys.executable, "-B", SLOW_HELLOS, port, MOST_CONNECTIONS + 200, FLOOD_SECONDS]
        return [generator, "connections", "--mode", self.mode, "--connections", CONNECTIONS_AT_ONCE, "--seconds",
                FLOOD_SECONDS, "--proxy-port", port, "--target-port", flooded.flood_ports["target"],
                f"--process=gateway={flooded.pid}"]


FLOODS = [
    Flood("connections to a plain service", "plain", "plain"),
    Flood("TLS handshakes with a TLS service", "TLS", "terminate"),
    Flood("ClientHellos to a TLS service", "TLS", "passthrough"),
    Flood("ClientHellos to `tunnel.tlsPort`", "tunnel.tlsPort", "passthrough"),
    Flood("ClientHellos to `admin.port` with TLS", "admin.port", "passthrough"),
    Flood("slow ClientHellos to a TLS service", "TLS", "slow"),
    Flood("slow ClientHellos to `tunnel.tlsPort`", "tunnel.tlsPort", "slow"),
]


class Bench:
    def __init__(self, programs: pathlib.Path):
        self.load_core, self.gateway_core = sorted(os.sched_getaffinity(0))[:2]
        self.programs, self.generator = programs, programs / "load_generator"

    def start(self, command: list) -> subprocess.Popen:
        whole = ["taskset", "-c", self.load_core, "setpriv", "--pdeathsig", "KILL", *command]
        return subprocess.Popen(list(map(str, whole)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def watch(self, flooded: Flooded, way: str, flood: Flood | None = None) -> float:
        """The p99 of the round trips of a connection, in microseconds; the flood begins once it is there."""
        mode = WATCHED[way]
        watched = self.start(["chrt", "-f", 20, self.generator, "round-trips", "--connections", 1,
                              "--trips-per-second", TRIPS_PER_SECOND, "--settle", SETTLE_SECONDS,
                              "--seconds", WATCHED_SECONDS, "--mode", mode, "--proxy-port", flooded.ports[mode],
                              "--target-port", flooded.target_port, f"--process=gateway={flooded.pid}"])
        time.sleep(0.5)  # of the 3 s in which it settles, so that it is there before the flood
        flooding = flood and self.start(flood.command(flooded, self.generator))
        out, problem = watched.communicate()
        if flooding:
            ended_early = flooding.poll() is not None
            flooding.kill()
            flood_out = flooding.communicate()
            if ended_early:
                raise SystemExit(f"floods.py: {flood.title}: the flood ended too early: {flood_out}")
        if watched.returncode != 0:
            raise SystemExit(f"floods.py: {flood and flood.title}: {problem}")
        return json.loads(out)["p99_us"]

    def measure(self, folder: pathlib.Path, rounds: int, only: str) -> list[str]:
        certificate = proxies.make_certificate(folder)
        rows = ["| Flood | p99 of a plain connection, calm and in the flood, µs | of a TLS connection | Goal |",
                "| --- | --- | --- | --- |"]
        for flood in FLOODS:
            if only not in flood.title:
                continue
            cells, worst = [], 0.0
            for way in WATCHED:
                # Each round with a gateway of its own: what a flood leaves behind must not count for the next.
                pairs = [self.pair(folder, certificate, way, flood) for _ in range(rounds)]
                calm, flooded = (statistics.median(values) for values in zip(*pairs))
                ratio = statistics.median(after / before for before, after in pairs)
                worst = max(worst, ratio)
                cells.append(f"{calm:.0f} → {flooded:.0f} ({ratio:.1f} ×)")
            print(f"{flood.title}: {cells}", file=sys.stderr, flush=True)
            verdict = "met" if worst <= GOAL else "**missed**"
            rows.append(f"| {flood.title} | {' | '.join(cells)} | ≤ {GOAL} ×: {verdict} |")
        return rows

    def pair(self, folder: pathlib.Path, certificate: pathlib.Path, way: str, flood: Flood) -> tuple[float, float]:
        with tempfile.TemporaryDirectory(dir=folder) as name, \
                Flooded(pathlib.Path(name), certificate, self.programs, self.gateway_core) as flooded:
            return self.watch(flooded, way), self.watch(flooded, way, flood)


def main() -> None:
    parser = argparse.ArgumentParser(prog="floods.py", description="Measures what floods do to who is there already.")
    parser.add_argument("--programs", metavar="FOLDER", type=pathlib.Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", metavar="PART", help="only floods whose title holds PART")
    options = parser.parse_args()
    own_network.enter()
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(Bench(options.programs).measure(pathlib.Path(folder), options.rounds, options.only)))


if __name__ == "__main__":
    main()
