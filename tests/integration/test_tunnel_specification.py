"""Each command of the specification's page as it is printed there, but for hosts, ports and secrets.

Also without --remote-host and --remote-port, where the route knows the target, wholly or in part.
"""

import shlex

from support import (Backend, EveryAccess, Story, Tunnel, TunnelGateway, connect, echo, main, otoroshictl, reserve_port,
                     route)

# As on the page; @WORDS@ are what has to be changed.
COMMANDS = {
    "ssh via API key": "otoroshictl tcp-tunnel --host @host@ --tls --remote-host @rhost@ --remote-port @rport@ "
                       "--local-port @lport@ --access-type apikey --apikey-client-id @id@ "
                       "--apikey-client-secret @secret@",
    "bearer token": "otoroshictl tcp-tunnel --host @host@ --tls --remote-host @rhost@ --remote-port @rport@ "
                    "--local-port @lport@ --access-type bearer --bearer-token @bearer@",
    "session token": "otoroshictl tcp-tunnel --host @host@ --tls --remote-host @rhost@ --remote-port @rport@ "
                     "--local-port @lport@ --access-type session --session-token @session@",
    "public": "otoroshictl tcp-tunnel --host @host@ --remote-host @rhost@ --remote-port @rport@ --local-port @lport@ "
              "--access-type public",
    "custom local address": "otoroshictl tcp-tunnel --host @host@ --tls --remote-host @rhost@ --remote-port @rport@ "
                            "--local-host 0.0.0.0 --local-port @lport@ --access-type apikey --apikey-client-id @id@ "
                            "--apikey-client-secret @secret@",
}
ACCESS = {"ssh via API key": "apikey", "bearer token": "bearer", "session token": "session", "public": "public",
          "custom local address": "apikey"}


class Specification(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))

    def test_every_command_of_the_page(self):
        ways = EveryAccess(self, self.target)
        credentials = ways.credentials
        trusting = {"SSL_CERT_FILE": ways.authority.crt}  # the page's commands name no --ca-file
        for name, command in COMMANDS.items():
            way = ways.way(ACCESS[name], tls="--tls" in command)
            local_port = reserve_port()
            for word, value in {"host": way.host, "rhost": self.target.host, "rport": self.target.port,
                                "lport": local_port, "id": credentials.key["clientId"],
                                "secret": credentials.key["clientSecret"], "bearer": credentials.token(),
                                "session": credentials.session_token()}.items():
                command = command.replace(f"@{word}@", str(value))
            flags = shlex.split(command)[2:]
            with self.subTest(name), Tunnel(*flags, env=trusting) as tunnel, connect(local_port) as client:
                self.assertEqual(client.round_trip(b"hello"), b"hello")
                local_host = "0.0.0.0" if "0.0.0.0" in flags else "127.0.0.1"
                self.assertEqual(tunnel.lines[:2], [
                    f"[INFO otoroshictl::tunnels::tcp] TCP tunnel listening on {local_host}:{local_port} → "
                    f"{self.target.host}:{self.target.port} via Otoroshi ({way.host})",
                    "[INFO otoroshictl::tunnels::tcp] TCP tunnel ready, waiting for connections ..."])

    def test_the_default_access_type_is_apikey_and_tt_is_an_alias(self):
        ways = EveryAccess(self, self.target, only=["apikey"])
        flags = ways.way().flags
        position = flags.index("--access-type")
        del flags[position:position + 2]
        with Tunnel(*flags, command="tt") as tunnel, connect(tunnel) as client:
            self.assertEqual(client.round_trip(), b"hello")

    def test_without_a_remote_the_route_knows_it(self):
        other = self.use(Backend(echo))
        host, port = self.target.host, self.target.port
        routes = {
            "a fixed target": route().to(self.target),
            "a port inside the hostname": route().to_hostname(f"{host}:{port}"),
            "defaults for both": route().to_request().but(backend={"targets": [
                {"hostname": f"${{remote_host:{host}}}:${{remote_port:{port}}}"}]}),
            "a default host, a fixed port": route().to_request().but(backend={"targets": [
                {"hostname": f"${{remote_host:{host}}}", "port": port}]}),
            "as Otoroshi writes it": route().to_request().but(backend={"targets": [
                {"hostname": f"${{req.query.remoteHost:{host}}}:${{req.query.remotePort:{port}}}"}]}),
        }
        gateway = self.use(TunnelGateway(*routes.values()))
        for name, one in routes.items():
            flags = ["--host", f"{one.host}:{gateway.port}", "--access-type", "public"]
            with self.subTest(name), Tunnel(*flags) as tunnel, connect(tunnel) as client:
                self.assertIn("→ (defined in otoroshi target) via", tunnel.lines[0])
                self.assertEqual(client.round_trip(), b"hello")
        self.assertEqual(other.visits, [])

        with self.subTest("the request wins over a default"):
            one = routes["defaults for both"]
            flags = ["--host", f"{one.host}:{gateway.port}", "--access-type", "public",
                     "--remote-host", other.host, "--remote-port", str(other.port)]
            with Tunnel(*flags) as tunnel, connect(tunnel) as client:
                client.round_trip()
            self.assertEqual(len(other.visits), 1)
        with self.subTest("a fixed target stays where it is"):
            one = routes["a fixed target"]
            flags = ["--host", f"{one.host}:{gateway.port}", "--access-type", "public",
                     "--remote-host", other.host, "--remote-port", str(other.port)]
            with Tunnel(*flags) as tunnel, connect(tunnel) as client:
                client.round_trip()
            self.assertEqual(len(other.visits), 1)

    def test_the_help_names_every_flag_of_the_page(self):
        code, text = otoroshictl("tcp-tunnel", "-h")
        self.assertEqual(code, 0)
        self.assertIn("Tunnel TCP traffic through an otoroshi cluster (e.g. expose SSH via Otoroshi)", text)
        self.assertIn("Usage: otoroshictl tcp-tunnel [OPTIONS] --host <HOST>", text)
        plain_text = " ".join(text.split())
        for flag, says in {
            "--host <HOST>": "The Otoroshi routing hostname (e.g. myotoroshi.example.com or "
                             "myotoroshi.example.com:9999)",
            "--tls": "Use TLS (WSS) for the WebSocket connection to Otoroshi",
            "--local-host <LOCAL_HOST>": "Local address to listen on [default: 127.0.0.1]",
            "--local-port <LOCAL_PORT>": "Local port to listen on [default: 2222]",
            "--remote-host <REMOTE_HOST>": "Remote host that Otoroshi should forward traffic to (optional if the "
                                           "Otoroshi target uses ${remote_host})",
            "--remote-port <REMOTE_PORT>": "Remote port that Otoroshi should forward traffic to (optional if the "
                                           "Otoroshi target uses ${remote_port})",
            "--access-type <ACCESS_TYPE>": "Authentication type: apikey, bearer, session, or public [default: apikey]",
            "--apikey-client-id <APIKEY_CLIENT_ID>": "API key client ID (for apikey access type)",
            "--apikey-client-secret <APIKEY_CLIENT_SECRET>": "API key client secret (for apikey access type)",
            "--bearer-token <BEARER_TOKEN>": "Bearer token - JWT or OAuth access token (for bearer access type)",
            "--session-token <SESSION_TOKEN>": "Private apps session token - papp token (for session access type)",
            "-h, --help": "Print help",
        }.items():
            with self.subTest(flag):
                self.assertIn(f"{flag} {says}", plain_text)


main()
