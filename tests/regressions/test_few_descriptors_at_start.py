"""With few descriptors (ulimit -n 14) gateway and otoroshictl aborted with a core dump in place of a sentence."""

import unittest

from support import SANITIZED, Process, Story, main, plain, program_path, run_gateway, to
from support.gateway import GatewayFolder

FAILURE, WRONG_SETTINGS = 1, 2  # the latter for a file of the settings that cannot be opened


@unittest.skipIf(SANITIZED, "UBSan looks at memory by a pipe, and mistakes the lack of descriptors for bad memory")
class FewDescriptors(Story):
    def test_each_number_gets_a_sentence(self):
        folder = GatewayFolder([plain().targets(to({"host": "127.0.0.1", "port": 1}))], {})
        self.addCleanup(folder.remove)
        for descriptors in range(7, 15):
            with self.subTest(descriptors=descriptors):
                code, said = run_gateway("--config", folder.config, descriptors=descriptors, cwd=folder.path)
                self.assertIn(code, (FAILURE, WRONG_SETTINGS), said)
                self.assertIn("Too many open files", said)

    def test_of_otoroshictl_too(self):
        command = [program_path("otoroshictl"), "tcp-tunnel", "--host", "localhost:1", "--access-type", "public",
                   "--local-port", "0"]
        for descriptors in range(5, 10):
            with self.subTest(descriptors=descriptors), Process(command, descriptors=descriptors) as process:
                code = process.wait()
                self.assertEqual(code, FAILURE, process.output)
                self.assertIn("Too many open files", process.output)


main()
