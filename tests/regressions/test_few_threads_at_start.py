"""With few threads (ulimit -u, TasksMax) the gateway aborted with a core dump in place of a sentence."""

import os
import shutil
import unittest

from support import SANITIZED, Process, Story, main, plain, program_path, to, wait_until
from support.gateway import GatewayFolder

FAILURE = 1
NOBODY = 61_234  # has no process of its own


@unittest.skipIf(os.getuid() != 0, "only root may become a user that has no process yet")
@unittest.skipIf(SANITIZED, "a sanitizer has threads of its own")
class FewThreads(Story):
    def test_of_the_gateway(self):
        folder = GatewayFolder([plain().targets(to({"host": "127.0.0.1", "port": 1}))], {})
        self.addCleanup(folder.remove)
        self.check_each_number("gateway", "--config", folder.config, folder=folder.path)

    def test_of_otoroshictl(self):
        self.check_each_number("otoroshictl", "tcp-tunnel", "--host", "localhost:1", "--access-type", "public",
                               "--local-port", "0", folder=self.folder())

    def check_each_number(self, name, *arguments, folder):
        """1, 2, 3 … until there are enough."""
        shutil.copy(program_path(name), folder)  # to where that user may come
        for path, _, files in os.walk(folder):
            for one in [path, *(os.path.join(path, file) for file in files)]:
                os.chown(one, NOBODY, NOBODY)
        for threads in range(1, 30):
            limited = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                       "prlimit", f"--nproc={threads}"]
            with Process([os.path.join(folder, name), *arguments], wrapper=limited, cwd=folder) as process:
                wait_until(lambda: not process.running or "ready" in process.output, f"{name} to be ready, or not")
                if process.running:
                    self.assertGreater(threads, 1)
                    return
                self.assertEqual(process.wait(), FAILURE, f"{threads} threads: {process.output}")
                self.assertIn("threads that it needs", process.output)
        self.fail(f"{name}: never enough threads")


main()
