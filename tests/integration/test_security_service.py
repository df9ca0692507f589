"""`cmake --install` makes the gateway a service that runs as its own user in a sandbox, and systemd agrees."""

import contextlib
import http.client
import os
import pathlib
import re
import socket
import subprocess
import unittest

from support import DEADLINE, SANITIZED, Gateway, Process, RefusingPort, Story, main, plain, program_path, wait_until
from support.network import Namespace
from support.sandbox import launcher

PREFIX, USER = "/opt/otoroshi", "otoroshi-gateway"
UNIT = f"{PREFIX}/lib/systemd/system/otoroshi-gateway.service"
SETTINGS = "/etc/otoroshi-gateway/gateway.json"
STATE, LOGS = "var/lib/otoroshi-gateway", "var/log/otoroshi-gateway"
EXPOSURE = 25  # tenths; systemd-analyze security: 0 is best, 100 worst

# Becomes the command behind it in a root of its own: $0 read-only but for the service's folders, with what is
# installed on this machine (/usr) and no file of its /etc.
ENTER = f"""
set -e
mount --bind "$0" "$0"
cd "$0"
for folder in {STATE} {LOGS}; do mount --bind $folder $folder; done
for folder in usr dev proc; do mount --rbind /$folder $folder; done
for folder in tmp run; do mount -t tmpfs tmpfs $folder; done
mount -o remount,bind,ro .
exec chroot . "$@"
"""


@unittest.skipIf(SANITIZED, "a sanitizer needs more system calls, and its programs are not installed")
@unittest.skipIf(subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0,
                 "the service's view of the files needs a mount namespace, which only root may make")
class InstalledService(Story):
    def setUp(self):
        self.root = pathlib.Path(self.folder())
        self.install()
        self.unit = self.read(UNIT)
        self.prepare()

    def path(self, inside):
        return self.root / inside.lstrip("/")

    def read(self, inside):
        return self.path(inside).read_text()

    def install(self):
        build = pathlib.Path(program_path("gateway")).parent.parent
        subprocess.run(["cmake", "--install", build, "--prefix", PREFIX], check=True, capture_output=True,
                       env={**os.environ, "DESTDIR": str(self.root)})

    def prepare(self):
        """What systemd does before a service starts: the user, the folders. And what any Debian has."""
        subprocess.run(["systemd-sysusers", f"--root={self.root}", self.path(f"{PREFIX}/lib/sysusers.d/{USER}.conf")],
                       check=True, capture_output=True)
        user = int(re.search(rf"^{USER}:[^:]*:(\d+):", self.read("/etc/passwd"), re.M)[1])
        for folder, mode in ((STATE, 0o700), (LOGS, 0o750)):
            self.path(folder).mkdir(parents=True)
            self.path(folder).chmod(mode)
            os.chown(self.path(folder), user, user)
        for folder in ("usr", "dev", "proc", "tmp", "run"):
            self.path(folder).mkdir()
        for folder in ("bin", "sbin", "lib", "lib64"):
            self.path(folder).symlink_to(f"usr/{folder}")

    def inside(self, *argv):
        return ["unshare", "--mount", "sh", "-c", ENTER, str(self.root), *argv]

    def as_service(self):
        """The unit's ExecStart with its user, its one capability and its filter of system calls."""
        command = re.search(r"^ExecStart=(.*)$", self.unit, re.M)[1].split()
        capability = "-all,+net_bind_service"
        return self.inside("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--no-new-privs",
                           "--inh-caps", capability, "--ambient-caps", capability, "--bounding-set", capability,
                           *launcher(self.unit), *command)

    def test_systemd_takes_the_unit_and_calls_it_safe(self):
        done = subprocess.run(self.inside("systemd-analyze", "verify", "--man=no", UNIT), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}",
                               self.path(UNIT)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        print(done.stdout.strip().splitlines()[-1])

    def test_it_becomes_ready_as_its_own_user(self):
        network = Namespace()
        self.addCleanup(network.close)
        with network.inside(), Process(self.as_service()) as service:
            service.wait_line(r"\bready\b")
            status = pathlib.Path(f"/proc/{service.pid}/status").read_text()
            self.assertNotRegex(status, r"(?m)^Uid:\s+0\b")
            self.assertRegex(status, r"(?m)^Seccomp:\s+2$")
            self.assertRegex(status, r"(?m)^CapEff:\s+0+400$")  # CAP_NET_BIND_SERVICE
            self.check_port_443()
            self.assertEqual(self.path(f"{STATE}/admin-key").stat().st_mode & 0o777, 0o600)
            service.signal(15)
            self.assertEqual(service.wait(), 0, service.output)

    def check_port_443(self):
        key, secret = self.read(f"{STATE}/admin-key").strip().split(":")
        admin = http.client.HTTPConnection("127.0.0.1", 8081, timeout=DEADLINE)
        admin.request("POST", "/api/tcp/services", headers={"Otoroshi-Client-Id": key, "Otoroshi-Client-Secret": secret,
                                                            "Content-Type": "application/json"},
                      body='{"id": "https", "port": 443, "rules": [{"domain": "*", "targets": [{"host": "::1", "port": 1}]}]}')
        answer = admin.getresponse()
        self.assertEqual(answer.status, 201, answer.read())
        admin.close()
        with contextlib.suppress(ConnectionResetError):  # nobody is behind it
            socket.create_connection(("127.0.0.1", 443), DEADLINE).close()
        events = self.path(f"{LOGS}/events.log")
        wait_until(lambda: events.exists() and '"https"' in events.read_text(), "the event in the service's log folder")

    def test_installing_anew_keeps_what_the_operator_has_written(self):
        self.path(SETTINGS).write_text("{}")
        self.install()
        self.assertEqual(self.read(SETTINGS), "{}")


class Notifications(Story):
    """Type=notify: what systemd is told (sd_notify(3))."""

    def test_ready_reloading_stopping(self):
        folder = self.folder()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(f"{folder}/notify")
            systemd.settimeout(DEADLINE)
            gateway = self.use(Gateway(plain().targets(RefusingPort()), env={"NOTIFY_SOCKET": f"{folder}/notify"}))
            self.assertEqual(systemd.recv(4096), b"READY=1")
            gateway.sighup()
            self.assertRegex(systemd.recv(4096), rb"\ARELOADING=1\nMONOTONIC_USEC=\d{6,}\Z")
            self.assertEqual(systemd.recv(4096), b"READY=1")
            gateway.folder.write("services.json", "not JSON")
            gateway.sighup(says="the entities stay as they were")
            self.assertIn(b"RELOADING=1", systemd.recv(4096))
            self.assertEqual(systemd.recv(4096), b"READY=1")  # of what it had before
            gateway.stop()
            self.assertEqual(systemd.recv(4096), b"STOPPING=1")


main()
