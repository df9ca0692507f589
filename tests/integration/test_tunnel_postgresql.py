"""psql through the tunnel, by every way in: COPY both ways without a byte lost, and a query that keeps silent."""

import filecmp
import os
import subprocess

from support import LONG, MIB, EveryAccess, Story, main, scaled
from support.servers import Postgres, run

LINE = 1000
COPY_SIZE = scaled(100 * MIB, MIB)
SMALL_COPY_SIZE = scaled(4 * MIB, MIB // 4)
COPIED_WHOLE = [("bearer", False), ("apikey", True)]  # by the other ways only with OTOROSHI_LONG=1
# Silence for more than two ping intervals.
SILENCE, PING_INTERVAL = (90, "25s") if LONG else (5, "1s")


def psql(port, *commands):
    flags = [word for command in commands for word in ("-c", command)]
    return run("psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-At", "-v", "ON_ERROR_STOP=1",
               *flags, env={"PGSSLMODE": "disable"}).stdout


class Postgresql(Story):
    def setUp(self):
        self.server = self.use(Postgres("behind"))
        self.ways = EveryAccess(self, self.server, settings={"tunnel": {"pingInterval": PING_INTERVAL}})

    def file_of(self, folder, size):
        """Text lines that COPY takes as they are."""
        path = f"{folder}/{size}"
        with open(path, "w") as file:
            while file.tell() < size:
                file.write(os.urandom((LINE - 1) // 2).hex() + "\n")
        os.chmod(path, 0o644)
        return path

    def test_copy_in_and_out(self):
        folder = self.folder()
        files = {size: self.file_of(folder, size) for size in (COPY_SIZE, SMALL_COPY_SIZE)}
        psql(self.server.port, "CREATE UNLOGGED TABLE lines (line text)")
        for way in self.ways:
            whole = LONG or (way.access, way.tls) in COPIED_WHOLE
            source, back = files[COPY_SIZE if whole else SMALL_COPY_SIZE], f"{folder}/back"
            with self.subTest(way.name), way.tunnel() as tunnel:
                psql(tunnel.port, "TRUNCATE lines", f"\\copy lines from '{source}'", f"\\copy lines to '{back}'")
                self.assertTrue(filecmp.cmp(source, back, shallow=False))

    def test_a_silent_query_survives(self):
        """Side by side: each waits for longer than two ping intervals without a byte."""
        clients = []
        for way in self.ways:
            tunnel = self.use(way.tunnel())
            argv = ["psql", "-h", "127.0.0.1", "-p", str(tunnel.port), "-U", "postgres", "-Atc",
                    f"SELECT 'awake' FROM pg_sleep({SILENCE})"]
            client = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.addCleanup(client.kill)
            clients.append((way.name, client))
        for name, client in clients:
            with self.subTest(name):
                self.assertEqual(client.communicate(timeout=SILENCE + 60)[0], "awake\n")


main()
