"""An audit of the admin API's port reports CBC ciphers, and that the client's order of ciphers decides."""

import ssl

from support import AdminGateway, Authority, BrokenOff, Story, client_context, connect_tls, main

NAME = "admin.test"


class AdminWeakCiphers(Story):
    def test_only_aead_in_the_order_of_the_server(self):
        authority = Authority(self.folder())
        certificate = authority.server(NAME)
        gateway = self.use(AdminGateway(admin={"certificate": certificate.crt, "key": certificate.key}))
        rows = [
            ("ECDHE-ECDSA-AES256-SHA384", None), ("ECDHE-ECDSA-AES128-SHA", None),
            ("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        ]
        for offered, taken in rows:
            context = client_context(authority, version=ssl.TLSVersion.TLSv1_2)
            context.set_ciphers(offered)
            with self.subTest(offered):
                if taken is None:
                    with self.assertRaises((ssl.SSLError, BrokenOff)):
                        connect_tls(gateway.admin_port, NAME, context)
                    continue
                with connect_tls(gateway.admin_port, NAME, context) as client:
                    self.assertEqual(client.tls.cipher()[0], taken)


main()
