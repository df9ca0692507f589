"""Without TLS, `sni` routes by the Host of an HTTP/1 request head, which reaches the target untouched."""

from support import Backend, Gateway, Story, connect, hello, main, plain, recorder, scaled, wait_until

ONE = [
    # heads that name one.test
    b"GET / HTTP/1.1\r\nHost: one.test\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: one.test:8080\r\n\r\n",
    b"GET / HTTP/1.1\r\nHOST:ONE.Test\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost:  one.test  \r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: one.test\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: one.test\r\n\r\n",
    b"GET /other.test HTTP/1.1\r\nX-Forwarded-Host: other.test\r\nCookie: Host: other.test\r\nHost: one.test\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: " + b"c" * 8000 + b"\r\nHost: one.test\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 19\r\nHost: one.test\r\n\r\nHost: other.test\r\n\r\n",
]

FALLBACK = [
    # another name, no name, or no HTTP
    b"GET / HTTP/1.1\r\nHost: other.test\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: one.test.other.test\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-Host: one.test\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    b"\0\1\2\3\r\n\r\n",
]


class HttpHost(Story):
    def setUp(self):
        self.one, self.fallback = self.use(Backend(recorder)), self.use(Backend(recorder))

    def start(self, service):
        self.use(Gateway(service))
        return service

    def routes(self, service, heads, backend, segment):
        for head in heads:
            with self.subTest(head=head[:100], segment=segment), connect(service) as client:
                visits = len(backend.visits)
                hello.send_in_segments(client, head, segment)
                visit = backend.wait_visit(visits + 1)
                wait_until(lambda: len(visit.received) >= len(head), "the whole head at the target")
                self.assertEqual(bytes(visit.received), head)

    def test_the_host_chooses_the_target(self):
        service = self.start(plain().sni().rule("one.test", self.one).forwards_to(self.fallback))
        for segment in (64 * 1024, 3):
            self.routes(service, ONE, self.one, segment)
            self.routes(service, FALLBACK, self.fallback, segment)

    def test_nothing_matches(self):
        """HTTP learns why in its own words; anything else is just closed."""
        service = self.start(plain().sni().rule("one.test", self.one))
        for request in (b"GET / HTTP/1.1\r\nHost: other.test\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"):
            with connect(service) as client:
                client.send(request)
                self.assertTrue(client.receive_to_end().startswith(b"HTTP/1.1 404 "))
        with connect(service) as client:
            client.send(b"SSH-2.0-OpenSSH_9.2\r\n")
            self.assertEqual(client.receive_to_end(), b"")
        self.assertEqual(self.one.visits, [])

    def test_a_head_that_does_not_end_in_time_has_no_host(self):
        head = b"GET / HTTP/1.1\r\nHost: one.te"
        default, strict = (plain().sni().rule("one.test", self.one) for _ in range(2))
        self.use(Gateway(default.forwards_to(self.fallback), strict,
                         settings={"timeouts": {"peek": scaled("300ms", "1s")}}))
        with connect(default) as client:
            client.send(head)
            visit = self.fallback.wait_visit()
            wait_until(lambda: len(visit.received) >= len(head), "the beginning of the head at the target")
            client.send(b"st\r\n\r\n")
            client.finish()
            self.assertEqual(client.how_it_ends(), "end")
            self.assertEqual(bytes(visit.received), head + b"st\r\n\r\n")
        with connect(strict) as client:
            client.send(head)
            answer = client.receive_to_end()
            self.assertTrue(answer.startswith(b"HTTP/1.1 404 "), answer)
            self.assertIn(b"text/plain", answer)
        self.assertEqual(self.one.visits, [])


main()
