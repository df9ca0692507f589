"""One service with an unknown field `kind` and nothing of an export can be applied; `spec` takes a service's place."""

from support import AdminGateway, Ctl, Story, main, plain, reserve_port


class FieldsNamedAsOurOwn(Story):
    def setUp(self):
        self.gateway = self.use(AdminGateway())
        self.ctl = Ctl(self.gateway)

    def post(self, id, **fields):
        answer = self.gateway.admin.post("/api/tcp/services", plain(id=id, port=reserve_port()).json | fields)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def get(self, id):
        return self.gateway.admin.get("/api/tcp/services/" + id).json

    def test_an_unknown_kind_is_a_field_like_others_where_the_kind_is_known(self):
        proxy, other = self.post("a", kind="proxy"), self.post("b")
        applied = self.ctl.ok("apply", "-f", "-", stdin=self.ctl.ok("export", "--reveal").out)
        self.assertEqual(applied.out.count("unchanged"), 2, applied)
        self.assertEqual((self.get("a"), self.get("b")), (proxy, other))

    def test_a_list_named_like_a_section_makes_no_export_of_a_service(self):
        service = self.post("a", routes=["r1"])
        raw = self.gateway.admin.get("/api/tcp/services/a").body.decode()
        self.assertIn("unchanged", self.ctl.ok("apply", "tcp-services", "-f", "-", stdin=raw).out)
        self.assertEqual(self.get("a"), service)

    def test_a_service_is_itself_and_not_its_spec(self):
        service = self.post("a", apiVersion="v1", spec={"port": reserve_port()})
        for path in ("/api/tcp/services/a", "/apis/proxy.otoroshi.io/v1/tcp-services/a"):
            answer = self.gateway.admin.put(path, self.gateway.admin.get(path).body)
            self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.get("a"), service)
        shown = self.ctl.ok("get", "tcp-services", "-o", "json").out
        self.assertIn("unchanged", self.ctl.ok("apply", "-f", "-", stdin=shown).out)


main()
