"""What no write may store is refused: by every way in, with the place and the reason, and it changes nothing."""

import json

from support import (MIB, AdminTunnelGateway, Backend, Story, connect, echo, main, pass_through, plain, reserve_port,
                     scaled)

SERVICES = "/api/tcp/services"
NDJSON = "application/x-ndjson"
KINDS = ["tcp/services", "routes", "apikeys", "verifiers", "certificates", "apps-sessions"]
ROUNDS = scaled(200, 20)
# What the allocator keeps for itself.
MEMORY_SLACK = scaled(24, 400) * MIB

# Bodies that are no entity of any kind: (text, path, what the reason says)
NO_ENTITIES = {
    "not JSON": ("hello", "", "line 1, column 1: invalid value"),
    "half of it": ('{"name": "a"', "", "line 1, column 13"),
    "more behind it": ('{"name": "a"} {}', "", "line 1, column 15"),
    "nothing": ("", "", "there is no JSON value"),
    "only spaces": ("  ", "", "there is no JSON value"),
    "a list": ("[]", "", "a list is not allowed: an object is wanted"),
    "a text": ('"a"', "", "a text is not allowed: an object is wanted"),
    "null": ("null", "", "null is not allowed: an object is wanted"),
    "1,000 lists in each other": ("[" * 1000 + "]" * 1000, "", "line 1, column 65: more than 64"),
    "1,000 objects in each other": ('{"a":' * 1000 + "1" + "}" * 1000, "", "more than 64"),
    "half of 100,000 lists": ("[" * 100_000, "", "more than 64"),
    "a NUL byte in a text": ('{"name": "a\0b"}', "", "NUL byte"),
    "a NUL byte at the end": ("{}\0", "", "NUL byte"),
    "not UTF-8": (b'{"name": "\xff\xfe"}', "", "not UTF-8"),
    "UTF-8 of half a pair": (b'{"name": "\xed\xa0\x80"}', "", "not UTF-8"),
    "half a pair": ('{"name": "\\ud800"}', "", "surrogate"),
    "a field twice": ('{"name": "a", "name": "b"}', "/name", "more than once"),
    "a field twice, deep": ('{"metadata": {"a": "b", "\\u0061": "c"}}', "/metadata/a", "more than once"),
    "NaN": ('{"port": NaN}', "", "invalid value"),
}


def rules(*domains, **target):
    targets = [{"host": "127.0.0.1", "port": 1, **target}]
    return {"rules": [{"domain": domain, "targets": targets} for domain in domains]}


PORT = "a whole number from 1 to 65535 is wanted"
# Fields of a service: ({field: value}, path, what the reason says). The service has SNI.
BAD_FIELDS = [
    ({"port": 0}, "/port", f"0 is not allowed: {PORT}"),
    ({"port": 65536}, "/port", f"65536 is not allowed: {PORT}"),
    ({"port": -1}, "/port", PORT),
    ({"port": 1 << 70}, "/port", PORT),
    ({"port": 1.5}, "/port", f"1.5 is not allowed: {PORT}"),
    ({"port": "abc"}, "/port", f'"abc" is not allowed: {PORT}'),
    ({"port": [4000]}, "/port", PORT),
    ({"name": 5}, "/name", "a number is not allowed: a text is wanted"),
    ({"enabled": "yes"}, "/enabled", '"yes" is not allowed: true or false is wanted'),
    ({"tls": "Foo"}, "/tls", "Foo"),
    ({"tls": 1}, "/tls", "1 is not allowed: one of"),
    ({"clientAuth": "Maybe"}, "/clientAuth", "Maybe"),
    ({"interface": "nowhere"}, "/interface", "nowhere"),
    ({"interface": "127.0.0.1\0"}, "/interface", ""),
    ({"sni": 5}, "/sni", "a number is not allowed: an object is wanted"),
    ({"sni": {"enabled": 1}}, "/sni/enabled", "true or false is wanted"),
    ({"sni": {"enabled": True, "forwardIfNoMatch": True}}, "/sni/forwardsTo", ""),
    ({"tags": {}}, "/tags", "an object is not allowed: a list is wanted"),
    ({"tags": [5]}, "/tags/0", "a text is wanted"),
    ({"metadata": []}, "/metadata", "a list is not allowed: an object is wanted"),
    ({"rules": {}}, "/rules", "an object is not allowed: a list is wanted"),
    ({"rules": [5]}, "/rules/0", "an object is wanted"),
    (rules("a(b"), "/rules/0/domain", "RE2 takes: missing ): a(b"),
    (rules("a["), "/rules/0/domain", "RE2 takes: missing ]: ["),
    (rules("(?=a)b"), "/rules/0/domain", "RE2 takes: invalid perl operator: (?="),
    (rules("*", port=0), "/rules/0/targets/0/port", PORT),
    (rules("*", tls="no"), "/rules/0/targets/0/tls", "true or false is wanted"),
    (rules(*(f"[^x]{{{n}}}" for n in range(1, 66))), "/rules/64/domain", "'[^x]{65}' is one regular expression too many"),
]


class BadBodies(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.kept = plain(id="kept").targets(self.target)
        self.changed = pass_through(id="changed").sni().rule("a.test", self.target)
        self.gateway = self.use(AdminTunnelGateway(services=[self.kept, self.changed]))
        self.admin = self.gateway.admin
        self.before = self.everything()

    def everything(self):
        """All that can be seen, but for the time of the export."""
        export = self.admin.get("/api/otoroshi.json?reveal=true").json
        lists = [self.admin.get("/api/" + kind).json for kind in KINDS]
        return lists, {name: value for name, value in export.items() if not name.startswith("date")}

    def assert_untouched(self):
        self.assertEqual(self.everything(), self.before)
        with connect(self.kept) as client:
            client.round_trip()

    def assert_refused(self, answer, path, reason, status=400):
        """An answer, or a line of a bulk answer."""
        told = answer if isinstance(answer, dict) else {"status": answer.status, **answer.json}
        self.assertEqual((told["status"], told["error"]), (status, "bad_format"), told)
        problem = next((one for one in told["problems"] if one["path"] == path), None)
        self.assertIsNotNone(problem, told)
        self.assertIn(reason, problem["message"])
        self.assertIn(problem["message"], told["error_description"])

    def bulk(self, method, *lines, kind="tcp/services"):
        body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        answer = self.admin.request(method, f"/api/{kind}/_bulk", body, content_type=NDJSON)
        self.assertEqual(answer.status, 200, answer)
        return answer.lines

    def new(self, fields):
        return {**self.changed.json, "id": "new", "port": reserve_port(), **fields}

    def test_no_entity_at_all(self):
        for kind in KINDS:
            for name, (body, path, reason) in NO_ENTITIES.items():
                with self.subTest(name, kind=kind):
                    self.assert_refused(self.admin.post("/api/" + kind, body), path, reason)
        for name, (body, path, reason) in NO_ENTITIES.items():
            with self.subTest(name, method="PUT"):
                self.assert_refused(self.admin.put(SERVICES + "/changed", body), path, reason)
            if body and isinstance(body, str) and body.strip():
                with self.subTest(name, method="_bulk"):
                    good = self.new({"id": "good", "enabled": False})
                    refused, done = self.bulk("POST", body, good)
                    self.assertEqual((refused["status"], done["status"]), (400, 201))
                    self.bulk("DELETE", {"id": "good"})
        self.assert_untouched()

    def test_bad_fields_of_a_service(self):
        for fields, path, reason in BAD_FIELDS:
            ways = {
                "POST": lambda: self.admin.post(SERVICES, self.new(fields)),
                "PUT": lambda: self.admin.put(SERVICES + "/changed", {**self.changed.json, **fields}),
                "PATCH": lambda: self.admin.patch(SERVICES + "/changed", fields),
                "PATCH by operations": lambda: self.admin.patch(SERVICES + "/changed", [
                    {"op": "add", "path": "/" + name, "value": value} for name, value in fields.items()]),
                "POST _bulk": lambda: self.bulk("POST", self.new(fields))[0],
                "PUT _bulk": lambda: self.bulk("PUT", {**self.changed.json, **fields})[0],
                "PATCH _bulk": lambda: self.bulk("PATCH", {"id": "changed", "patch": fields})[0],
            }
            for name, send in ways.items():
                with self.subTest(name, fields=str(fields)[:100]):
                    self.assert_refused(send(), path, reason)
        self.assert_untouched()

    def test_every_problem_of_a_body_is_told(self):
        answer = self.admin.post(SERVICES, self.new({"port": 0, "tls": "Foo", "enabled": 1}))
        for path in ("/port", "/tls", "/enabled"):
            self.assert_refused(answer, path, "is not allowed")
        self.assertEqual(len(answer.json["problems"]), 3)

    def test_bad_fields_of_the_other_kinds(self):
        rows = [("routes", {}, "/frontend", "is missing"),
                ("routes", {"frontend": {"domains": "a"}, "backend": {}}, "/frontend/domains", "a list is wanted"),
                ("apikeys", {}, "/clientName", "is missing"),
                ("apikeys", {"clientName": "a", "clientId": 5}, "/clientId", "a text is wanted"),
                ("apikeys", {"clientName": "a", "enabled": 1}, "/enabled", "true or false is wanted"),
                ("verifiers", {}, "/algoSettings", "is missing"),
                ("verifiers", {"algoSettings": {"type": "Foo"}}, "/algoSettings/type", "Foo"),
                ("certificates", {}, "/chain", "is missing"),
                ("certificates", {"chain": "hello"}, "/chain", "certificate"),
                ("apps-sessions", {"name": []}, "/name", "a text is wanted"),
                ("apps-sessions", {"expiredAt": "soon"}, "/expiredAt", "")]
        for kind, body, path, reason in rows:
            with self.subTest(kind, body=body):
                self.assert_refused(self.admin.post("/api/" + kind, body), path, reason)
                self.assert_refused(self.bulk("POST", body, kind=kind)[0], path, reason)
        self.assert_untouched()

    def test_bad_ids(self):
        fields = {"tcp/services": ("id", self.new({})), "apikeys": ("clientId", {"clientName": "a"}),
                  "apps-sessions": ("randomId", {})}
        for kind, (name, body) in fields.items():
            for value, reason in (("a\0b", "control character"), ("a\nb", "control character"), ("_bulk", "_"),
                                  ("a" * 251, "250"), (5, "a text is wanted")):
                with self.subTest(kind, id=value):
                    self.assert_refused(self.admin.post("/api/" + kind, {**body, name: value}), "/" + name, reason)
        self.assert_untouched()

    def test_another_id_than_that_of_the_path(self):
        answer = self.admin.put(SERVICES + "/changed", {**self.changed.json, "id": "other"})
        self.assert_refused(answer, "/id", "is not the id in the path")
        self.assertEqual(self.admin.put(SERVICES + "/nobody", self.new({"id": "nobody"})).status, 404)
        self.assertEqual(self.bulk("PUT", self.new({"id": "nobody"}))[0]["status"], 404)
        self.assertEqual(self.bulk("PATCH", {"id": "nobody", "patch": {}})[0]["status"], 404)
        taken = self.admin.post(SERVICES, self.changed.json)
        self.assertEqual((taken.status, taken.json["error_description"]), (400, "Entity already exists"))
        self.assert_untouched()

    def test_a_character_0_in_a_free_text_is_kept(self):
        """It is JSON, and nothing here ends a text at it. (Names and hosts have none.)"""
        texts = {"description": "\0", "tags": ["\0\0"], "metadata": {"c\0d": "e\0"}}
        answer = self.admin.post(SERVICES, self.new(texts))
        self.assertEqual(answer.status, 201)
        for one in (answer.json, self.admin.get(SERVICES + "/new").json, self.everything()[1]["tcpServices"][-1]):
            self.assertEqual({name: one[name] for name in texts}, texts)
        self.admin.delete(SERVICES + "/new")
        self.assert_untouched()

    def test_a_port_of_another_service(self):
        """Without SNI in both a port has one service."""
        for send in (lambda: self.admin.post(SERVICES, self.new({"port": self.kept.port})),
                     lambda: self.admin.put(SERVICES + "/changed", {**self.changed.json, "port": self.kept.port}),
                     lambda: self.admin.patch(SERVICES + "/changed", {"port": self.kept.port}),
                     lambda: self.bulk("POST", self.new({"port": self.kept.port}))[0],
                     lambda: self.bulk("PATCH", {"id": "changed", "patch": {"port": self.kept.port}})[0]):
            self.assert_refused(send(), "/port", f"cannot share port {self.kept.port}")
        self.assert_untouched()

    def test_bad_patches(self):
        rows = [("5", "", "a list of operations"), ("[5]", "/0", "object"),
                ('[{"op": "nope"}]', "/0/op", '"nope" is not allowed'),
                ('[{"op": "add", "path": "name", "value": 1}]', "/0/path", ""),
                ('[{"op": "replace", "path": "/none/a", "value": 1}]', "/0/path", "there is nothing at"),
                ('[{"op": "replace", "path": "/name", "value": "a"}, {"op": "test", "path": "/name", "value": "b"}]',
                 "/1/value", "another value"),
                ('[{"op": "remove", "path": "/port"}]', "/port", "is missing")]
        for patch, path, reason in rows:
            with self.subTest(patch):
                self.assert_refused(self.admin.patch(SERVICES + "/changed", patch), path, reason)
        for patch, path, reason in NO_ENTITIES.values():
            if reason.startswith(("line", "NUL", "not UTF-8", "more than")):
                with self.subTest(patch=patch[:100]):
                    self.assert_refused(self.admin.patch(SERVICES + "/changed", patch), path, reason)
        self.assert_untouched()

    def test_other_types_of_content(self):
        body = json.dumps(self.new({}))
        for kind in ("text/plain", "application/yaml", "application/x-www-form-urlencoded", "application/jsonx",
                     NDJSON):
            for method, path in (("POST", SERVICES), ("PUT", SERVICES + "/changed"), ("PATCH", SERVICES + "/changed")):
                with self.subTest(kind, method=method):
                    answer = self.admin.request(method, path, body, content_type=kind)
                    self.assertEqual((answer.status, answer.json["error"]), (415, "bad_content_type"), answer)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = self.admin.request(method, SERVICES + "/_bulk", body)
            self.assertEqual((answer.status, answer.json["error"]), (400, "bad_content_type"), answer)
        self.assert_untouched()

    def test_too_much(self):
        for method, path in (("POST", ""), ("PUT", "/changed"), ("PATCH", "/changed")):
            body = json.dumps(self.new({"description": "a" * 10 * MIB}))
            answer = self.admin.request(method, SERVICES + path, body)
            self.assertEqual((answer.status, answer.json["error"]), (413, "too_large"), method)
        self.assert_untouched()

    def test_memory_is_given_back(self):
        """A round has them all: each alone, and those that are one line together as well."""
        lines = [self.new(fields) for fields, _, _ in BAD_FIELDS]
        lines += [body for body, _, _ in NO_ENTITIES.values() if isinstance(body, str) and body.strip()]
        bodies = [body for body, _, _ in NO_ENTITIES.values()] + ["a" * 10 * MIB]

        def one_round():
            for body in bodies:
                self.assertIn(self.admin.post(SERVICES, body).status, (400, 413))
            self.assertEqual({line["status"] for line in self.bulk("POST", *lines)}, {400})

        for _ in range(10):
            one_round()
        start = self.gateway.rss()
        for _ in range(ROUNDS):
            one_round()
        self.assertLess(self.gateway.rss(), start + MEMORY_SLACK)
        self.assert_untouched()


main()
