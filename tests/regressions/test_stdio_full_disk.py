"""otoroshictl --stdio ended with 0 although stdout, a file on a full disk, had not taken what the target sent."""

import subprocess

from support import Backend, Story, TunnelGateway, ends_first, main, program_path, route

FAILURE = 1
RUNS = 20  # the connection was over before stdout failed in about half of them


class FullDisk(Story):
    def test_every_run_fails(self):
        target = self.use(Backend(ends_first(b"lost")))
        gateway = self.use(TunnelGateway(route("localhost").to(target)))
        command = [program_path("otoroshictl"), "tcp-tunnel", "--stdio", "--host", f"localhost:{gateway.port}",
                   "--access-type", "public"]
        for _ in range(RUNS):
            with open("/dev/full", "wb") as full:
                done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=30)
            self.assertIn(b"stdout failed: No space left on device", done.stderr)
            self.assertEqual(done.returncode, FAILURE)


main()
