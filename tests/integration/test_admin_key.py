"""The key of the admin API: made once or set, never told, slow to guess; TLS; where it may listen."""

import os
import socket
import ssl
import stat
import time

from support import (DEADLINE, AdminClient, AdminGateway, Authority, Backend, Gateway, Story, basic, client_context, echo,
                     main, plain, remember_secret, reserve_port, run_gateway)

SERVICES = "/api/tcp/services"
WRONG_SETTINGS, ADDRESS_TAKEN = 2, 3


def starts_not(settings, *services):
    """The exit code of a gateway with these settings, and what it said."""
    gateway = Gateway(*services, settings=settings)
    try:
        return gateway.wait(), gateway.output
    finally:
        gateway.kill()
        gateway.folder.remove()


class KeptKey(Story):
    """Without a key in the settings."""

    def gateway(self, data_dir, **options):
        port = reserve_port()
        gateway = self.use(Gateway(settings={"dataDir": data_dir, "admin": {"port": port}}, **options))
        gateway.url = f"http://127.0.0.1:{port}"
        return gateway

    def kept(self, data_dir):
        with open(os.path.join(data_dir, "admin-key")) as file:
            client_id, secret = file.read().strip().split(":", 1)
        return client_id, remember_secret(secret)

    def test_it_is_made_once_and_only_its_owner_can_read_it(self):
        data_dir = os.path.join(self.folder(), "data")
        gateway = self.gateway(data_dir)
        path = os.path.join(data_dir, "admin-key")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(data_dir).st_mode), 0o700)
        key = self.kept(data_dir)
        self.assertEqual((key[0], len(key[1])), ("admin", 64))
        self.assertEqual(AdminClient(gateway.url, key).get(SERVICES).status, 200)
        self.assertIn(path, gateway.output)
        self.assertNotIn(key[1], gateway.output)

        self.assertEqual(gateway.stop(), 0)
        again = self.gateway(data_dir)
        self.assertEqual(self.kept(data_dir), key)
        self.assertEqual(AdminClient(again.url, key).get(SERVICES).status, 200)
        self.assertIn(path, again.output)

    def test_two_gateways_have_two_keys(self):
        one, other = (os.path.join(self.folder(), "data") for _ in range(2))
        self.gateway(one)
        gateway = self.gateway(other)
        self.assertEqual(AdminClient(gateway.url, self.kept(one)).get(SERVICES).status, 401)

    def test_a_file_that_holds_no_key_is_told(self):
        data_dir = self.folder()
        with open(os.path.join(data_dir, "admin-key"), "w") as file:
            file.write("nonsense\n")
        code, output = starts_not({"dataDir": data_dir, "admin": {"port": reserve_port()}})
        self.assertEqual(code, WRONG_SETTINGS)
        self.assertIn("ID:SECRET", output)


class Guessing(Story):
    def test_both_ways_to_show_it(self):
        admin = self.use(AdminGateway()).admin
        name, secret = admin.key
        nobody = admin.with_key()
        shown = {"Otoroshi-Client-Id": name, "Otoroshi-Client-Secret": secret}
        self.assertEqual(nobody.get(SERVICES, headers=shown).status, 200)
        self.assertEqual(nobody.get(SERVICES, headers=shown | {"Otoroshi-Client-Secret": "x"}).status, 401)
        self.assertEqual(nobody.get(SERVICES, headers={"Otoroshi-Client-Id": name}).status, 401)

    def test_every_wrong_key_gets_the_same_answer(self):
        admin = self.use(AdminGateway()).admin
        name, secret = admin.key
        answers = [admin.with_key(*key).get(SERVICES) for key in
                   ((name, secret + "x"), (name, secret[:-1]), (name, ""), ("", secret), (name + "x", secret))]
        self.assertEqual({answer.status for answer in answers}, {401})
        self.assertEqual(len({answer.body for answer in answers}), 1)

    def test_who_fails_often_waits_and_nobody_else(self):
        gateway = self.use(AdminGateway())
        admin = gateway.admin
        wrong = admin.with_key(admin.key[0], "guess")
        for _ in range(10):
            self.assertEqual(wrong.get(SERVICES).status, 401)
        start = time.monotonic()
        self.assertEqual(wrong.get(SERVICES).status, 401)
        self.assertGreater(time.monotonic() - start, 0.9)
        self.assertEqual(admin.get(SERVICES).status, 200)  # the right one waits, too, and is served
        self.is_told_nothing_early(gateway)
        start = time.monotonic()
        self.assertEqual(admin.with_key().get("/live").status, 200)
        self.assertLess(time.monotonic() - start, 0.9)

    def is_told_nothing_early(self, gateway):
        """To be asked for the body at once (100 Continue) would tell that a guess was right."""
        head = (f"POST {SERVICES} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic(*gateway.admin.key)}\r\n"
                "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        with socket.create_connection(("127.0.0.1", gateway.admin_port), timeout=0.3) as client:  # it waits for a second
            client.sendall(head.encode())
            with self.assertRaises(TimeoutError):
                client.recv(1)
            client.settimeout(DEADLINE)
            client.sendall(b"{}")
            self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 400"))


class Listener(Story):
    def test_tls(self):
        authority = Authority(self.folder())
        certificate, other = authority.server("localhost", "127.0.0.1"), authority.server("localhost", "127.0.0.1")
        gateway = self.use(AdminGateway(admin={"certificate": "admin.crt", "key": "admin.key"}, files={
            "admin.crt": certificate.crt, "admin.key": certificate.key}))
        trusting = AdminClient(f"https://127.0.0.1:{gateway.admin_port}", gateway.admin.key, client_context(authority))
        self.assertEqual(trusting.get(SERVICES).status, 200)
        self.assertEqual(trusting.post(SERVICES, b" " * 3_000_000).status, 400)
        self.assertEqual(self.shown_by(gateway), certificate.fingerprint())
        with self.assertRaises(OSError):
            gateway.admin.get("/live")  # no TLS
        old = client_context(authority, version=ssl.TLSVersion.TLSv1_1)
        with self.assertRaises(ssl.SSLError):
            AdminClient(trusting.url, gateway.admin.key, old).get("/live")

        gateway.put_files({"admin.crt": other.crt, "admin.key": other.key})
        gateway.sighup()
        self.assertEqual(self.shown_by(gateway), other.fingerprint())
        gateway.folder.write("admin.key", "nonsense")
        gateway.sighup(r"admin\.key")
        self.assertEqual(trusting.get(SERVICES).status, 200)

    def shown_by(self, gateway):
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", gateway.admin_port)))

    def test_a_certificate_that_cannot_be_used(self):
        code, output = starts_not({"admin": {"port": reserve_port(), "certificate": "no.crt", "key": "no.key"}})
        self.assertEqual(code, WRONG_SETTINGS)
        self.assertIn("admin.certificate", output)

    def test_other_machines_only_with_tls(self):
        for arguments in ([], ["--check"]):
            environment = {"GATEWAY_ADMIN_ADDRESS": "0.0.0.0", "GATEWAY_ADMIN_PORT": str(reserve_port()),
                           "GATEWAY_TUNNEL_PORT": "0"}
            code, output = run_gateway(*arguments, env=environment, cwd=self.folder())
            self.assertEqual(code, WRONG_SETTINGS)
            self.assertIn('"insecure": true', output)
        gateway = self.use(AdminGateway(admin={"address": "0.0.0.0", "insecure": True}))
        self.assertIn("/admin/insecure", gateway.output)
        self.assertEqual(gateway.admin.get(SERVICES).status, 200)

    def test_a_taken_port_is_told(self):
        gateway = self.use(AdminGateway())
        code, output = starts_not({"admin": {"port": gateway.admin_port}})
        self.assertEqual(code, ADDRESS_TAKEN)
        self.assertIn("admin.port", output)
        self.assertIn(str(gateway.admin_port), output)

    def test_a_port_that_a_service_has(self):
        target = self.use(Backend(echo))
        port = reserve_port()
        code, output = starts_not({"admin": {"port": port}}, plain(port=port).targets(target))
        self.assertEqual(code, WRONG_SETTINGS)
        self.assertIn("admin.port", output)
        code, output = starts_not({"admin": {"port": port}, "tunnel": {"port": port}})
        self.assertEqual(code, WRONG_SETTINGS)
        self.assertIn("tunnel.port", output)


main()
