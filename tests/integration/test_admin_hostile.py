"""What a hostile client does to the admin API: it gets an answer or is cut off, memory stays bounded, nobody waits."""

import json
import json
import socket
import subprocess
import time
import unittest

from support import (DEADLINE, MIB, SANITIZED, AdminGateway, Story, basic, main, plain, reserve_port, scaled,
                     wait_until)

SERVICES = "/api/tcp/services"
HALF_SENT = scaled(300, 100)
# What the allocator and OpenSSL keep for themselves.
MEMORY_SLACK = scaled(24, 400) * MIB


class Wire:
    """A connection on which anything can be said."""

    def __init__(self, gateway):
        self._socket = socket.create_connection(("127.0.0.1", gateway.admin_port), timeout=DEADLINE)
        self._received = b""

    def send(self, data):
        """False: the other side has ended the connection."""
        try:
            self._socket.sendall(data)
            return True
        except OSError:
            return False

    def status(self):
        """Of the next answer, whose body is passed over; None: the connection ended without one."""
        while b"\r\n\r\n" not in self._received:
            try:
                data = self._socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._received += data
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(self._received) < length:
            self._received += self._socket.recv(65536)
        self._received = self._received[length:]
        return int(head.split()[1])

    def is_ended(self):
        self._socket.settimeout(DEADLINE)
        try:
            return self._socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self):
        self._socket.close()


class AdminHostile(Story):
    def setUp(self):
        super().setUp()
        self.gateway = self.use(AdminGateway())
        self.admin = self.gateway.admin
        self.key = f"Authorization: {basic(*self.admin.key)}\r\n".encode()

    def wire(self):
        wire = Wire(self.gateway)
        self.addCleanup(wire.close)
        return wire

    def head(self, first_line, *fields, key=True):
        lines = [first_line, b"Host: x", *fields]
        return b"\r\n".join(lines) + b"\r\n" + (self.key if key else b"") + b"\r\n"

    def said(self, *pieces):
        wire = self.wire()
        for piece in pieces:
            if not wire.send(piece):
                break
        return wire.status()

    def is_well(self):
        self.assertEqual(self.admin.get(SERVICES).status, 200)

    def memory_is_back(self, before):
        wait_until(lambda: self.gateway.rss() < before + MEMORY_SLACK,
                   f"memory to be back at {before >> 20} MiB; it is at {self.gateway.rss() >> 20} MiB")

    def test_bodies_that_are_too_long_are_told_so(self):
        before = self.gateway.rss()
        for size, path in ((10 * MIB, SERVICES), (70 * MIB, SERVICES), (70 * MIB, SERVICES + "/_bulk")):
            answer = self.admin.post(path, b" " * size)
            self.assertEqual((answer.status, answer.json["error"]), (413, "too_large"), (size, path))
        self.memory_is_back(before)
        self.assertEqual(self.admin.get(SERVICES).json, [])

    def test_a_bulk_body_may_be_longer_than_an_entity(self):
        line = json.dumps({"name": "a" * MIB, "port": 0})
        answer = self.admin.post(SERVICES + "/_bulk", "\n".join([line] * 10), content_type="application/x-ndjson")
        self.assertEqual([one["status"] for one in answer.lines], [400] * 10)

    def test_a_long_body_without_the_key_is_held_by_nobody(self):
        before = self.gateway.rss()
        wires = [self.wire() for _ in range(8)]
        for wire in wires:
            wire.send(self.head(b"POST " + SERVICES.encode() + b"/_bulk HTTP/1.1", b"Content-Length: 50000000", key=False))
            wire.send(b"a" * 40_000_000)
        self.assertLess(self.gateway.rss(), before + MEMORY_SLACK)
        for wire in wires:
            wire.send(b"a" * 10_000_000)
            self.assertEqual(wire.status(), 401)

    def test_chunks_without_end(self):
        before = self.gateway.rss()
        wire = self.wire()
        wire.send(self.head(b"POST " + SERVICES.encode() + b" HTTP/1.1", b"Transfer-Encoding: chunked"))
        chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
        sent = 0
        while wire.send(chunk):
            sent += 1
            self.assertLess(sent, 1000)
        self.memory_is_back(before)
        self.is_well()

    def test_chunks_of_one_byte(self):
        before = self.gateway.rss()
        count = scaled(2_000_000, 200_000)
        status = self.said(self.head(b"POST " + SERVICES.encode() + b" HTTP/1.1", b"Transfer-Encoding: chunked"),
                           b"1\r\n \r\n" * count, b"0\r\n\r\n")
        self.assertEqual(status, 400)  # empty is no JSON
        self.memory_is_back(before)

    def test_half_sent_requests_delay_nobody(self):
        path = SERVICES.encode()
        heads = [self.head(b"POST " + path + b" HTTP/1.1", b"Content-Length: 1000000") + b"[" * 1000,
                 b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nX-Long: ",
                 self.head(b"POST " + path + b" HTTP/1.1", b"Transfer-Encoding: chunked") + b"fffff\r\n[",
                 b"G"]
        for number in range(HALF_SENT):
            self.assertTrue(self.wire().send(heads[number % len(heads)]))
        start = time.monotonic()
        for _ in range(20):
            self.is_well()
        self.assertLess((time.monotonic() - start) / 20, scaled(0.25, 2))

    def test_silent_connections_keep_nobody_out(self):
        """There are 512 places; who is about to send a body with the key keeps its own."""
        body = json.dumps(plain(port=reserve_port()).json).encode()
        upload = self.wire()
        upload.send(self.head(b"POST " + SERVICES.encode() + b" HTTP/1.1", b"Content-Length: %d" % len(body)) + body[:-1])
        for _ in range(600):
            self.wire()
        start = time.monotonic()
        self.is_well()
        self.assertLess(time.monotonic() - start, scaled(5, 20))
        upload.send(body[-1:])
        self.assertEqual(upload.status(), 201)

    @unittest.skipIf(SANITIZED, "UBSan looks at memory by a pipe, and mistakes the lack of descriptors for bad memory")
    def test_more_connections_than_descriptors(self):
        gateway = self.use(AdminGateway(descriptors=64, settings={"limits": {"maxConnections": 1000}}))
        clients = [socket.create_connection(("127.0.0.1", gateway.admin_port)) for _ in range(100)]
        wait_until(lambda: gateway.fd_count() == 64, "all descriptors to be in use")
        for client in clients:
            client.close()
        self.assertEqual(gateway.admin.get(SERVICES).status, 200)

    def test_what_is_no_request_is_told_so_and_ends_the_connection(self):
        for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"nonsense\r\n\r\n", b"GET\r\n\r\n",
                     b"GET / HTTP/1.x\r\n\r\n", b"GET / HTTP/1.1 more\r\n\r\n", b"\x00" * 100, b"GET /\x00 HTTP/1.1\r\n\r\n",
                     b"GET /live HTTP/1.1\r\nHost: x\r\nA\x00B: c\r\n\r\n", b"GET /live HTTP/1.1\r\n: x\r\n\r\n",
                     b"GET /live HTTP/1.1\r\nNo colon\r\n\r\n", b"get /live HTTP/1.1\r\nHost: x\r\n\r\n"):
            with self.subTest(junk=junk):
                wire = self.wire()
                wire.send(junk)
                self.assertEqual(wire.status(), 400)
                self.assertTrue(wire.is_ended())
        self.is_well()

    def test_a_body_whose_length_is_told_twice_is_not_read(self):
        """Whoever stands in front of us may have counted otherwise (request smuggling, RFC 9112 section 11.2)."""
        post = b"POST " + SERVICES.encode() + b" HTTP/1.1"
        for fields in ([b"Content-Length: 2", b"Content-Length: 3"], [b"Content-Length: 2", b"Transfer-Encoding: chunked"],
                       [b"Content-Length: 2, 2"], [b"Content-Length: -1"], [b"Content-Length: 99999999999999999999"],
                       [b"Content-Length: 0x10"], [b"Transfer-Encoding: chunked, identity"]):
            with self.subTest(fields=fields):
                wire = self.wire()
                wire.send(self.head(post, *fields) + b"{}")
                self.assertEqual(wire.status(), 400)
                self.assertTrue(wire.is_ended())
        self.assertEqual(self.admin.get(SERVICES).json, [])

    def test_heads_without_end(self):
        cases = {"a target": (414, b"GET /live?" + b"a" * 1_000_000),
                 "a header": (431, b"GET /live HTTP/1.1\r\nA: " + b"a" * 1_000_000),
                 "a name": (431, b"GET /live HTTP/1.1\r\n" + b"a" * 1_000_000),
                 "headers": (431, b"GET /live HTTP/1.1\r\n" + b"A: b\r\n" * 100_000)}
        before = self.gateway.rss()
        for name, (status, sent) in cases.items():
            with self.subTest(name):
                self.assertEqual(self.said(sent, b" HTTP/1.1\r\n\r\n"), status)
        self.memory_is_back(before)
        self.is_well()

    def test_requests_one_after_the_other_are_answered_in_order(self):
        wire = self.wire()
        wire.send(b"".join(self.head(b"GET " + path + b" HTTP/1.1") for path in (b"/live", b"/nothing", b"/ready", SERVICES.encode())))
        self.assertEqual([wire.status() for _ in range(4)], [200, 404, 200, 200])

    def test_who_never_reads_the_answers_is_not_read_any_further(self):
        before = self.gateway.rss()
        wire = self.wire()
        wire._socket.settimeout(3)
        request, sent = self.head(b"GET /metrics HTTP/1.1") * 100, 0
        while wire.send(request) and sent < 1000:
            sent += 1
        self.assertLess(sent, 1000)
        self.assertLess(self.gateway.rss(), before + MEMORY_SLACK)
        self.is_well()

    def test_old_clients_and_folded_headers(self):
        wire = self.wire()
        wire.send(b"GET /live HTTP/1.0\r\n\r\n")
        self.assertEqual(wire.status(), 200)
        self.assertTrue(wire.is_ended())
        self.assertEqual(self.said(self.head(b"GET /live HTTP/1.1", b"X: a\r\n b")), 400)

    def test_an_offer_to_upgrade_is_declined(self):
        for fields in ([b"Connection: Upgrade", b"Upgrade: websocket"], [b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c"]):
            wire = self.wire()
            wire.send(self.head(b"GET /live HTTP/1.1", *fields))
            self.assertEqual(wire.status(), 200)
            wire.send(self.head(b"GET /live HTTP/1.1"))
            self.assertEqual(wire.status(), 200)
        self.assertEqual(self.said(self.head(b"CONNECT example.org:443 HTTP/1.1", key=False)), 401)

    def test_head_is_get_without_the_body(self):
        wire = self.wire()
        wire.send(self.head(b"HEAD /live HTTP/1.1"))
        head = wire._socket.recv(65536)
        self.assertTrue(head.startswith(b"HTTP/1.1 200"))
        self.assertIn(b"Content-Length: 13\r\n", head)
        self.assertTrue(head.endswith(b"\r\n\r\n"))

    def test_curl_does_not_wait_before_it_sends_a_long_body(self):
        body = self.gateway.folder.file("body")
        with open(body, "wb") as file:
            file.write(b" " * 3 * MIB)
        for key, status in ((self.admin.key, "400"), (("admin", "wrong"), "401")):
            start = time.monotonic()
            done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-u", ":".join(key), "-H",
                                   "Content-Type: application/json", "-H", "Expect: 100-continue", "--expect100-timeout",
                                   "20", "--data-binary", "@" + body, self.admin.url + SERVICES],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, status), done.stderr)
            self.assertLess(time.monotonic() - start, 15)

    def test_a_byte_now_and_then_is_not_enough(self):
        """The time limit of a request is 60 s."""
        wire = self.wire()
        wire.send(self.head(b"POST " + SERVICES.encode() + b" HTTP/1.1", b"Content-Length: 1000")[:-2])
        start = time.monotonic()
        wire._socket.settimeout(1)
        while time.monotonic() - start < 90:
            if not wire.send(b"X"):
                break
            try:
                if wire._socket.recv(1) == b"":
                    break
            except TimeoutError:
                pass
            except ConnectionError:
                break
        self.assertLess(time.monotonic() - start, 80)
        self.assertGreater(time.monotonic() - start, 50)

    def test_nothing_answers_without_the_key_but_the_health_paths(self):
        paths = self.known_paths()
        for who in (self.admin.with_key(), self.admin.with_key(self.admin.key[0], "guess"), self.admin.with_key("", "")):
            for path in paths[:8]:  # a wrong key more often, and the address is slowed down
                with self.subTest(path):
                    self.assertEqual(who.get(path).status, 401)
        nobody = self.admin.with_key()
        for path in paths:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                with self.subTest(f"{method} {path}"):
                    answer = nobody.request(method, path)
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.json, {"error": f"You're not authorized - {method} {path}"})
        for path in ("/health", "/live", "/ready", "/startup"):
            self.assertEqual(nobody.get(path).status, 200)

    def known_paths(self):
        plain = ["tcp/services", "apikeys", "routes", "certificates", "verifiers", "apps-sessions"]
        return ["/", "/nothing", "/metrics", "/api/otoroshi.json", "/apis/openapi.json", "/api/tcp/connections", "//live",
                "/live/", "/live%20", "/Live", "/live/../api/apikeys", "/api/tcp/_template", "/apis/entities",
                *(f"/api/{name}{more}" for name in plain for more in ("", "/x", "/_bulk", "/_template", "/_schema"))]


main()
