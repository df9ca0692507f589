"""The live connections: the list says what is true, single ones and a service's are closed, drains keep their time."""

import time

from support import (AdminGateway, AdminTunnelGateway, Authority, Backend, EveryAccess, Story, client_context, connect,
                     connect_tls, echo, main, pass_through, plain, terminating, wait_until)
from support.hello import hand_built_hello

PATH = "/api/tcp/connections"
NAME = "one.test"


class LiveConnections(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def live(self, service, gateway, count=1):
        """The connections of a service, once there are so many of them."""
        def listed():
            answer = gateway.admin.get(f"{PATH}?service={service.id}")
            return answer.json if len(answer.json) == count else None
        return wait_until(listed, f"{count} live connections of {service.id}") if count else listed()

    def connect(self, service):
        client = self.use(connect(service))
        client.round_trip()
        return client

    def test_a_plain_connection(self):
        service = plain(name="mail").targets(self.target)
        gateway = self.use(AdminGateway(service))
        self.assertEqual(gateway.admin.get(PATH).json, [])
        before = time.time() * 1000
        client = self.use(connect(service))
        client.round_trip(b"x" * 1000)
        address, port = client.socket.getsockname()
        (seen,) = self.live(service, gateway)
        self.assertEqual(seen["service"], {"id": service.id, "name": "mail"})
        self.assertEqual((seen["remote"], seen["local"]), (f"{address}:{port}", f"127.0.0.1:{service.port}"))
        self.assertEqual((seen["port"], seen["tls"], seen["sni"], seen["tunnel"]), (service.port, False, None, None))
        self.assertEqual(seen["target"], {"host": "127.0.0.1", "port": self.target.port, "tls": False,
                                          "address": f"127.0.0.1:{self.target.port}"})
        self.assertEqual((seen["dataIn"], seen["dataOut"], seen["phase"]), (1000, 1000, "relay"))
        self.assertTrue(before - 1000 <= seen["since"] <= time.time() * 1000 + 1000, seen)
        self.assertIsInstance(seen["id"], str)
        client.finish()
        client.receive_to_end()
        self.assertEqual(gateway.wait_event()["reqId"], seen["id"])
        wait_until(lambda: gateway.admin.get(PATH).json == [], "the list to be empty")

    def test_names_tls_and_phases(self):
        authority = Authority(self.folder())
        tls, sni = terminating().sni().rule(NAME, self.target), pass_through().sni().rule(NAME, self.target)
        gateway = self.use(AdminGateway(tls, sni, certificates=[authority.server(NAME)]))
        secured = self.use(connect_tls(tls, NAME, client_context(authority)))
        secured.round_trip()
        (seen,) = self.live(tls, gateway)
        self.assertEqual((seen["sni"], seen["tls"]), (NAME, True))
        waiting = self.use(connect(sni))
        waiting.send(hand_built_hello(NAME)[:10])
        (seen,) = self.live(sni, gateway)  # the only service of its port, so it is known
        self.assertEqual((seen["phase"], seen["sni"], seen["target"]), ("admission", None, None))

    def test_a_tunnel(self):
        ways = EveryAccess(self, self.target, only=["apikey"], gateway=AdminTunnelGateway)
        way, admin = ways.way(), ways.gateway.admin
        with way.tunnel() as tunnel, connect(tunnel) as client:
            client.round_trip(b"12345")
            (seen,) = admin.get(f"{PATH}?route={way.route.id}").json
            self.assertEqual(seen["tunnel"], {"route": way.route.id, "name": way.route.json["name"],
                                              "access": "apikey", "consumer": ways.credentials.key["clientId"]})
            self.assertEqual((seen["service"], seen["dataIn"], seen["target"]["port"]), (None, 5, self.target.port))
            self.assertEqual(admin.get(f"{PATH}?route=other").json, [])
            self.assertEqual(admin.delete(f"{PATH}/{seen['id']}").json, {"deleted": True})
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertEqual(ways.gateway.wait_event()["ending"], "shut_down")

    def test_one_is_closed_and_the_others_live(self):
        service = plain().targets(self.target)
        gateway = self.use(AdminGateway(service))
        clients = [self.connect(service) for _ in range(4)]
        listed = self.live(service, gateway, 4)
        self.assertEqual([one["id"] for one in listed], sorted((one["id"] for one in listed), key=int))
        doomed = {f"{host}:{port}": client for client in clients for host, port in [client.socket.getsockname()]}
        victim = doomed.pop(listed[2]["remote"])
        self.assertEqual(gateway.admin.delete(f"{PATH}/{listed[2]['id']}").json, {"deleted": True})
        self.assertEqual(victim.how_it_ends(), "reset")
        event = gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]["side"]), ("shut_down", "gateway"))
        self.assertIn("operator", event["gwError"])
        for client in doomed.values():
            self.assertEqual(client.round_trip(b"alive"), b"alive")
        for gone in (listed[2]["id"], "1", "x", "99999999999999999999999"):
            answer = gateway.admin.delete(f"{PATH}/{gone}")
            self.assertEqual((answer.status, answer.json["error"]), (404, "not_found"))

    def test_all_of_a_service(self):
        service, other = plain().targets(self.target), plain().targets(self.target)
        gateway = self.use(AdminGateway(service, other))
        clients, spared = [self.connect(service) for _ in range(3)], self.connect(other)
        self.assertEqual(gateway.admin.delete(PATH).status, 400)
        self.assertEqual(gateway.admin.delete(f"{PATH}?service=nobody").json, {"closed": 0})
        self.assertEqual(gateway.admin.delete(f"{PATH}?service={service.id}").json, {"closed": 3})
        for client in clients:
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertEqual(spared.round_trip(), b"hello")

    def test_pages(self):
        service = plain().targets(self.target)
        gateway = self.use(AdminGateway(service))
        for _ in range(5):
            self.connect(service)
        everyone = [one["id"] for one in self.live(service, gateway, 5)]
        for query, ids in (("", everyone), ("?page=1&pageSize=2", everyone[:2]), ("?page=3&pageSize=2", everyone[4:]),
                           ("?page=4&pageSize=2", []), ("?page=4000000000&pageSize=4000000000", [])):
            with self.subTest(query):
                answer = gateway.admin.get(PATH + query)
                self.assertEqual([one["id"] for one in answer.json], ids)
                self.assertEqual(answer.headers["X-Count"], "5")
        for query in ("?page=0", "?page=x", "?pageSize=-1"):
            self.assertEqual(gateway.admin.get(PATH + query).status, 400)


class DrainOfAService(Story):
    """What DELETE and PUT with `?drain=` do to the connections that the service has."""

    def setUp(self):
        self.target = self.use(Backend(echo))
        self.service = plain().targets(self.target)
        self.gateway = self.use(AdminGateway(self.service))
        self.path = f"/api/tcp/services/{self.service.id}"
        self.client = self.use(connect(self.service))
        self.client.round_trip()

    def test_without_it_they_live_on(self):
        self.assertEqual(self.gateway.admin.delete(self.path).status, 200)
        self.assertEqual(self.client.round_trip(), b"hello")

    def test_deleted_with_a_drain(self):
        begun = time.monotonic()
        self.assertEqual(self.gateway.admin.delete(self.path + "?drain=1s").status, 200)
        self.assertEqual(self.client.round_trip(), b"hello")
        self.assertEqual(self.client.how_it_ends(), "reset")
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        event = self.gateway.wait_event()
        self.assertEqual(event["ending"], "shut_down")
        self.assertIn("drain=1s", event["gwError"])

    def test_disabled_with_a_drain_of_nothing(self):
        self.assertEqual(self.gateway.admin.put(self.path + "?drain=0", self.service.but(enabled=False).json).status, 200)
        self.assertEqual(self.client.how_it_ends(), "reset")

    def test_enabled_again_meanwhile(self):
        admin = self.gateway.admin
        self.assertEqual(admin.put(self.path + "?drain=1s", {**self.service.json, "enabled": False}).status, 200)
        self.assertEqual(admin.put(self.path, self.service.json).status, 200)
        late = self.use(connect(self.service))
        late.round_trip()
        self.assertEqual(self.client.how_it_ends(), "reset")
        self.assertEqual(late.round_trip(), b"hello")

    def test_a_duration_that_is_none(self):
        answer = self.gateway.admin.delete(self.path + "?drain=soon")
        self.assertEqual(answer.status, 400)
        self.assertIn("drain", answer.json["error_description"])
        self.assertEqual(self.gateway.admin.get(self.path).status, 200)


main()
