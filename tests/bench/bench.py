"""Runs every piece of work through every proxy, round by round; prints the tables of docs/benchmarks.md.

Start reading in main(). proxies.py knows the proxies (gateway.py, tunnels.py, baselines.py), works.py and
tunnel_works.py what is measured and what the goals are, report.py how the tables look. Progress goes to stderr,
the tables to stdout.
Exit codes: 0 all measured (whether or not the goals are met), 1 something did not run, 2 wrong usage.
"""

import argparse
import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

import gateway
import own_network
import proxies
import report
import tunnel_works
import works
from proxy import Proxy

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
LONGEST_RUN = 90  # seconds; the load generator gives up by itself before
BUDGET = {True: 170, False: 14 * 60}  # seconds for everything, --quick or not; what does not fit is left out


def main() -> int:
    options = parse_arguments()
    if options.congestion:
        own_network.enter(options.congestion)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return usage("two cores are needed: one for the load, one for the proxy")
    for name in ("gateway", "otoroshictl", "load_generator"):
        if not (options.programs / name).exists():
            return usage(f"{options.programs / name} is missing: "
                         "cmake --preset release && cmake --build build/release")
    raise_descriptor_limit()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    bench = Bench(options, load_core=cores[0], proxy_core=cores[1])
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        everything = works.all_works(options.quick) + tunnel_works.all_works(options.quick)
        selected = [work for work in everything if is_selected(work, options.only)]
        bench.run(pathlib.Path(folder), selected)
        if options.only.lower() in "rule lookup":
            bench.run_rule_lookup(pathlib.Path(folder))
    print(report.render(bench.results, bench.versions, bench.lookup_text, options.rounds))
    return 1 if bench.failures else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.sh",
                                     description="Measures the gateway, its tunnel, HAProxy and nginx.")
    parser.add_argument("--quick", action="store_true",
                        help="small amounts, two rounds: under three minutes, noisy")
    parser.add_argument("--only", metavar="PART", default="",
                        help='only work whose name holds PART: "bulk", "TLS", "idle", "tunnel", "rule lookup" …')
    parser.add_argument("--programs", metavar="FOLDER", type=pathlib.Path,
                        default=REPOSITORY / "build/release/bin",
                        help="with gateway, otoroshictl and load_generator; default: %(default)s")
    parser.add_argument("--proxies", metavar="NAMES", default=",".join(works.ALL_PROXIES),
                        help="comma-separated; default: %(default)s, as far as installed")
    parser.add_argument("--congestion", metavar="NAME",
                        help='TCP congestion control, e.g. "cubic", in a network of its own; default: the machine\'s')
    parser.add_argument("--rounds", type=int, help="default: 3, or 2 with --quick")
    options = parser.parse_args()
    options.proxies = options.proxies.split(",")
    unknown = set(options.proxies) - set(works.ALL_PROXIES)
    if unknown:
        parser.error(f"no such proxy: {', '.join(sorted(unknown))}; there are {', '.join(works.ALL_PROXIES)}")
    options.rounds = options.rounds or (2 if options.quick else 3)
    return options


def is_selected(work: works.Work, part: str) -> bool:
    return part.lower() in f"{work.section} {work.title}".lower()


def usage(sentence: str) -> int:
    print(f"run.sh: {sentence}", file=sys.stderr)
    return 2


def raise_descriptor_limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):  # only root may raise the hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (65536, max(hard, 65536)))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Bench:
    """One run: the results so far, and how to get the next one."""

    def __init__(self, options: argparse.Namespace, load_core: int, proxy_core: int):
        self.options = options
        self.programs = options.programs
        self.load_core = load_core
        self.proxy_core = proxy_core
        self.deadline = time.monotonic() + BUDGET[options.quick]
        self.results: dict[works.Work, dict[str, list[dict]]] = {}
        self.versions: list[str] = report.machine()
        self.lookup_text = ""
        self.failures = 0

    def run(self, folder: pathlib.Path, selected: list[works.Work]) -> None:
        if not selected:
            return
        certificate = proxies.make_certificate(folder)
        with contextlib.ExitStack() as stack:
            running = []
            for name in self.options.proxies:
                if not any(name in work.proxies for work in selected):
                    continue
                proxy = proxies.make(name, folder, certificate, self.programs, self.proxy_core)
                if proxy is None:
                    print(f"{name} is not installed: left out", file=sys.stderr)
                    continue
                running.append(stack.enter_context(proxy))
                self.versions.append(proxy.version())
            for work in selected:
                self.run_work(work, [proxy for proxy in running if proxy.name in work.proxies])

    def run_rule_lookup(self, folder: pathlib.Path) -> None:
        if "gateway" not in self.options.proxies:
            return
        lookup_bench = self.programs / "lookup_bench"
        if lookup_bench.exists():
            print("rule lookup", file=sys.stderr)
            command = ["taskset", "-c", str(self.proxy_core), lookup_bench]
            self.lookup_text = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False,
                                              timeout=LONGEST_RUN).stdout
        certificate = proxies.make_certificate(folder)
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(gateway.Gateway(name, folder, certificate, self.programs,
                                                           self.proxy_core, rules))
                       for name, rules in works.RULE_COUNTS.items()]
            self.run_work(works.rule_count_work(self.options.quick), running)

    def run_work(self, work: works.Work, running: list[Proxy]) -> None:
        """Interleaved, so that what changes on the machine during the run hits all alike."""
        print(f"{work.section}: {work.title}", file=sys.stderr, flush=True)
        values = self.results.setdefault(work, {proxy.name: [] for proxy in running})
        for number in range(min(self.options.rounds, work.most_rounds)):
            if time.monotonic() > self.deadline:
                print("  left out: the time is up", file=sys.stderr)
                return
            for proxy in running if number % 2 == 0 else reversed(running):
                values[proxy.name].append(self.measure(work, proxy))

    def measure(self, work: works.Work, proxy: Proxy) -> dict:
        if work.fresh_process:
            proxy.restart()
        command = ["taskset", "-c", self.load_core, self.programs / "load_generator", *work.arguments,
                   "--mode", work.mode, "--names", proxy.names, "--proxy-port", proxy.ports[work.mode],
                   "--target-port", proxy.target_port,
                   *(f"--process={name}={process.pid}" for name, process in proxy.processes.items())]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                              timeout=LONGEST_RUN)
        if done.returncode != 0:
            self.failures += 1
            print(f"  {proxy.name}: {done.stderr.strip()}", file=sys.stderr)
            return {}
        return json.loads(done.stdout)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
