"""A target that knows only CBC, or no forward secrecy, is spoken to as if its TLS protected anything."""

import ssl

from support import Authority, Backend, Gateway, Story, connect, echo, main, plain, server_context, to

NAME = "target.test"


class WeakTarget(Story):
    def test_it_is_refused(self):
        authority = Authority(self.folder())
        for key, cipher in (("ec", "ECDHE-ECDSA-AES256-SHA384"), ("rsa", "AES256-GCM-SHA384")):
            context = server_context(authority.server(NAME, key=key))
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(cipher)
            target = self.use(Backend(echo, tls=context))
            service = plain().targets(to(target, host=NAME, tls=True))
            gateway = self.use(Gateway(service, upstream_authority=authority))
            with self.subTest(cipher), connect(service) as client:
                self.assertIn(client.how_it_ends(), ("end", "reset"))
                self.assertIn("TLS", gateway.wait_event()["error"]["sentence"])


main()
