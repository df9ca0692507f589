"""A wrong service is told with its path, its value and what is allowed, all problems at once; exit code 2."""

import json
import os

from support import Story, main, run_gateway

USAGE = 2
TARGET = {"host": "127.0.0.1", "port": 1}
RULE = {"domain": "*", "targets": [TARGET]}
GOOD = {"id": "a", "name": "a", "port": 10001, "rules": [RULE]}


def to_target(**fields):
    """A good service whose only target has these fields besides."""
    return {**GOOD, "rules": [{"domain": "*", "targets": [{**TARGET, **fields}]}]}


ROWS = [
    # services, words that the answer must hold
    ([{"id": "a", "rules": [RULE]}], ["port"]),
    ([{**GOOD, "port": 0}], ["/port", "0", "65535"]),
    ([{**GOOD, "port": 65536}], ["/port", "65536", "65535"]),
    ([{**GOOD, "port": "5432"}], ["/port"]),
    ([{**GOOD, "tls": "Sometimes"}], ["/tls", "Sometimes", "Disabled", "PassThrough", "Enabled"]),
    ([{**GOOD, "clientAuth": "Maybe"}], ["/clientAuth", "Maybe", "None", "Want", "Need"]),
    ([{**GOOD, "interface": "eth0"}], ["/interface", "eth0"]),
    ([{**GOOD, "enabled": "yes"}], ["/enabled"]),
    ([{**GOOD, "rules": [{"domain": "a(b", "targets": [TARGET]}]}], ["/rules/0/domain", "a(b"]),
    ([{**GOOD, "rules": [RULE, {"domain": "a.test", "targets": []}]}], ["/rules/1/targets"]),
    ([{**GOOD, "rules": [{"domain": "*", "targets": [{"host": "a"}]}]}], ["/rules/0/targets/0/port"]),
    ([{**GOOD, "rules": [{"domain": "*", "targets": [{"port": 1}]}]}], ["/rules/0/targets/0"]),
    ([to_target(ip="nine")], ["/rules/0/targets/0/ip", "nine"]),
    ([to_target(proxyProtocol="v3")], ["/rules/0/targets/0/proxyProtocol", "v3", "v2"]),
    ([{**GOOD, "sni": {"enabled": True, "forwardIfNoMatch": True}}], ["forwardsTo"]),
    ([{**GOOD, "metadata": []}], ["/metadata"]),
    ([{**GOOD, "tls": "Often", "clientAuth": "Maybe", "port": -1}], ["Often", "Maybe", "-1"]),   # all at once
    ([{**GOOD, "tls": "Often"}, {**GOOD, "id": "b", "interface": "eth0"}], ["Often", "eth0"]),    # in all services
    ([GOOD, {**GOOD, "id": "other"}], ["10001", "other"]),                                # one port, no sni
    ([GOOD, {**GOOD, "id": "other", "interface": "127.0.0.1"}], ["10001"]),               # 0.0.0.0 is there too
    ([GOOD, {**GOOD, "port": 10002}], ["service 'a'", "id"]),
]

WARNINGS = [
    # accepted, but without effect
    ({**GOOD, "clientAuth": "Need"}, ["clientAuth"]),
    ({**to_target(tls=True), "tls": "PassThrough"}, ["tls", "PassThrough"]),
]


class BadServices(Story):
    def run_with(self, services, *flags):
        folder = self.folder()
        files = {"services.json": {"tcpServices": services}, "gateway.json": {"import": ["services.json"]}}
        for name, content in files.items():
            with open(os.path.join(folder, name), "w") as file:
                json.dump(content, file)
        return run_gateway("--config", os.path.join(folder, "gateway.json"), *flags)

    def test_every_row(self):
        for services, words in ROWS:
            for flags in ([], ["--check"]):
                with self.subTest(services, flags=flags):
                    code, output = self.run_with(services, *flags)
                    self.assertEqual(code, USAGE, output)
                    for word in words:
                        self.assertIn(word, output)

    def test_what_has_no_effect_is_a_warning_of_the_check(self):
        for service, words in WARNINGS:
            with self.subTest(service):
                code, output = self.run_with([service], "--check")
                self.assertEqual(code, 0, output)
                for word in ["warning", *words]:
                    self.assertIn(word, output)

    def test_good_services_pass_the_check(self):
        sharing = [{**GOOD, "id": name, "sni": {"enabled": True}} for name in ("a", "b")]
        disabled = {**GOOD, "id": "c", "enabled": False}
        code, output = self.run_with([*sharing, disabled], "--check")
        self.assertEqual(code, 0, output)


main()
