"""The end of one direction is not the end of the connection: what the other side still sends arrives, in every mode."""

import hashlib

from support import EveryMode, Story, answer_at_end, ends_first, main, recorder, scaled, MIB

QUESTION = b"\0question " * scaled(MIB, MIB // 8)  # begins like nothing that a peek waits for


class HalfClose(Story):
    def test_the_answer_arrives_after_the_client_has_ended(self):
        for mode in EveryMode(self, answer_at_end):
            with self.subTest(mode.name), mode.connect() as client:
                client.send(QUESTION)
                client.finish()
                self.assertEqual(client.receive_to_end(), hashlib.sha256(QUESTION).digest())
                self.assertEqual(mode.backend.wait_end(), "end")

    def test_the_client_may_go_on_after_the_target_has_ended(self):
        for mode in EveryMode(self, ends_first(b"farewell")):
            with self.subTest(mode.name), mode.connect() as client:
                client.send(b"\0first")
                self.assertEqual(client.receive_to_end(), b"farewell")
                client.send(b", then")
                client.finish()
                self.assertEqual(mode.backend.wait_end(), "end")
                self.assertEqual(bytes(mode.backend.visits[0].received), b"\0first, then")

    def test_an_end_without_any_byte_is_passed_on(self):
        modes = EveryMode(self, recorder, only=["plain", "terminating", "pass-through by SNI"])
        for mode in modes:
            with self.subTest(mode.name), mode.connect() as client:
                client.finish()
                self.assertEqual(client.receive_to_end(), b"")
                self.assertEqual(mode.backend.wait_end(), "end")

    def test_a_direction_that_stays_open_is_bounded(self):
        """Without `timeouts.halfClosed` a silent peer would hold the other one for ever."""
        modes = EveryMode(self, ends_first(b"farewell"), only=["plain", "terminating"],
                          settings={"timeouts": {"halfClosed": "300ms"}})
        for mode in modes:
            with self.subTest(mode.name), mode.connect() as client:
                self.assertEqual(client.receive_to_end(), b"farewell")
                self.assertIn(mode.backend.wait_end(), ("end", "reset"))


main()
