"""PassThrough by SNI to PostgreSQL servers that speak TLS themselves: the certificate that psql verifies is theirs."""

import signal

from support import Authority, Gateway, Process, Story, main, pass_through, terminating, to, wait_until
from support.servers import Postgres, run

ONE, TWO = "one.db.test", "two.db.test"
WHO = "select current_setting('cluster_name') || ' ' || ssl from pg_stat_ssl where pid = pg_backend_pid()"


class PostgresPassThrough(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        self.one = self.use(Postgres("one", self.authority.server(ONE)))
        self.two = self.use(Postgres("two", self.authority.server(TWO)))

    def psql(self, service, host, *arguments, sslmode="verify-full"):
        return ["psql", "-X", f"host={host} hostaddr=127.0.0.1 port={service.port} user=postgres dbname=postgres "
                f"sslmode={sslmode} sslrootcert={self.authority.crt} connect_timeout=20", "-At", *arguments]

    def test_the_name_chooses_the_server(self):
        service = pass_through().sni().rule(ONE, self.one).rule(TWO, self.two)
        self.use(Gateway(service))
        for host, server in ((ONE, "one"), (TWO, "two")):
            self.assertEqual(run(*self.psql(service, host, "-c", WHO)).stdout, f"{server} true\n")
        done = run(*self.psql(service, "other.db.test", "-c", WHO, sslmode="require"), check=False)
        self.assertEqual(done.returncode, 2)

    def test_ctrl_c_cancels(self):
        service = pass_through().sni().rule(ONE, self.one).rule(TWO, self.two)
        self.use(Gateway(service))
        sleeping = "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'"
        with Process(self.psql(service, TWO, "-c", "select pg_sleep(600)")) as psql:
            wait_until(lambda: self.two.query(sleeping) == "1", "the server to sleep for psql")
            psql.signal(signal.SIGINT)
            self.assertNotEqual(psql.wait(), 0)
            self.assertIn("canceling statement due to user request", psql.output)

    def test_terminating_to_a_server_with_tls(self):
        """The gateway asks such a target for TLS in PostgreSQL's way, and verifies it."""
        service = terminating().sni().rule("gateway.test", to(self.one, host=ONE, tls=True))
        own = self.authority.server("gateway.test")
        self.use(Gateway(service, certificates=[own], upstream_authority=self.authority))
        self.assertEqual(run(*self.psql(service, "gateway.test", "-c", WHO)).stdout, "one true\n")


main()
