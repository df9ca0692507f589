"""Who stops reading in the middle of bulk costs next to nothing until it is found idle; then nothing is left of it."""

import concurrent.futures
import threading

from support import (KIB, MIB, AdminGateway, AdminTunnelGateway, Backend, BrokenOff, EveryAccess, EveryMode, Story,
                     connect, main, nothing_left_behind, scaled)
from support.cut import stand_still

IDLE = scaled("4s", "8s")  # longer than it takes to make all connections, some of which are idle meanwhile
AT_ONCE = scaled(8, 2)  # of each way
MODES = ["plain", "plain to a TLS target", "terminating", "terminating to a TLS target"]


def floods(connection):
    """Sends until the other side has had enough."""
    try:
        while True:
            connection.send(bytes(64 * KIB))
    except (BrokenOff, OSError):  # OSError: this end was closed meanwhile
        pass


def flooding_target(connection, visit):
    """Sends as much as goes, and reads nothing."""
    connection.receive(1)
    floods(connection)
    visit.ended = "reset"


def deaf_target(connection, visit):
    """Reads one byte and no more."""
    connection.receive(1)
    visit.ended = stand_still(connection.socket, b"")


class StopsReading(Story):
    def clients(self, connections):
        """Each says a word and reads nothing."""
        for connection in connections:
            connection.send(b"\0")
        return [stand_still(connection.socket, b"") for connection in connections]

    def flood(self, connections):
        senders = [threading.Thread(target=floods, args=(one,), daemon=True) for one in connections]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    def stuck(self, name, programs, ways, act):
        """Some connections by each of these ways, all at once."""
        with nothing_left_behind(*programs, memory=AT_ONCE * MIB) as growth:
            connections = [connect_one() for connect_one in ways for _ in range(AT_ONCE)]
            act(connections)
            for connection in connections:
                connection.close()
        print(f"{len(connections)} connections, {name}: {growth}", flush=True)

    def every_mode(self, name, serve, act):
        modes = EveryMode(self, serve, gateway=AdminGateway, settings={"timeouts": {"idle": IDLE}}, only=MODES,
                          backend_options={"receive_buffer": 64 * KIB})
        ways = [lambda mode=mode: mode.connect(receive_buffer=64 * KIB) for mode in modes]

        def run():
            self.stuck(name, [modes.gateway], ways, act)
            events = modes.gateway.wait_events(len(ways) * AT_ONCE)
            self.assertEqual({event["ending"] for event in events}, {"timed_out"})
        return run

    def tunnels(self, name, serve, act):
        target = self.use(Backend(serve, receive_buffer=64 * KIB))
        ways = EveryAccess(self, target, only=["public"], gateway=AdminTunnelGateway,
                           settings={"timeouts": {"idle": IDLE}})
        tunnels = [self.use(way.tunnel()) for way in ways]
        connects = [lambda tunnel=tunnel: connect(tunnel, receive_buffer=64 * KIB) for tunnel in tunnels]
        return lambda: self.stuck(name, [ways.gateway, *tunnels], connects, act)

    def test_it(self):
        """Each group has programs of its own and waits most of the time, so all of them stand still at once."""
        groups = [self.every_mode("deaf clients", flooding_target, self.clients),
                  self.every_mode("deaf targets", deaf_target, self.flood),
                  self.tunnels("deaf clients of tunnels", flooding_target, self.clients),
                  self.tunnels("deaf targets of tunnels", deaf_target, self.flood)]
        with concurrent.futures.ThreadPoolExecutor(len(groups)) as pool:
            for running in [pool.submit(group) for group in groups]:
                running.result()


main()
