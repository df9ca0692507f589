"""The OpenAPI document is whole, and says what the gateway does. (test_openapi_validator.py: it is well-formed.)"""

import json
import re

from support import AdminGateway, Story, main


class OpenApi(Story):
    def setUp(self):
        self.admin = self.use(AdminGateway()).admin
        self.document = self.admin.get("/apis/openapi.json").json

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    def test_it_is_whole(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(sorted(set(ids)), sorted(ids))
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(self.document)):
            part = self.document
            for name in reference.split("/"):
                part = part[name]
        for path, _, operation in self.operations():
            in_path = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
            self.assertEqual(re.findall(r"{(\w+)}", path), in_path)

    def test_what_it_names_is_there_and_wants_the_key(self):
        anybody = self.admin.with_key()
        for path, method, operation in self.operations():
            with self.subTest(f"{method} {path}"):
                asked = re.sub(r"{\w+}", "missing", path)
                is_open = operation.get("security") == []
                if not is_open:
                    self.assertEqual(anybody.request(method.upper(), asked).status, 401)
                if method == "get":
                    answer = self.admin.get(asked)
                    self.assertIn(answer.status, (200, 404) if asked != path else (200,), answer)

    def test_the_kinds_are_listed(self):
        kinds = self.admin.get("/apis/entities?schema=false").json["resources"]
        self.assertEqual([kind["plural_name"] for kind in kinds],
                         ["tcp-services", "routes", "apikeys", "jwt-verifiers", "apps-sessions", "certificates"])
        for kind in kinds:
            self.assertEqual(self.admin.get(f"/apis/{kind['group']}/v1/{kind['plural_name']}").json, [])
        for kind in self.admin.get("/apis/entities").json["resources"]:
            self.assertEqual(kind["version"]["schema"]["type"], "object")


main()
