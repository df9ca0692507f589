"""clientAuth × the certificate that a client shows: one row for each."""

import ssl

from support import (Authority, Backend, BrokenOff, Gateway, Story, client_context, connect_tls, echo, main,
                     terminating)

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
        stranger = Authority(self.folder(), "Stranger")
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

    def test_tls_before_1_2_is_refused(self):
        context = client_context(self.authority)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with self.assertRaises((ssl.SSLError, BrokenOff)):
            connect_tls(self.services["None"].port, NAME, context)


main()
