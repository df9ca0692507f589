"""The gateway did not start any more: a stored certificate was named by its common name, which held a line break."""

import os
import subprocess

from support import AdminGateway, Story, main


class ControlCharactersInCertificates(Story):
    def setUp(self):
        self.made = self.folder()
        self.gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}}))

    def post_certificate(self, common_name, *names):
        crt, key = os.path.join(self.made, "a.crt"), os.path.join(self.made, "a.key")
        extensions = ["-addext", "subjectAltName=" + ",".join(names)] if names else []
        subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-utf8", "-subj", f"/CN={common_name}", *extensions, "-keyout", key,
                        "-out", crt], check=True, capture_output=True)
        with open(crt) as chain, open(key) as secret:
            answer = self.gateway.admin.post("/api/certificates", {"chain": chain.read(), "privateKey": secret.read()})
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_the_gateway_starts_again(self):
        odd = self.post_certificate("a\nb.test", "DNS:c.test")
        nameless = self.post_certificate("\x7f")
        self.assertEqual((odd["domain"], odd["name"]), ("c.test", "c.test"))
        self.assertEqual((nameless["domain"], nameless["name"]), ("", ""))
        self.assertIn("CN=a\\0Ab.test", odd["subject"])

        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start_again()
        self.assertEqual(self.gateway.admin.get("/api/certificates/" + odd["id"]).json["subject"], odd["subject"])


main()
