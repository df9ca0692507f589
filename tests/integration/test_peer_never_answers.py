"""Who never answers a SYN keeps nobody waiting for longer than is set, and who gives up before is given up at once."""

import concurrent.futures
import time

from support import (AdminGateway, AdminTunnelGateway, Backend, EveryAccess, Story, Tunnel, connect, echo, main,
                     nothing_left_behind, plain, scaled, to)
from support.websocket_peer import ask, request_head, to_target

MANY = 40
CONNECT = scaled("1s", "3s")
BOUND = scaled(8, 30)


class NeverAnswers(Story):
    def deaf(self):
        """Its queue is full, so the kernel drops what asks for a connection."""
        backend = self.use(Backend(echo, backlog=0, accepting=False))
        self.use(connect(backend))
        return backend

    def at_once(self, run):
        """What `run` returns of many at once, and how long the slowest of them took."""
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
            results = list(pool.map(lambda _: run(), range(MANY)))
        self.assertLess(time.monotonic() - begun, BOUND)
        return results

    def ends_of(self, where):
        def run():
            with connect(where) as client:
                return client.how_it_ends()
        return self.at_once(run)

    def test_a_target(self):
        deaf = self.deaf()
        services = [plain().targets(deaf), plain().targets(to(deaf, host="127.0.0.1", tls=True))]
        gateway = self.use(AdminGateway(*services, settings={"timeouts": {"connect": CONNECT}}))
        self.ends_of(services[0])
        for service in services:
            with nothing_left_behind(gateway):
                self.assertEqual(set(self.ends_of(service)), {"reset"})
        events = gateway.wait_events(3 * MANY)
        self.assertEqual({(event["ending"], event["error"]["side"]) for event in events}, {("refused", "target")})

    def test_clients_that_do_not_wait(self):
        service = plain().targets(self.deaf())
        gateway = self.use(AdminGateway(service, settings={"timeouts": {"connect": "1h"}}))
        connect(service).reset()
        with nothing_left_behind(gateway):
            for client in [connect(service) for _ in range(MANY)]:
                client.reset()

    def test_the_target_of_a_tunnel(self):
        deaf = self.deaf()
        ways = EveryAccess(self, deaf, only=["public"], gateway=AdminTunnelGateway,
                           settings={"timeouts": {"connect": CONNECT}})
        host = ways.way("public").route.host

        def run():
            answer, connection = ask(ways.gateway, host, to_target(deaf))
            connection.close()
            return answer.status
        with nothing_left_behind(ways.gateway):
            self.assertEqual(set(self.at_once(run)), {504})
            for client in [connect(ways.gateway.port) for _ in range(MANY)]:
                client.send(request_head(host, to_target(deaf)).encode())
                client.reset()

    def test_the_gateway_of_otoroshictl(self):
        deaf = self.deaf()
        tunnel = self.use(Tunnel("--host", f"127.0.0.1:{deaf.port}", "--access-type", "public", "--connect-timeout",
                                 CONNECT))
        self.ends_of(tunnel)
        with nothing_left_behind(tunnel):
            self.assertEqual(set(self.ends_of(tunnel)), {"reset"})
        self.assertIn(f"127.0.0.1:{deaf.port}", tunnel.wait_line("WARN|ERROR"))


main()
