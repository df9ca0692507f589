"""A TLS session is resumed whichever worker takes the next connection, so that returning clients are cheap."""

import ssl

from support import Authority, Backend, Gateway, Story, client_context, connect_tls, echo, main, terminating

NAME = "gateway.test"


class TlsSessions(Story):
    def test_resumption_on_every_worker(self):
        authority = Authority(self.folder())
        service = terminating().sni().rule(NAME, self.use(Backend(echo)))
        self.use(Gateway(service, certificates=[authority.server(NAME)], settings={"threads": 4}))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = client_context(authority, version=version)
            session = None
            for _ in range(12):
                with self.subTest(version.name), connect_tls(service, NAME, context, session=session) as client:
                    self.assertEqual(client.round_trip(), b"hello")  # in TLS 1.3 the ticket comes before the answer
                    self.assertEqual(client.tls.session_reused, session is not None)
                    session = client.tls.session


main()
