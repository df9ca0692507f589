"""`gateway --check` said "fine", and the gateway did not start: the admin API's certificate or key could not be used."""

import json
import os

from support import Authority, Story, main, reserve_port, run_gateway


class CheckOfTheAdminCertificate(Story):
    def check(self, certificate, key):
        folder = self.folder()
        path = os.path.join(folder, "gateway.json")
        with open(path, "w") as file:
            json.dump({"admin": {"port": reserve_port(), "certificate": certificate, "key": key}}, file)
        return run_gateway("--config", path, "--check", cwd=folder)

    def test_it_is_told(self):
        server = Authority(self.folder()).server("admin.test")
        other = Authority(self.folder()).server("other.test")
        self.assertEqual(self.check(server.crt, server.key)[0], 0)
        for certificate, key, says in (("none.pem", server.key, "admin.certificate: '.*none.pem' cannot be read: No such"),
                                       (server.crt, "/", "admin.key: '/' cannot be read"),
                                       (server.crt, server.crt, "admin.key: '.*' cannot be used"),
                                       (server.crt, other.key, "admin.key: '.*' cannot be used: key values mismatch")):
            code, said = self.check(certificate, key)
            self.assertEqual(code, 2, said)
            self.assertRegex(said, says)


main()
