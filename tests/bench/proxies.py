"""The proxies under test: their configurations on free ports of loopback, and their processes.

Each listens on three ports, one a mode, and has a target port of its own: were it shared, the connections in
TIME_WAIT that one proxy leaves behind would be in the way of the next.
"""

import json
import pathlib
import random
import re
import resource
import shutil
import socket
import subprocess
import time

SERVER_NAME = "host{:06d}.bench.test"  # as the load generator's
START_LIMIT = 30  # seconds


class Proxy:
    """A proxy process, pinned to one core. A context manager: it ends with the block that started it."""
    program = ""

    def __init__(self, name: str, folder: pathlib.Path, certificate: pathlib.Path, core: int):
        self.name = name
        self.names = 1  # different server names that clients use
        self.folder = folder / re.sub(r"\W", "-", name)
        self.folder.mkdir()
        self.certificate = certificate
        self.core = core
        free = free_ports(5)
        self.ports = dict(zip(("plain", "passthrough", "terminate"), free))
        self.target_port = free[3]
        self.spare_port = free[4]
        self.process: subprocess.Popen | None = None
        self.log = self.folder / "log"

    def command(self) -> list:
        raise NotImplementedError

    def is_ready(self) -> bool:
        return all(accepts(port) for port in self.ports.values())

    def version(self) -> str:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        # Both wrappers replace themselves by the next program, so the process's id is the proxy's.
        wrappers = ["taskset", "-c", str(self.core), "setpriv", "--pdeathsig", "KILL"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*wrappers, *map(str, self.command())], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        deadline = time.monotonic() + START_LIMIT
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"run.sh: {self.name} did not start:\n{self.log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def __enter__(self) -> "Proxy":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class Gateway(Proxy):
    def __init__(self, name, folder, certificate, program, core, rules=1):
        super().__init__(name, folder, certificate, core)
        self.program = program
        self.names = rules
        services = [self.service("plain", [".*"]),
                    self.service("passthrough", [self.pattern(i) for i in range(rules)],
                                 tls="PassThrough", sni={"enabled": True}),
                    self.service("terminate", [".*"], tls="Enabled")]
        (self.folder / "services.json").write_text(json.dumps({"tcpServices": services}))
        settings = {"threads": 1, "dataDir": "data", "store": {"type": "memory"}, "import": ["services.json"],
                    "certificates": {"dir": str(certificate.parent)}, "tunnel": {"port": 0},
                    "admin": {"port": self.spare_port}}
        (self.folder / "gateway.json").write_text(json.dumps(settings))

    def service(self, mode: str, domains: list[str], **more) -> dict:
        target = {"host": "127.0.0.1", "port": self.target_port}
        return {"id": mode, "port": self.ports[mode], "interface": "127.0.0.1",
                "rules": [{"domain": domain, "targets": [target]} for domain in domains], **more}

    def pattern(self, number: int) -> str:
        """Exact name, wildcard, regular expression in turn; each matches SERVER_NAME of the same number."""
        name = SERVER_NAME.format(number)
        return (name, f"*{name[1:]}", f".*{name.split('.')[0]}.*")[number % 3]

    def command(self) -> list:
        return [self.program, "--config", self.folder / "gateway.json"]

    def is_ready(self) -> bool:
        return re.search(r"\bready\b", self.log.read_text()) is not None

    def version(self) -> str:
        return first_line([self.program, "--version"])


class HaProxy(Proxy):
    program = "haproxy"

    def __init__(self, name, folder, certificate, core, tuning=""):
        super().__init__(name, folder, certificate, core)
        (self.folder / "haproxy.cfg").write_text(f"""
global
    nbthread 1
    maxconn {connection_limit()}
    {tuning}
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend plain
    bind 127.0.0.1:{self.ports["plain"]}
    default_backend target
frontend passthrough
    bind 127.0.0.1:{self.ports["passthrough"]}
    tcp-request inspect-delay 5s
    tcp-request content accept if {{ req_ssl_hello_type 1 }}
    use_backend target if {{ req_ssl_sni -i {SERVER_NAME.format(0)} }}
frontend terminate
    bind 127.0.0.1:{self.ports["terminate"]} ssl crt {certificate}
    default_backend target
backend target
    server target 127.0.0.1:{self.target_port}
""")

    def command(self) -> list:
        return ["haproxy", "-db", "-f", self.folder / "haproxy.cfg"]

    def version(self) -> str:
        tuning = " with tune.bufsize 65536" if self.name == "haproxy64k" else ""
        return first_line(["haproxy", "-v"]).split(" - ")[0] + tuning


class Nginx(Proxy):
    program = "nginx"

    def __init__(self, name, folder, certificate, core):
        super().__init__(name, folder, certificate, core)
        module = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")  # Debian's; else it is built in
        (self.folder / "nginx.conf").write_text(f"""
{f"load_module {module};" if module.exists() else ""}
daemon off;
master_process off;
pid {self.folder}/nginx.pid;
events {{ worker_connections {2 * connection_limit()}; }}
stream {{
    map $ssl_preread_server_name $chosen {{ {SERVER_NAME.format(0)} 127.0.0.1:{self.target_port}; }}
    proxy_timeout 1h;
    server {{ listen 127.0.0.1:{self.ports["plain"]}; proxy_pass 127.0.0.1:{self.target_port}; }}
    server {{ listen 127.0.0.1:{self.ports["passthrough"]}; ssl_preread on; proxy_pass $chosen; }}
    server {{
        listen 127.0.0.1:{self.ports["terminate"]} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {certificate};
        ssl_certificate_key {certificate};
        proxy_pass 127.0.0.1:{self.target_port};
    }}
}}
""")

    def command(self) -> list:
        return ["nginx", "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf"]

    def version(self) -> str:
        return first_line(["nginx", "-v"]).replace("nginx version: ", "") + " (stream)"


def make(name: str, folder: pathlib.Path, certificate: pathlib.Path, gateway: pathlib.Path | None,
         core: int) -> Proxy | None:
    """None if the program is not installed."""
    if name == "gateway":
        return Gateway(name, folder, certificate, gateway, core)
    kind = Nginx if name == "nginx" else HaProxy
    if shutil.which(kind.program) is None:
        return None
    if name == "haproxy64k":
        return HaProxy(name, folder, certificate, core, tuning="tune.bufsize 65536")
    return kind(name, folder, certificate, core)


def make_certificate(folder: pathlib.Path) -> pathlib.Path:
    """certs/bench.pem, key and certificate in one file. RSA, so that a new TLS connection is more work for
    the proxy than for the client: with ECDSA the load's core would be the limit."""
    path = folder / "certs" / "bench.pem"
    if path.exists():
        return path
    path.parent.mkdir()
    key, crt = folder / "key", folder / "crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7",
                    "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:*.bench.test",
                    "-keyout", key, "-out", crt], check=True, capture_output=True)
    path.write_text(key.read_text() + crt.read_text())
    return path


def free_ports(count: int) -> list[int]:
    """Below the range that connections come from, or one of these might take a port before its listener."""
    ports = []
    while len(ports) < count:
        port = random.randrange(12_000, 32_000)
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


def connection_limit() -> int:
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(20_000, (descriptors - 200) // 2)


def first_line(command: list) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]
