"""What otoroshictl says before a tunnel is opened: help, start-up lines, wrong usage, refusals; and what `ps` sees of it."""

import os
import signal
import socket
import subprocess

from support import Backend, Process, Story, connect, echo, main, reserve_port, wait_until

PROGRAM = os.path.join(os.environ["OTOROSHI_BIN"], "otoroshictl")
LOG = r"^\[INFO otoroshictl::tunnels::tcp\] "

# As on the specification's page, where line breaks are lost.
SPECIFIED_HELP = """
Tunnel TCP traffic through an otoroshi cluster (e.g. expose SSH via Otoroshi) Usage: otoroshictl tcp-tunnel [OPTIONS] --host <HOST>
Options: --host <HOST> The Otoroshi routing hostname (e.g. myotoroshi.example.com or myotoroshi.example.com:9999)
--tls Use TLS (WSS) for the WebSocket connection to Otoroshi --local-host <LOCAL_HOST> Local address to listen on
[default: 127.0.0.1] --local-port <LOCAL_PORT> Local port to listen on [default: 2222] --remote-host <REMOTE_HOST> Remote host
that Otoroshi should forward traffic to (optional if the Otoroshi target uses ${remote_host}) --remote-port <REMOTE_PORT>
Remote port that Otoroshi should forward traffic to (optional if the Otoroshi target uses ${remote_port}) --access-type
<ACCESS_TYPE> Authentication type: apikey, bearer, session, or public [default: apikey] --apikey-client-id <APIKEY_CLIENT_ID>
API key client ID (for apikey access type) --apikey-client-secret <APIKEY_CLIENT_SECRET> API key client secret (for apikey
access type) --bearer-token <BEARER_TOKEN> Bearer token - JWT or OAuth access token (for bearer access type) --session-token
<SESSION_TOKEN> Private apps session token - papp token (for session access type) -h, --help Print help"""


def run(*arguments, stdin=""):
    """Exit code, stdout and stderr of a call that ends by itself."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, input=stdin)
    return done.returncode, done.stdout, done.stderr


def refusing(status, body):
    """A gateway that answers every upgrade with an HTTP error."""
    def serve(connection, visit):
        while b"\r\n\r\n" not in visit.received:
            visit.received += connection.receive()
        connection.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        connection.finish()
    return serve


class CtlUsage(Story):
    def tunnel(self, *arguments, **options):
        return self.use(Process([PROGRAM, "tcp-tunnel", *arguments], **options))

    def test_help_is_the_specifications(self):
        for command in ("tcp-tunnel", "tt"):
            code, output, _ = run(command, "-h")
            self.assertEqual(code, 0)
            self.assertIn(" ".join(SPECIFIED_HELP.split()), " ".join(output.split()))

    def test_start_up_lines(self):
        port = reserve_port()
        tunnel = self.tunnel("--host", "myotoroshi.example.com:9999", "--tls", "--remote-host", "ssh.internal.com",
                             "--remote-port", "22", "--local-port", str(port), "--access-type", "apikey",
                             "--apikey-client-id", "my-client-id", "--apikey-client-secret", "my-client-secret")
        tunnel.wait_line(LOG + "TCP tunnel ready, waiting for connections ...$")
        self.assertEqual(tunnel.lines[0],
                         f"[INFO otoroshictl::tunnels::tcp] TCP tunnel listening on 127.0.0.1:{port} → "
                         "ssh.internal.com:22 via Otoroshi (myotoroshi.example.com:9999)")
        tunnel.signal(signal.SIGTERM)
        self.assertEqual(tunnel.wait(), 0)
        self.assertEqual(len(tunnel.lines), 2)

    def test_start_up_line_without_remote_names_the_real_port(self):
        tunnel = self.tunnel("--host", "gw.test", "--access-type", "public", "--local-port", "0", "--local-host", "::1")
        line = tunnel.wait_line(LOG + r"TCP tunnel listening on \[::1\]:\d+ → \(defined in otoroshi target\) "
                                r"via Otoroshi \(gw.test\)$")
        port = int(line.split(" → ")[0].rsplit(":", 1)[1])
        connect(port, host="::1").close()

    def test_wrong_usage_opens_nothing(self):
        port = str(reserve_port())
        for arguments, sentence in ((["--host", "gw.test", "--access-type", "open"], "apikey, bearer (or jwt)"),
                                    (["--host", "gw.test"], "--apikey-client-id"),
                                    (["--host", "https://gw.test/"], "--host gw.test --tls"),
                                    (["--host", "gw.test", "--access-type", "bearer", "--bearer-token", "@/nowhere/token"],
                                     "/nowhere/token"),
                                    (["--host", "gw.test", "--access-type", "public", "--tls", "--ca-file", "/nowhere/ca"],
                                     "/nowhere/ca")):
            with self.subTest(arguments):
                code, output, error = run("tcp-tunnel", "--local-port", port, *arguments)
                self.assertEqual(code, 2)
                self.assertIn(sentence, error)
                self.assertEqual(output, "")
                self.assertNotIn("listening", error)

    def test_local_address_taken(self):
        other = self.use(Backend(echo))
        code, _, error = run("tt", "--host", "gw.test", "--access-type", "public", "--local-port", str(other.port))
        self.assertEqual(code, 3)
        self.assertIn(f"127.0.0.1:{other.port}", error)
        self.assertIn("--local-port", error)

    def test_secrets_are_hidden_from_ps(self):
        tunnel = self.tunnel("--host", "gw.test", "--local-port", "0", "--apikey-client-id", "s3cret-id",
                             "--apikey-client-secret=s3cret-value")
        tunnel.wait_line("ready")
        seen = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(tunnel.pid)], capture_output=True, text=True).stdout
        self.assertIn("--host gw.test", seen)
        self.assertNotIn("s3cret", seen)

    def test_stdio_tells_by_its_exit_code_who_refused(self):
        body = '{"error":"errors.api.key","error_description":"the key is disabled"}'
        gateway = self.use(Backend(refusing("401 Unauthorized", body)))
        arguments = ["tt", "--stdio", "--access-type", "public", "--host"]
        code, output, error = run(*arguments, f"127.0.0.1:{gateway.port}", stdin="hello")
        self.assertEqual((code, output), (4, ""))
        self.assertIn("refused: 401 Unauthorized: the key is disabled", error)
        code, _, error = run(*arguments, f"127.0.0.1:{reserve_port()}")
        self.assertEqual(code, 1)
        self.assertIn("is it running", error)

    def test_each_failure_is_told_once(self):
        """And whoever connects sees a reset: an end would look like an empty answer."""
        tunnel = self.tunnel("--host", f"127.0.0.1:{reserve_port()}", "--access-type", "public", "--local-port", "0")
        port = int(tunnel.wait_line("listening").split(" → ")[0].rsplit(":", 1)[1])
        for _ in range(3):
            with connect(port) as client:
                self.assertEqual(client.how_it_ends(), "reset")
        tunnel.signal(signal.SIGTERM)
        self.assertEqual(tunnel.wait(), 0)  # and has said all that it had to say
        self.assertEqual(len([line for line in tunnel.lines if "refused the connection" in line]), 1)

    def test_a_stopped_reader_of_the_log_stops_nothing(self):
        """The log goes to a pipe that nobody empties; connections are taken all the same."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        arguments = ["-v", "--host", f"127.0.0.1:{reserve_port()}", "--access-type", "public", "--local-port"]
        port = reserve_port()
        child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", PROGRAM, "tt", *arguments, str(port)],
                                 stderr=writer, stdout=writer)
        os.close(writer)
        self.addCleanup(lambda: (child.kill(), child.wait()))
        wait_until(lambda: self.can_connect(port), "the tunnel to listen")
        for _ in range(3000):
            with connect(port) as client:
                self.assertEqual(client.how_it_ends(), "reset")

    def can_connect(self, port):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionRefusedError:
            return False


main()
