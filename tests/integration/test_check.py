"""`gateway --check` tells everything that is wrong, of all files at once, and what it thinks of what is right."""

import json
import os

from support import Authority, Story, main, run_gateway

USAGE = 2


def service(**fields):
    rule = {"domain": "*", "targets": [{"host": "127.0.0.1", "port": 1}]}
    return {"id": "web", "port": 10001, "rules": [rule], **fields}


class Check(Story):
    def check(self, *services, certificate=None, **settings):
        folder = self.folder()
        files = {"gateway.json": json.dumps({"import": ["services.json"], **settings}),
                 "services.json": json.dumps({"tcpServices": services})}
        if certificate:
            os.mkdir(os.path.join(folder, "certs"))
            files["certs/1.pem"] = certificate
        for name, text in files.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        return run_gateway("--config", os.path.join(folder, "gateway.json"), "--check")

    def test_problems_of_all_files_are_told_at_once(self):
        code, output = self.check(service(port=0), certificate="no certificate",
                                  upstreamTls={"caFile": "up.pem"}, certificates={"clientCaFile": "down.pem"})
        self.assertEqual(code, USAGE)
        for words in ("1.pem", "/tcpServices/0/port", "upstreamTls.caFile", "up.pem", "clientCaFile", "down.pem",
                      "4 problems"):
            self.assertIn(words, output)

    def test_every_port_that_cannot_be_served_is_told(self):
        needing = {"tls": "Enabled", "clientAuth": "Need"}
        code, output = self.check(service(**needing), service(id="other", port=10002, **needing))
        self.assertEqual(code, USAGE)
        for words in ("/tcpServices/0/clientAuth", "/tcpServices/1/clientAuth", "set certificates.clientCaFile"):
            self.assertIn(words, output)

    def test_tls_without_any_certificate_is_a_warning(self):
        for fields, wanted in (({"tls": "Enabled"}, True), ({"tls": "PassThrough"}, False),
                               ({"tls": "Enabled", "enabled": False}, False)):
            with self.subTest(fields):
                code, output = self.check(service(**fields))
                self.assertEqual(code, 0, output)
                self.assertEqual("every handshake will fail" in output, wanted, output)

    def test_what_is_fine_is_counted(self):
        certificate = Authority(self.folder()).server("one.test").pem()
        code, output = self.check(service(tls="Enabled"), certificate=certificate)
        self.assertEqual(code, 0, output)
        self.assertEqual(output.strip(), "fine: 1 service on 1 port, 1 certificate")


main()
