"""A write has taken effect when its answer is read: ports, routes, keys; what cannot be served changes nothing."""

import itertools
import socket
import time

from support import (AdminGateway, AdminTunnelGateway, Backend, Story, api_key, connect, echo, hs_verifier, main,
                     pass_through, plain, refuses, reserve_port, route, scaled)
from support.websocket_peer import open_websocket

SERVICES = "/api/tcp/services"
ROUNDS = 50


class Services(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.gateway = self.use(AdminGateway())
        self.admin = self.gateway.admin

    def create(self, one, status=201):
        answer = self.admin.post(SERVICES, one.json)
        self.assertEqual(answer.status, status, answer)
        return answer

    def round_trip(self, one):
        with connect(one) as client:
            client.round_trip()

    def test_a_created_service_accepts_and_a_deleted_one_refuses(self):
        """At once: on all workers, which take connections in turn."""
        for _ in range(ROUNDS):
            one = plain().targets(self.target)
            self.create(one)
            for _ in range(4):
                self.round_trip(one)
            self.assertEqual(self.admin.delete(f"{SERVICES}/{one.id}").json, {"deleted": True})
            for _ in range(4):
                self.assertTrue(refuses(one.port))

    def test_live_connections_outlive_their_service(self):
        one = plain().targets(self.target)
        self.create(one)
        with connect(one) as client:
            client.round_trip()
            self.admin.delete(f"{SERVICES}/{one.id}")
            client.round_trip()

    def test_a_disabled_service_refuses_and_an_enabled_one_accepts(self):
        one = plain().targets(self.target)
        self.create(one)
        for enabled, _ in itertools.product((False, True), range(5)):
            answer = self.admin.patch(f"{SERVICES}/{one.id}", {"enabled": enabled})
            self.assertEqual((answer.status, answer.json["enabled"]), (200, enabled))
            self.assertEqual(refuses(one.port), not enabled)

    def test_a_moved_service_is_at_its_new_port_only(self):
        one = plain().targets(self.target)
        self.create(one)
        for _ in range(10):
            old, new = one.port, reserve_port()
            self.assertEqual(self.admin.put(f"{SERVICES}/{one.id}", one.but(port=new).json).status, 200)
            self.assertTrue(refuses(old))
            self.round_trip(one)

    def test_another_target_takes_the_next_connection(self):
        other = self.use(Backend(echo))
        one = plain().targets(self.target)
        self.create(one)
        self.round_trip(one)
        patch = [{"op": "replace", "path": "/rules/0/targets/0/port", "value": other.port}]
        self.assertEqual(self.admin.patch(f"{SERVICES}/{one.id}", patch).status, 200)
        self.round_trip(one)
        self.assertEqual((len(self.target.visits), len(other.visits)), (1, 1))

    def test_a_port_of_another_service(self):
        one = plain(name="mail").targets(self.target)
        self.create(one)
        answer = self.create(plain(port=one.port, name="other").targets(self.target), 400)
        self.assertEqual(answer.json["error"], "bad_format")
        self.assertIn("mail", answer.json["error_description"])
        self.assertEqual(answer.json["problems"][0]["path"], "/port")
        self.round_trip(one)
        self.assertEqual(len(self.admin.get(SERVICES).json), 1)

    def test_a_port_of_another_program(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            answer = self.create(plain(port=taken.getsockname()[1]).targets(self.target), 400)
            self.assertRegex(answer.json["error_description"], r"python3[^ ]* \(process \d+\) holds the port")
            self.assertEqual(answer.json["problems"][0]["path"], "/port")
        self.assertEqual(self.admin.get(SERVICES).json, [])

    def test_the_admin_port_itself(self):
        answer = self.create(plain(port=self.gateway.admin_port).targets(self.target), 400)
        self.assertIn("admin", answer.json["error_description"])
        self.assertEqual(answer.json["problems"][0]["path"], "/port")
        self.assertEqual(self.admin.get("/live").status, 200)

    def test_half_of_a_move_is_not_done(self):
        """The new port is taken, so the service stays where it is."""
        one = pass_through().sni().rule("*", self.target)
        self.create(one)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            moved = {**one.json, "port": taken.getsockname()[1], "name": "moved"}
            self.assertEqual(self.admin.put(f"{SERVICES}/{one.id}", moved).status, 400)
        self.assertEqual(self.admin.get(f"{SERVICES}/{one.id}").json["name"], one.json["name"])
        self.assertFalse(refuses(one.port))


class Tunnels(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.route = route().to(self.target).for_keys()
        self.key, self.kept_key = api_key(self.route), api_key(self.route)
        self.gateway = self.use(AdminTunnelGateway())
        self.admin = self.gateway.admin
        self.assertEqual(self.admin.post("/api/routes", self.route.json).status, 201)
        for key in (self.key, self.kept_key):
            self.assertEqual(self.admin.post("/api/apikeys", key).status, 201)

    def open(self, key):
        peer = self.use(open_websocket(self.gateway, self.route.host, Otoroshi_Tunnel="half-close",
                                       Otoroshi_Client_Id=key["clientId"], Otoroshi_Client_Secret=key["clientSecret"]))
        peer.round_trip()
        return peer

    def test_a_revoked_key_ends_its_tunnels_within_a_second(self):
        kept = self.open(self.kept_key)
        path = "/api/apikeys/" + self.key["clientId"]
        revocations = {
            "disabled": lambda: self.admin.patch(path, {"enabled": False}),
            "another secret": lambda: self.admin.put(path, {**self.key, "clientSecret": "0123456789"}),
            "deleted": lambda: self.admin.delete(path),
        }
        for name, revoke in revocations.items():
            with self.subTest(name):
                peers = [self.open(self.key) for _ in range(4)]
                self.assertEqual(revoke().status, 200)
                begin = time.monotonic()
                for peer in peers:
                    self.assertEqual(peer.receive_to_close(), b"")
                    self.assertEqual(peer.close[0], 1008)
                    self.assertIn("key", peer.close[1])
                self.assertLess(time.monotonic() - begin, scaled(1, 5))
                kept.round_trip()
                if name != "deleted":
                    self.assertEqual(self.admin.put(path, self.key).status, 200)

    def test_a_deleted_route_ends_its_tunnels(self):
        peer = self.open(self.key)
        self.admin.delete("/api/routes/" + self.route.id)
        self.assertEqual(peer.receive_to_close(), b"")
        self.assertEqual(peer.close[0], 1008)

    def test_a_route_wants_its_verifier_and_a_used_verifier_stays(self):
        """References: a route's verifier must be there; a key may name what is not there."""
        verified = route().to(self.target).plugin("JwtVerificationOnly", verifiers=["nobody"])
        answer = self.admin.post("/api/routes", verified.json)
        self.assertEqual(answer.status, 400)
        self.assertIn("nobody", answer.json["error_description"])
        verifier = hs_verifier()
        self.assertEqual(self.admin.post("/api/verifiers", verifier).status, 201)
        self.assertEqual(self.admin.post("/api/routes", route().to(self.target).for_tokens(verifier).json).status, 201)
        answer = self.admin.delete("/api/verifiers/" + verifier["id"])
        self.assertEqual(answer.status, 400)
        self.assertIn(verifier["id"], answer.json["error_description"])
        free = {**api_key(), "authorizedEntities": ["route_not_here", "group_not_here"]}
        self.assertEqual(self.admin.post("/api/apikeys", free).status, 201)


main()
