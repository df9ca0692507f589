"""How clients enter protocols that have a beginning of their own, over a socket of one's choice."""

import struct

from .connection import TlsOverBio, connect, connect_tls
from .pki import client_context
from .websocket_peer import WebSocket, read_head, request_head, to_target

POSTGRES_SSL_REQUEST = struct.pack(">II", 8, 80877103)


def postgres_by_tls(service, authority, name):
    """For a Way: what enters TLS by PostgreSQL's SSLRequest."""
    def enter(wrap):
        connection = connect(service, wrap=wrap)
        try:
            connection.send(POSTGRES_SSL_REQUEST)
            connection.receive_exactly(1)
            return TlsOverBio(connection.socket, client_context(authority), server_name=name)
        except BaseException:
            connection.close()
            raise
    return enter


class TunnelPeer(WebSocket):
    """A WebSocket that is spoken over like a connection; its frames are small."""

    FRAME = 50

    def send(self, data):
        super().send(data, self.FRAME)

    def finish(self):
        self.send_close()

    def receive_to_end(self):
        data = self.receive_to_close()
        self.connection.finish()
        self.connection.how_it_ends()
        return data


def tunnel_by_hand(ways, way, target, **headers):
    """For a Way: what opens a tunnel by this way of an EveryAccess (public)."""
    request = request_head(way.route.host, to_target(target), **headers).encode()
    port = int(way.host.rpartition(":")[2])

    def enter(wrap):
        connection = (connect_tls(port, way.route.host, client_context(ways.authority), wrap=wrap) if way.tls
                      else connect(port, wrap=wrap))
        try:
            connection.send(request)
            start, _ = read_head(connection)
            if " 101 " not in start:
                raise AssertionError(f"refused: {start}")
            return TunnelPeer(connection, is_client=True)
        except BaseException:
            connection.close()
            raise
    return enter
