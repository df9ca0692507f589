"""otoroshictl --stdio, started with stdin or stdout closed, sent bytes that nobody had written and never ended."""

import subprocess

from support import Backend, Story, TunnelGateway, greeter, main, program_path, recorder, route


class ClosedStandardStreams(Story):
    def run_closed(self, closed, *argv):
        """Exit code and stderr of a program that is started by a shell which closes these descriptors."""
        redirections = " ".join(f"{number}<&-" for number in closed)
        done = subprocess.run(["sh", "-c", f'exec "$@" {redirections}', "sh", *argv], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=30)
        return done.returncode, done.stderr.decode()

    def test_a_tunnel_says_which_one_failed(self):
        for closed, told in (([0], "stdin failed"), ([1], "stdout failed"), ([0, 1], "failed"), ([0, 1, 2], "")):
            with self.subTest(closed=closed):
                target = self.use(Backend(greeter("hello") if 1 in closed else recorder))
                gateway = self.use(TunnelGateway(route("localhost").to(target)))
                code, said = self.run_closed(closed, program_path("otoroshictl"), "tcp-tunnel", "--stdio", "--host",
                                             f"localhost:{gateway.port}", "--access-type", "public")
                self.assertEqual(code, 1)
                self.assertIn(told, said)
                self.assertEqual(bytes(target.visits[0].received) if target.visits else b"", b"")


main()
