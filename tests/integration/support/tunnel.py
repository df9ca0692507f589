"""The client program: a running `otoroshictl tcp-tunnel`."""

import re
import signal

from .process import Process, Program, program_path
from .secrets import secrets_in


def otoroshictl(*arguments, **options):
    """Runs otoroshictl until it ends by itself; returns its exit code and all that it said."""
    with Process([program_path("otoroshictl"), *arguments], **options) as process:
        code = process.wait()
        return code, process.output


class Tunnel(Program):
    """otoroshictl tcp-tunnel with these flags; entering waits until it is ready, leaving wants 0 after SIGINT.

    It listens on a port that the kernel chooses, unless the flags name one: `port` is what it printed.
    """

    def __init__(self, *flags, command="tcp-tunnel", **options):
        flags = [str(flag) for flag in flags]
        if "--local-port" not in flags:
            flags += ["--local-port", "0"]
        self.port = None
        super().__init__([program_path("otoroshictl"), command, *flags], **options)

    def __enter__(self):
        try:
            line = self.wait_line(r"TCP tunnel listening on \S+:\d+ ")
            self.port = int(re.search(r"listening on \S+:(\d+) ", line).group(1))
            self.wait_line(r"TCP tunnel ready, waiting for connections")
            with open(f"/proc/{self.pid}/cmdline") as file:
                if seen := secrets_in(file.read()):
                    raise AssertionError(f"the process list shows secrets: {seen}")
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self):
        """SIGINT, as Ctrl-C sends it; returns the exit code once it has ended."""
        self.signal(signal.SIGINT)
        return self.wait()
