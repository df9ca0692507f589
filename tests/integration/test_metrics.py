"""/metrics tells the truth about known traffic, in a form that Prometheus' own tool accepts without a complaint."""

import os
import re
import subprocess
import time

from support import (ACCESS_TYPES, AdminGateway, AdminTunnelGateway, Authority, Backend, EveryAccess, Metrics,
                     RefusingPort, Story, client_context, connect, connect_tls, echo, main, pass_through, plain,
                     server_context, terminating, to, wait_until)
from support.websocket_peer import ask

NAME = "one.test"
PREFIX = "otoroshi_gateway_"
DOCUMENT = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "metrics.md")


def scrape(gateway):
    answer = gateway.admin.get("/metrics")
    if answer.status != 200:
        raise AssertionError(answer)
    return Metrics(answer.body.decode())


def told_of_itself(gateway, name, value, **labels):
    """The first scrape in which the sample has this value."""
    def found():
        metrics = scrape(gateway)
        return metrics if metrics.value(PREFIX + name, **labels) == value else None
    return wait_until(found, f"{name} {labels} to be {value}")


class MetricsTest(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def complaints(self, text):
        checked = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, timeout=60)
        return checked.returncode, (checked.stdout + checked.stderr).decode()

    def visit(self, service, data=b"hello"):
        with connect(service) as client:
            client.round_trip(data)
            client.finish()
            client.receive_to_end()

    def test_connections_and_bytes_by_service(self):
        one, other = plain().targets(self.target), plain().targets(self.target)
        gateway = self.use(AdminGateway(one, other))
        for _ in range(3):
            self.visit(one, b"x" * 1000)
        self.visit(other, b"12345")
        with connect(one) as client:
            client.round_trip()
            client.reset()
        metrics = told_of_itself(gateway, "connections_total", 1, service=one.id, outcome="aborted")
        for service, normal, sent in ((one, 3, 3005), (other, 1, 5)):
            labels = {"service": service.id, "service_name": service.json["name"]}
            self.assertEqual(metrics.value(PREFIX + "connections_total", outcome="normal", **labels), normal)
            self.assertEqual(metrics.value(PREFIX + "connections_active", **labels), 0)
            for direction in ("in", "out"):
                self.assertEqual(metrics.value(PREFIX + "bytes_total", direction=direction, **labels), sent)
        self.assertEqual(metrics.value(PREFIX + "connection_errors_total", side="client", reason="reset"), 1)
        self.assertEqual(metrics.value(PREFIX + "dial_duration_seconds_count"), 5)
        self.assertEqual(metrics.value(PREFIX + "dial_duration_seconds_bucket", le="+Inf"), 5)

    def test_a_long_connection_shows_while_it_lives_and_counts_once(self):
        service = plain().targets(self.target)
        gateway = self.use(AdminGateway(service))
        with connect(service) as client:
            for total in (100, 200):
                client.round_trip(b"x" * 100)
                metrics = told_of_itself(gateway, "bytes_total", total, service=service.id, direction="out")
                self.assertEqual(metrics.value(PREFIX + "bytes_total", service=service.id, direction="in"), total)
                self.assertEqual(metrics.value(PREFIX + "connections_active", service=service.id), 1)
                self.assertEqual(metrics.value(PREFIX + "connections_total", service=service.id), 0)
            client.finish()
            client.receive_to_end()
        metrics = told_of_itself(gateway, "connections_active", 0, service=service.id)
        self.assertEqual(metrics.value(PREFIX + "bytes_total", service=service.id, direction="in"), 200)
        self.assertEqual(metrics.value(PREFIX + "connections_total", service=service.id), 1)

    def test_failures_by_phase_side_and_reason(self):
        authority = Authority(self.folder())
        peeking = pass_through().sni().rule(NAME, self.target)
        tls = terminating().sni().rule(NAME, self.target)
        nobody = plain().targets(RefusingPort())
        second_takes_it = plain().targets(RefusingPort(), self.target)
        untrusted = plain().targets(to(self.use(Backend(echo, tls=server_context(authority.server(NAME)))), tls=True, host=NAME))
        gateway = self.use(AdminGateway(peeking, tls, nobody, second_takes_it, untrusted,
                                        certificates=[authority.server(NAME)]))
        with connect(peeking) as client:  # begins as TLS and is broken
            client.send(b"\x16\x03\x01\x00\x05hello")
            client.how_it_ends()
        with connect(tls) as client:  # likewise; here OpenSSL sees it
            client.send(b"\x16\x03\x01\x00\x05hello")
            client.how_it_ends()
        with connect_tls(tls, NAME, client_context(authority)) as client:
            client.round_trip()
        for service in (nobody, untrusted):
            with connect(service) as client:
                client.how_it_ends()
        self.visit(second_takes_it)
        expected = {("peek", "client", "protocol"): 1, ("client_handshake", "client", "protocol"): 1,
                    ("target_handshake", "target", "untrusted"): 1}
        metrics = told_of_itself(gateway, "connections_total", 6)
        seen = {(labels["phase"], labels["side"], labels["reason"]): value for name, labels, value in metrics.samples
                if name == PREFIX + "failures_total"}
        dials = seen.pop(("dial", "target", "refused"))
        self.assertIn(dials, (1, 2))  # the targets of a rule take turns, so the first may have been the good one
        self.assertEqual(seen, expected)
        self.assertEqual(metrics.values(PREFIX + "tls_handshake_duration_seconds_count", "side"),
                         {"client": 1, "target": 0})
        self.assertEqual(metrics.value(PREFIX + "connections_total", service=nobody.id, outcome="refused"), 1)

    def test_tunnels_by_access_type(self):
        ways = EveryAccess(self, self.target, gateway=AdminTunnelGateway)
        for way in ways:
            with way.tunnel() as tunnel:
                self.visit(tunnel, b"x" * 100)
        opened = {"apikey": 2, "bearer": 4, "session": 2, "public": 2}  # over ws and wss; jwt is another name of bearer
        metrics = told_of_itself(ways.gateway, "tunnels_total", 2 * len(ACCESS_TYPES))
        for access, count in opened.items():
            self.assertEqual(metrics.value(PREFIX + "tunnels_total", access=access, outcome="normal"), count)
            self.assertEqual(metrics.value(PREFIX + "tunnel_bytes_total", access=access, direction="in"), 100 * count)
        with ways.way("session").tunnel() as tunnel, connect(tunnel) as client:
            client.round_trip()
            self.assertEqual(scrape(ways.gateway).values(PREFIX + "tunnels_active", "access"),
                             {"public": 0, "apikey": 0, "bearer": 0, "session": 1})
        for host in ("nowhere.test", ways.routes["apikey"].host):
            _, connection = ask(ways.gateway, host)
            connection.close()
        metrics = told_of_itself(ways.gateway, "tunnels_refused_total", 2)
        self.assertEqual(metrics.values(PREFIX + "tunnels_refused_total", "reason"),
                         {"errors.route.not.found": 1, "errors.no.api.key": 1})
        self.assertEqual(metrics.value(PREFIX + "connections_total"), 0)

    def test_promtool_has_nothing_to_say_and_any_name_survives(self):
        name = 'a "quoted" \\ name\\n in {two} words, déjà \N{TANGERINE}'
        service = plain(name=name).targets(self.target)
        authority = Authority(self.folder())
        gateway = self.use(AdminGateway(service, certificates=[authority.server(NAME)]))
        self.visit(service)
        metrics = told_of_itself(gateway, "connections_total", 1, service_name=name)
        self.assertEqual(self.complaints(metrics.text), (0, ""))
        self.assertNotEqual(self.complaints(metrics.text.replace("déjà", 'd"jà'))[0], 0)

    def test_the_documentation_names_all_metrics_and_no_others(self):
        gateway = self.use(AdminGateway())
        with open(DOCUMENT) as file:
            documented = dict(re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|", file.read(), re.MULTILINE))
        self.assertEqual(scrape(gateway).types, documented)

    def test_what_the_gateway_is_and_has(self):
        authority = Authority(self.folder())
        service, disabled = plain().targets(self.target), plain(enabled=False).targets(self.target)
        begun = time.time()
        gateway = self.use(AdminGateway(service, disabled, certificates=[authority.server(NAME)]))
        metrics = scrape(gateway)
        kinds = metrics.values(PREFIX + "entities", "kind")
        self.assertEqual(kinds, {**dict.fromkeys(kinds, 0), "tcp-services": 2})
        self.assertEqual(len(kinds), 6)
        self.assertEqual(metrics.value(PREFIX + "listeners_open"), 1)
        self.assertEqual(metrics.value(PREFIX + "listeners_paused"), 0)
        self.assertGreaterEqual(metrics.value(PREFIX + "snapshot_apply_duration_seconds_count"), 1)
        self.assertGreaterEqual(metrics.value(PREFIX + "snapshot_build_duration_seconds_count"), 1)
        self.assertGreater(metrics.value(PREFIX + "certificate_expiry_timestamp_seconds", source="file", name=NAME),
                           time.time())
        self.assertLess(abs(metrics.value("process_start_time_seconds") - begun), 60)
        descriptors = len(os.listdir(f"/proc/{gateway.pid}/fd"))  # without the connection that asked
        self.assertLessEqual(abs(metrics.value("process_open_fds") - descriptors), 2)
        self.assertGreater(metrics.value("process_resident_memory_bytes"), 1024 * 1024)
        self.assertEqual(metrics.value(PREFIX + "build_info"), 1)

    def test_a_service_that_is_gone_keeps_its_numbers(self):
        service, other = plain().targets(self.target), plain().targets(self.target)
        gateway = self.use(AdminGateway(service, other))
        self.visit(service)
        told_of_itself(gateway, "connections_total", 1, service=service.id)
        gateway.reload(other)
        self.assertEqual(scrape(gateway).value(PREFIX + "connections_total", service=service.id), 1)

    def test_json_and_a_filter(self):
        service = plain().targets(self.target)
        gateway = self.use(AdminGateway(service))
        self.visit(service)
        told_of_itself(gateway, "connections_total", 1, service=service.id)
        answer = gateway.admin.get("/metrics?format=json&filter=*_connections_*")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIn({"name": PREFIX + "connections_total", "type": "counter", "value": 1,
                       "labels": {"service": service.id, "service_name": service.json["name"], "outcome": "normal"}},
                      answer.json)
        self.assertEqual({sample["name"] for sample in answer.json},
                         {PREFIX + "connections_active", PREFIX + "connections_total"})
        text = gateway.admin.get("/metrics?filter=process_*")
        self.assertTrue(text.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertEqual(set(Metrics(text.body.decode()).types),
                         {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                          "process_resident_memory_bytes", "process_start_time_seconds"})
        self.assertEqual(gateway.admin.get("/metrics?format=xml").status, 400)

    def test_who_may_read_it(self):
        for settings, status in (({}, 401), ({"metrics": {"open": True}}, 200)):
            gateway = self.use(AdminGateway(settings=settings))
            self.assertEqual(gateway.admin.with_key().get("/metrics").status, status)
            self.assertEqual(gateway.admin.with_key().get("/apis/cluster/node/metrics").status, 401)
            self.assertEqual(gateway.admin.get("/apis/cluster/node/metrics").status, 200)


main()
