"""The admin API took requests whose head two servers may read differently (no Host, blanks before a colon, folded lines), and cut off the rest without a word."""

import json
import re
import time

from support import KIB, MIB, AdminGateway, Story, basic, connect, main

LIVE, POST = b"GET /live HTTP/1.1", b"POST /api/tcp/services HTTP/1.1"
HOST = b"Host: x"


def request(first_line, *fields, body=b""):
    return b"\r\n".join((first_line, *fields)) + b"\r\n\r\n" + body


REFUSED = {
    "no Host": (400, request(LIVE)),
    "two Hosts": (400, request(LIVE, HOST, HOST)),
    "two Hosts in HTTP/1.0": (400, request(b"GET /live HTTP/1.0", HOST, HOST)),
    "no host": (400, request(LIVE, b"Host: a b")),
    "a path as Host": (400, request(LIVE, b"Host: x/y")),
    "a blank before the colon": (400, request(LIVE, b"Host : x")),
    "a blank in a name": (400, request(LIVE, HOST, b"X Y: z")),
    "a blank before the colon of a length": (400, request(POST, HOST, b"Content-Length : 2", body=b"{}")),
    "a blank before the colon of chunks": (400, request(POST, HOST, b"Transfer-Encoding : chunked", body=b"0\r\n\r\n")),
    "a blank first": (400, request(LIVE, b" X: y", HOST)),
    "a folded line": (400, request(LIVE, HOST, b"X: a", b" b")),
    "a folded line, folded by a tab": (400, request(LIVE, HOST, b"X: a", b"\tb")),
    "a folded line without a carriage return": (400, request(LIVE, HOST, b"X: a\n b")),
    "a line of blanks": (400, request(LIVE, HOST, b"X: a", b" ")),
    "an empty line that is folded": (400, request(POST, HOST, b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n")),
    "an empty line that is folded, and blanks": (400, request(LIVE, HOST, b"X: ", b"\t b")),
    "an empty line and one of blanks": (400, request(LIVE, HOST, b"X:", b" ", b"Y: z")),
    "two lengths": (400, request(POST, HOST, b"Content-Length: 2", b"Content-Length: 3", body=b"{}")),
    "the same length twice": (400, request(POST, HOST, b"Content-Length: 2", b"Content-Length: 2", body=b"{}")),
    "a length and chunks": (400, request(POST, HOST, b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"{}")),
    "a list of lengths": (400, request(POST, HOST, b"Content-Length: 2, 2", body=b"{}")),
    "a length that is no number": (400, request(POST, HOST, b"Content-Length: 0x2", body=b"{}")),
    "chunks that are not last": (400, request(POST, HOST, b"Transfer-Encoding: chunked, identity", body=b"{}")),
    "chunks of HTTP/1.0": (400, request(b"POST /live HTTP/1.0", HOST, b"Transfer-Encoding: chunked", body=b"0\r\n\r\n")),
    "HTTP/2 by name": (505, request(b"GET /live HTTP/2.0", HOST)),
    "a long target": (414, request(b"GET /" + b"a" * 33 * KIB + b" HTTP/1.1", HOST)),
    "a long name": (431, request(LIVE, HOST, b"X" * 300 + b": y")),
    "a long value": (431, request(LIVE, HOST, b"X: " + b"y" * 17 * KIB)),
    "many headers": (431, request(LIVE, HOST, *[b"X: y"] * 101)),
    "a head that is still being sent": (414, request(b"GET /" + b"a" * 2 * MIB + b" HTTP/1.1", HOST)),
    "a TLS hello": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32)),
    "nonsense": (400, b"nonsense\r\n\r\n"),
}

TAKEN = {
    "HTTP/1.1": request(LIVE, HOST),
    "HTTP/1.0 without Host": request(b"GET /live HTTP/1.0"),
    "an empty Host": request(LIVE, b"Host:"),
    "an empty value": request(LIVE, HOST, b"X:", b"Y: \t", b"Z:z"),
    "lines without carriage returns": LIVE + b"\nHost: x\nX:\nY: z\n\n",
    "a Host with a port": request(LIVE, b"Host: [::1]:8081"),
    "blanks around a value": request(LIVE, HOST, b"X: \t a b \t "),
    "a value of 15 KiB": request(LIVE, HOST, b"X: " + b"y" * 15 * KIB),
}


class AmbiguousRequestHeads(Story):
    def setUp(self):
        super().setUp()
        self.gateway = self.use(AdminGateway())

    def answer_to(self, *pieces):
        """The status, the JSON and whether the connection has ended behind them."""
        with connect(self.gateway.admin_port) as client:
            for piece in pieces:
                client.send(piece)
                time.sleep(0.002 if len(pieces) > 1 else 0)  # so that they are read in pieces
            head = client.receive_exactly(1)
            while b"\r\n\r\n" not in head:
                head += client.receive_exactly(1)
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            body = client.receive_exactly(length)
            ended = b"Connection: close" in head and client.receive() == b""
            return int(head.split()[1]), json.loads(body), ended

    def test_they_are_told_why_and_the_connection_ends(self):
        for name, (status, sent) in REFUSED.items():
            with self.subTest(name):
                told, body, ended = self.answer_to(sent)
                self.assertEqual((told, ended), (status, True), body)
                self.assertTrue(body["error_description"])

    def test_all_others_are_answered(self):
        for name, sent in TAKEN.items():
            with self.subTest(name):
                self.assertEqual(self.answer_to(sent)[0], 200)

    def test_wherever_the_bytes_are_cut(self):
        for line, status in ((b"X: a\r\n b", 400), (b"X:\r\n b", 400), (b"X:\r\n \r\nY: b", 400), (b"X: a b", 200)):
            sent = request(LIVE, HOST, line)
            for cut in range(1, len(sent)):
                self.assertEqual(self.answer_to(sent[:cut], sent[cut:])[0], status, sent[:cut])

    def test_behind_another_request(self):
        for name, (status, sent) in REFUSED.items():
            with self.subTest(name), connect(self.gateway.admin_port) as client:
                client.send(request(LIVE, HOST) + sent)
                statuses = re.findall(rb"HTTP/1\.1 (\d+)", client.receive_to_end())
                self.assertEqual(statuses, [b"200", str(status).encode()])

    def test_behind_the_last_request(self):
        with connect(self.gateway.admin_port) as client:
            client.send(request(LIVE, HOST, b"Connection: close") + request(LIVE))
            self.assertEqual(client.receive_to_end().count(b"HTTP/1.1 "), 1)

    def test_a_body_behind_such_a_head_is_no_request(self):
        smuggled = request(b"DELETE /api/tcp/services/x HTTP/1.1", HOST)
        with connect(self.gateway.admin_port) as client:
            key = f"Authorization: {basic(*self.gateway.admin.key)}".encode()
            client.send(request(POST, HOST, key, b"Content-Length : 0", body=smuggled))
            self.assertEqual(client.receive_to_end().count(b"HTTP/1.1 "), 1)


main()
