"""Tunnels are opened at one path, spelled as one likes (RFC 3986 section 6.2.2), and nothing lies below or beside it."""

from support import Backend, Story, TunnelGateway, echo, main, route
from support.websocket_peer import TUNNEL, ask, open_websocket


class TunnelPath(Story):
    def setUp(self):
        self.route = route().to(self.use(Backend(echo)))
        self.gateway = self.use(TunnelGateway(self.route))

    def test_the_path(self):
        for path in (TUNNEL, "/%2Ewell-known/otoroshi/tunnel", "/.well-known/otoroshi/tunne%6c"):
            with self.subTest(path), open_websocket(self.gateway, self.route.host, path=path) as peer:
                self.assertEqual(peer.round_trip(), b"hello")

    def test_other_paths(self):
        for path in ("x", "/", "/x", "/../x", ";x", "%00", "%2fx", "%3fx"):
            with self.subTest(TUNNEL + path):
                answer, connection = ask(self.gateway, self.route.host, path=TUNNEL + path)
                connection.close()
                self.assertEqual((answer.status, answer.json["error"]), (404, "errors.resource.not.found"))


if __name__ == "__main__":
    main()
