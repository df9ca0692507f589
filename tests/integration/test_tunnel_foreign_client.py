"""The gateway's end of the tunnel, driven by hand as the original client speaks.

That is with 32 KiB frames, an unencoded query, no Close frame, text that means nothing; and as nobody should speak.
"""

import hashlib
import os
import struct

from support import (KIB, MIB, Backend, BrokenOff, Payload, Story, TunnelGateway, answer_at_end, app_session, connect,
                     echo, ends_first, main, recorder, resetting, route, scaled, token_of)
from support.websocket_peer import (BINARY, CONTINUATION, PING, PONG, TEXT, WebSocket, ask, frame, open_websocket,
                                    read_head, request_head, to_target)


class LikeTheOriginal(Story):
    def start(self, serve):
        self.target = self.use(Backend(serve))
        self.route = route().to_request()
        self.gateway = self.use(TunnelGateway(self.route))

    def open(self, **headers):
        return self.use(open_websocket(self.gateway, self.route.host, to_target(self.target), **headers))

    def test_bytes_both_ways(self):
        payload = Payload(scaled(4 * MIB, 256 * KIB))
        self.start(echo)
        peer = self.open()
        for start in range(0, len(payload), 256 * KIB):
            piece = bytes(payload.bytes[start:start + 256 * KIB])
            self.assertEqual(peer.round_trip(piece), piece)

    def test_an_end_without_close_is_an_end_between_frames(self):
        self.start(recorder)
        peer = self.open()
        peer.send(b"x" * 100_000)
        peer.connection.finish()
        self.assertEqual(self.target.wait_end(), "end")
        self.assertEqual(len(self.target.visits[0].received), 100_000)

    def test_an_end_without_close_is_an_abort_inside_a_frame(self):
        self.start(recorder)
        peer = self.open()
        self.target.wait_visit()
        peer.connection.send(frame(BINARY, b"x" * 1000, masked=True)[:-1])
        peer.connection.finish()
        self.assertEqual(self.target.wait_end(), "reset")

    def test_an_end_without_close_is_an_abort_if_the_peer_can_do_better(self):
        self.start(recorder)
        peer = self.open(Otoroshi_Tunnel="half-close")
        self.target.wait_visit()
        peer.send(b"hello")
        peer.connection.finish()
        self.assertEqual(self.target.wait_end(), "reset")

    def test_close_ends_one_direction(self):
        self.start(answer_at_end)
        for headers in ({}, {"Otoroshi_Tunnel": "half-close"}):
            for code in (1000, None):
                with self.subTest(headers=headers, code=code):
                    peer = self.open(**headers)
                    peer.send(b"question")
                    peer.send_close(code)
                    self.assertEqual(peer.receive_to_close(), hashlib.sha256(b"question").digest())
                    self.assertEqual(peer.close[0], 1000)
                    self.assertEqual(peer.connection.how_it_ends(), "end")

    def test_the_end_of_the_target_is_a_close(self):
        self.start(ends_first(b"farewell"))
        peer = self.open(Otoroshi_Tunnel="half-close")
        self.assertEqual(peer.receive_to_close(), b"farewell")
        self.assertEqual(peer.close[0], 1000)
        peer.send(b"more")
        peer.send_close()
        self.assertEqual(self.target.wait_end(), "end")
        self.assertEqual(bytes(self.target.visits[0].received), b"more")

    def test_a_close_with_another_code_is_an_abort(self):
        self.start(recorder)
        for number, code in enumerate((1001, 1008, 1011, 3000), 1):
            with self.subTest(code):
                peer = self.open()
                self.target.wait_visit(number)
                peer.send(b"hello")
                peer.send_close(code, "because")
                self.assertEqual(self.target.wait_end(number), "reset")

    def test_a_reset_of_the_target_is_1011(self):
        self.start(resetting)
        peer = self.open()
        peer.send(b"x")
        try:
            self.assertEqual(peer.receive_to_close(), b"")
            self.assertEqual(peer.close[0], 1011)
        except BrokenOff as broken:
            self.assertEqual(broken.how, "reset")

    def test_every_shape_of_frames(self):
        """Sizes at each edge of the length's encoding, fragments with control frames between them, empty ones, text."""
        self.start(echo)
        peer = self.open()
        for size in (1, 125, 126, 65535, 65536, scaled(16 * MIB, MIB)):
            with self.subTest(size=size):
                data = os.urandom(size)
                self.assertEqual(peer.round_trip(data, size=size), data)
        peer.send_frame(TEXT, b"a text")
        peer.send_frame(BINARY, b"")
        peer.send_frame(BINARY, b"one ", final=False)
        peer.send_frame(PING, b"between")
        peer.send_frame(CONTINUATION, b"", final=False)
        peer.send_frame(CONTINUATION, b"two ", final=False)
        peer.send_frame(PONG, b"nobody asked")
        peer.send_frame(CONTINUATION, b"three")
        peer.send_frame(TEXT, b"a text ", final=False)
        peer.send_frame(CONTINUATION, b"in two pieces")
        self.assertEqual(peer.receive_exactly(13), b"one two three")
        self.assertEqual(peer.round_trip(b"last"), b"last")

    def test_a_ping_is_answered_with_its_payload(self):
        self.start(echo)
        peer = self.open()
        peer.send_frame(PING, b"are you there?")
        self.assertEqual(peer.receive_frame(), (PONG, b"are you there?", True))

    def test_frames_byte_by_byte(self):
        self.start(echo)
        peer = self.open()
        for byte in frame(BINARY, b"slowly", masked=True):
            peer.connection.send(bytes([byte]))
        self.assertEqual(peer.receive_exactly(6), b"slowly")

    def test_bytes_that_come_with_the_upgrade(self):
        """A client that does not wait for the 101."""
        self.start(echo)
        connection = self.use(connect(self.gateway.port))
        head = request_head(self.route.host, to_target(self.target)).encode()
        connection.send(head + frame(BINARY, b"early", masked=True))
        self.assertIn("101", read_head(connection)[0])
        self.assertEqual(WebSocket(connection, is_client=True).receive_exactly(5), b"early")

    def test_what_breaks_the_protocol_is_told_with_1002(self):
        self.start(recorder)
        breaks = {
            "no mask": frame(BINARY, b"hello", masked=False),
            "a reserved bit": frame(BINARY, b"hello", masked=True, reserved=4),
            "an unknown opcode": frame(3, b"hello", masked=True),
            "a fragment of nothing": frame(CONTINUATION, b"hello", masked=True),
            "a message inside a message":
                frame(BINARY, b"a", masked=True, final=False) + frame(BINARY, b"b", masked=True),
            "a Ping in fragments": frame(PING, b"a", masked=True, final=False),
            "a Ping of 126 bytes": frame(PING, b"a" * 126, masked=True),
            "a length above 2^63": b"\x82\xff" + struct.pack(">Q", 1 << 63) + b"mask",
        }
        for number, (name, wrong) in enumerate(breaks.items(), 1):
            with self.subTest(name):
                peer = self.open()
                self.target.wait_visit(number)
                peer.connection.send(wrong)
                peer.receive_to_close()
                self.assertEqual(peer.close[0], 1002, peer.close)
                self.assertEqual(self.target.wait_end(number), "reset")

    def test_an_unencoded_query(self):
        """The original encodes neither the colons of a session token nor the brackets of an address."""
        self.target = self.use(Backend(echo, host="::1"))
        session = app_session()
        self.route = route().to_request().for_sessions()
        self.gateway = self.use(TunnelGateway(self.route, sessions=[session]))
        token = token_of(session, self.gateway.secret)
        self.assertIn("::", token)
        for host in ("[::1]", "::1", "%5B::1%5D"):
            with self.subTest(host):
                query = f"remoteHost={host}&remotePort={self.target.port}&pappsToken={token}"
                with open_websocket(self.gateway, self.route.host, query) as peer:
                    self.assertEqual(peer.round_trip(), b"hello")

    def test_no_extension_and_no_subprotocol_is_accepted(self):
        self.start(echo)
        answer, connection = ask(self.gateway, self.route.host, to_target(self.target),
                                 Sec_WebSocket_Extensions="permessage-deflate", Sec_WebSocket_Protocol="tcp, binary")
        connection.close()
        self.assertEqual(answer.status, 101)
        self.assertNotIn("sec-websocket-extensions", answer.headers)
        self.assertNotIn("sec-websocket-protocol", answer.headers)
        self.assertEqual(answer.headers["otoroshi-tunnel"], "half-close")


main()
