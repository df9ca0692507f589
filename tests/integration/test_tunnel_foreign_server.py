"""The client's end of the tunnel against servers that are not ours, as the original gateway is.

They answer Close at once and read no further, cut their bytes into frames of 1 B and of 16 MiB, and end in their own
ways.
"""

from support import MIB, Backend, Payload, Story, Tunnel, api_key, connect, main, scaled, sha256_of_next
from support.websocket_peer import (BINARY, CONTINUATION, PING, TEXT, frame, websocket_server)

QUIET = 0.5  # seconds in which a frame would have come


def echoes(websocket, _visit):
    while data := websocket.receive():
        websocket.send(data)
    websocket.send_close()


class ForeignServer(Story):
    def start(self, script, *flags, **headers):
        """A tunnel to a server that does `script`; without headers it is the original's, which has no half-close."""
        self.server = self.use(Backend(websocket_server(script, **headers)))
        return self.use(Tunnel("--host", f"127.0.0.1:{self.server.port}", "--access-type", "public", *flags))

    def test_it_is_asked_as_the_specification_says(self):
        key = api_key()
        server = self.use(Backend(websocket_server(echoes)))
        flags = ["--host", f"127.0.0.1:{server.port}", "--remote-host", "::1", "--remote-port", "22",
                 "--apikey-client-id", key["clientId"], "--apikey-client-secret", key["clientSecret"]]
        with Tunnel(*flags) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")
            client.reset()  # an end would be kept back: this server could not send on after it
        start, *headers = server.visits[0].received.decode().split("\r\n")
        method, target, version = start.split(" ")
        self.assertEqual((method, version), ("GET", "HTTP/1.1"))
        path, _, query = target.partition("?")
        self.assertEqual(path, "/.well-known/otoroshi/tunnel")
        self.assertIn("transport=tcp", query.split("&"))
        self.assertIn("remotePort=22", query.split("&"))
        fields = dict(header.split(": ", 1) for header in headers)
        self.assertEqual(fields["host"], f"127.0.0.1:{server.port}")
        self.assertEqual(fields["sec-websocket-version"], "13")
        self.assertEqual(fields["otoroshi-tunnel"], "half-close")
        self.assertTrue(fields["authorization"].startswith("Basic "))
        self.assertNotIn("sec-websocket-extensions", fields)
        self.assertNotIn("sec-websocket-protocol", fields)

    def test_frames_of_one_byte_and_of_16_mib(self):
        payload = Payload(scaled(64 * MIB, 2 * MIB))
        tiny, large = scaled(20_000, 2_000), scaled(16 * MIB, MIB)

        def script(websocket, _visit):
            for start in range(0, tiny, 1000):
                piece = payload.bytes[start:start + 1000]
                websocket.connection.send(b"".join(frame(BINARY, bytes([byte]), masked=False) for byte in piece))
            for start in range(tiny, len(payload), large):
                websocket.send_frame(BINARY, bytes(payload.bytes[start:start + large]))
            websocket.send_close()
            websocket.receive_to_close()
        with connect(self.start(script)) as client:
            self.assertEqual(sha256_of_next(client, len(payload)), payload.sha256)
            self.assertEqual(client.receive(), b"")

    def test_fragments_texts_and_control_frames_between_them(self):
        def script(websocket, _visit):
            websocket.send_frame(TEXT, b"a text")
            websocket.send_frame(BINARY, b"one ", final=False)
            websocket.send_frame(PING, b"between")
            websocket.send_frame(CONTINUATION, b"two ", final=False)
            websocket.send_frame(CONTINUATION, b"")
            websocket.send_frame(BINARY, b"three")
            _, payload, _ = websocket.receive_frame()
            websocket.send(payload)
            websocket.send_close()
        with connect(self.start(script)) as client:
            self.assertEqual(client.receive_to_end(), b"one two threebetween")

    def test_an_answer_is_not_lost_with_a_server_that_answers_close_at_once(self):
        """Our Close would end the server's sending, so it is kept back until the server has ended."""
        def script(websocket, visit):
            websocket.receive_exactly(8)
            websocket.connection.socket.settimeout(QUIET)
            try:
                visit.too_early = websocket.receive_frame()
                return
            except TimeoutError:
                visit.too_early = None
            websocket.connection.socket.settimeout(30)
            websocket.send(b"answer")
            websocket.send_close()
            websocket.receive_to_close()
            visit.close = websocket.close
        tunnel = self.start(script, "-v")
        with connect(tunnel) as client:
            client.send(b"question")
            client.finish()
            self.assertEqual(client.receive_to_end(), b"answer")
        self.assertEqual(self.server.wait_end(), "end")
        visit = self.server.visits[0]
        self.assertIsNone(visit.too_early)
        self.assertEqual(visit.close[0], 1000)
        self.assertTrue(any("half-close" in line for line in tunnel.lines), "-v says what this gateway cannot do")

    def test_how_a_server_ends_is_how_the_local_client_sees_it(self):
        def ends_with(end):
            def script(websocket, _visit):
                websocket.receive_exactly(5)
                websocket.send(b"bytes")
                end(websocket)
            return script
        half = frame(BINARY, b"never whole", masked=False)[:-1]
        cases = {
            "Close 1000": (lambda ws: ws.send_close(1000), "end"),
            "Close without a code": (lambda ws: ws.send_close(None), "end"),
            "an end between frames": (lambda ws: ws.connection.finish(), "end"),
            "Close 1011": (lambda ws: ws.send_close(1011, "the target has reset the connection"), "reset"),
            "Close 1008": (lambda ws: ws.send_close(1008, "the key was removed"), "reset"),
            "Close 1001": (lambda ws: ws.send_close(1001), "reset"),
            "an end inside a frame": (lambda ws: (ws.connection.send(half), ws.connection.finish()), "reset"),
            "a reset": (lambda ws: ws.connection.reset(), "reset"),
            "a masked frame": (lambda ws: ws.connection.send(frame(BINARY, b"x", masked=True)), "reset"),
            "a reserved bit": (lambda ws: ws.connection.send(frame(BINARY, b"x", masked=False, reserved=2)), "reset"),
        }
        for name, (end, seen) in cases.items():
            tunnel = self.start(ends_with(end))
            with self.subTest(name), connect(tunnel) as client:
                client.send(b"hello")
                self.assertEqual(client.how_it_ends(), seen)
                if "1008" in name or "1011" in name:
                    reason = "the key was removed" if "1008" in name else "the target has reset the connection"
                    tunnel.wait_line(reason)

    def test_a_server_with_half_close_must_say_close(self):
        """A bare end, as of a gateway that was killed, is an abort between two ends of ours."""
        def script(websocket, _visit):
            websocket.receive_exactly(5)
            websocket.send(b"bytes")
            websocket.connection.finish()
        with connect(self.start(script, Otoroshi_Tunnel="half-close")) as client:
            client.send(b"hello")
            self.assertEqual(client.how_it_ends(), "reset")

    def test_a_wrong_answer_to_the_upgrade_is_told(self):
        def answers(text):
            def serve(connection, _visit):
                while connection.receive_line() != b"\r\n":
                    pass
                connection.send(text.encode())
                connection.finish()
            return serve
        upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        cases = {
            "a wrong Sec-WebSocket-Accept": upgrade + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
            "none": upgrade + "\r\n",
            "a page": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "another protocol": "SSH-2.0-OpenSSH_9.2\r\n",
            "nothing": "",
            "a head without end": "HTTP/1.1 101 Switching Protocols\r\n" + "X: y\r\n" * 5000,
        }
        for name, text in cases.items():
            with self.subTest(name):
                server = self.use(Backend(answers(text)))
                with Tunnel("--host", f"127.0.0.1:{server.port}", "--access-type", "public") as tunnel:
                    with connect(tunnel) as client:
                        self.assertEqual(client.how_it_ends(), "reset")
                    tunnel.wait_line(r"ERROR|WARN")


main()
