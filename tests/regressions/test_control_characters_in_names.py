"""A name, id, domain or host with a NUL or a line break in it was stored, and stood so in lists, sentences and tables."""

import copy
import json
import os

from support import (AdminGateway, Story, api_key, app_session, hs_verifier, main, plain, reserve_port, route,
                     run_gateway)

NAMES = ("a\u0000b", "\n", "a\r\nb", "\u001b[31m", "\u007f")


def put(entity, pointer, value):
    changed = copy.deepcopy(entity)
    *way, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    place = changed
    for step in way:
        place = place[step]
    place[last] = value
    return changed


class ControlCharactersInNames(Story):
    def setUp(self):
        super().setUp()
        target = {"host": "127.0.0.1", "port": 1}
        service = plain(id="one", port=reserve_port(), interface="127.0.0.1")
        self.service = service.rule("a.test", target).forwards_to(target).json
        tunnel = route(groups=["one"]).to_hostname("127.0.0.1", port=1)
        self.kinds = {
            "tcp/services": (self.service, ["/id", "/name", "/interface", "/rules/0/domain", "/rules/0/targets/0/host",
                                           "/rules/0/targets/0/ip", "/sni/forwardsTo/ip"]),
            "apikeys": (api_key(tunnel), ["/clientId", "/clientName", "/clientSecret", "/authorizedEntities/0"]),
            "routes": (tunnel.json, ["/id", "/name", "/frontend/domains/0", "/backend/targets/0/hostname",
                                     "/backend/targets/0/ip_address", "/groups/0"]),
            "verifiers": (hs_verifier(), ["/id", "/name"]),
            "apps-sessions": (app_session(), ["/randomId", "/name"]),
        }

    def test_they_are_refused_with_their_place(self):
        admin = self.use(AdminGateway()).admin
        for kind, (entity, pointers) in self.kinds.items():
            for pointer in pointers:
                for name in NAMES:
                    with self.subTest(kind, pointer=pointer, name=name):
                        answer = admin.post(f"/api/{kind}", put(entity, pointer, name))
                        self.assertEqual(answer.status, 400, answer)
                        self.assertEqual(answer.json["problems"][0]["path"], pointer, answer)
            self.assertEqual(admin.get(f"/api/{kind}").json, [])

    def test_descriptions_and_metadata_may_have_lines(self):
        admin = self.use(AdminGateway()).admin
        for kind, (entity, _) in self.kinds.items():
            texts = {"metadata": {"k": "one\ntwo\u0000"}} | ({"description": "one\ntwo"} if "description" in entity else {})
            answer = admin.post(f"/api/{kind}", entity | texts)
            self.assertEqual(answer.status, 201, answer)
            self.assertEqual(answer.json["metadata"], texts["metadata"])

    def test_files_with_them_are_refused(self):
        folder = self.folder()
        for name, content in (("gateway.json", {"import": ["services.json"]}),
                              ("services.json", {"tcpServices": [put(self.service, "/name", "a\nb")]})):
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        code, said = run_gateway("--config", os.path.join(folder, "gateway.json"), "--check")
        self.assertEqual(code, 2, said)
        self.assertIn("/tcpServices/0/name: a text with control characters is not allowed", said)


main()
