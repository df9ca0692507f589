"""An abort stays an abort: RST becomes RST in every mode, and a cut TLS stream is never passed on as a clean end."""

from support import BrokenOff, EveryMode, Story, echo, ends_first, main, resetting

TLS_TO_PLAIN = ["terminating", "terminating by SNI"]


class Reset(Story):
    def test_reset_of_the_client_reaches_the_target(self):
        for mode in EveryMode(self, echo):
            with self.subTest(mode.name):
                client = mode.connect()
                self.assertEqual(client.round_trip(b"\0hello"), b"\0hello")
                client.reset()
                self.assertEqual(mode.backend.wait_end(), "reset")

    def test_reset_of_the_target_reaches_the_client(self):
        for mode in EveryMode(self, resetting):
            with self.subTest(mode.name), mode.connect() as client:
                client.send(b"\0")
                self.assertEqual(client.how_it_ends(), "reset")

    def test_reset_reaches_a_peer_that_had_already_ended(self):
        """The client waits for an answer; an end instead of RST would look like an empty answer."""
        def reset_at_end(connection, _visit):
            while connection.receive():
                pass
            connection.reset()
            raise BrokenOff("reset")

        for mode in EveryMode(self, reset_at_end):
            with self.subTest(mode.name), mode.connect() as client:
                client.send(b"\0question")
                client.finish()
                self.assertEqual(client.how_it_ends(), "reset")

    def test_fin_without_close_notify_is_an_abort(self):
        for mode in EveryMode(self, echo, only=TLS_TO_PLAIN):
            with self.subTest(mode.name), mode.connect() as client:
                client.round_trip()
                client.finish_without_close_notify()
                self.assertEqual(mode.backend.wait_end(), "reset")

    def test_fin_without_close_notify_is_fine_once_the_target_has_ended(self):
        """Many clients just close after the last byte of an answer."""
        for mode in EveryMode(self, ends_first(b"farewell"), only=TLS_TO_PLAIN):
            with self.subTest(mode.name), mode.connect() as client:
                self.assertEqual(client.receive_to_end(), b"farewell")
                client.finish_without_close_notify()
                self.assertEqual(mode.backend.wait_end(), "end")


main()
