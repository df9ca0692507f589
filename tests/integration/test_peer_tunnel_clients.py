"""Clients of the tunnel that break off at any byte of upgrade and frames: an abort stays an abort."""

from support import AdminTunnelGateway, Backend, EveryAccess, Story, connect, main
from support.break_off import break_off_everywhere
from support.broken_clients import Way, answer
from support.cut import fin, fin_between_sends, never
from support.event_feed import EventFeed
from support.ways_in import tunnel_by_hand


class TunnelClients(Story):
    def test_websockets_by_hand(self):
        ways = EveryAccess(self, only=["public"], gateway=AdminTunnelGateway)
        tried = []
        for way in ways:
            for headers in ({}, {"Otoroshi_Tunnel": "half-close"}):
                backend = self.use(Backend(answer))
                enter = tunnel_by_hand(ways, way, backend, **headers)
                tried.append(Way(f"{way.name} {headers}", backend, enter, never if headers else fin_between_sends))
        break_off_everywhere(tried, ways.gateway, events=EventFeed(ways.gateway))

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
