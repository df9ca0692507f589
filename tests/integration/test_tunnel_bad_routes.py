"""Routes that are refused when they are loaded: an access rule is never dropped in silence."""

import copy

from support import Backend, Story, TunnelGateway, api_key, echo, hs_verifier, main, route, run_gateway
from support.entities import PLUGINS
from support.gateway import GatewayFolder
from support.websocket_peer import ask, open_websocket


def changed(one, path, value):
    """A copy of the route with another value at a JSON Pointer."""
    copied = copy.deepcopy(one)
    *place, last = [int(key) if key.isdigit() else key for key in path.split("/")[1:]]
    inner = copied.json
    for key in place:
        inner = inner[key]
    inner[last] = value
    return copied


class BadRoutes(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def good(self):
        return route().to(self.target)

    def check(self, one, **sections):
        """What `gateway --check` says of a gateway with this route."""
        folder = GatewayFolder([], {"import": ["tunnels.json"]})
        self.addCleanup(folder.remove)
        folder.write("tunnels.json", {"routes": [one.json], **sections})
        return run_gateway("--config", folder.config, "--check")

    def test_what_is_refused(self):
        to_anywhere = route().to_hostname("${remote_host}:${remote_port}")
        cases = {
            "a target that depends on the request, without destinations": (to_anywhere, "destinations"),
            "an empty list of destinations": (
                changed(to_anywhere, "/plugins/0/config", {"destinations": []}), "destinations"),
            "an unknown plugin": (self.good().plugin("OIDCHeaders"), "OIDCHeaders"),
            "a plugin of somebody else": (self.good().plugin("cp:acme.plugins.Door"), "cp:acme.plugins.Door"),
            "an access rule that is not understood": (self.good().plugin("NgLegacyApikeyCall"), "NgLegacyApikeyCall"),
            "validate: false": (self.good().for_keys(validate=False), "validate"),
            "a condition on headers": (changed(self.good(), "/frontend/headers", {"x": "y"}), "headers"),
            "a condition on methods": (changed(self.good(), "/frontend/methods", ["POST"]), "methods"),
            "a condition on the query": (changed(self.good(), "/frontend/query", {"x": "y"}), "query"),
            "a condition on cookies": (changed(self.good(), "/frontend/cookies", {"x": "y"}), "cookies"),
            "an access rule for some paths only": (
                changed(self.good().for_keys(), "/plugins/1/include", ["/admin"]), "include"),
            "an access rule but for some paths": (
                changed(self.good().for_keys(), "/plugins/1/exclude", ["/.well-known/otoroshi/tunnel"]), "exclude"),
            "an unknown placeholder": (route().to_hostname("${env.SECRET}:22"), "env.SECRET"),
            "an unfinished placeholder": (route().to_hostname("${remote_host:22"), "remote_host"),
            "no domain": (changed(self.good(), "/frontend/domains", []), "domain"),
            "a domain that is no pattern": (
                changed(self.good(), "/frontend/domains", ["Regex(()"]), "regular expression"),
            "no target": (changed(self.good(), "/backend/targets", []), "target"),
            "no port": (route().to_hostname("db.test"), "port"),
            "an address that is none": (
                self.good().plugin("IpAddressAllowedList", addresses=["10.0.0.0/33"]), "10.0.0.0/33"),
            "a destination with a wrong port": (
                route().to_request({"host": "127.0.0.1", "ports": "22-99999"}), "99999"),
            "a verifier that is not there": (self.good().for_tokens(hs_verifier()), "verifier"),
        }
        for name, (one, word) in cases.items():
            with self.subTest(name):
                code, output = self.check(one)
                self.assertEqual(code, 2, output)
                self.assertIn(word, output)
                self.assertIn("tunnels.json: /routes/0", output)

    def test_what_is_accepted(self):
        cases = {
            "only a tunnel": (self.good(), None),
            "a plugin that is off": (self.good().plugin("OIDCHeaders", enabled=False), None),
            "plugins that only rewrite HTTP": (self.good().plugin("OverrideHost"), "OverrideHost"),
            "fields that nobody knows": (self.good().but(somethingNew={"deep": [1]}), None),
        }
        for name, (one, warning) in cases.items():
            with self.subTest(name):
                code, output = self.check(one)
                self.assertEqual(code, 0, output)
                self.assertIn(warning or "", output)

    def test_a_gateway_does_not_start_with_a_route_that_is_open_by_mistake(self):
        bad = self.good().plugin("OIDCHeaders")
        folder = GatewayFolder([], {"import": ["tunnels.json"]})
        self.addCleanup(folder.remove)
        folder.write("tunnels.json", {"routes": [bad.json]})
        code, output = run_gateway("--config", folder.config)
        self.assertEqual(code, 2, output)
        self.assertIn("OIDCHeaders", output)

    def test_a_bad_route_at_sighup_changes_nothing(self):
        kept = self.good().for_keys()
        key = api_key(kept)
        gateway = self.use(TunnelGateway(kept, keys=[key]))
        headers = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}
        added = self.good()
        bad = changed(kept, "/plugins/1/plugin", PLUGINS + "SomethingElse")
        gateway.write_tunnels(routes=[bad, added])
        self.assertRegex(gateway.sighup(says=r"tunnels\.json").lower(), "error|warn")
        with open_websocket(gateway, kept.host, **headers) as peer:
            self.assertEqual(peer.round_trip(), b"hello")
        for host, status in ((kept.host, 400), (added.host, 404)):
            answer, connection = ask(gateway, host)
            connection.close()
            self.assertEqual(answer.status, status)


main()
