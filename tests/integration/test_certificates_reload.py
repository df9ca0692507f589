"""Which certificate a client is shown, and how the folder of certificates is followed while the gateway runs."""

import ssl

from support import (Authority, Backend, Gateway, Story, client_context, connect_tls, echo, main, terminating,
                     wait_until)


def shown(service, name, ciphers=None):
    """The certificate (DER) that a client is shown who asks for `name` (None: without SNI); None if it is refused."""
    context = client_context(version=ssl.TLSVersion.TLSv1_2 if ciphers else None)
    if ciphers:
        context.set_ciphers(ciphers)
    try:
        with connect_tls(service, name, context) as client:
            return client.tls.getpeercert(binary_form=True)
    except ssl.SSLError:
        return None


class Certificates(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        self.service = terminating().targets(self.use(Backend(echo)))

    def start(self, *certificates, **settings):
        self.gateway = self.use(Gateway(self.service, certificates=certificates, settings={"certificates": settings}))

    def becomes(self, name, certificate):
        wait_until(lambda: shown(self.service, name) == certificate.fingerprint(), f"the new certificate of {name}")

    def test_exact_name_then_wildcard_for_one_label(self):
        exact, wildcard = self.authority.server("a.wild.test"), self.authority.server("*.wild.test")
        self.start(wildcard, exact)
        for name, certificate in (("a.wild.test", exact), ("A.Wild.Test", exact), ("b.wild.test", wildcard)):
            self.assertEqual(shown(self.service, name), certificate.fingerprint(), name)
        for name in ("a.b.wild.test", "wild.test", None):
            self.assertIsNone(shown(self.service, name), name)

    def test_names_come_from_the_certificate_not_from_the_file(self):
        several = self.authority.server("one.test", "two.test", subject="three.test")
        only_subject = self.authority.server(subject="subject.test")
        self.start(several, only_subject)
        for name in ("one.test", "two.test"):
            self.assertEqual(shown(self.service, name), several.fingerprint())
        self.assertIsNone(shown(self.service, "three.test"))  # where there are SANs, the CN is no name
        self.assertEqual(shown(self.service, "subject.test"), only_subject.fingerprint())

    def test_default_domain(self):
        one, two = self.authority.server("one.test"), self.authority.server("two.test")
        self.start(one, two, defaultDomain="two.test")
        for name in (None, "other.test", "two.test"):
            self.assertEqual(shown(self.service, name), two.fingerprint(), name)

    def test_without_sni_the_only_certificate(self):
        only = self.authority.server("only.test")
        self.start(only)
        self.assertEqual(shown(self.service, None), only.fingerprint())

    def test_rsa_and_ecdsa_side_by_side(self):
        rsa, ecdsa = self.authority.server("one.test", key="rsa"), self.authority.server("one.test", key="ec")
        self.start(rsa, ecdsa)
        self.assertEqual(shown(self.service, "one.test", "aRSA"), rsa.fingerprint())
        self.assertEqual(shown(self.service, "one.test", "aECDSA"), ecdsa.fingerprint())

    def test_a_new_file_and_a_changed_file_are_read(self):
        first, renewed, added = (self.authority.server(name) for name in ("one.test", "one.test", "two.test"))
        self.start(first)
        self.gateway.folder.put_certificate("1", renewed)
        self.gateway.folder.put_certificate("added", added)
        self.becomes("one.test", renewed)
        self.becomes("two.test", added)

    def test_a_broken_file_is_told_and_the_old_certificate_stays(self):
        certificate = self.authority.server("one.test")
        self.start(certificate)
        self.gateway.folder.write("certs/1.crt", "no certificate\n")
        self.gateway.wait_line(r"1[.](crt|key)")
        self.assertEqual(shown(self.service, "one.test"), certificate.fingerprint())

    def test_crt_with_key_or_one_pem(self):
        certificate = self.authority.server("pem.test")
        self.start(self.authority.server("one.test"))
        self.gateway.folder.write("certs/both.pem", certificate.pem())
        self.becomes("pem.test", certificate)

    def test_sighup_reads_at_once(self):
        certificate = self.authority.server("two.test")
        self.start(self.authority.server("one.test"))
        self.gateway.folder.put_certificate("2", certificate)
        self.gateway.sighup()
        self.becomes("two.test", certificate)


main()
