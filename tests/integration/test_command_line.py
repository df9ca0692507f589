"""Both programs tell their version and their usage; a gateway without a file starts with the defaults."""

import os
import signal

from support import Process, Story, main, program_path, reserve_port, run_gateway
from support.servers import run


class CommandLine(Story):
    def test_version_and_help(self):
        for program in (program_path("gateway"), program_path("otoroshictl")):
            with self.subTest(os.path.basename(program)):
                self.assertRegex(run(program, "--version").stdout, r"\d+[.]\d+")
                self.assertIn("Usage", run(program, "--help").stdout.replace("USAGE", "Usage"))

    def test_help_names_every_flag(self):
        code, output = run_gateway("--help")
        self.assertEqual(code, 0)
        for flag in ("--config", "--check", "--import-replace", "--version", "--log-level", "--log-format"):
            self.assertIn(flag, output)

    def test_without_a_file_it_starts(self):
        # The defaults may be somebody else's.
        elsewhere = {"GATEWAY_TUNNEL_PORT": str(reserve_port()), "GATEWAY_ADMIN_PORT": str(reserve_port())}
        with Process([program_path("gateway")], cwd=self.folder(), env=elsewhere) as gateway:
            gateway.wait_line(r"\bready\b")
            gateway.signal(signal.SIGTERM)
            self.assertEqual(gateway.wait(), 0)

    def test_wrong_usage(self):
        self.assertEqual(run_gateway("--no-such-flag")[0], 2)


main()
