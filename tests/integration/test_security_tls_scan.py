"""An auditor's scan of every port that speaks TLS finds nothing above LOW: 1.2 and 1.3, AEAD and forward secrecy."""

import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import LONG, SANITIZED, AdminTunnelGateway, Authority, Backend, Story, main, terminating
from support.tls_scan import Sslscan, testssl

NAME = "gateway.test"
DAYS = 24 * 3600

# What testssl says above LOW that is not the gateway's doing.
ALLOWED = {
    "cert_revocation": "the test's own authority publishes no list of what it has revoked",
    "secure_client_renego": "not tried (WARN) where a client certificate is needed; sslscan does",
    "BREACH": "not tried (WARN) where a client certificate is needed; there is no HTTP behind that port",
    "sessionresumption_ticket": "not tried (WARN) if its first connection ended before the ticket of TLS 1.3 had come; "
                                "test_tls_sessions.py does",
}
CIPHERS = {
    ("TLSv1.3", "TLS_AES_256_GCM_SHA384"), ("TLSv1.3", "TLS_AES_128_GCM_SHA256"),
    ("TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"),
    *(("TLSv1.2", f"ECDHE-{key}-{cipher}") for key in ("ECDSA", "RSA")
      for cipher in ("AES256-GCM-SHA384", "AES128-GCM-SHA256", "CHACHA20-POLY1305")),
}


def ends_after_a_word(connection, _visit):
    """What a scanner learns of the target does not matter, so it need not wait for more."""
    connection.receive()
    connection.finish()


class TlsScan(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        until = int(time.time()) + 90 * DAYS  # testssl wants more than 30
        ecdsa, rsa = (self.authority.server(NAME, "127.0.0.1", key=key, until=until) for key in ("ec", "rsa"))
        self.client = self.authority.client("auditor")
        backend = self.use(Backend(ends_after_a_word))
        services = {
            "Enabled": terminating().targets(backend),
            "Enabled, by SNI": terminating().sni().rule(NAME, backend).forwards_to(backend),
            "Want": terminating(clientAuth="Want").targets(backend),
            "Need": terminating(clientAuth="Need").targets(backend),
        }
        gateway = self.use(AdminTunnelGateway(
            services=services.values(), certificates=[ecdsa, rsa], client_authority=self.authority,
            admin={"certificate": ecdsa.crt, "key": ecdsa.key}, settings={"certificates": {"defaultDomain": NAME}}))
        self.ports = {**{name: service.port for name, service in services.items()},
                      "tunnel": gateway.tls_port, "admin API": gateway.admin_port}

    def test_sslscan(self):
        shows_certificate = [f"--certs={self.client.crt}", f"--pk={self.client.key}"]
        scans = {(name, ""): Sslscan(port, NAME, *shows_certificate) for name, port in self.ports.items()}
        scans["Enabled", "PostgreSQL"] = Sslscan(self.ports["Enabled"], NAME, "--starttls-psql")
        for listener, scan in scans.items():
            with self.subTest(listener):
                self.assertEqual(scan.versions, {"TLS 1.2", "TLS 1.3"})
                self.assertEqual(scan.ciphers & CIPHERS, scan.ciphers, "neither AEAD nor forward secrecy")
                self.assertEqual({version for version, _ in scan.ciphers}, {"TLSv1.2", "TLSv1.3"})
                self.assertTrue(scan.groups)
                self.assertEqual([group for group in scan.groups if "ffdhe" in group], [], "too dear for a server")
                self.assertFalse(scan.renegotiates)
                self.assertFalse(scan.bleeds)

    @unittest.skipIf(SANITIZED, "the same listeners, for minutes")
    def test_testssl(self):
        """Protocols and preferences of two listeners; with OTOROSHI_LONG everything of all."""
        options = [] if LONG else ["-p", "-P"]
        listeners = self.ports if LONG else ["Enabled, by SNI", "admin API"]
        folder = self.folder()

        def scan(name):
            return testssl(self.ports[name], NAME, *options, authority=self.authority, folder=folder,
                           seconds=600 if LONG else 120)
        with ThreadPoolExecutor(2) as two_at_once:
            scans = dict(zip(listeners, two_at_once.map(scan, listeners)))
        for listener, findings in scans.items():
            with self.subTest(listener):
                unexplained = {id: what for id, what in findings.items() if id not in ALLOWED}
                self.assertEqual(unexplained, {})


main()
