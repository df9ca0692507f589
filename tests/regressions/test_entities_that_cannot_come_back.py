"""An export, a list or a request could not bring back an entity that was taken: it was nested too deeply, or too large."""

import json

from support import MIB, AdminGateway, Ctl, Story, main, plain, reserve_port

DEEPEST, LARGEST = 60, 4 * MIB


def nested(depth):
    """A list in a list, and so on."""
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


class EntitiesThatCannotComeBack(Story):
    def setUp(self):
        self.gateway = self.use(AdminGateway())
        self.admin = self.gateway.admin
        self.service = plain(id="s", port=reserve_port(), enabled=False).json

    def post(self, **fields):
        return self.admin.post("/api/tcp/services", self.service | fields)

    def test_what_is_nested_as_deeply_as_allowed_comes_back(self):
        too_deep = self.post(x=nested(DEEPEST))
        self.assertEqual(too_deep.status, 400, too_deep)
        self.assertIn("more than 60 arrays and objects", too_deep.json["error_description"])
        self.assertEqual(self.post(x=nested(DEEPEST - 1)).status, 201)

        ctl = Ctl(self.gateway)
        for form in ("json", "yaml"):
            shown = ctl.ok("get", "tcp-services", "-o", form).out
            self.assertIn("unchanged", ctl.ok("apply", "-f", "-", stdin=shown).out)
        self.assertIn("unchanged", ctl.ok("apply", "-f", "-", stdin=ctl.ok("export", "--reveal").out).out)
        for accept in ("application/json", "application/x-ndjson"):
            export = self.admin.get("/api/otoroshi.json?reveal=true", headers={"Accept": accept})
            back = self.admin.post("/api/otoroshi.json", export.body, content_type=accept)
            self.assertEqual(back.json.get("unchanged"), 1, back)
        deeper = self.service | {"x": nested(DEEPEST)}
        self.assertEqual(self.admin.post("/api/otoroshi.json", {"tcpServices": [deeper]}).status, 400)

    def test_it_does_not_grow_beyond_what_can_be_sent(self):
        self.assertEqual(self.post().status, 201)
        path = "/api/tcp/services/s"
        for number, status in enumerate((200, 400)):
            answer = self.admin.patch(path, {f"x{number}": "d" * (LARGEST * 3 // 4)})
            self.assertEqual(answer.status, status, answer)
        self.assertIn("at most 4194304 are allowed", answer.json["error_description"])
        self.assertEqual(self.admin.put(path, self.admin.get(path).body).status, 200)

        many = [{"host": "a", "port": 1}] * 100_000  # 2.3 MiB, and 4.2 with all fields of a target
        refused = self.admin.put(path, self.service | {"rules": [{"domain": "*", "targets": many}]})
        self.assertEqual(refused.status, 400, refused)
        self.assertLess(len(json.dumps(many)), LARGEST)


main()
