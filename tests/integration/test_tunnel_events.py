"""Every tunnel ends in exactly one event: route, access, consumer, target, bytes, and never a secret."""

import json

from support import (Backend, EveryAccess, RefusingPort, Story, TunnelGateway, api_key, connect, echo, hs_verifier,
                     main, new_secret, resetting, route, secrets_in)
from support.websocket_peer import ask, open_websocket


class TunnelEvents(Story):
    def test_who_where_and_how_much(self):
        target = self.use(Backend(echo))
        ways = EveryAccess(self, target)
        credentials = ways.credentials
        consumers = {"apikey": credentials.key["clientId"], "bearer": "jane", "jwt": "jane",
                     "session": credentials.session["email"], "public": None}
        for number, way in enumerate(ways, 1):
            with self.subTest(way.name), way.tunnel() as tunnel:
                with connect(tunnel) as client:
                    client.round_trip(b"x" * 1000)
                    client.finish()
                    client.receive_to_end()
                event = ways.gateway.wait_events(number)[-1]
                self.assertEqual(event["@type"], "TcpEvent")
                access = "bearer" if way.access == "jwt" else way.access
                self.assertEqual(event["tunnel"], {"route": way.route.id, "access": access,
                                                   "consumer": consumers[way.access]})
                self.assertEqual((event["@serviceId"], event["@service"]), (way.route.id, way.route.json["name"]))
                self.assertEqual(event["data"], {"dataIn": 1000, "dataOut": 1000})
                self.assertEqual(event["targetAddress"], f"127.0.0.1:{target.port}")
                self.assertEqual(event["protocol"], "Tcp/Tls" if way.tls else "Tcp")
                self.assertEqual((event["ending"], event["gwError"]), ("normal", None))
        self.assertEqual(ways.gateway.stop(), 0)
        self.assertEqual(len(ways.gateway.events()), number)

    def test_one_for_each_refusal(self):
        one = route().to(RefusingPort()).for_keys()
        key = api_key(one)
        gateway = self.use(TunnelGateway(one, keys=[key]))
        wrong = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": new_secret()}
        right = {**wrong, "Otoroshi_Client_Secret": key["clientSecret"]}
        for number, (host, headers, side, word) in enumerate((("other.test", right, "client", "other.test"),
                                                               (one.host, {}, "client", "key"),
                                                               (one.host, wrong, "client", key["clientId"]),
                                                               (one.host, right, "target", "127.0.0.1")), 1):
            with self.subTest(word):
                answer, connection = ask(gateway, host, **headers)
                connection.close()
                event = gateway.wait_events(number)[-1]
                self.assertEqual((event["ending"], event["error"]["side"]), ("refused", side), event)
                self.assertEqual(event["error"]["sentence"], answer.json["error_description"])
                self.assertIn(word, event["gwError"])
        self.assertEqual(len(gateway.events()), number)

    def test_an_abort_names_its_side(self):
        resets, echoes = route().to(self.use(Backend(resetting))), route().to(self.use(Backend(echo)))
        gateway = self.use(TunnelGateway(resets, echoes))
        with open_websocket(gateway, resets.host) as peer:
            peer.send(b"x")
            peer.connection.how_it_ends()
        event = gateway.wait_events(1)[-1]
        self.assertEqual((event["ending"], event["error"]["side"]), ("aborted", "target"))
        with open_websocket(gateway, echoes.host) as peer:
            peer.round_trip()
            peer.connection.reset()
            event = gateway.wait_events(2)[-1]
        self.assertEqual((event["ending"], event["error"]["side"]), ("aborted", "client"))
        self.assertEqual(event["data"], {"dataIn": 5, "dataOut": 5})

    def test_no_secret_is_seen_even_in_what_is_wrong(self):
        """Every way to offer a secret, right or wrong, at the most talkative level. (All stories look for secrets.)"""
        verifier = hs_verifier()
        one, tokens = route().to(self.use(Backend(echo))).for_keys(), route().to(self.use(Backend(echo)))
        tokens.for_tokens(verifier)
        key = api_key(one)
        gateway = self.use(TunnelGateway(one, tokens, keys=[key], verifiers=[verifier],
                                         arguments=["--log-level", "trace"]))
        for number, (host, query, headers) in enumerate((
                (one.host, "", {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}),
                (one.host, "", {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": new_secret()}),
                (one.host, "", {"Authorization": "Basic " + new_secret()}),
                (one.host, "", {"Authorization": "Bearer " + new_secret()}),
                (one.host, "basic_auth=" + new_secret(), {}),
                (one.host, "bearer_auth=" + new_secret(), {}),
                (one.host, "pappsToken=" + new_secret(), {}),
                (tokens.host, "", {"Authorization": "Bearer " + new_secret()}),
                (tokens.host, "access_token=" + new_secret(), {"Cookie": "access_token=" + new_secret()})), 1):
            answer, connection = ask(gateway, host, query, **headers)
            connection.close()
            self.assertEqual(secrets_in(str(answer)), [])
            gateway.wait_events(number)
        self.assertEqual(secrets_in(gateway.output + json.dumps(gateway.events())), [])
        self.assertTrue(secrets_in(f"it would be found: {key['clientSecret']}"))


main()
