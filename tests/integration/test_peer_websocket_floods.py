"""WebSocket frames by the ten thousand that carry nothing: what they mean is done, and memory does not notice."""

import struct
import threading

from support import (KIB, LONG, AdminTunnelGateway, Authority, Backend, EveryAccess, Story, Tunnel, client_context,
                     connect, echo, main, nothing_left_behind, scaled, server_context)
from support.websocket_peer import (BINARY, CONTINUATION, PING, PONG, TEXT, frame, open_websocket, read_head, to_target,
                                    websocket_server)

MANY = 500_000 if LONG else scaled(20_000, 5_000)
BATCH = 500
SETTINGS = {"tunnel": {"pingInterval": "1s"}, "timeouts": {"handshake": scaled("1s", "3s")}}


def floods(masked):
    """Bytes that are sent again and again; all of them are allowed, and mean nothing to a TCP connection."""
    def many(*frames):
        return b"".join(frame(*one, masked=masked) for _ in range(BATCH) for one in frames)
    return {"Pings": many((PING, b"p" * 125)), "Pongs": many((PONG, b"p" * 125)), "empty frames": many((BINARY, b"")),
            "texts": many((TEXT, b"a text")),
            "empty fragments": frame(BINARY, b"", masked=masked, final=False)
            + b"".join(frame(CONTINUATION, b"", masked=masked, final=False) for _ in range(BATCH))
            + frame(CONTINUATION, b"", masked=masked)}


class OfClients(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.ways = EveryAccess(self, only=["public"], gateway=AdminTunnelGateway, settings=SETTINGS)
        self.host = self.ways.way("public").route.host

    def open(self, tls):
        options = {"tls": client_context(self.ways.authority)} if tls else {}
        query = to_target(self.target)
        return open_websocket(self.ways.gateway, self.host, query, Otoroshi_Tunnel="half-close", **options)

    def test_frames_of_nothing(self):
        for tls in (False, True):
            self.open(tls).connection.close()
            for name, piece in floods(masked=True).items():
                with self.subTest(name, tls=tls):
                    with nothing_left_behind(self.ways.gateway) as growth, self.open(tls) as peer:
                        reader = threading.Thread(target=self.read_to, args=(peer, b"at last"), daemon=True)
                        reader.start()
                        for _ in range(MANY // BATCH):
                            peer.connection.send(piece)
                        peer.send(b"at last")
                        reader.join()
                        self.assertEqual(self.read, b"at last")
                    print(f"{MANY} {name} over {'wss' if tls else 'ws'}: {growth}", flush=True)

    def read_to(self, peer, wanted):
        """Pongs are passed over."""
        self.read = b""
        while len(self.read) < len(wanted):
            opcode, payload, _ = peer.receive_frame()
            self.read += payload if opcode == BINARY else b""

    def test_pings_whose_pongs_nobody_reads(self):
        """One Pong is owed at a time, however many Pings came."""
        for tls in (False, True):
            self.open(tls).connection.close()
            with self.subTest(tls=tls), nothing_left_behind(self.ways.gateway) as growth:
                with self.open(tls) as peer:
                    piece = floods(masked=True)["Pings"]
                    for _ in range(MANY // BATCH):
                        peer.connection.send(piece)
                    with self.open(tls) as other:  # now: who answers no ping for two seconds is given up
                        self.assertEqual(other.round_trip(), b"hello")
            print(f"{MANY} Pings, unread, over {'wss' if tls else 'ws'}: {growth}", flush=True)

    def test_bytes_one_by_one(self):
        text = b"0123456789" * (MANY // 20)
        for tls in (False, True):
            with self.subTest(tls=tls), self.open(tls) as peer:
                self.assertEqual(peer.round_trip(text, size=1), text)

    def test_a_frame_that_announces_more_than_comes(self):
        """It is the silence that ends it, and nothing is set aside for what was announced."""
        with nothing_left_behind(self.ways.gateway), self.open(tls=False) as peer:
            peer.connection.send(b"\x82\xff" + struct.pack(">Q", (1 << 63) - 1) + b"mask" + b"and a few bytes")
            self.assertIn(peer.connection.how_it_ends(), ("end", "reset"))


class OfGatewaysOfOtoroshictl(Story):
    """What gateways that are none do to otoroshictl."""

    def tunnel(self, serve, tls=False, *flags):
        authority = Authority(self.folder())
        context = server_context(authority.server("127.0.0.1")) if tls else None
        server = self.use(Backend(serve, tls=context))
        more = ["--tls", "--ca-file", authority.crt] if tls else []
        return self.use(Tunnel("--host", f"127.0.0.1:{server.port}", "--access-type", "public", *more, *flags))

    def test_frames_of_nothing(self):
        for tls in (False, True):
            for name, piece in floods(masked=False).items():
                def script(websocket, _visit, piece=piece):
                    pongs = threading.Thread(target=websocket.connection.how_it_ends, daemon=True)
                    pongs.start()
                    for _ in range(MANY // BATCH):
                        websocket.connection.send(piece)
                    websocket.send(b"at last")
                    websocket.send_close()
                    pongs.join()
                tunnel = self.tunnel(websocket_server(script, Otoroshi_Tunnel="half-close"), tls)
                with self.subTest(name, tls=tls):
                    with nothing_left_behind(tunnel) as growth, connect(tunnel) as client:
                        self.assertEqual(client.receive_to_end(), b"at last")
                    print(f"{MANY} {name} of a gateway over {'wss' if tls else 'ws'}: {growth}", flush=True)

    def test_answers_without_an_end(self):
        refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"
        cases = {
            "a status line": (b"HTTP/1.1 ", b"4" * 4 * KIB), "a header": (refusal + b"X: ", b"x" * 4 * KIB),
            "headers": (b"HTTP/1.1 101 Switching Protocols\r\n", b"X: y\r\n" * KIB),
            "a refusal": (refusal + b"Content-Length: 99999999999\r\n\r\n", b"no, " * KIB),
            "a refusal in chunks": (refusal + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nno, \r\n" * KIB),
            "a refusal up to the end": (refusal + b"\r\n", b"no, " * KIB),
            "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * KIB),
            "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 99999999999\r\n\r\n", b"x" * 4 * KIB),
            "zeros": (b"", bytes(4 * KIB)),
        }
        for name, (start, piece) in cases.items():
            def serve(connection, _visit, start=start, piece=piece):
                connection.receive()
                connection.send(start)
                while True:
                    connection.send(piece)
            tunnel = self.tunnel(serve, False, "--connect-timeout", scaled("1s", "5s"))
            with self.subTest(name), nothing_left_behind(tunnel):
                with connect(tunnel) as client:
                    self.assertEqual(client.how_it_ends(), "reset")
                tunnel.wait_line("WARN|ERROR")
                self.assertLess(sum(map(len, tunnel.lines)), 20 * KIB, "what it says of it is short")

    def test_an_upgrade_with_garbage_behind_it(self):
        def script(websocket, _visit):
            websocket.connection.send(bytes(range(256)) * 4)
        tunnel = self.tunnel(websocket_server(script, Otoroshi_Tunnel="half-close"))
        with nothing_left_behind(tunnel):
            for _ in range(20):
                with connect(tunnel) as client:
                    self.assertEqual(client.how_it_ends(), "reset")

    def test_a_redirect_to_itself(self):
        """It is told, not followed."""
        asked = []

        def serve(connection, _visit):
            asked.append(read_head(connection)[0])
            connection.send(b"HTTP/1.1 301 Moved\r\nLocation: " + asked[-1].split()[1].encode()
                            + b"\r\nContent-Length: 0\r\n\r\n")
        tunnel = self.tunnel(serve)
        with connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
        self.assertIn("301", tunnel.wait_line("WARN|ERROR"))
        self.assertEqual(len(asked), 1)


main()
