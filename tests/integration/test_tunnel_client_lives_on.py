"""Nothing ends otoroshictl but a signal: not a burst, not a lack of descriptors, not a gateway that is away."""

import concurrent.futures
import signal

from support import (Backend, EveryAccess, Story, Tunnel, TunnelGateway, connect, echo, main,
                     reserve_port, route, scaled, silent, wait_until)

BURST = scaled(500, 100)
DESCRIPTORS = 64


class LivesOn(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def start(self, **options):
        self.ways = EveryAccess(self, self.target, only=["apikey"])
        return self.use(self.ways.way().tunnel(**options))

    def test_a_burst(self):
        tunnel = self.start()

        def one(number):
            with connect(tunnel) as client:
                return client.round_trip(b"%d" % number) == b"%d" % number
        with concurrent.futures.ThreadPoolExecutor(BURST) as pool:
            self.assertTrue(all(pool.map(one, range(BURST))))

    def test_a_burst_of_clients_that_go_at_once(self):
        tunnel = self.start()
        for number in range(BURST):
            client = connect(tunnel)
            client.reset() if number % 2 else client.close()
        with connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")
        wait_until(lambda: tunnel.fd_count() < 40, "the connections to be gone")

    def test_out_of_descriptors(self):
        """Who comes then waits, and is served when others have gone."""
        tunnel = self.start(descriptors=DESCRIPTORS)
        clients = [self.use(connect(tunnel)) for _ in range(DESCRIPTORS)]
        clients[0].round_trip()
        tunnel.wait_line("(WARN|ERROR).*(descriptors|files)")
        self.assertTrue(tunnel.running)
        for client in clients[:-1]:
            client.close()
        self.assertEqual(clients[-1].round_trip(), b"hello")
        with connect(tunnel) as late:
            self.assertEqual(late.round_trip(), b"hello")
        told = [line for line in tunnel.lines if "WARN" in line or "ERROR" in line]
        self.assertLess(len(told), 10, "\n".join(told))

    def test_the_gateway_is_away_and_comes_back(self):
        one, port = route().to(self.target), reserve_port()
        tunnel = self.use(Tunnel("--host", f"{one.host}:{port}", "--access-type", "public"))
        for _ in range(3):
            with connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
        line = tunnel.wait_line("WARN|ERROR")
        self.assertIn(f"{one.host}:{port}", line)
        self.assertIn("refused", line)
        self.use(TunnelGateway(one, settings={"tunnel": {"port": port}}))
        with connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_a_host_that_is_unknown(self):
        tunnel = self.use(Tunnel("--host", "nowhere.invalid:1", "--access-type", "public"))
        with connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertIn("nowhere.invalid", tunnel.wait_line("WARN|ERROR"))

    def test_a_gateway_that_never_answers(self):
        mute = self.use(Backend(silent))
        tunnel = self.use(Tunnel("--host", f"127.0.0.1:{mute.port}", "--access-type", "public",
                                 "--connect-timeout", "500ms"))
        with connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertIn("500ms", tunnel.wait_line("WARN|ERROR"))

    def test_ctrl_c_lets_connections_end(self):
        tunnel = self.start()
        with connect(tunnel) as client:
            client.round_trip()
            tunnel.signal(signal.SIGINT)
            wait_until(lambda: refuses(tunnel), "the port to be closed")
            self.assertEqual(client.round_trip(b"still here"), b"still here")
            self.assertTrue(tunnel.running)
            client.finish()
            self.assertEqual(client.receive_to_end(), b"")
        self.assertEqual(tunnel.wait(), 0)

    def test_the_second_ctrl_c_ends_it_at_once(self):
        tunnel = self.start()
        with connect(tunnel) as client:
            client.round_trip()
            tunnel.signal(signal.SIGINT)
            wait_until(lambda: refuses(tunnel), "the port to be closed")
            tunnel.signal(signal.SIGINT)
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertEqual(tunnel.wait(), 0)

    def test_sigterm_without_connections(self):
        tunnel = self.start()
        tunnel.signal(signal.SIGTERM)
        self.assertEqual(tunnel.wait(), 0)


def refuses(tunnel):
    try:
        connect(tunnel).close()
        return False
    except ConnectionRefusedError:
        return True


main()
