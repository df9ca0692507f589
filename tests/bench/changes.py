"""What changes cost: how long the gateway takes to load, to apply a write, and what writes do to traffic.

Prints the table "Changes while traffic flows" of docs/benchmarks.md. Everything is on loopback and ends with the
script. The load has one core; the gateway, its control thread and its store have the other one.
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

import gateway
import proxies
import proxy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SERVICES = 10_000
PORTS = 100
WRITES_PER_SECOND = 100
CALM_SECONDS = "3"
KEY = ("admin", "bench-secret")


class Crowded(gateway.Gateway):
    """A gateway with so many services, named apart on so many ports, besides the one that carries the load."""

    def __init__(self, store: str, ports: int, *where, services: int = SERVICES):
        super().__init__(f"{store}-{ports}-{services}", *where)
        self.store, self.crowd_ports, self.services = store, proxy.free_ports(ports), services
        self.started_in = 0.0

    def service_number(self, number: int, version: int = 0) -> dict:
        target = {"host": "127.0.0.1", "port": self.target_port}
        return {"id": f"crowd_{number}", "name": f"crowd {number}", "interface": "127.0.0.1",
                "port": self.crowd_ports[number % len(self.crowd_ports)], "tls": "PassThrough",
                "sni": {"enabled": True},
                "rules": [{"domain": f"v{version}.{self.pattern(number)}", "targets": [target]}]}

    def commands(self) -> dict[str, list]:
        services = [self.service("plain", [".*"])] + [self.service_number(number) for number in range(self.services)]
        return {"gateway": gateway.command(self.programs, self.folder, self.certificate, {"tcpServices": services},
                                           tunnel={"port": 0}, store={"type": self.store},
                                           admin={"port": self.spare_port, "clientId": KEY[0], "clientSecret": KEY[1]})}

    def start(self) -> None:
        begin = time.monotonic()
        super().start()
        self.started_in = time.monotonic() - begin


class Admin:
    """One connection to the admin API."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        token = base64.b64encode(":".join(KEY).encode()).decode()
        self.headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    def put(self, service: dict) -> float:
        """How long it took, in seconds."""
        begin = time.monotonic()
        self.connection.request("PUT", f"/api/tcp/services/{service['id']}", json.dumps(service), self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"changes.py: {answer.status} {body.decode()}")
        return time.monotonic() - begin


class Writer(threading.Thread):
    """Changes a service a hundred times a second until it is told to stop."""

    def __init__(self, crowded: Crowded):
        super().__init__()
        self.crowded, self.over, self.took = crowded, threading.Event(), []

    def run(self) -> None:
        admin, due = Admin(self.crowded.spare_port), time.monotonic()
        while not self.over.is_set():
            number = len(self.took)
            self.took.append(admin.put(self.crowded.service_number(number % self.crowded.services, 1_000 + number)))
            due += 1 / WRITES_PER_SECOND
            time.sleep(max(0, due - time.monotonic()))

    def stop(self) -> list[float]:
        self.over.set()
        self.join()
        return self.took


def round_trips(programs: pathlib.Path, crowded: Crowded, core: int) -> dict:
    command = ["taskset", "-c", core, programs / "load_generator", "round-trips", "--connections", 16, "--seconds",
               CALM_SECONDS, "--mode", "plain", "--names", 1, "--proxy-port", crowded.ports["plain"], "--target-port",
               crowded.target_port, f"--process=gateway={crowded.processes['gateway'].pid}"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def disturbed(programs: pathlib.Path, crowded: Crowded, core: int, rounds: int) -> str:
    ratios, rates, calm_times, busy_times = [], [], [], []
    for _ in range(rounds):
        calm = round_trips(programs, crowded, core)
        writer = Writer(crowded)
        writer.start()
        busy = round_trips(programs, crowded, core)
        rates.append(len(writer.stop()) / float(CALM_SECONDS))
        ratios.append(busy["p99_us"] / calm["p99_us"])
        calm_times.append(calm["p99_us"])
        busy_times.append(busy["p99_us"])
    middle = statistics.median
    return (f"| p99 of round trips on 16 connections, calm and with {middle(rates):.0f} writes/s, "
            f"{crowded.services:,} services | "
            f"{middle(calm_times):.0f} and {middle(busy_times):.0f} µs, {middle(ratios):.2f} × | "
            f"≤ 2 ×: {verdict(middle(ratios) <= 2)} |")


def changed(crowded: Crowded, limit_ms: float) -> str:
    admin = Admin(crowded.spare_port)
    took = sorted(admin.put(crowded.service_number(number, 1)) * 1000 for number in range(21))
    rules = SERVICES // len(crowded.crowd_ports)
    return (f"| a change where the port has {rules:,} rules, from request to answer | "
            f"median {statistics.median(took):.1f} ms, longest {took[-1]:.1f} ms | "
            f"< {limit_ms:.0f} ms: {verdict(took[-1] < limit_ms)} |")


def loaded(crowded: Crowded, what: str) -> str:
    return (f"| from start to `ready` with {SERVICES:,} services on {len(crowded.crowd_ports)} ports, {what} | "
            f"{crowded.started_in:.2f} s | < 2 s: {verdict(crowded.started_in < 2)} |")


def verdict(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def main() -> None:
    parser = argparse.ArgumentParser(prog="changes.py", description="Measures what changes cost.")
    parser.add_argument("--programs", metavar="FOLDER", type=pathlib.Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    load_core, core = sorted(os.sched_getaffinity(0))[:2]
    rows = ["| What | Measured | Goal |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name:
        folder = pathlib.Path(name)
        where = (folder, proxies.make_certificate(folder), options.programs, core)
        with Crowded("sqlite", PORTS, *where) as crowded:
            rows.append(loaded(crowded, "imported into a new store"))
            crowded.restart()
            rows.append(loaded(crowded, "from the store and the same import file"))
            rows.append(changed(crowded, 50))
            rows.append(disturbed(options.programs, crowded, load_core, options.rounds))
        with Crowded("sqlite", PORTS, *where, services=PORTS) as crowded:
            rows.append(disturbed(options.programs, crowded, load_core, options.rounds))
        with Crowded("sqlite", 1, *where) as crowded:
            rows.append(changed(crowded, 300))
    print("\n".join(rows))


if __name__ == "__main__":
    main()
