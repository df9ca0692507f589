"""Certificates as entities: which are shown, whom they let in, and how a change of them is served."""

import json
import os
import ssl
import time

from support import (Authority, Backend, BrokenOff, Gateway, Story, client_context, connect_tls, echo, main,
                     run_gateway, scaled, terminating, wait_until)

NAME = "stored.test"


def stored(certificate, **fields):
    """The entity of a certificate, as it stands in an import file."""
    with open(certificate.crt) as chain, open(certificate.key) as key:
        return {"id": "stored", "chain": chain.read(), "privateKey": key.read(), **fields}


def stored_authority(authority, **fields):
    with open(authority.crt) as chain:
        return {"id": f"ca of {authority.crt}", "chain": chain.read(), "ca": True, **fields}


def shown(service, name=NAME):
    """The certificate (DER) that a client is shown; None if it is refused."""
    try:
        with connect_tls(service, name, client_context()) as client:
            return client.tls.getpeercert(binary_form=True)
    except (ssl.SSLError, BrokenOff):
        return None


def is_welcome(service, certificate, authority):
    try:
        with connect_tls(service, NAME, client_context(authority, certificate)) as client:
            return client.round_trip() == b"hello"
    except (ssl.SSLError, BrokenOff):
        return False


class StoredCertificates(Story):
    def setUp(self):
        self.authority = Authority(self.folder(), "Servers")
        self.target = self.use(Backend(echo))
        self.service = terminating().targets(self.target)

    def start(self, *certificates, services=None, **options):
        services = services or [self.service]
        self.gateway = self.use(GatewayWithCertificates(*services, stored=certificates, **options))

    def change(self, *certificates, says=r"\badded\b"):
        self.gateway.write_certificates(certificates)
        return self.gateway.sighup(says)

    def test_a_stored_certificate_ends_tls(self):
        certificate = self.authority.server(NAME)
        self.start(stored(certificate))
        self.assertTrue(is_welcome(self.service, None, self.authority))
        self.assertEqual(shown(self.service), certificate.fingerprint())
        self.assertIsNone(shown(self.service, "other.test"))

    def test_which_are_not_shown(self):
        good, other = self.authority.server(NAME), self.authority.server("kept.test")
        expired = stored(self.authority.server(NAME, expired=True))
        self.start(stored(good), stored(other, id="kept"))
        for what in (expired, *(stored(good, **{flag: True}) for flag in ("revoked", "ca", "client", "keypair"))):
            with self.subTest({key: value for key, value in what.items() if key not in ("chain", "privateKey")}):
                self.change(what, stored(other, id="kept"))
                self.assertIsNone(shown(self.service))
                self.assertEqual(shown(self.service, "kept.test"), other.fingerprint())
                self.change(stored(good), stored(other, id="kept"))
                self.assertEqual(shown(self.service), good.fingerprint())

    def test_files_and_stored_ones_side_by_side(self):
        file, entity = self.authority.server("file.test"), self.authority.server(NAME)
        self.start(stored(entity), certificates=[file])
        self.assertEqual(shown(self.service), entity.fingerprint())
        self.assertEqual(shown(self.service, "file.test"), file.fingerprint())
        changed = self.authority.server("file.test")
        self.gateway.folder.put_certificate("1", changed)
        wait_until(lambda: shown(self.service, "file.test") == changed.fingerprint(), "the changed file")
        self.assertEqual(shown(self.service), entity.fingerprint())

    def test_a_replaced_certificate_leaves_connections_alone(self):
        before, after = self.authority.server(NAME), self.authority.server(NAME)
        self.start(stored(before))
        with connect_tls(self.service, NAME, client_context(self.authority)) as client:
            self.assertEqual(client.round_trip(), b"hello")
            self.assertRegex(self.change(stored(after)), "1 changed")
            self.assertEqual(shown(self.service), after.fingerprint())
            self.assertEqual(client.round_trip(b"still here"), b"still here")

    def test_one_that_expires_is_shown_no_more(self):
        kept = self.authority.server("kept.test")
        passing = self.authority.server(NAME, until=int(time.time()) + scaled(6, 20))
        self.start(stored(passing), stored(kept, id="kept"))
        self.assertEqual(shown(self.service), passing.fingerprint())
        wait_until(lambda: shown(self.service) is None, "the certificate to expire")
        self.assertIsNotNone(shown(self.service, "kept.test"))

    def test_one_that_is_removed_is_shown_no_more(self):
        self.start(stored(self.authority.server(NAME)))
        self.change()
        self.assertIsNone(shown(self.service))

    def test_stored_authorities_let_clients_in(self):
        clients, others = Authority(self.folder(), "Clients"), Authority(self.folder(), "Others")
        alice, bob = clients.client("alice"), others.client("bob")
        server = stored(self.authority.server(NAME))
        need = terminating(clientAuth="Need").targets(self.target)
        self.start(server, stored_authority(clients), services=[need])
        self.assertTrue(is_welcome(need, alice, self.authority))
        self.assertFalse(is_welcome(need, bob, self.authority))
        with connect_tls(need, NAME, client_context(self.authority, alice)) as live:
            self.assertEqual(live.round_trip(), b"hello")
            self.change(server, stored_authority(clients), stored_authority(others))
            self.assertTrue(is_welcome(need, bob, self.authority))
            self.change(server, stored_authority(clients, revoked=True), stored_authority(others))
            self.assertFalse(is_welcome(need, alice, self.authority))
            self.assertEqual(live.round_trip(b"still here"), b"still here")

    def test_the_last_authority_stays_while_it_is_needed(self):
        clients = Authority(self.folder(), "Clients")
        server = stored(self.authority.server(NAME))
        need = terminating(clientAuth="Need").targets(self.target)
        self.start(server, stored_authority(clients), services=[need])
        self.change(server, says='store a certificate with "ca": true')
        self.assertTrue(is_welcome(need, clients.client("alice"), self.authority))

    def test_a_bad_certificate_changes_nothing(self):
        good, other = self.authority.server(NAME), self.authority.server(NAME)
        self.start(stored(good))
        wrong_key = {**stored(good), "privateKey": stored(other)["privateKey"]}
        told = self.change(wrong_key, says="does not belong")
        self.assertIn("/certificates/0/privateKey", told)
        self.assertNotIn(stored(other)["privateKey"].split("\n")[1], self.gateway.output)
        self.assertEqual(shown(self.service), good.fingerprint())


class CheckOfStoredCertificates(Story):
    def setUp(self):
        self.authority = Authority(self.folder())

    def check(self, *certificates):
        folder = self.folder()
        rule = {"domain": "*", "targets": [{"host": "127.0.0.1", "port": 1}]}
        service = {"id": "web", "port": 10001, "tls": "Enabled", "rules": [rule]}
        files = {"gateway.json": {"import": ["all.json"]},
                 "all.json": {"tcpServices": [service], "certificates": certificates}}
        for name, content in files.items():
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        return run_gateway("--config", os.path.join(folder, "gateway.json"), "--check")

    def test_they_count(self):
        code, output = self.check(stored(self.authority.server(NAME)))
        self.assertEqual((code, output.strip()), (0, "fine: 1 service on 1 port, 1 certificate"))

    def test_one_that_is_not_shown_does_not_help(self):
        code, output = self.check(stored(self.authority.server(NAME), revoked=True))
        self.assertEqual(code, 0, output)
        self.assertIn("every handshake will fail", output)

    def test_problems_and_warnings_name_the_place(self):
        code, output = self.check({**stored(self.authority.server(NAME)), "privateKey": ""}, {"chain": "hello"})
        self.assertEqual(code, 2, output)
        self.assertIn("/certificates/0/privateKey: is missing", output)
        self.assertIn("/certificates/1/chain: there is no certificate", output)
        code, output = self.check(stored(self.authority.server(NAME, expired=True), autoRenew=True))
        self.assertEqual(code, 0, output)
        self.assertIn("/certificates/0/chain: the certificate expired on 2020-02-01", output)
        self.assertIn("/certificates/0/autoRenew: has no effect", output)


class GatewayWithCertificates(Gateway):
    """A gateway with a second import file, for certificates."""

    def __init__(self, *services, stored, **options):
        self._stored = stored
        super().__init__(*services, settings={"import": ["services.json", "certificates.json"]}, **options)

    def _fill_folder(self):
        self.write_certificates(self._stored)

    def write_certificates(self, certificates):
        self.folder.write("certificates.json", {"certificates": list(certificates)})


main()
