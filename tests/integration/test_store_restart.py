"""What is stored outlives the gateway, also one that is killed; import files add to it, overwrite only where that is
wanted, and never remove."""

import os
import signal

from support import Backend, Gateway, Story, connect, greeter, main, plain, run_gateway, wait_until

SQLITE = {"store": {"type": "sqlite"}}


def answer(service):
    """The name of the greeter that the service leads to; None: nothing listens."""
    try:
        with connect(service) as client:
            return client.receive_line().decode().strip()
    except ConnectionRefusedError:
        return None


class StoreRestart(Story):
    def setUp(self):
        self.one, self.two = self.use(Backend(greeter("one"))), self.use(Backend(greeter("two")))
        self.kept = plain().targets(self.one)
        self.changed = plain(id=self.kept.id, port=self.kept.port).targets(self.two)
        self.added = plain().targets(self.two)
        self.data = os.path.join(self.folder(), "data")

    def gateway(self, *services, arguments=(), **settings):
        return self.use(Gateway(*services, settings={**SQLITE, "dataDir": self.data, **settings}, arguments=arguments))

    def test_entities_are_there_without_the_file(self):
        self.assertEqual(self.gateway(self.kept, self.added).stop(), 0)
        again = self.gateway(**{"import": []})
        self.assertEqual((answer(self.kept), answer(self.added)), ("one", "two"))
        self.assertIn("0 added, 0 changed, 0 removed", again.output)

    def test_entities_are_there_after_kill_9(self):
        first = self.gateway(self.kept)
        first.reload(self.kept, self.added)
        first.signal(signal.SIGKILL)
        first.wait()
        self.gateway(**{"import": []})
        self.assertEqual((answer(self.kept), answer(self.added)), ("one", "two"))

    def test_files_only_add(self):
        gateway = self.gateway(self.kept)
        self.assertIn("1 added, 0 changed, 0 removed, 0 unchanged, 1 skipped", gateway.reload(self.changed, self.added))
        self.assertIn("0 added, 0 changed, 0 removed, 1 unchanged, 0 skipped", gateway.reload(self.kept))
        self.assertEqual((answer(self.kept), answer(self.added)), ("one", "two"))

    def test_files_overwrite_where_that_is_wanted(self):
        for wish in ({"importReplace": True}, {"arguments": ["--import-replace"]}):
            with self.subTest(wish):
                gateway = self.gateway(self.kept, self.added, **wish)
                self.assertEqual(answer(self.kept), "one")
                self.assertIn("0 added, 1 changed, 0 removed, 0 unchanged, 0 skipped", gateway.reload(self.changed))
                wait_until(lambda: answer(self.kept) == "two", "the changed service")
                self.assertEqual(answer(self.added), "two")
                gateway.stop()

    def test_a_file_is_checked_together_with_what_is_stored(self):
        gateway = self.gateway(self.kept)
        rival = plain(port=self.kept.port).targets(self.two)
        gateway.folder.write_services([self.added, rival])
        self.assertRegex(gateway.sighup(says=r"services\.json"), r"/tcpServices/1/port: .*" + str(self.kept.port))
        self.assertEqual((answer(self.kept), answer(self.added)), ("one", None))
        # A start and a check say the same.
        gateway.folder.write_services([self.added, rival])
        code, output = run_gateway("--config", gateway.folder.config, "--check")
        self.assertEqual(code, 2, output)
        self.assertIn("/tcpServices/1/port: ", output)

    def test_a_check_looks_at_what_is_stored_and_leaves_it_as_it_is(self):
        gateway = self.gateway(self.kept)
        gateway.folder.write_services([self.added])
        code, output = run_gateway("--config", gateway.folder.config, "--check")
        self.assertEqual(code, 0, output)
        self.assertIn("fine: 2 services on 2 ports", output)
        gateway.stop()
        files = os.listdir(self.data)
        self.assertEqual(run_gateway("--config", gateway.folder.config, "--check")[0], 0)
        self.assertEqual(os.listdir(self.data), files)
        self.gateway(**{"import": []})
        self.assertEqual((answer(self.kept), answer(self.added)), ("one", None))


main()
