"""The gateway did not start any more: an update had made OpenSSL's policy stricter than one stored certificate is strong."""

import os
import subprocess

from support import (AdminGateway, Backend, Story, client_context, connect, connect_tls, echo, main, plain, run_gateway,
                     terminating)

STRICT = """openssl_conf = all
[all]
ssl_conf = tls
[tls]
system_default = policy
[policy]
CipherString = DEFAULT@SECLEVEL=3
"""


def certificate(folder, name, *key):
    """The entity of a certificate for NAME.test."""
    crt, private = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}.test", *key,
                    "-addext", f"subjectAltName=DNS:{name}.test", "-keyout", private, "-out", crt],
                   check=True, capture_output=True)
    with open(crt) as chain, open(private) as secret:
        return {"id": name, "chain": chain.read(), "privateKey": secret.read()}


class StoredCertificateAndPolicy(Story):
    def setUp(self):
        made = self.folder()
        self.short = certificate(made, "short", "-newkey", "rsa:2048")
        self.tiny = certificate(made, "tiny", "-newkey", "rsa:1024")
        self.curve = certificate(made, "curve", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        target = self.use(Backend(echo))
        self.service, self.other = terminating().targets(target), plain().targets(target)
        self.policy = os.path.join(made, "openssl.cnf")
        self.environment = {"OPENSSL_CONF": self.policy}
        self.gateway = self.use(AdminGateway(self.service, self.other, settings={"store": {"type": "sqlite"}},
                                             env=self.environment))

    def update_the_machine(self):
        """The gateway is started anew with a policy that wants RSA of 3072 bits."""
        self.assertEqual(self.gateway.stop(), 0)
        with open(self.policy, "w") as file:
            file.write(STRICT)
        self.gateway.start_again()

    def post(self, entity, **fields):
        return self.gateway.admin.post("/api/certificates", entity | fields)

    def test_the_gateway_starts_and_says_which_one_is_not_used(self):
        for entity in (self.short, self.curve):
            self.assertEqual(self.post(entity).status, 201)
        self.update_the_machine()
        line = self.gateway.wait_line("certificate 'short.test' is not used")
        self.assertIn("ee key too small", line)
        with connect(self.other) as client:
            self.assertEqual(client.round_trip(), b"hello")
        with connect_tls(self.service, "curve.test", client_context()) as client:
            self.assertEqual(client.round_trip(), b"hello")
        code, said = run_gateway("--config", self.gateway.folder.config, "--check", cwd=self.gateway.folder.path,
                                 env=self.environment)
        self.assertEqual(code, 2, said)
        self.assertRegex(said, "certificate 'short.test': .*ee key too small")
        self.assertIn("1 problem to solve", said)

    def test_what_comes_in_is_still_refused_by_the_policy_of_the_moment(self):
        self.assertEqual(self.post(self.short).status, 201)
        self.assertIn("RSA of 2048 bits or more", self.post(self.tiny).json["error_description"])
        self.update_the_machine()
        again = self.post(self.short, id="another")
        self.assertEqual(again.status, 400, again)
        self.assertIn("security level is 3", again.json["error_description"])
        self.assertIn("a longer key", again.json["error_description"])
        self.assertNotIn("2048", again.json["error_description"])

    def test_a_revoked_one_may_be_as_weak_as_it_is(self):
        for revoked in (self.post(self.tiny, revoked=True), self.post(self.short, revoked=True)):
            self.assertEqual(revoked.status, 201, revoked)
        self.update_the_machine()
        self.assertNotIn("is not used", self.gateway.output)


main()
