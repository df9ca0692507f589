"""How otoroshictl is used wrongly: exit code 2 or 3, a sentence that helps, and nothing listens."""

from support import Backend, Story, connect, echo, main, new_secret, otoroshictl, reserve_port, secrets_in

HOST = ["--host", "gateway.test:9999"]


class Usage(Story):
    def test_wrong_usage(self):
        port = reserve_port()
        secret = new_secret()
        key = ["--apikey-client-id", "me", "--apikey-client-secret", secret]
        cases = {
            "no host": (key, "--host"),
            "an unknown access type": ([*HOST, "--access-type", "open"], "open"),
            "no key": (HOST, "--apikey-client-id"),
            "no secret": ([*HOST, "--apikey-client-id", "me"], "--apikey-client-secret"),
            "no token": ([*HOST, "--access-type", "bearer"], "--bearer-token"),
            "no session": ([*HOST, "--access-type", "session"], "--session-token"),
            "a scheme": (["--host", "https://gateway.test", *key], "gateway.test --tls"),
            "a path": (["--host", "gateway.test/tunnel", *key], "path"),
            "no host before the port": (["--host", ":9999", *key], "--host"),
            "a port that is too large": (["--host", "gateway.test:99999", *key], "99999"),
            "a remote port that is none": ([*HOST, *key, "--remote-port", "ssh"], "ssh"),
            "a remote port 0": ([*HOST, *key, "--remote-port", "0"], "0"),
            "a remote host with a port": ([*HOST, *key, "--remote-host", "db.test:5432"], "db.test:5432"),
            "a local port that is none": ([*HOST, *key, "--local-port", "70000"], "70000"),
            "a local host that is none": ([*HOST, *key, "--local-host", "300.0.0.1:2"], "--local-host"),
            "an unknown flag": ([*HOST, *key, "--verbosity"], "--verbosity"),
            "a flag without its value": ([*HOST, *key, "--local-port", "0", "--remote-host"], "--remote-host"),
            "--stdio and a local port": ([*HOST, *key, "--stdio", "--local-port", "1"], "--stdio"),
            "a file that is not there": ([*HOST, *key, "--tls", "--ca-file", "/nowhere/ca.pem"], "/nowhere/ca.pem"),
        }
        for name, (flags, word) in cases.items():
            with self.subTest(name):
                if not any(flag in flags for flag in ("--local-port", "--stdio")):
                    flags = [*flags, "--local-port", str(port)]
                code, output = otoroshictl("tcp-tunnel", *flags)
                self.assertEqual(code, 2, output)
                self.assertIn(word, output)
                self.assertNotIn("listening", output)
                self.assertEqual(secrets_in(output), [])
                self.assertRaises(ConnectionRefusedError, connect, port)

    def test_a_local_address_that_is_taken(self):
        taken = self.use(Backend(echo))
        code, output = otoroshictl("tcp-tunnel", *HOST, "--access-type", "public", "--local-port", str(taken.port))
        self.assertEqual(code, 3, output)
        self.assertIn(str(taken.port), output)

    def test_a_local_address_that_is_not_ours(self):
        code, output = otoroshictl("tcp-tunnel", *HOST, "--access-type", "public", "--local-host", "192.0.2.1",
                                   "--local-port", "0")
        self.assertEqual(code, 3, output)
        self.assertIn("192.0.2.1", output)


main()
