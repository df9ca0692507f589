"""The tunnel's entities come from import files: what is wrong is told with file, path and sentence, and changes
nothing; what is right is counted by `--check`."""

import json
import os
import stat

from support import Authority, Gateway, Story, main, run_gateway
from support.ports import reserve_port

USAGE = 2
TUNNEL = {"plugin": "cp:otoroshi.next.plugins.TcpTunnel"}
SECRET = "hunter2"


def route(**fields):
    return {"id": "r", "frontend": {"domains": ["t.test"]}, "backend": {"targets": [{"hostname": "a.test", "port": 22}]},
            "plugins": [TUNNEL], **fields}


def with_plugin(name, **fields):
    return route(plugins=[TUNNEL, {"plugin": f"cp:otoroshi.next.plugins.{name}", **fields}])


def key(**fields):
    return {"clientId": "k", "clientSecret": SECRET, "clientName": "n", "authorizedEntities": ["route_r"], **fields}


def verifier(**algo):
    return {"id": "v", "name": "v", "algoSettings": {"type": "HSAlgoSettings", "secret": SECRET, **algo}}


def session(**fields):
    return {"randomId": SECRET, "expiredAt": 4_000_000_000_000, **fields}


ROWS = [
    # section, entities, where, words that the answer must hold
    ("routes", [{}], "/routes/0/frontend", ["missing"]),
    ("routes", [route(backend={"targets": []})], "/routes/0/backend/targets", ["target"]),
    ("routes", [route(backend={"targets": [{"hostname": "${remote_host}:22"}]})], "/routes/0/plugins/0", ["destinations"]),
    ("routes", [with_plugin("RateLimit")], "/routes/0/plugins/1", ["RateLimit"]),
    ("routes", [route(frontend={"domains": ["t.test"], "headers": {"x": "y"}})], "/routes/0/frontend/headers", []),
    ("routes", [with_plugin("JwtVerificationOnly", config={"verifier": "gone"})], "/routes/0/plugins", ["gone"]),
    ("routes", [route(), route(frontend={"domains": ["u.test"]})], "/routes/1/id", ["id", "taken"]),
    ("apiKeys", [{}], "/apiKeys/0/clientId", ["missing"]),
    ("apiKeys", [key(clientId="a:b")], "/apiKeys/0/clientId", ["a:b", "colon"]),
    ("apiKeys", [key(clientName=" ")], "/apiKeys/0/clientName", ["blank"]),
    ("apiKeys", [key(restrictions={"enabled": True})], "/apiKeys/0/restrictions/enabled", ["restrictions"]),
    ("apiKeys", [key(validUntil="tomorrow")], "/apiKeys/0/validUntil", ["tomorrow", "whole number"]),
    ("apiKeys", [key(authorizations=[{"kind": "team", "id": "x"}])], "/apiKeys/0/authorizations/0/kind", ["team", "route"]),
    ("apiKeys", [key(), key(clientName="m")], "/apiKeys/1/clientId", ["taken", "'n'"]),
    ("jwtVerifiers", [{"id": "v"}], "/jwtVerifiers/0/algoSettings", ["missing"]),
    ("jwtVerifiers", [verifier(type="KidAlgoSettings")], "/jwtVerifiers/0/algoSettings/type", ["KidAlgoSettings", "JWKS"]),
    ("jwtVerifiers", [verifier(size=128)], "/jwtVerifiers/0/algoSettings/size", ["128", "256"]),
    ("jwtVerifiers", [verifier(secret="")], "/jwtVerifiers/0/algoSettings/secret", ["secret"]),
    ("jwtVerifiers", [verifier(type="RSAlgoSettings", publicKey=SECRET)], "/jwtVerifiers/0", ["publicKey"]),
    ("jwtVerifiers", [verifier(type="JWKSAlgoSettings", url=f"ftp://me:{SECRET}@a")], "/jwtVerifiers/0/algoSettings/url",
     ["https://"]),
    ("appSessions", [{"randomId": SECRET}], "/appSessions/0/expiredAt", ["missing"]),
    ("appSessions", [session(randomId="")], "/appSessions/0/randomId", ["blank"]),
    ("appSessions", [session(), session()], "/appSessions/1/randomId", ["taken"]),
    ("routes", {}, "/routes", ["list"]),
    ("jwtverifiers", [], "/jwtverifiers", ["jwtVerifiers"]),
]

GOOD = {"routes": [route()], "apiKeys": [key()], "jwtVerifiers": [verifier()], "appSessions": [session()]}


class TunnelEntities(Story):
    def settings(self, *documents, **settings):
        """gateway.json that imports these documents: 1.json, 2.json, ..."""
        folder = self.folder()
        names = [f"{number}.json" for number, _ in enumerate(documents, 1)]
        settings = {"import": names, "tunnel": {"address": "127.0.0.1", "port": reserve_port()}, **settings}
        for name, document in zip(["gateway.json", *names], [settings, *documents]):
            with open(os.path.join(folder, name), "w") as file:
                json.dump(document, file)
        return os.path.join(folder, "gateway.json")

    def run_with(self, *documents, check=True, **settings):
        path = self.settings(*documents, **settings)
        return run_gateway("--config", path, *(["--check"] if check else []))

    def test_every_row(self):
        for section, entities, where, words in ROWS:
            for check in (False, True):
                with self.subTest(where, entities=entities, check=check):
                    code, output = self.run_with({section: entities}, check=check)
                    self.assertEqual(code, USAGE, output)
                    self.assertRegex(output, rf"1\.json: {where}\S*: \S")
                    for word in words:
                        self.assertIn(word, output)
                    self.assertNotIn(SECRET, output)

    def test_problems_of_all_kinds_and_files_are_told_at_once(self):
        code, output = self.run_with({"routes": [{}], "apiKeys": [{}]}, {"jwtVerifiers": [{}], "appSessions": [{}]})
        self.assertEqual(code, USAGE)
        for place in ("1.json: /routes/0/frontend", "1.json: /apiKeys/0/clientId", "2.json: /jwtVerifiers/0/algoSettings",
                      "2.json: /appSessions/0/expiredAt"):
            self.assertIn(place, output)

    def test_a_service_cannot_have_the_port_of_the_tunnel(self):
        for interface, setting in (("127.0.0.1", "port"), ("0.0.0.0", "port"), ("127.0.0.1", "tlsPort")):
            port = reserve_port()
            service = {"id": "db", "interface": interface, "port": port,
                       "rules": [{"domain": "*", "targets": [{"host": "a.test", "port": 1}]}]}
            tunnel = {"address": "127.0.0.1", "port": 0, setting: port}
            for check in (False, True):
                with self.subTest(interface, setting=setting, check=check):
                    code, output = self.run_with({"tcpServices": [service]}, check=check, tunnel=tunnel)
                    self.assertEqual(code, USAGE, output)
                    for word in ("'db'", f"tunnel.{setting}", f"{interface}:{port}"):
                        self.assertIn(word, output)

    def test_what_is_fine_is_counted(self):
        code, output = self.run_with(GOOD, {"routes": [route(id="s", frontend={"domains": ["u.test"]})]})
        self.assertEqual(code, 0, output)
        self.assertEqual(output.strip(), "fine: 0 services on 0 ports, 2 routes, 1 API key, 1 JWT verifier, 1 session, "
                                         "0 certificates")

    def test_warnings_of_the_check(self):
        certificates = self.folder()
        with open(os.path.join(certificates, "one.pem"), "w") as file:
            file.write(Authority(self.folder()).server("one.test").pem())
        tls = {"tunnel": {"port": 0, "tlsPort": 10001}}
        for document, settings, words in (
                ({"apiKeys": [key(authorizedEntities=[])]}, {}, ["/apiKeys/0/authorizedEntities"]),
                ({"routes": [with_plugin("OverrideHost")]}, {}, ["/routes/0/plugins/1", "OverrideHost"]),
                ({"routes": [route()]}, {"tunnel": {"port": 0}}, ["tunnel", "not served"]),
                (GOOD, tls, ["tunnel.tlsPort", "every handshake will fail"]),
                (GOOD, {**tls, "certificates": {"dir": certificates}}, None)):
            with self.subTest(words):
                code, output = self.run_with(document, **settings)
                self.assertEqual(code, 0, output)
                self.assertEqual("warning" in output, words is not None, output)
                for word in words or []:
                    self.assertIn(word, output)

    def gateway(self, **settings):
        """A gateway with a tunnel and GOOD."""
        tunnel = {"address": "127.0.0.1", "port": reserve_port()}
        gateway = self.use(Gateway(settings={"tunnel": tunnel, **settings}))
        gateway.folder.write("services.json", GOOD)
        self.assertIn("4 added", gateway.sighup())
        return gateway

    def test_sighup_with_a_bad_file_changes_nothing(self):
        gateway = self.gateway(secret="s")
        for section, entities, where, _ in ROWS:
            with self.subTest(where, entities=entities):
                two_keys = {**GOOD, "apiKeys": [key(), key(clientId="new")]}
                gateway.folder.write("services.json", {**two_keys, section: entities})
                self.assertIn("services.json: " + where, gateway.sighup(says=r"services\.json"))
        gateway.folder.write("services.json", GOOD)
        self.assertIn("0 added, 0 changed, 0 removed, 4 unchanged", gateway.sighup())
        gateway.folder.write("services.json", {**GOOD, "apiKeys": [key(enabled=False)], "appSessions": []})
        self.assertIn("0 added, 1 changed, 1 removed, 2 unchanged", gateway.sighup())
        self.assertNotIn(SECRET, gateway.output)

    def test_a_secret_is_made_once_there_are_sessions(self):
        gateway = self.use(Gateway(settings={"tunnel": {"address": "127.0.0.1", "port": reserve_port()}}))
        kept = gateway.folder.file("otoroshi-data/secret")
        gateway.folder.write("services.json", {**GOOD, "appSessions": []})
        gateway.sighup()
        self.assertFalse(os.path.exists(kept))
        gateway.folder.write("services.json", GOOD)
        gateway.sighup()
        with open(kept) as file:
            secret = file.read().strip()
        self.assertRegex(secret, "^[0-9a-f]{64}$")
        self.assertEqual(stat.S_IMODE(os.stat(kept).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(kept)).st_mode), 0o700)
        self.assertIn(kept, gateway.output)
        self.assertNotIn(secret, gateway.output)

    def test_a_secret_of_the_settings_is_not_kept(self):
        gateway = self.gateway(secret="s")
        self.assertFalse(os.path.exists(gateway.folder.file("otoroshi-data")))

    def test_the_check_makes_no_secret(self):
        path = self.settings(GOOD)
        self.assertEqual(run_gateway("--config", path, "--check")[0], 0)
        self.assertFalse(os.path.exists(os.path.join(os.path.dirname(path), "otoroshi-data")))


main()
