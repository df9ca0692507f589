"""`gateway --check` told one problem of each port, and in which service it was but not in which file."""

import json
import os

from support import Story, main, run_gateway


def service(name, port, domain, **fields):
    rule = {"domain": domain, "targets": [{"host": "127.0.0.1", "port": 1}]}
    return {"id": name, "name": name, "port": port, "sni": {"enabled": True}, "rules": [rule], **fields}


class CheckOfSharedPorts(Story):
    def check(self, **files):
        folder = self.folder()
        files = {f"{name}.json": {"tcpServices": services} for name, services in files.items()}
        files["gateway.json"] = {"import": sorted(files)}
        for name, content in files.items():
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        return run_gateway("--config", "gateway.json", "--check", cwd=folder)

    def test_every_problem_of_every_port_with_its_place(self):
        needing = {"tls": "Enabled", "clientAuth": "Need"}  # and there are no authorities
        code, said = self.check(one=[service("a", 10001, "x.test", **needing), service("b", 10002, "x.test")],
                                two=[service("c", 10001, "y.test", **needing), service("d", 10003, "x.test", **needing)])
        self.assertEqual(code, 2, said)
        for place in ("one.json: /tcpServices/0/", "two.json: /tcpServices/0/", "two.json: /tcpServices/1/"):
            self.assertIn(place + "clientAuth: clientAuth 'Need' needs authorities", said)
        self.assertIn("3 problems to solve", said)

    def test_the_ports_are_counted(self):
        code, said = self.check(one=[service("a", 10001, "x.test"), service("b", 10002, "y.test")],
                                two=[service("c", 10001, "z.test"), service("d", 10003, "x.test", enabled=False)])
        self.assertEqual((code, said.strip()), (0, "fine: 4 services on 2 ports, 0 certificates"))


main()
