"""What all proxies under test have in common: ports of loopback, processes pinned to a core, a certificate."""

import pathlib
import random
import re
import socket
import subprocess
import time

SERVER_NAME = "host{:06d}.bench.test"  # as the load generator's
START_LIMIT = 30  # seconds


class Proxy:
    """One or more processes, pinned to one core. A context manager: they end with the block that started them.

    Listens on three ports, one a mode, and has a target port of its own: were it shared, the connections in
    TIME_WAIT that one proxy leaves behind would be in the way of the next.
    """

    def __init__(self, name: str, folder: pathlib.Path, core: int):
        self.name = name
        self.names = 1  # different server names that clients use
        self.folder = folder / re.sub(r"\W", "-", name)
        self.folder.mkdir()
        self.core = core
        free = free_ports(5)
        self.ports = dict(zip(("plain", "passthrough", "terminate"), free))
        self.target_port, self.spare_port = free[3:]
        self.processes: dict[str, subprocess.Popen] = {}

    def commands(self) -> dict[str, list]:
        """By names of processes, in the order in which they are started."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        return all(accepts(port) for port in self.ports.values())

    def version(self) -> str:
        raise NotImplementedError

    def log(self, process: str) -> str:
        return (self.folder / f"{process}.log").read_text()

    def start(self) -> None:
        # Both wrappers replace themselves by the next program, so the process's id is the proxy's.
        wrappers = ["taskset", "-c", str(self.core), "setpriv", "--pdeathsig", "KILL"]
        for name, command in self.commands().items():
            with (self.folder / f"{name}.log").open("w") as log:
                self.processes[name] = subprocess.Popen([*wrappers, *map(str, command)], stdout=log, stderr=log,
                                                        stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_LIMIT
        while not self.is_ready():
            has_ended = any(process.poll() is not None for process in self.processes.values())
            if has_ended or time.monotonic() > deadline:
                self.stop()
                logs = "\n".join(self.log(name) for name in self.commands())
                raise SystemExit(f"run.sh: {self.name} did not start:\n{logs}")
            time.sleep(0.02)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.processes = {}

    def restart(self) -> None:
        self.stop()
        self.start()

    def __enter__(self) -> "Proxy":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def free_ports(count: int) -> list[int]:
    """Below what connections come from, also in own_network.py: one of them might take a port before its listener."""
    ports = []
    while len(ports) < count:
        port = random.randrange(10_000, 16_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def first_line(command: list) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]
