"""A tunnel client ends wss by FIN alone and gets no answer; a FIN behind the head of a record is taken for an end."""

import hashlib

from support import (Authority, Backend, Story, TunnelGateway, answer_at_end, client_context, main, route)
from support.cut import Cut, CutSocket, half_close
from support.websocket_peer import open_websocket

RECORD_HEAD = 5


class WssEnds(Story):
    def start(self):
        authority, self.target = Authority(self.folder()), self.use(Backend(answer_at_end))
        self.route = route().to(self.target)
        certificate = authority.server(self.route.host)
        self.gateway = self.use(TunnelGateway(self.route, certificates=[certificate]))
        return self.use(open_websocket(self.gateway, self.route.host, tls=client_context(authority)))

    def test_an_end_between_frames(self):
        peer = self.start()
        peer.send(b"question")
        peer.connection.finish_without_close_notify()
        self.assertEqual(peer.receive_to_close(), hashlib.sha256(b"question").digest())
        self.assertEqual(peer.close[0], 1000)
        self.assertEqual(peer.connection.how_it_ends(), "end")
        event = self.gateway.wait_event()
        self.assertEqual((event["ending"], event["error"]), ("normal", None))

    def test_an_end_within_a_record(self):
        """Wherever in it, also just behind its head, of which OpenSSL says that nothing is pending."""
        for position in (1, RECORD_HEAD - 1, RECORD_HEAD, RECORD_HEAD + 1, 20):
            with self.subTest(position):
                peer = self.start()
                peer.send(b"a frame")
                peer.connection.socket = CutSocket(peer.connection.socket, half_close, sent=position)
                with self.assertRaises(Cut):
                    peer.send(b"another that never comes")
                self.assertEqual(self.target.wait_end(), "reset")
                self.assertEqual(self.gateway.wait_event()["ending"], "aborted")


main()
