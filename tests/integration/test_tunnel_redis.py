"""redis-cli through the tunnel, by every way in: its pipe mode, and a subscription that hears nothing for long."""

import time

from support import LONG, EveryAccess, Process, Story, main, scaled
from support.servers import Redis, run

COMMANDS = scaled(100_000, 5_000)
# Silence for more than two ping intervals.
SILENCE, PING_INTERVAL = (90, "25s") if LONG else (5, "1s")


class RedisCli(Story):
    def setUp(self):
        self.redis = self.use(Redis())
        self.ways = EveryAccess(self, self.redis, settings={"tunnel": {"pingInterval": PING_INTERVAL}})

    def ask(self, port, *words, text=None):
        return run("redis-cli", "-p", str(port), *words, text=text).stdout

    def test_pipe_mode(self):
        """It sends all commands, and counts the answers."""
        commands = "".join(f"SET key{number} {number * 7}\r\n" for number in range(COMMANDS))
        for way in self.ways:
            with self.subTest(way.name), way.tunnel() as tunnel:
                self.ask(self.redis.port, "FLUSHALL")
                said = self.ask(tunnel.port, "--pipe", text=commands)
                self.assertIn(f"errors: 0, replies: {COMMANDS}", said)
                self.assertEqual(self.ask(tunnel.port, "DBSIZE"), f"{COMMANDS}\n")
                self.assertEqual(self.ask(tunnel.port, "GET", f"key{COMMANDS - 1}"), f"{(COMMANDS - 1) * 7}\n")

    def test_an_idle_subscription_survives(self):
        subscribers = []
        for number, way in enumerate(self.ways):
            tunnel = self.use(way.tunnel())
            argv = ["stdbuf", "-oL", "redis-cli", "-p", str(tunnel.port), "SUBSCRIBE", f"news{number}"]
            client = self.use(Process(argv))
            client.wait_line("^subscribe$")
            subscribers.append((way.name, client))
        time.sleep(SILENCE)  # the silence is the behaviour, not a wait for something
        for number, (name, client) in enumerate(subscribers):
            with self.subTest(name):
                self.assertEqual(self.ask(self.redis.port, "PUBLISH", f"news{number}", f"hello {name}"), "1\n")
                client.wait_line(f"^hello {name}$")


main()
