"""Secrets of otoroshictl: from the environment, from files that are read anew, and seen by nobody else."""

import os

from support import (Backend, EveryAccess, Story, Tunnel, connect, echo, main, new_secret, secrets_in, wait_until)
from support.servers import run


class ClientSecrets(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.ways = EveryAccess(self, self.target)
        self.credentials = self.ways.credentials

    def flags(self, access):
        """Without the credentials."""
        way = self.ways.way(access)
        return ["--host", way.host, "--access-type", access, "--remote-host", self.target.host,
                "--remote-port", self.target.port]

    def file(self, name, text):
        path = os.path.join(self.folder(), name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_from_the_environment(self):
        key = self.credentials.key
        for access, variables in {
            "apikey": {"OTOROSHI_APIKEY_CLIENT_ID": key["clientId"],
                       "OTOROSHI_APIKEY_CLIENT_SECRET": key["clientSecret"]},
            "bearer": {"OTOROSHI_BEARER_TOKEN": self.credentials.token()},
            "session": {"OTOROSHI_SESSION_TOKEN": self.credentials.session_token()},
        }.items():
            with self.subTest(access), Tunnel(*self.flags(access), env=variables) as tunnel, connect(tunnel) as client:
                self.assertEqual(client.round_trip(), b"hello")

    def test_from_files(self):
        key = self.credentials.key
        for access, flags in {
            "apikey": ["--apikey-client-id", "@" + self.file("id", key["clientId"] + "\n"),
                       "--apikey-client-secret", "@" + self.file("secret", key["clientSecret"])],
            "bearer": ["--bearer-token", "@" + self.file("token", self.credentials.token() + "\n")],
            "session": ["--session-token", "@" + self.file("token", self.credentials.session_token())],
        }.items():
            with self.subTest(access), Tunnel(*self.flags(access), *flags) as tunnel, connect(tunnel) as client:
                self.assertEqual(client.round_trip(), b"hello")

    def test_a_file_is_read_for_every_connection(self):
        path = self.file("token", self.credentials.token(seconds=-60))
        with Tunnel(*self.flags("bearer"), "--bearer-token", "@" + path) as tunnel:
            with connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
            tunnel.wait_line("401")
            with open(path, "w") as file:
                file.write(self.credentials.token())
            with connect(tunnel) as client:
                self.assertEqual(client.round_trip(), b"hello")
            os.remove(path)
            with connect(tunnel) as client:
                self.assertEqual(client.how_it_ends(), "reset")
            tunnel.wait_line(f"(WARN|ERROR).*{path}")

    def test_the_process_list_shows_none(self):
        """Neither as one word nor as two; looked at from the outside, as `ps` does."""
        secret, token = self.credentials.key["clientSecret"], self.credentials.token()
        for flags in (["--apikey-client-id", "me", "--apikey-client-secret", secret],
                      ["--apikey-client-id", "me", f"--apikey-client-secret={secret}"],
                      ["--access-type", "bearer", "--bearer-token", token],
                      ["--access-type", "bearer", f"--bearer-token={token}"]):
            with self.subTest(flags[-2:]), Tunnel("--host", "gateway.test", *flags) as tunnel:
                seen = run("ps", "-o", "args=", "-p", str(tunnel.pid)).stdout
                self.assertIn("tcp-tunnel", seen)
                self.assertEqual(secrets_in(seen), [])

    def test_no_log_shows_one_even_with_verbose(self):
        """Tunnel looks for every secret when it ends; a wrong one must not be seen either."""
        flags = self.flags("apikey")
        for secret in (self.credentials.key["clientSecret"], new_secret()):
            more = ["-v", "--apikey-client-id", self.credentials.key["clientId"], "--apikey-client-secret", secret]
            with Tunnel(*flags, *more) as tunnel, connect(tunnel) as client:
                client.send(b"hello")
                client.receive() if secret == self.credentials.key["clientSecret"] else client.how_it_ends()
                wait_until(lambda: len(tunnel.lines) > 2, "something to be said")


main()
