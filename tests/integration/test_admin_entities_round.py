"""Create, get, list, put, patch, bulk and delete over all kinds of entities, in both families of paths: the round of
Otoroshi's own test for TCP services, with its codes and bodies."""

import json
import uuid

from support import AdminGateway, Authority, Backend, Story, api_key, app_session, connect, echo, hs_verifier, main, \
    pass_through, plain, refuses, reserve_port, route

NDJSON = "application/x-ndjson"


class Kind:
    """A kind of entities: its paths, the name of its id, what to create, and a field of it to change."""

    def __init__(self, path, generic, entity, field="description", id_field="id", deleted=None):
        self.path, self.generic = f"/api/{path}", f"/apis/{generic}"
        self.id_field, self.field, self.deleted = id_field, field, deleted or {"deleted": True}
        self._entity = entity

    def new(self, **fields):
        entity = json.loads(json.dumps(self._entity()))
        return entity | {self.id_field: f"new-{uuid.uuid4()}"} | fields


def kinds(authority):
    """All of them; services are disabled, so that many can have one port."""
    def certificate():
        made = authority.server("round.test")
        with open(made.crt) as crt, open(made.key) as key:
            return {"name": "round", "chain": crt.read(), "privateKey": key.read()}
    return [
        Kind("tcp/services", "proxy.otoroshi.io/v1/tcp-services", lambda: plain(port=4200, enabled=False).json),
        Kind("routes", "proxy.otoroshi.io/v1/routes", lambda: route("round.test").to_hostname("a.test", port=1).json),
        Kind("apikeys", "apim.otoroshi.io/v1/apikeys", lambda: api_key(), id_field="clientId"),
        Kind("verifiers", "security.otoroshi.io/v1/jwt-verifiers", lambda: hs_verifier(), field="desc"),
        Kind("apps-sessions", "security.otoroshi.io/v1/apps-sessions", lambda: app_session(), field="realm",
             id_field="randomId", deleted={"done": True}),
        Kind("certificates", "pki.otoroshi.io/v1/certificates", certificate),
    ]


class EntitiesRound(Story):
    def setUp(self):
        self.gateway = self.use(AdminGateway())
        self.admin = self.gateway.admin
        self.kinds = kinds(Authority(self.folder()))

    def check(self, answer, status, **members):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual({name: answer.json.get(name) for name in members}, members, answer)
        return answer.json

    def refused(self, answer, status, error):
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer)
        self.assertGreater(len(answer.json["error_description"]), 10)
        return answer.json["error_description"]

    def ids(self, kind, path=None):
        return [entity[kind.id_field] for entity in self.admin.get(path or kind.path).json]

    def test_one_entity_after_the_other(self):
        for kind in self.kinds:
            with self.subTest(kind.path):
                entity = kind.new()
                one = f"{kind.path}/{entity[kind.id_field]}"
                self.refused(self.admin.get(one), 404, "not_found")
                self.check(self.admin.post(kind.path, entity), 201, **{kind.id_field: entity[kind.id_field]})
                self.assertEqual(self.refused(self.admin.post(kind.path, entity), 400, "not_found"),
                                 "Entity already exists")
                self.assertEqual(self.ids(kind), [entity[kind.id_field]])
                got = self.admin.get(one).json
                self.check(self.admin.put(one, got | {kind.field: "put"}), 200, **{kind.field: "put"})
                self.check(self.admin.patch(one, {kind.field: "merged"}), 200, **{kind.field: "merged"})
                operations = [{"op": "test", "path": f"/{kind.field}", "value": "merged"},
                              {"op": "replace", "path": f"/{kind.field}", "value": "operated"}]
                self.check(self.admin.patch(one, operations), 200, **{kind.field: "operated"})
                self.refused(self.admin.patch(one, operations), 400, "bad_format")
                self.assertEqual(self.admin.get(one).json, got | {kind.field: "operated"})
                deleted = self.admin.delete(one)
                self.assertEqual((deleted.status, deleted.json), (200, kind.deleted))
                for answer in (self.admin.get(one), self.admin.put(one, got), self.admin.patch(one, {}),
                               self.admin.delete(one)):
                    self.refused(answer, 404, "not_found")
                self.assertEqual(self.ids(kind), [])

    def test_the_generic_family(self):
        for kind in self.kinds:
            with self.subTest(kind.generic):
                entity = kind.new()
                one = f"{kind.generic}/{entity[kind.id_field]}"
                self.check(self.admin.post(one, entity), 201, **{kind.id_field: entity[kind.id_field]})
                self.assertEqual(self.refused(self.admin.post(kind.generic, entity), 401, "unauthorized"),
                                 "resource already exists")
                for field, updated in (("new", "true"), ("new", "false")):
                    answer = self.admin.post(one, self.admin.get(one).json | {kind.field: field})
                    self.assertEqual((answer.status, answer.headers["Otoroshi-Entity-Updated"]), (200, updated))
                self.check(self.admin.get(f"{kind.generic}/_count"), 200, count=1)
                self.check(self.admin.patch(one, {kind.field: "patched"}), 200, **{kind.field: "patched"})
                self.check(self.admin.delete(one), 200, deleted=True)
                self.check(self.admin.post(kind.generic, entity), 201)
                everything = self.admin.delete(kind.generic)
                self.assertEqual((everything.status, everything.body), (204, b""))
                self.check(self.admin.get(f"{kind.generic}/_count"), 200, count=0)

    def test_many_at_once(self):
        for kind in self.kinds:
            for path in (kind.path, kind.generic):
                with self.subTest(path):
                    self.bulk_round(kind, path)

    def bulk_round(self, kind, path):
        def bulk(method, lines, headers=None, content_type=NDJSON):
            body = "".join(json.dumps(line) + "\n" for line in lines)
            return self.admin.request(method, f"{path}/_bulk", body, headers, content_type)

        def results(answer):
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, NDJSON), answer)
            fields = ("status", "created", "updated", "deleted", "id", "id_field")
            return [{name: line[name] for name in fields if name in line} for line in answer.lines]

        own = {"id_field": kind.id_field} if path == kind.generic else {}
        entities = [kind.new(), kind.new()]
        ids = [entity[kind.id_field] for entity in entities]
        self.assertEqual(results(bulk("POST", entities)),
                         [{"status": 201, "created": True, "id": id} | own for id in ids])
        again = bulk("POST", entities[:1]).lines[0]
        self.assertEqual(again["status"], 401 if path == kind.generic else 400)
        self.assertEqual(results(bulk("PUT", entities)),
                         [{"status": 200, "updated": True, "id": id} | own for id in ids])
        patches = [{"id": id, "patch": [{"op": "add", "path": f"/{kind.field}", "value": id}]} for id in ids]
        self.assertEqual(results(bulk("PATCH", [*patches, {"id": "missing", "patch": []}])),
                         [*({"status": 200, "updated": True, "id": id} | own for id in ids), {"status": 404}])
        self.assertEqual([entity[kind.field] for entity in self.admin.get(path).json], ids)
        for wrong in ("application/json", "text/plain"):
            self.refused(bulk("POST", entities, content_type=wrong), 400, "bad_content_type")
        self.assertEqual(results(bulk("DELETE", [{"id": id} for id in ids], {"X-Content-Type": NDJSON}, "text/plain")),
                         [{"status": 200, "deleted": True, "id": id} | own for id in ids])
        self.assertEqual(self.ids(kind, path), [])

    def test_templates_and_schemas(self):
        for kind in self.kinds:
            with self.subTest(kind.path):
                for path in (kind.path, kind.generic):
                    self.check(self.admin.get(f"{path}/_schema"), 200, type="object")
                template = self.check(self.admin.get(f"{kind.path}/_template"), 200)
                wish = self.check(self.admin.post(f"{kind.path}/_template", {"metadata": {"a": "b"}}), 200)
                self.assertEqual(wish["metadata"], {"a": "b"})
                if "chain" in template:
                    pem = kind.new()
                    template |= {name: pem[name] for name in ("chain", "privateKey")}
                if "port" in template:
                    self.assertEqual((template["name"], template["port"]), ("TCP Proxy", 4200))
                    template |= {"port": reserve_port(), "interface": "127.0.0.1"}
                self.check(self.admin.post(kind.path, template), 201)
        for path in ("/api/tcp/_template", "/api/new/tcp/service"):
            self.assertTrue(self.admin.get(path).json["id"].startswith("tcp_service_"))

    def test_two_operators_do_not_overwrite_each_other(self):
        for kind in self.kinds:
            with self.subTest(kind.path):
                entity = kind.new()
                one = f"{kind.path}/{entity[kind.id_field]}"
                self.admin.post(kind.path, entity)
                got = self.admin.get(one)
                condition = {"If-Match": got.headers["ETag"]}
                self.assertEqual(self.admin.get(one, headers={"If-None-Match": got.headers["ETag"]}).status, 304)
                self.check(self.admin.patch(one, {kind.field: "first"}, headers=condition), 200)
                for answer in (self.admin.patch(one, {kind.field: "second"}, headers=condition),
                               self.admin.put(one, got.json, headers=condition),
                               self.admin.delete(one, headers=condition)):
                    self.refused(answer, 412, "precondition_failed")
                self.assertEqual(self.admin.get(one).json[kind.field], "first")

    def test_a_created_service_accepts_at_once_and_a_deleted_one_refuses_at_once(self):
        backend = self.use(Backend(echo))
        for _ in range(20):
            service = plain().targets(backend)
            self.check(self.admin.post("/api/tcp/services", service.json), 201)
            self.use(connect(service)).round_trip()
            self.check(self.admin.delete(f"/api/tcp/services/{service.id}"), 200)
            self.assertTrue(refuses(service))

    def test_who_holds_a_port_is_told_and_nothing_changes(self):
        backend = self.use(Backend(echo))
        holder, second = plain(name="the holder").targets(backend), plain().targets(backend)
        self.check(self.admin.post("/api/tcp/services", holder.json), 201)
        answer = self.admin.post("/api/tcp/services", second.but(port=holder.port).json)
        self.assertIn("'the holder'", self.refused(answer, 400, "bad_format"))
        self.assertEqual(answer.json["problems"][0]["path"], "/port")
        answer = self.admin.post("/api/tcp/services", second.but(port=backend.port).json)
        self.assertIn("python", self.refused(answer, 400, "bad_format"))
        self.assertEqual(len(self.admin.get("/api/tcp/services").json), 1)
        self.use(connect(holder)).round_trip()

    def test_bulk_lines_that_cannot_be_served_leave_the_others_alone(self):
        backend = self.use(Backend(echo))
        good = [plain().targets(backend) for _ in range(3)]
        taken = plain(port=backend.port).targets(backend)
        twice = plain(port=good[0].port).targets(backend)
        lines = "\n".join(json.dumps(one.json) for one in (good[0], taken, good[1], twice, good[2]))
        answer = self.admin.post("/api/tcp/services/_bulk", lines, content_type=NDJSON)
        self.assertEqual([line["status"] for line in answer.lines], [201, 400, 201, 400, 201], answer)
        for service in good:
            self.use(connect(service)).round_trip()

    def test_lists(self):
        services = [pass_through(name=f"service {letter}", description=letter * 3, enabled=False).json
                    for letter in "ADCB"]
        for service in services:
            self.admin.post("/api/tcp/services", service)

        def names(query, **options):
            return [one["name"][-1] for one in self.admin.get(f"/api/tcp/services?{query}", **options).json]

        self.assertEqual(names(""), ["A", "D", "C", "B"])
        self.assertEqual(names("sorted=name"), ["A", "B", "C", "D"])
        self.assertEqual(names("sorted=name:desc&pageSize=2&page=2"), ["B", "A"])
        self.assertEqual(names("filter.description=CCC"), ["C"])
        self.assertEqual(names("filtered=name:%20b,description:bb"), ["B"])
        page = self.admin.get("/api/tcp/services?page=2&pageSize=3&fields=name,sni.enabled")
        self.assertEqual(page.json, [{"name": "service B", "sni": {"enabled": False}}])
        self.assertEqual([page.headers[name] for name in ("X-Count", "X-Offset", "X-Page", "X-Page-Size")],
                         ["4", "3", "2", "3"])
        lines = self.admin.get("/api/tcp/services", headers={"Accept": NDJSON})
        self.assertEqual(len(lines.lines), 4)
        self.assertIn("page", self.refused(self.admin.get("/api/tcp/services?page=none"), 400, "bad_format"))


main()
