"""curl, openssl s_client, redis-cli and ssh through the modes that suit them, over IPv4 and IPv6."""

from support import (Authority, Backend, Gateway, Story, http_named, main, pass_through, plain, server_context,
                     terminating)
from support.servers import Redis, Sshd, run

ADDRESSES = {"127.0.0.1": "127.0.0.1", "::1": "[::1]"}  # as an address, and as it stands in a URL


class RealClients(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        self.certificate = self.authority.server("one.test", "two.test")

    def start(self, *services):
        self.use(Gateway(*services, certificates=[self.certificate]))

    def web(self, name, **options):
        return self.use(Backend(http_named(name), **options))

    def test_curl_by_host(self):
        service = plain(interface="::").sni().rule("one.test", self.web("one")).forwards_to(self.web("fallback"))
        self.start(service)
        for address in ADDRESSES:
            for host, name in (("one.test", "one"), ("other.test", "fallback")):
                with self.subTest(address, host=host):
                    resolved = f"{host}:{service.port}:{address}"
                    done = run("curl", "-sS", "--resolve", resolved, f"http://{host}:{service.port}/")
                    self.assertEqual(done.stdout, name + "\n")

    def test_curl_by_sni(self):
        one, two = self.web("one"), self.web("two")
        behind = {name: self.web(name, tls=server_context(self.certificate)) for name in ("one", "two")}
        services = [terminating(interface="::").sni().rule("one.test", one).rule("two.test", two),
                    pass_through(interface="::").sni().rule("one.test", behind["one"]).rule("two.test", behind["two"])]
        self.start(*services)
        for service in services:
            for address in ADDRESSES:
                for name in ("one", "two"):
                    with self.subTest(service.json["tls"], address=address, name=name):
                        host = f"{name}.test"
                        done = run("curl", "-sS", "--cacert", self.authority.crt, "--resolve",
                                   f"{host}:{service.port}:{address}", f"https://{host}:{service.port}/")
                        self.assertEqual(done.stdout, name + "\n")

    def test_openssl_s_client(self):
        service = terminating(interface="::").sni().rule("one.test", self.web("one"))
        self.start(service)
        for address in ADDRESSES.values():
            for version in ("-tls1_2", "-tls1_3"):
                with self.subTest(address, version=version):
                    done = run("openssl", "s_client", "-quiet", "-connect", f"{address}:{service.port}",
                               "-servername", "one.test", "-CAfile", self.authority.crt, "-verify_return_error",
                               version, "-ign_eof", text="GET / HTTP/1.0\r\n\r\n")
                    self.assertTrue(done.stdout.endswith("one\n"), done.stdout)

    def test_openssl_s_client_without_a_match(self):
        service = terminating().sni().rule("one.test", self.web("one"))
        self.start(service)
        done = run("openssl", "s_client", "-connect", f"127.0.0.1:{service.port}", "-servername", "two.test",
                   check=False)
        self.assertIn("unrecognized name", done.stdout + done.stderr)

    def test_redis_cli(self):
        redis = self.use(Redis())
        services = [plain(interface="::").targets(redis), terminating(interface="::").sni().rule("one.test", redis)]
        self.start(*services)
        tls = ["--tls", "--sni", "one.test", "--cacert", self.authority.crt]
        for service, flags in zip(services, ([], tls)):
            for address in ADDRESSES:
                with self.subTest(service.json["tls"], address=address):
                    ask = ["redis-cli", "-h", address, "-p", str(service.port), *flags]
                    self.assertEqual(run(*ask, "set", "key", "x" * 10_000).stdout, "OK\n")
                    self.assertEqual(run(*ask, "get", "key").stdout, "x" * 10_000 + "\n")

    def test_ssh(self):
        """Its server speaks first, so nothing may be peeked; it also gets through a default forwarding."""
        sshd = self.use(Sshd())
        services = [plain(interface="::").targets(sshd),
                    pass_through(interface="::").sni().rule("one.test", self.web("one")).forwards_to(sshd)]
        self.start(*services)
        for service in services:
            for address in ADDRESSES:
                with self.subTest(service.json["tls"], address=address):
                    self.assertEqual(sshd.ssh(service.port, "echo", "hello", host=address), "hello\n")
        self.assertEqual(len(sshd.ssh(services[0].port, "head -c 5000000 /dev/zero | tr '\\0' x")), 5_000_000)


main()
