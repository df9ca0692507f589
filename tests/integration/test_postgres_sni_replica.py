"""The specification's example with real PostgreSQL: a name with `read` reaches the replica, any other the primary."""

import signal

from support import Authority, Gateway, Process, Story, main, reserve_port, wait_until
from support.servers import Postgres, run

PRIMARY, REPLICA = "postgres-primary.test", "postgres-read-1.test"
WHO = "select current_setting('cluster_name')"


def example(port, primary, replica):
    """The JSON of spec/tcp-services.md, with only hosts and ports changed."""
    return {
        "id": "tcp_service_postgres",
        "name": "PostgreSQL proxy",
        "description": "TCP proxy for the production PostgreSQL cluster",
        "enabled": True,
        "port": port,
        "interface": "0.0.0.0",
        "tls": "Enabled",
        "clientAuth": "None",
        "sni": {
            "enabled": True,
            "forwardIfNoMatch": True,
            "forwardsTo": {"host": primary.host, "ip": None, "port": primary.port, "tls": False},
        },
        "rules": [
            {"domain": ".*read.*", "targets": [{"host": replica.host, "ip": None, "port": replica.port, "tls": False}]},
        ],
        "tags": ["database", "production"],
        "metadata": {},
    }


class PostgresBySni(Story):
    def setUp(self):
        self.primary, self.replica = self.use(Postgres("primary")), self.use(Postgres("replica"))
        self.authority = Authority(self.folder())
        self.port = reserve_port()
        self.gateway = self.use(Gateway(example(self.port, self.primary, self.replica),
                                        certificates=[self.authority.server(PRIMARY, REPLICA)]))

    def psql(self, host, sslmode, *arguments):
        address = (f"host={host} hostaddr=127.0.0.1 port={self.port} user=postgres dbname=postgres sslmode={sslmode} "
                   f"gssencmode=prefer connect_timeout=20")
        if sslmode.startswith("verify"):
            address += f" sslrootcert={self.authority.crt}"
        return ["psql", "-X", address, "-At", *arguments]

    def test_the_name_chooses_the_server(self):
        for sslmode in ("require", "verify-full"):
            for host, server in ((REPLICA, "replica"), (PRIMARY, "primary"), (REPLICA.upper(), "replica")):
                with self.subTest(sslmode=sslmode, host=host):
                    self.assertEqual(run(*self.psql(host, sslmode, "-c", WHO)).stdout, server + "\n")

    def test_a_large_result_arrives(self):
        done = run(*self.psql(PRIMARY, "verify-full", "-c", "select repeat('x', 1000) from generate_series(1, 20000)"))
        self.assertEqual(len(done.stdout), 20000 * 1001)

    def test_ctrl_c_cancels(self):
        """psql's CancelRequest is a connection of its own, in clear and without a name."""
        for host, server in ((PRIMARY, self.primary), (REPLICA, self.replica)):
            sleeping = "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'"
            with self.subTest(host), Process(self.psql(host, "require", "-c", "select pg_sleep(600)")) as psql:
                wait_until(lambda: server.query(sleeping) == "1", "the server to sleep for psql")
                psql.signal(signal.SIGINT)
                self.assertNotEqual(psql.wait(), 0)
                self.assertIn("canceling statement due to user request", psql.output)
                self.assertEqual(server.query(sleeping), "0")

    def test_without_tls_the_client_is_told_what_to_do(self):
        done = run(*self.psql(PRIMARY, "disable", "-c", WHO), check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("sslmode=require", done.stderr)

    def test_a_wrong_name_is_refused_by_a_client_that_verifies(self):
        done = run(*self.psql("other.test", "verify-full", "-c", WHO), check=False)
        self.assertEqual(done.returncode, 2)


main()
