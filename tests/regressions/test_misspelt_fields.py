"""A service with "domian" or "targetz" was taken without a word, and served nobody: unknown fields are kept, as Otoroshi has more of them."""

import json
import os

from support import AdminGateway, Story, main, plain, reserve_port, route, run_gateway

TYPOS = {  # where it is, and what was meant
    "/targetz": None,  # there is no field like it at this place
    "/intreface": "interface",
    "/sni/forwardIfNoMach": "forwardIfNoMatch",
    "/rules/0/domian": "domain",
    "/rules/0/targetz": "targets",
    "/rules/0/targets/0/prot": "port",
    "/rules/0/targets/0/tls_config/trustall": "trust_all",
    "/metadata/nmae": None,  # the owner's
    "/_loc": None,           # Otoroshi's own
}


def misspelt(entity):
    entity["targetz"] = entity["intreface"] = 1
    entity["sni"]["forwardIfNoMach"] = True
    entity["rules"][0] |= {"domian": "x", "targetz": []}
    entity["rules"][0]["targets"][0] |= {"prot": 1, "tls_config": {"trustall": True}}
    return entity | {"metadata": {"nmae": "x"}, "_loc": {"tenant": "default", "teams": []}}


class MisspeltFields(Story):
    def setUp(self):
        super().setUp()
        good = plain(port=reserve_port()).rule("*", {"host": "127.0.0.1", "port": 1}).json
        self.service = misspelt(good | {"id": "one", "sni": {"enabled": False}})
        self.expected = [(path, meant) for path, meant in TYPOS.items() if meant]

    def told(self, warnings):
        return {one["path"]: one["message"] for one in warnings if "did you mean" in one["message"]}

    def check(self, warnings):
        told = self.told(warnings)
        for path, meant in self.expected:
            self.assertIn(f'did you mean "{meant}"?', told.get(path, ""), path)
        self.assertEqual(len(told), len(self.expected), told)

    def test_the_answer_to_a_write_warns(self):
        admin = self.use(AdminGateway()).admin
        answer = admin.post("/api/tcp/services", self.service)
        self.assertEqual(answer.status, 201)
        self.check(json.loads(answer.headers["Otoroshi-Warnings"]))
        self.assertEqual(answer.json["rules"][0]["domian"], "x")
        line = admin.post("/api/tcp/services/_bulk", json.dumps(self.service | {"id": "two", "enabled": False}),
                          content_type="application/x-ndjson").lines[0]
        self.check(line["warnings"])

    def test_the_check_of_files_warns(self):
        folder = self.folder()
        for name, content in (("gateway.json", {"import": ["services.json"]}), ("services.json", {"tcpServices": [self.service]})):
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        code, said = run_gateway("--config", os.path.join(folder, "gateway.json"), "--check")
        self.assertEqual(code, 0, said)
        for path, meant in self.expected:
            self.assertRegex(said, rf'/tcpServices/0{path}: .*did you mean "{meant}"\?')

    def test_what_otoroshi_exports_is_no_typo(self):
        admin = self.use(AdminGateway()).admin
        otoroshi = route().to_hostname("127.0.0.1", port=1, weight=1, protocol="HTTP/1.1", predicate={"type": "AlwaysMatch"},
                                       backup=False, ip_address=None).json
        otoroshi |= {"_loc": {"tenant": "default"}, "debug_flow": False, "export_reporting": False, "capture": False,
                     "bound_listeners": [], "backend_ref": None}
        otoroshi["backend"] |= {"root": "/", "rewrite": False, "load_balancing": {"type": "RoundRobin"}, "client": {},
                                "health_check": None}
        otoroshi["frontend"] |= {"strip_path": True, "exact": False}
        otoroshi["plugins"][0] |= {"plugin_index": {}, "nodeId": "x"}
        answer = admin.post("/api/routes", otoroshi)
        self.assertEqual(answer.status, 201)
        self.assertEqual(self.told(json.loads(answer.headers.get("Otoroshi-Warnings", "[]"))), {})


main()
