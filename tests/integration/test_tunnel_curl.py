"""curl through the tunnel, by every way in; ten requests at once; and nothing listens on more than one address."""

from support import Backend, EveryAccess, Story, connect, http_named, main
from support.servers import run


class Curl(Story):
    def setUp(self):
        self.web = self.use(Backend(http_named("behind")))
        self.ways = EveryAccess(self, self.web)

    def test_a_request(self):
        for way in self.ways:
            with self.subTest(way.name), way.tunnel() as tunnel:
                self.assertEqual(run("curl", "-sS", f"http://127.0.0.1:{tunnel.port}/").stdout, "behind\n")

    def test_many_at_once(self):
        """Each connection has a WebSocket of its own; nothing has to be set up for that."""
        way = self.ways.way("apikey", tls=True)
        with way.tunnel() as tunnel:
            urls = [f"http://127.0.0.1:{tunnel.port}/{number}" for number in range(10)]
            done = run("curl", "-sS", "--parallel", "--parallel-immediate", *urls)
            self.assertEqual(done.stdout, "behind\n" * 10)

    def test_only_this_machine_is_served_unless_asked(self):
        way = self.ways.way("public")
        with way.tunnel() as tunnel:
            self.assertRaises(ConnectionRefusedError, connect, tunnel.port, host="127.0.0.9")
        with way.tunnel("--local-host", "0.0.0.0") as tunnel:
            self.assertEqual(run("curl", "-sS", f"http://127.0.0.9:{tunnel.port}/").stdout, "behind\n")
        with way.tunnel("--local-host", "::1") as tunnel:
            self.assertEqual(run("curl", "-sS", f"http://[::1]:{tunnel.port}/").stdout, "behind\n")


main()
