"""A few clients that insist on ffdhe8192 keep a core busy: each of their handshakes costs a hundred others."""

from support import Authority, Backend, Gateway, Story, echo, main, terminating
from support.servers import run

NAME = "gateway.test"


class CostlyKeyExchange(Story):
    def test_finite_fields_are_refused(self):
        service = terminating().targets(self.use(Backend(echo)))
        self.use(Gateway(service, certificates=[Authority(self.folder()).server(NAME)]))
        for groups, taken in (("ffdhe8192", False), ("ffdhe2048", False), ("ffdhe8192:X25519", True), ("P-521", True)):
            with self.subTest(groups):
                done = run("openssl", "s_client", "-connect", f"127.0.0.1:{service.port}", "-servername", NAME,
                           "-tls1_3", "-groups", groups, check=False, text="")
                self.assertEqual("alert handshake failure" not in done.stderr, taken, done.stderr)
                self.assertEqual("Cipher is TLS_" in done.stdout, taken, done.stdout)


main()
