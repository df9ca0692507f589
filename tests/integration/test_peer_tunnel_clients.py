"""Clients of the tunnel that break off at any byte of upgrade and frames: an abort is an abort, and nothing stays behind."""

from support import AdminTunnelGateway, Backend, EveryAccess, Story, client_context, connect, connect_tls, main
from support.broken_clients import Way, answer, break_off_everywhere, fin, never
from support.cut import reset
from support.event_feed import EventFeed
from support.websocket_peer import WebSocket, read_head, request_head, to_target

FRAME = 50


class Peer(WebSocket):
    """A WebSocket that a Way can talk over."""

    def send(self, data):
        super().send(data, FRAME)

    def finish(self):
        self.send_close()

    def receive_to_end(self):
        data = self.receive_to_close()
        self.connection.finish()
        self.connection.how_it_ends()
        return data


class TunnelClients(Story):
    def test_websockets_by_hand(self):
        ways = EveryAccess(self, only=["public"], gateway=AdminTunnelGateway)
        tried = []
        for way in ways:
            for headers in ({}, {"Otoroshi_Tunnel": "half-close"}):
                tried.append(self.way(ways, way, self.use(Backend(answer)), headers))
        break_off_everywhere(tried, ways.gateway, events=EventFeed(ways.gateway))

    def way(self, ways, way, backend, headers):
        request = request_head(way.route.host, to_target(backend), **headers).encode()
        port = int(way.host.rpartition(":")[2])

        def enter(wrap):
            connection = (connect_tls(port, way.route.host, client_context(ways.authority), wrap=wrap) if way.tls
                          else connect(port, wrap=wrap))
            try:
                connection.send(request)
                if " 101 " not in read_head(connection)[0]:
                    raise AssertionError("the tunnel was refused")
                return Peer(connection, is_client=True)
            except BaseException:
                connection.close()
                raise

        def at_a_frame_s_end(cut, received):
            """A client that knows no half-close may end by FIN between frames."""
            return cut.then is not reset and cut.socket.total_sent in cut.way.marks
        return Way(f"{way.name} {headers}", backend, enter, never if headers else at_a_frame_s_end)

    def test_local_clients_of_otoroshictl(self):
        tried, programs = [], []
        ways = EveryAccess(self, only=["public"], gateway=AdminTunnelGateway)
        for way in ways:
            backend = self.use(Backend(answer))
            tunnel = self.use(way.tunnel("--remote-host", backend.host, "--remote-port", str(backend.port)))
            programs.append(tunnel)
            tried.append(Way(way.name, backend, lambda wrap, tunnel=tunnel: connect(tunnel, wrap=wrap), fin))
        break_off_everywhere(tried, ways.gateway, *programs)


main()
