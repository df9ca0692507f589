"""Anybody who asked a public tunnel for a target that was down was told its internal name and address."""

from support import (Authority, Backend, RefusingPort, TunnelGateway, answer_at_end, api_key, jwks_verifier, main,
                     new_secret, route, server_context)
from support.refusals import RefusalStory
from support.tokens import hs_token

TOLD = "no target takes this connection: the log of the gateway says why"


class TunnelTargetsAreNoBusinessOfAnybody(RefusalStory):
    def event_and_log_have_it(self, gateway, sentence):
        self.assertIn(sentence, gateway.wait_event()["error"]["sentence"])
        gateway.wait_line(sentence)

    def test_a_target_that_is_down(self):
        target = RefusingPort()
        public = route().to(target)
        gateway = self.use(TunnelGateway(public))
        self.assertEqual(self.refused(gateway, public.host, "", 502, "errors.bad.gateway"), TOLD)
        self.event_and_log_have_it(gateway, f"127.0.0.1:{target.port} does not take connections")

    def test_a_target_that_cannot_be_resolved(self):
        public = route().to_hostname("nowhere.invalid", port=22)
        gateway = self.use(TunnelGateway(public))
        self.assertEqual(self.refused(gateway, public.host, "", 502, "errors.bad.gateway"), TOLD)
        self.event_and_log_have_it(gateway, "nowhere.invalid")

    def test_a_target_whose_certificate_is_not_its_own(self):
        authority = Authority(self.folder())
        target = self.use(Backend(answer_at_end, tls=server_context(authority.server("other.test"))))
        public = route().to_hostname("inside.test", port=target.port, ip_address=target.host, tls=True)
        gateway = self.use(TunnelGateway(public, upstream_authority=authority))
        self.assertEqual(self.refused(gateway, public.host, "", 502, "errors.bad.gateway"), TOLD)
        self.event_and_log_have_it(gateway, "inside.test")

    def test_an_issuer_that_is_down(self):
        issuer = RefusingPort()
        verifier = jwks_verifier(f"http://127.0.0.1:{issuer.port}/keys")
        tokens_only = route().to(issuer).for_tokens(verifier)
        gateway = self.use(TunnelGateway(tokens_only, verifiers=[verifier]))
        told = self.refused(gateway, tokens_only.host, "", 503, "errors.service.unavailable",
                            Authorization="Bearer " + hs_token({"sub": "anybody"}, new_secret()))
        self.assertEqual(told, "the token cannot be verified now: the log of the gateway says why")
        self.event_and_log_have_it(gateway, f"127.0.0.1:{issuer.port} does not take connections")

    def test_who_has_shown_a_key_is_told(self):
        target = RefusingPort()
        keys_only = route().to(target).for_keys()
        key = api_key(keys_only)
        gateway = self.use(TunnelGateway(keys_only, keys=[key]))
        told = self.refused(gateway, keys_only.host, "", 502, "errors.bad.gateway",
                            Otoroshi_Client_Id=key["clientId"], Otoroshi_Client_Secret=key["clientSecret"])
        self.assertIn(f"127.0.0.1:{target.port} does not take connections", told)


main()
