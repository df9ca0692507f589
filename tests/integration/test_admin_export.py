"""Everything as one document and back: what is in an export, what an import replaces, all or nothing."""

from support import (AdminGateway, Authority, Backend, Story, api_key, app_session, connect, echo, hs_verifier, main,
                     plain, refuses, route)

NDJSON = "application/x-ndjson"
EXPORT = "/api/otoroshi.json"


class Export(Story):
    def setUp(self):
        self.admin = self.use(AdminGateway()).admin
        self.backend = self.use(Backend(echo))
        self.service = plain().targets(self.backend)
        certificate = Authority(self.folder()).server("export.test")
        with open(certificate.crt) as crt, open(certificate.key) as key:
            self.chain, self.key = crt.read(), key.read()

    def fill(self):
        """One entity of each kind; returns the export with all secrets."""
        for path, entity in (("tcp/services", self.service.json), ("apikeys", api_key()), ("verifiers", hs_verifier()),
                             ("routes", route("export.test").to_hostname("a.test", port=1).json),
                             ("apps-sessions", app_session()),
                             ("certificates", {"id": "c", "chain": self.chain, "privateKey": self.key})):
            answer = self.admin.post(f"/api/{path}", entity)
            self.assertEqual(answer.status, 201, answer)
        return self.admin.get(f"{EXPORT}?reveal=true").json

    def done(self, answer, **counts):
        self.assertEqual((answer.status, answer.json.get("done")), (200, True), answer)
        self.assertEqual({name: answer.json[name] for name in counts}, counts)
        return answer.json

    def test_what_was_exported_comes_back(self):
        export = self.fill()
        self.done(self.admin.post(EXPORT, {"tcpServices": []}), added=0, changed=0, removed=5, unchanged=1)
        self.assertTrue(refuses(self.service))
        self.assertEqual(len(self.admin.get("/api/apps-sessions").json), 1, "sessions stay")
        self.done(self.admin.post(EXPORT, export), added=5, changed=0, removed=0, unchanged=1)
        self.use(connect(self.service)).round_trip()
        again = self.admin.get(f"{EXPORT}?reveal=true").json
        head = ("date", "dateRaw")
        self.assertEqual({name: again[name] for name in again if name not in head},
                         {name: export[name] for name in export if name not in head})

    def test_lines_are_as_good(self):
        self.fill()
        lines = self.admin.get(f"{EXPORT}?reveal=true", headers={"Accept": NDJSON})
        self.assertEqual(sorted(line["section"] for line in lines.lines),
                         ["apiKeys", "certificates", "jwtVerifiers", "routes", "tcpServices"])
        self.done(self.admin.post(EXPORT, {"routes": []}), removed=5)
        self.done(self.admin.post("/api/import", lines.body, content_type="application/octet-stream",
                                  headers={"X-Content-Type": NDJSON}), added=5)
        self.use(connect(self.service)).round_trip()

    def test_private_keys_never_leave_unless_they_are_asked_for(self):
        export = self.fill()
        secret = self.key.splitlines()[1]
        self.assertIn(secret, str(export))
        paths = [EXPORT, "/api/certificates", "/api/certificates/c", "/apis/pki.otoroshi.io/v1/certificates/c"]
        for path in paths:
            self.assertNotIn(secret, self.admin.get(path).body.decode())
            self.assertIn(secret, str(self.admin.get(f"{path}?reveal=true").json))
        # An export without them, imported again, leaves them as they are.
        self.done(self.admin.post(EXPORT, self.admin.get(EXPORT).json), changed=0, removed=0)
        self.assertEqual(self.admin.put("/api/certificates/c", self.admin.get("/api/certificates/c").json).status, 200)
        self.assertEqual(self.admin.patch("/api/certificates/c", {"name": "new"}).status, 200)
        self.assertIn(secret, str(self.admin.get("/api/certificates/c?reveal=true").json))

    def test_sections_without_a_meaning_are_kept_and_named(self):
        sections = {"config": {"lines": ["prod"]}, "serviceGroups": [{"id": "default"}], "scripts": []}
        report = self.done(self.admin.post(EXPORT, {"label": "Otoroshi export", "tcpServices": [], **sections}))
        self.assertEqual(report["kept"]["sections"], ["config", "serviceGroups"])
        export = self.admin.get(EXPORT).json
        self.assertEqual({name: export[name] for name in sections}, sections)

    def test_a_bad_import_changes_nothing(self):
        self.fill()
        before = self.admin.get(EXPORT).json
        for bad, path in (({"tcpServices": [plain(port=0).json]}, "/tcpServices/0/port"),
                          ({"apiKeys": [api_key(), {"clientName": "x"}]}, "/apiKeys/1/clientId"),
                          ({"tcpServices": [plain(port=self.backend.port).json]}, "/tcpServices/0/port")):
            answer = self.admin.post(EXPORT, bad)
            self.assertEqual((answer.status, answer.json["error"]), (400, "bad_format"), answer)
            self.assertIn(path, [problem["path"] for problem in answer.json["problems"]])
        for bad in ("", "{", "[]", {}, {"tcpService": []}):
            self.assertEqual(self.admin.post(EXPORT, bad).status, 400)
        after = self.admin.get(EXPORT).json
        self.assertEqual(before | {"date": "", "dateRaw": 0}, after | {"date": "", "dateRaw": 0})
        self.use(connect(self.service)).round_trip()


main()
