"""A bulk of which thousands of lines were refused held the control thread for minutes: lines were tried in ever smaller groups, and the refusals named no field."""

import json
import time

from support import AdminGateway, Story, main, reserve_port, scaled

SERVICES = "/api/tcp/services"
SLOW = 64  # regular expressions without text that may share a port
LINES = scaled(2000, 300)


class BulkOfBadLines(Story):
    def setUp(self):
        super().setUp()
        self.admin = self.use(AdminGateway()).admin
        self.port = reserve_port()

    def bulk(self, services):
        """The result lines, and how long it took."""
        start = time.monotonic()
        answer = self.admin.post(f"{SERVICES}/_bulk", "\n".join(map(json.dumps, services)), content_type="application/x-ndjson")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.lines), len(services))
        return answer.lines, time.monotonic() - start

    def service(self, number, domain="*", **fields):
        return {"id": f"s{number}", "name": f"s{number}", "interface": "127.0.0.1", "port": self.port, "sni": {"enabled": True},
                "rules": [{"domain": domain, "targets": [{"host": "127.0.0.1", "port": 1}]}]} | fields

    def assert_refused(self, lines, path, words):
        for line in lines:
            self.assertEqual((line["status"], line["problems"][0]["path"]), (400, path), line)
            self.assertIn(words, line["error_description"])

    def test_too_many_slow_expressions(self):
        lines, seconds = self.bulk([self.service(n, f"[^x]{{1,2}}[0-9]{{{n // 100 + 1},{n % 100 + 40}}}") for n in range(LINES)])
        self.assertEqual([line["status"] for line in lines[:SLOW]], [201] * SLOW)
        self.assert_refused(lines[SLOW:], "/rules/0/domain", "one regular expression too many")
        self.assertLess(seconds, scaled(20, 60))

    def test_no_authorities_for_clients(self):
        ports = iter(range(20000, 20000 + LINES))
        lines, seconds = self.bulk([self.service(n, port=next(ports), tls="Enabled", clientAuth="Need") for n in range(LINES)])
        self.assert_refused(lines, "/clientAuth", "needs authorities")
        self.assertLess(seconds, scaled(20, 60))

    def test_an_address_that_is_not_here(self):
        ports = iter(range(20000, 20000 + LINES // 10))
        lines, seconds = self.bulk([self.service(n, port=next(ports), interface="203.0.113.1") for n in range(LINES // 10)])
        self.assert_refused(lines, "/port", "no interface of this machine")
        self.assertLess(seconds, scaled(20, 60))


main()
