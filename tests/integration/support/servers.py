"""Real servers, each with a configuration and a folder of its own: PostgreSQL, Redis and sshd."""

import glob
import os
import shlex
import shutil
import subprocess
import tempfile

from .connection import connect
from .ports import reserve_port
from .process import Process
from .waiting import wait_until


def run(*argv, env=None, check=True, text=None):
    """Runs a client to its end; its exit code and output are in the result."""
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, **(env or {})}, input=text,
                          stdin=subprocess.DEVNULL if text is None else None, timeout=120)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def accepts(port, host="127.0.0.1"):
    try:
        connect(port, host).close()
        return True
    except ConnectionRefusedError:
        return False


class Server:
    """A real server on 127.0.0.1 in a temporary folder; entering waits until it takes connections."""

    host = "127.0.0.1"
    user = None

    def __init__(self):
        self.port = reserve_port()
        self.folder = tempfile.mkdtemp(prefix="otoroshi-server-")
        os.chmod(self.folder, 0o755)
        self._process = None

    def __enter__(self):
        try:
            self._process = Process(self._prepare(), user=self.user)
            wait_until(self._is_up, f"{type(self).__name__} to take connections on port {self.port}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def file(self, name):
        return os.path.join(self.folder, name)

    def kill(self):
        """SIGKILL, long before its time."""
        self._process.kill()

    def _is_up(self):
        if not self._process.running:
            raise AssertionError(f"{self._process.name} ended:\n{self._process.output}")
        return accepts(self.port)

    def _prepare(self):
        """Writes what the server needs; returns its command line."""
        raise NotImplementedError


class Postgres(Server):
    """A PostgreSQL cluster with one superuser `postgres` and no passwords; `name` is its cluster_name.

    With `certificate` it speaks TLS itself and, over TCP, takes nothing else.
    """

    user = "postgres"

    def __init__(self, name, certificate=None):
        super().__init__()
        self.name, self._certificate = name, certificate

    def _prepare(self):
        binaries = max(glob.glob("/usr/lib/postgresql/*/bin"))
        data = self.file("data")
        os.mkdir(data)
        self._hand_over(data)
        with Process([f"{binaries}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C"],
                     user=self.user) as initdb:
            if initdb.wait() != 0:
                raise AssertionError(initdb.output)
        options = {"port": self.port, "listen_addresses": self.host, "unix_socket_directories": data, "fsync": "off",
                   "cluster_name": self.name, "max_connections": 20, "shared_buffers": "16MB"}
        if self._certificate:
            for suffix, path in (("crt", self._certificate.crt), ("key", self._certificate.key)):
                shutil.copy(path, f"{data}/server.{suffix}")
                os.chmod(f"{data}/server.{suffix}", 0o600)
                self._hand_over(f"{data}/server.{suffix}")
            options["ssl"] = "on"
            with open(f"{data}/pg_hba.conf", "w") as access:
                access.write("hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n")
        return [f"{binaries}/postgres", "-D", data, *(f"--{key}={value}" for key, value in options.items())]

    def _is_up(self):
        return super()._is_up() and any("ready to accept" in line for line in self._process.lines)

    def query(self, sql):
        """Asks the server itself, past every gateway."""
        return run("psql", "-h", self.file("data"), "-p", str(self.port), "-U", "postgres", "-Atc", sql).stdout.strip()

    def _hand_over(self, path):
        if os.getuid() == 0:
            shutil.chown(path, self.user, self.user)


class Redis(Server):
    def _prepare(self):
        return ["redis-server", "--port", str(self.port), "--bind", self.host, "--save", "", "--dir", self.folder]


class Sshd(Server):
    """An sshd that takes the current user with the key `client_key`; `known_hosts` names its host key for any host."""

    def _prepare(self):
        for name in ("host_key", "client_key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.file(name))
        shutil.copy(self.file("client_key.pub"), self.file("authorized_keys"))
        with open(self.file("host_key.pub")) as key, open(self.file("known_hosts"), "w") as known:
            known.write("* " + key.read())
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)  # where sshd separates its privileges; compiled in
        with open(self.file("sshd_config"), "w") as config:
            config.write("\n".join([
                f"Port {self.port}", f"ListenAddress {self.host}", f"HostKey {self.file('host_key')}",
                f"AuthorizedKeysFile {self.file('authorized_keys')}", "StrictModes no", "UsePAM no", "PidFile none",
                "PermitRootLogin prohibit-password", "Subsystem sftp internal-sftp", ""]))
        return ["/usr/sbin/sshd", "-D", "-e", "-f", self.file("sshd_config")]

    def options(self):
        """For ssh and scp: which key to show, and whose host key to want."""
        return ["-F", "none", "-i", self.file("client_key"), "-o", f"UserKnownHostsFile={self.file('known_hosts')}",
                "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"]

    def ssh(self, port, *command, host="127.0.0.1"):
        """Runs a command through the real ssh client; returns what it prints."""
        return run("ssh", *self.options(), "-p", str(port), host, *command).stdout

    def ssh_through(self, proxy_command, *command):
        """The same with a program that is ssh's connection."""
        joined = " ".join(shlex.quote(word) for word in proxy_command)
        return run("ssh", *self.options(), "-o", f"ProxyCommand={joined}", "behind.test", *command).stdout

    def copy(self, port, source, target):
        """scp to this machine, through `port`."""
        run("scp", *self.options(), "-P", str(port), source, f"127.0.0.1:{target}")

    def copy_back(self, port, source, target):
        """scp from this machine, through `port`."""
        run("scp", *self.options(), "-P", str(port), f"127.0.0.1:{source}", target)
