"""What a refusal looks like to a client by hand, and to somebody who uses otoroshictl."""

from .connection import connect
from .story import Story
from .tunnel import Tunnel
from .websocket_peer import ask


class RefusalStory(Story):
    def refused(self, gateway, host, query, status, cause, **options):
        """The answer to an upgrade: an HTTP status with Otoroshi's JSON. Returns its sentence."""
        answer, connection = ask(gateway, host, query, **options)
        with connection:
            self.assertEqual(connection.receive(), b"", "nothing follows, and the connection ends")
        self.check_answer(answer, status, cause)
        return answer.json["error_description"]

    def check_answer(self, answer, status, cause):
        self.assertEqual((answer.status, answer.json["error"]), (status, cause), answer)
        self.assertEqual(sorted(answer.json), ["error", "error_description"])
        self.assertGreater(len(answer.json["error_description"]), 10, answer)
        self.assertEqual(answer.headers["otoroshi-error"], "true")
        self.assertIn("close", answer.headers["connection"].lower())
        self.assertIn("application/json", answer.headers["content-type"])

    def told(self, flags, status, sentence):
        """otoroshictl says status and sentence in one line; the local client sees a reset, and no end."""
        with Tunnel(*flags) as tunnel, connect(tunnel) as client:
            self.assertEqual(client.how_it_ends(), "reset")
            line = tunnel.wait_line(f"(WARN|ERROR).*{status}")
            self.assertIn(sentence, line)
