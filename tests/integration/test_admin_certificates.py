"""Certificates over the admin API: served from the answer on, private keys shown to nobody who did not ask."""

import json
import ssl

from support import (AdminGateway, Authority, Backend, BrokenOff, Story, client_context, connect_tls, echo, main,
                     terminating)

CERTIFICATES = "/api/certificates"
GENERIC = "/apis/pki.otoroshi.io/v1/certificates"
NAME = "stored.test"


def text(path):
    with open(path) as file:
        return file.read()


def entity(certificate, **fields):
    return {"id": "stored", "chain": text(certificate.crt), "privateKey": text(certificate.key), **fields}


class Certificates(Story):
    def setUp(self):
        self.authority = Authority(self.folder(), "Servers")
        self.service = terminating().targets(self.use(Backend(echo)))
        self.gateway = self.use(AdminGateway(self.service))
        self.admin = self.gateway.admin
        self.issued = []

    def server(self, *names):
        certificate = self.authority.server(*(names or [NAME]))
        self.issued.append(certificate)
        return certificate

    def done(self, answer, status=200):
        self.assertEqual(answer.status, status, answer)
        return answer

    def create(self, certificate, **fields):
        return self.done(self.admin.post(CERTIFICATES, entity(certificate, **fields)), 201)

    def shown(self, name=NAME):
        """The certificate (DER) that a client is shown; None if it is refused."""
        try:
            with connect_tls(self.service, name, client_context()) as client:
                return client.tls.getpeercert(binary_form=True)
        except (ssl.SSLError, BrokenOff):
            return None

    def connect(self, certificate=None):
        return connect_tls(self.service, NAME, client_context(self.authority, certificate))

    def is_welcome(self, certificate):
        try:
            with self.connect(certificate) as client:
                return client.round_trip() == b"hello"
        except (ssl.SSLError, BrokenOff):
            return False

    def test_one_is_served_from_the_answer_on(self):
        self.assertIsNone(self.shown())
        for number in range(10):
            certificate = self.server()
            self.create(certificate)
            with self.connect() as live:
                live.round_trip()
                for _ in range(4):  # the workers take connections in turn
                    self.assertEqual(self.shown(), certificate.fingerprint())
                other = self.server()
                self.done(self.admin.put(CERTIFICATES + "/stored", entity(other)))
                for _ in range(4):
                    self.assertEqual(self.shown(), other.fingerprint())
                self.done(self.admin.delete(CERTIFICATES + "/stored"))
                for _ in range(4):
                    self.assertIsNone(self.shown())
                live.round_trip()

    def test_one_that_is_revoked_is_shown_no_more(self):
        self.create(self.server("kept.test"), id="kept")
        certificate = self.server()
        self.create(certificate)
        for revoked in (True, False, True):
            answer = self.done(self.admin.patch(CERTIFICATES + "/stored", {"revoked": revoked}))
            self.assertEqual(answer.json["revoked"], revoked)
            self.assertEqual(self.shown(), None if revoked else certificate.fingerprint())
            self.assertIsNotNone(self.shown("kept.test"))

    def test_one_that_cannot_be_served_changes_nothing(self):
        good, other = self.server(), self.server()
        self.create(good)
        before = self.admin.get(CERTIFICATES + "?reveal=true").json
        rows = [("/chain", {"chain": "hello"}), ("/privateKey", {"privateKey": text(other.key)}),
                ("/privateKey", {"privateKey": "hello"}), ("/chain", {"chain": text(good.crt)[:200]}),
                ("/chain", {"chain": 5}), ("/privateKey", {"chain": text(other.crt), "privateKey": ""})]
        for path, fields in rows:
            for send in (lambda: self.admin.put(CERTIFICATES + "/stored", {**entity(good), **fields}),
                         lambda: self.admin.post(CERTIFICATES, {**entity(good), "id": "new", **fields}),
                         lambda: self.admin.patch(CERTIFICATES + "/stored", fields)):
                with self.subTest(path, fields=str(fields)[:40]):
                    answer = send()
                    self.assertEqual((answer.status, answer.json["error"]), (400, "bad_format"), answer)
                    self.assertIn(path, [problem["path"] for problem in answer.json["problems"]])
                    self.assert_hidden(answer)
        self.assertEqual(self.admin.get(CERTIFICATES + "?reveal=true").json, before)
        self.assertEqual(self.shown(), good.fingerprint())

    def assert_hidden(self, answer):
        """No line of any private key is in what was answered."""
        said = str(answer.headers) + answer.body.decode()
        self.assertNotIn("PRIVATE KEY-", said)
        for certificate in self.issued:
            for line in text(certificate.key).splitlines()[1:-1]:
                self.assertNotIn(line, said)

    def bulk(self, method, *lines, path=CERTIFICATES):
        return self.admin.request(method, path + "/_bulk", "\n".join(json.dumps(line) for line in lines),
                                  content_type="application/x-ndjson")

    def test_private_keys_are_shown_only_to_who_asks(self):
        certificate, other = self.server(), self.server("other.test")
        one, ndjson = CERTIFICATES + "/stored", {"Accept": "application/x-ndjson"}
        wrapped = {"apiVersion": "pki.otoroshi.io/v1", "kind": "Certificate", "spec": entity(certificate)}
        answers = {
            "POST": lambda: self.create(certificate),
            "POST of what is there": lambda: self.admin.post(CERTIFICATES, entity(certificate)),
            "GET": lambda: self.admin.get(one),
            "HEAD": lambda: self.admin.request("HEAD", one),
            "GET of the generic family": lambda: self.admin.get(GENERIC + "/stored"),
            "POST to the generic family": lambda: self.admin.post(GENERIC + "/stored", wrapped),
            "PUT": lambda: self.admin.put(one, entity(certificate)),
            "PUT as it is": lambda: self.admin.put(one + "?enrich=false", entity(certificate)),
            "PATCH": lambda: self.admin.patch(one, {"name": "a"}),
            "PATCH of the key": lambda: self.admin.patch(one, {"privateKey": text(certificate.key)}),
            "PATCH that tests it": lambda: self.admin.patch(one, [
                {"op": "test", "path": "/privateKey", "value": "a"}]),
            "PATCH that copies it": lambda: self.admin.patch(one, [
                {"op": "copy", "from": "/privateKey", "path": "/description"}]),
            "_bulk POST": lambda: self.bulk("POST", entity(other, id="other"), entity(other, id="other")),
            "_bulk PUT": lambda: self.bulk("PUT", entity(other, id="other"), {**entity(other), "chain": 5}),
            "_bulk PATCH": lambda: self.bulk("PATCH", {"id": "other", "patch": {"privateKey": text(certificate.key)}}),
            "list": lambda: self.admin.get(CERTIFICATES),
            "list of the generic family": lambda: self.admin.get(GENERIC),
            "list as lines": lambda: self.admin.get(CERTIFICATES, headers=ndjson),
            "only that field": lambda: self.admin.get(CERTIFICATES + "?fields=privateKey,id"),
            "only that field of one": lambda: self.admin.get(one + "?fields=privateKey"),
            "reveal, but not true": lambda: self.admin.get(one + "?reveal=false"),
            "export": lambda: self.admin.get("/api/otoroshi.json"),
            "export as lines": lambda: self.admin.get("/api/otoroshi.json", headers=ndjson),
            "template": lambda: self.admin.post(CERTIFICATES + "/_template", entity(certificate)),
            "what was not found": lambda: self.admin.put(CERTIFICATES + "/nobody", entity(certificate, id="nobody")),
        }
        for name, ask in answers.items():
            with self.subTest(name):
                answer = ask()
                self.assertLess(answer.status, 500, answer)
                if name != "template":  # made of what the client has sent, and stored nowhere
                    self.assert_hidden(answer)
        for path in (one, CERTIFICATES, GENERIC, GENERIC + "/stored", "/api/otoroshi.json"):
            with self.subTest(path):
                self.assertIn(json.dumps(text(certificate.key)), self.admin.get(path + "?reveal=true").body.decode())
        self.assertEqual(self.admin.get(one).json["privateKey"], "")

    def test_lists_do_not_tell_by_the_key(self):
        """Neither by a condition nor by their order: else it could be guessed, letter by letter."""
        for number in range(8):
            self.create(self.server(f"{number}.test"), id=str(number))
        key = text(self.issued[3].key)
        inner = key.splitlines()[1][:20]
        ids = lambda query: [one["id"] for one in self.admin.get(CERTIFICATES + query).json]
        for query in (f"?filtered=privateKey:{inner}", "?filtered=privateKey:BEGIN", f"?filter.privateKey={inner}"):
            self.assertEqual(ids(query), [], query)
        self.assertEqual(ids("?sorted=privateKey"), ids(""))
        self.assertEqual(ids("?sorted=privateKey:desc"), ids(""))

    def test_what_was_got_can_be_put_back(self):
        certificate, other = self.server(), self.server()
        self.create(certificate)
        seen = self.admin.get(CERTIFICATES + "/stored").json
        self.done(self.admin.put(CERTIFICATES + "/stored", {**seen, "name": "renamed"}))
        self.done(self.admin.patch(CERTIFICATES + "/stored", {"privateKey": "", "description": "a"}))
        self.done(self.admin.post("/api/otoroshi.json", self.admin.get("/api/otoroshi.json").json))
        kept = self.admin.get(CERTIFICATES + "/stored?reveal=true").json
        self.assertEqual((kept["name"], kept["description"]), ("renamed", "a"))
        self.assertEqual(kept["privateKey"], text(certificate.key))
        self.assertEqual(self.shown(), certificate.fingerprint())
        # The key of another leaf is not one for it.
        answer = self.admin.put(CERTIFICATES + "/stored", {**seen, "chain": text(other.crt)})
        self.assertEqual((answer.status, answer.json["problems"][0]["path"]), (400, "/privateKey"))

    def test_an_authority_lets_clients_in_at_once(self):
        self.create(self.server())
        clients = Authority(self.folder(), "Clients")
        alice, bob = clients.client("alice"), Authority(self.folder(), "Others").client("bob")
        need = {"clientAuth": "Need"}
        refused = self.admin.patch("/api/tcp/services/" + self.service.id, need)
        self.assertEqual(refused.status, 400, refused)
        self.assertTrue(self.is_welcome(None))
        authority = {"id": "clients", "chain": text(clients.crt), "ca": True}
        self.done(self.admin.post(CERTIFICATES, authority), 201)
        self.done(self.admin.patch("/api/tcp/services/" + self.service.id, need))
        for _ in range(4):
            self.assertTrue(self.is_welcome(alice))
            self.assertFalse(self.is_welcome(bob))
            self.assertFalse(self.is_welcome(None))
        # While it is needed it stays.
        self.assertEqual(self.admin.delete(CERTIFICATES + "/clients").status, 400)
        self.assertTrue(self.is_welcome(alice))
        with self.connect(alice) as live:
            live.round_trip()
            self.done(self.admin.patch("/api/tcp/services/" + self.service.id, {"clientAuth": "None"}))
            self.done(self.admin.delete(CERTIFICATES + "/clients"))
            self.assertTrue(self.is_welcome(None))
            live.round_trip()


main()
