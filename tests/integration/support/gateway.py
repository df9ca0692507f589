"""The gateway under test: its settings and services in a folder of its own, its log, its events."""

import json
import os
import shlex
import shutil
import signal
import tempfile

from .limits import DEADLINE
from .process import Process, Program, program_path
from .sandbox import service_launcher
from .services import Service
from .waiting import wait_until

_SETTINGS = {
    "threads": 2,
    "store": {"type": "memory"},
    "import": ["services.json"],
    "admin": {"port": 0},
    "tunnel": {"port": 0},
    "certificates": {"dir": "certs"},
    "timeouts": {"drain": "2s"},
    "events": {"output": "events.jsonl"},
}


def run_gateway(*arguments, **options):
    """Runs the gateway until it ends by itself; returns its exit code and all that it said."""
    with Process([program_path("gateway"), *arguments], **options) as process:
        code = process.wait()
        return code, process.output


def merged(base, changes):
    """`base` with `changes` on top, objects field by field."""
    both = dict(base)
    for key, value in changes.items():
        both[key] = merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return both


class GatewayFolder:
    """gateway.json, services.json and certs/ in a temporary folder that is removed at the end."""

    def __init__(self, services, settings, certificates=(), client_authority=None, upstream_authority=None):
        self.path = tempfile.mkdtemp(prefix="otoroshi-gateway-")
        self.config = self.file("gateway.json")
        os.mkdir(self.file("certs"))
        if client_authority:
            settings = merged({"certificates": {"clientCaFile": client_authority.crt}}, settings)
        if upstream_authority:
            settings = merged({"upstreamTls": {"caFile": upstream_authority.crt}}, settings)
        for number, certificate in enumerate(certificates, 1):
            self.put_certificate(f"{number}", certificate)
        self.write("gateway.json", merged(_SETTINGS, settings))
        self.write_services(services)

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, content):
        """Replaces a file as a whole, as an editor does; `content` is text or JSON."""
        with open(self.file(name + ".new"), "w") as file:
            file.write(content if isinstance(content, str) else json.dumps(content, indent=2))
        os.replace(self.file(name + ".new"), self.file(name))

    def write_services(self, services):
        entities = [one.json if isinstance(one, Service) else one for one in services]
        self.write("services.json", {"tcpServices": entities})

    def put_certificate(self, name, certificate):
        for suffix, path in ((".key", certificate.key), (".crt", certificate.crt)):
            with open(path) as file:
                self.write(os.path.join("certs", name + suffix), file.read())

    def remove_file(self, name):
        os.remove(self.file(name))

    def rename_file(self, old, new):
        os.rename(self.file(old), self.file(new))

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Gateway(Program):
    """A running gateway; entering waits until it says `ready`, leaving wants it to end with 0 after SIGTERM.

    `settings` are merged into those of a test; `certificates` go to its certificate folder. `hosts`, names with
    their addresses, are its /etc/hosts, and `name_server` is all of its /etc/resolv.conf, which only root can give it.
    """

    def __init__(self, *services, settings=None, certificates=(), client_authority=None, upstream_authority=None,
                 arguments=(), env=None, descriptors=None, hosts=None, name_server=None):
        self.folder = GatewayFolder(services, settings or {}, certificates, client_authority, upstream_authority)
        self.services = services
        self._fill_folder()
        super().__init__([program_path("gateway"), "--config", self.folder.config, *arguments], env=env,
                         cwd=self.folder.path, descriptors=descriptors,
                         wrapper=[*self._with_etc(hosts, name_server), *service_launcher()])

    def _with_etc(self, hosts, name_server):
        files = {}
        if hosts:
            files["hosts"] = "".join(f"{address} {name}\n" for name, address in hosts.items())
        if name_server:
            files["resolv.conf"] = f"nameserver {name_server}\n"
        for name, content in files.items():
            self.folder.write(name, content)
        mounts = [f"mount --bind {shlex.quote(self.folder.file(name))} /etc/{name} && " for name in files]
        return ["unshare", "--mount", "sh", "-c", "".join(mounts) + 'exec "$@"', "sh"] if files else []

    def _fill_folder(self):
        """For gateways that need more files."""

    def __enter__(self):
        try:
            self.wait_line(r"\bready\b")
        except BaseException:
            self.kill()
            self.folder.remove()
            raise
        return self

    def __exit__(self, failed, *_):
        try:
            super().__exit__(failed)
        finally:
            self.folder.remove()

    def start_again(self):
        """The same gateway in the same folder, after it was stopped or killed; returns once it is ready."""
        start = len(self.lines)
        self.launch()
        self.wait_line(r"\bready\b", start=start)

    def told(self):
        return f"{self.output}\n--- its events:\n{self._events_text()}"

    @property
    def port(self):
        """The port of the first service."""
        return self.services[0].port

    def stop(self):
        """SIGTERM; returns the exit code once it has ended."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def reload(self, *services):
        """Replaces the services and sends SIGHUP; returns once the gateway says what it did, with that line."""
        self.folder.write_services(services)
        return self.sighup()

    def sighup(self, says=r"\badded\b"):
        """Sends SIGHUP and returns the first line after it in which `says` is found."""
        start = len(self.lines)
        self.signal(signal.SIGHUP)
        return self.wait_line(says, start=start)

    def _events_text(self):
        try:
            with open(self.folder.file("events.jsonl")) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def events(self):
        """All events so far; a line that is still being written is left for the next call."""
        return [json.loads(line) for line in self._events_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait_event(self, predicate=lambda event: True, what="an event", seconds=DEADLINE):
        return wait_until(lambda: next((event for event in self.events() if predicate(event)), None), what, seconds)

    def wait_events(self, count, seconds=DEADLINE):
        """All events, once there are `count` of them."""
        return wait_until(lambda: len(self.events()) >= count and self.events(), f"{count} events", seconds)
