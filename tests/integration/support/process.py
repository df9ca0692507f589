"""A child process whose output is collected line by line and which is ended by its id."""

import os
import re
import signal
import subprocess
import threading

from .limits import DEADLINE
from .secrets import secrets_in
from .waiting import wait_until

_REPORT = re.compile(r"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:")


def program_path(name):
    """Where the program under test is."""
    folder = os.environ.get("OTOROSHI_BIN")
    if not folder:
        raise RuntimeError(f"set OTOROSHI_BIN to the folder that holds the program `{name}`, e.g. build/release/bin")
    return os.path.join(folder, name)


class Process:
    """Runs `argv`; stdout and stderr are gathered in `lines`. As a context manager it kills what still runs.

    `setpriv` makes the kernel kill the child if this test is itself killed, and changes the user where asked.
    `wrapper` is a command that ends by becoming (exec) the program that is named behind it.
    """

    def __init__(self, argv, *, user=None, env=None, cwd=None, stdin=subprocess.DEVNULL, descriptors=None,
                 wrapper=()):
        self.name = os.path.basename(argv[0])
        self.lines = []
        launcher = ["setpriv", "--pdeathsig", "KILL"]
        if user and os.getuid() == 0:
            launcher += ["--reuid", user, "--regid", user, "--init-groups"]
        if descriptors:  # soft limit only: the program may raise it up to the hard one, so both are set
            launcher = ["prlimit", f"--nofile={descriptors}:{descriptors}", *launcher]
        self._command = [*launcher, *wrapper, *argv]
        self._options = {"env": {**os.environ, **(env or {})}, "cwd": cwd, "stdin": stdin}
        self.launch()

    def launch(self):
        """Once it has ended it may be started anew; `lines` goes on."""
        self._child = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._options)
        self.pid = self._child.pid
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()

    def _collect(self):
        for line in self._child.stdout:
            self.lines.append(line.decode(errors="replace").rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def output(self):
        return "\n".join(self.lines)

    @property
    def running(self):
        return self._child.poll() is None

    def signal(self, number):
        self._child.send_signal(number)

    def wait(self, seconds=DEADLINE):
        """Waits until the process has ended and all its output is in `lines`; returns its exit code."""
        try:
            code = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {seconds} s; it said:\n{self.output}") from None
        self._collector.join(DEADLINE)
        return code

    def wait_line(self, pattern, seconds=DEADLINE, start=0):
        """The first line from number `start` on in which the regular expression `pattern` is found."""
        def found():
            ended = not self.running
            if ended:
                self._collector.join(DEADLINE)
            line = next((line for line in self.lines[start:] if re.search(pattern, line)), None)
            if line is None and ended:
                raise AssertionError(f"{self.name} ended with {self._child.returncode} before it said {pattern!r}; "
                                     f"it said:\n{self.output}")
            return line if line is None else (line,)  # an empty line is a find too
        try:
            return wait_until(found, f"{self.name} to say {pattern!r}", seconds)[0]
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.name} said:\n{self.output}") from None

    def kill(self):
        if self.running:
            self.signal(signal.SIGKILL)
        self._child.wait()
        self._collector.join(DEADLINE)
        self._child.stdout.close()

    def check_sanitizer(self):
        """Fails if a sanitizer has said something."""
        if _REPORT.search(self.output):
            raise AssertionError(f"a sanitizer reports:\n{self.output}")

    def rss(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS:"))

    def fd_count(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Program(Process):
    """A program of ours: leaving wants 0 after stop(), no sanitizer's report and no secret in what it said."""

    def __exit__(self, failed, *_):
        try:
            if self.running:
                code = self.stop()
                if code != 0 and not failed:
                    raise AssertionError(f"{self.name} ended with {code} when it was stopped; it said:\n{self.output}")
            self.check_sanitizer()
            if seen := secrets_in(self.told()):
                raise AssertionError(f"what {self.name} told shows secrets: {seen}\n{self.told()}")
        finally:
            if failed:
                print(f"--- {self.name} said:\n{self.told()}", flush=True)
            self.kill()

    def told(self):
        """All that it said and wrote."""
        return self.output

    def stop(self):
        """Sends its signal; returns the exit code once it has ended."""
        raise NotImplementedError
