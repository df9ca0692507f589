"""A certificate with RSA of 1024 bits, or signed with SHA-1, was stored without a word, and then every handshake failed."""

import os
import subprocess

from support import AdminGateway, Story, main, run_gateway, terminating

SELF_SIGNED = ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=weak.test", "-addext", "subjectAltName=DNS:weak.test"]
WEAK = {
    "rsa-1024": ("ee key too small", ["-newkey", "rsa:1024"]),
    "a-curve-of-160-bits": ("ee key too small", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp160r1"]),
    "signed-with-sha1": ("ca md too weak", None),
    "dsa": ("DSA", "dsa"),
}
STRONG = {
    "rsa-2048": ["-newkey", "rsa:2048"],
    "rsa-pss": ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "ed25519": ["-newkey", "ed25519"],
}


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class CertificatesTooWeakForTls(Story):
    def setUp(self):
        super().setUp()
        self.certs = self.folder()

    def path(self, name):
        return os.path.join(self.certs, name)

    def make(self, name, how):
        """Paths of the certificate and its key, which TLS as it is set up here would never make."""
        crt, key = self.path(name + ".crt"), self.path(name + ".key")
        if how is None:
            return self.signed_with_sha1(crt, key)
        if how == "dsa":
            openssl("dsaparam", "-genkey", "-out", key, "2048")
            how = ["-key", key]
            openssl(*SELF_SIGNED, *how, "-out", crt)
        else:
            openssl(*SELF_SIGNED, *how, "-keyout", key, "-out", crt)
        return crt, key

    def signed_with_sha1(self, crt, key):
        ca, request = self.path("ca.pem"), self.path("request")
        openssl(*SELF_SIGNED, "-newkey", "rsa:2048", "-keyout", ca + ".key", "-out", ca)
        openssl("req", "-new", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=signed.test", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-sha1", "-in", request, "-CA", ca, "-CAkey", ca + ".key", "-CAcreateserial", "-out", crt)
        os.remove(ca)
        os.remove(ca + ".key")
        return crt, key

    def entity(self, name, how):
        crt, key = self.make(name, how)
        with open(crt) as chain, open(key) as private:
            return {"id": name, "chain": chain.read(), "privateKey": private.read()}

    def test_the_admin_api_says_so(self):
        admin = self.use(AdminGateway()).admin
        for name, (reason, how) in WEAK.items():
            with self.subTest(name):
                entity = self.entity(name, how)
                answer = admin.post("/api/certificates", entity)
                self.assertEqual(answer.status, 400, answer)
                self.assertIn(reason, answer.json["error_description"])
                unused = admin.post("/api/certificates", entity | {"keypair": True})
                self.assertEqual(unused.status, 201, unused)  # for signatures of tokens, no listener shows it
        for name, how in STRONG.items():
            with self.subTest(name):
                self.assertEqual(admin.post("/api/certificates", self.entity(name, how)).status, 201)

    def test_the_check_and_the_log_say_so_of_files(self):
        gateway = self.use(AdminGateway(terminating(targets=[])))
        for name, (reason, how) in WEAK.items():
            for path in self.make(name, how):
                with open(path) as file:
                    gateway.folder.write(f"certs/{os.path.basename(path)}", file.read())
        gateway.sighup(r"certs/rsa-1024.crt.*ee key too small")
        code, said = run_gateway("--config", gateway.folder.config, "--check", cwd=gateway.folder.path)
        self.assertEqual(code, 2, said)
        for name, (reason, _) in WEAK.items():
            self.assertRegex(said, rf"certs/{name}\.crt.*{reason}")


main()
