"""1 GiB of random bytes, up and down at once, arrives with the same SHA-256 in every mode, spliced or copied."""

import threading

from support import GIB, MIB, EveryMode, Payload, Story, exchange, main, scaled, send_all, sha256_of_next

SPLICED = ["plain", "plain, peeked for a Host", "pass-through", "pass-through by SNI"]


class BulkIntegrity(Story):
    @classmethod
    def setUpClass(cls):
        cls.up = Payload(scaled(GIB, 16 * MIB) + MIB)
        cls.down = cls.up.without_first(MIB)

    def exchange_through(self, **options):
        for mode in EveryMode(self, exchange(self.down, len(self.up)), **options):
            with self.subTest(mode.name, **options), mode.connect() as client:
                sender = threading.Thread(target=send_all, args=(client, self.up.bytes), daemon=True)
                sender.start()
                self.assertEqual(sha256_of_next(client, len(self.down)), self.down.sha256)
                sender.join()
                self.assertEqual(client.receive_exactly(32), self.up.sha256)
                self.assertEqual(client.receive(), b"")

    def test_every_mode(self):
        self.exchange_through()

    def test_without_splice(self):
        self.exchange_through(only=SPLICED, env={"OTOROSHI_SPLICE": "off"})


main()
