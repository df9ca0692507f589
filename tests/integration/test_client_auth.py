"""clientAuth × the certificate that a client shows: one row for each."""

import ssl
import time

from support import (DEADLINE, Authority, Backend, BrokenOff, Gateway, Story, can_read, client_context, connect_tls,
                     echo, main, scaled, terminating, wait_until)

NAME = "gateway.test"
TAKEN, REFUSED = "taken", "refused"

ROWS = [
    # clientAuth, certificate: outcome
    ("None", "no", TAKEN),
    ("None", "right", TAKEN),    # not asked for, so not shown
    ("None", "wrong", TAKEN),
    ("None", "expired", TAKEN),
    ("Want", "no", TAKEN),
    ("Want", "right", TAKEN),
    ("Want", "wrong", REFUSED),  # who shows a certificate must show a good one
    ("Want", "expired", REFUSED),
    ("Need", "no", REFUSED),
    ("Need", "right", TAKEN),
    ("Need", "wrong", REFUSED),
    ("Need", "expired", REFUSED),
]


def outcome(port, context):
    """In TLS 1.3 a client learns of a refusal only when it reads."""
    try:
        with connect_tls(port, NAME, context) as client:
            return TAKEN if client.round_trip() == b"hello" else "garbled"
    except ssl.SSLError as error:
        return REFUSED if "ALERT" in error.reason or "CERTIFICATE" in error.reason else str(error)
    except BrokenOff as broken:
        return broken.how


class ClientAuth(Story):
    def setUp(self):
        self.authority, clients = Authority(self.folder(), "Servers"), Authority(self.folder(), "Clients")
        self.clients, self.stranger = clients, Authority(self.folder(), "Stranger")
        stranger = self.stranger
        self.certificates = {"no": None, "right": clients.client("alice"), "wrong": stranger.client("mallory"),
                             "expired": clients.client("bygone", expired=True)}
        target = self.use(Backend(echo))
        self.services = {auth: terminating(clientAuth=auth).targets(target) for auth in ("None", "Want", "Need")}
        self.gateway = self.use(Gateway(*self.services.values(), certificates=[self.authority.server(NAME)],
                                        client_authority=clients))

    def test_every_row(self):
        for auth, certificate, expected in ROWS:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(clientAuth=auth, certificate=certificate, version=version.name):
                    context = client_context(self.authority, self.certificates[certificate], version)
                    self.assertEqual(outcome(self.services[auth].port, context), expected)

    def test_the_event_names_the_subject(self):
        need = self.services["Need"]
        outcome(need.port, client_context(self.authority, self.certificates["right"]))
        self.assertIn("alice", str(self.gateway.wait_event(lambda event: event["@serviceId"] == need.id)))

    def test_a_resumed_session_keeps_its_subject(self):
        """A session ticket stands for a certificate that was verified, so its name must not get lost."""
        need = self.services["Need"]
        context = client_context(self.authority, self.certificates["right"], ssl.TLSVersion.TLSv1_2)
        session = None
        for _ in range(2):
            with connect_tls(need, NAME, context, session=session) as client:
                self.assertEqual(client.round_trip(), b"hello")
                self.assertEqual(client.tls.session_reused, session is not None)
                session = client.tls.session
        for event in self.gateway.wait_events(2):
            self.assertIn("alice", str(event))

    def test_who_has_sent_a_request_already_sees_the_alert(self):
        """In TLS 1.3 the request is under way when the certificate is refused: unread, it would cause a reset."""
        context = client_context(self.authority, self.certificates["wrong"], ssl.TLSVersion.TLSv1_3)
        for _ in range(10):
            with connect_tls(self.services["Need"], NAME, context) as client:
                client.send(b"a request")
                can_read(client.socket, DEADLINE)
                client.send(b"some more of it" * 4000)
                with self.assertRaisesRegex(ssl.SSLError, "ALERT_UNKNOWN_CA"):
                    client.receive()

    def test_a_certificate_that_expires_ends_its_sessions(self):
        need = self.services["Need"]
        until = int(time.time()) + scaled(6, 20)
        alice = self.clients.client("alice", until=until)
        sessions = []
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = client_context(self.authority, alice, version)
            with connect_tls(need, NAME, context) as client:
                self.assertEqual(client.round_trip(), b"hello")
                sessions.append((context, client.tls.session))
        self.gateway.wait_events(2)
        wait_until(lambda: time.time() > until + 1, "the certificate to expire")
        for context, session in sessions:
            with self.subTest(context.minimum_version.name), self.assertRaises((ssl.SSLError, BrokenOff)):
                with connect_tls(need, NAME, context, session=session) as client:
                    client.round_trip()
        for event in self.gateway.wait_events(4)[2:]:
            self.assertIn("has expired since its TLS session began", str(event))

    def test_new_authorities_count_even_if_the_services_are_bad(self):
        need = self.services["Need"]
        right, wrong = (client_context(self.authority, self.certificates[name]) for name in ("right", "wrong"))
        self.assertEqual((outcome(need.port, right), outcome(need.port, wrong)), (TAKEN, REFUSED))
        with open(self.clients.crt, "w") as file, open(self.stranger.crt) as other:
            file.write(other.read())
        self.gateway.folder.write("services.json", '{"tcpServices": [')
        self.gateway.sighup(says="the entities stay as they were")
        wait_until(lambda: outcome(need.port, wrong) == TAKEN, "the new authority to be in force")
        self.assertEqual(outcome(need.port, right), REFUSED)

    def test_tls_before_1_2_is_refused(self):
        context = client_context(self.authority)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with self.assertRaises((ssl.SSLError, BrokenOff)):
            connect_tls(self.services["None"].port, NAME, context)


main()
