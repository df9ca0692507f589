"""SIGHUP re-reads the services: what changed changes, what did not is not touched, a bad file changes nothing."""

from support import Backend, Gateway, Story, connect, echo, greeter, main, plain, wait_until


def answers(service, name):
    """Does the service lead to the greeter of this name?"""
    try:
        with connect(service) as client:
            return client.receive_line() == name.encode() + b"\n"
    except ConnectionRefusedError:
        return False


class Sighup(Story):
    def setUp(self):
        self.one, self.two = self.use(Backend(greeter("one"))), self.use(Backend(greeter("two")))
        self.kept = plain().targets(self.one)
        self.gateway = self.use(Gateway(self.kept))

    def test_added_changed_and_removed(self):
        added = plain().targets(self.two)
        self.gateway.reload(self.kept, added)
        wait_until(lambda: answers(added, "two"), "the added service")

        changed = plain(id=added.id, port=added.port).targets(self.one)
        self.gateway.reload(self.kept, changed)
        wait_until(lambda: answers(changed, "one"), "the changed service")

        self.gateway.reload(self.kept)
        wait_until(lambda: not answers(added, "one"), "the removed service to be gone")
        self.assertTrue(answers(self.kept, "one"))

    def test_the_log_counts(self):
        added = plain().targets(self.two)
        self.assertRegex(self.gateway.reload(self.kept, added), r"1 added|added 1|added[=:] ?1")
        self.assertRegex(self.gateway.reload(self.kept), r"1 removed|removed 1|removed[=:] ?1")

    def test_another_port_is_another_listener(self):
        moved = plain(id=self.kept.id).targets(self.one)
        self.gateway.reload(moved)
        wait_until(lambda: answers(moved, "one") and not answers(self.kept, "one"), "the service to move")

    def test_a_live_connection_goes_on(self):
        target = self.use(Backend(echo))
        service = plain().targets(target)
        self.gateway.reload(service)
        with connect(service) as client:
            client.round_trip()
            self.gateway.reload(self.kept)
            wait_until(lambda: not answers(service, "-"), "the service to be gone")
            self.assertEqual(client.round_trip(b"still here"), b"still here")

    def test_a_bad_file_changes_nothing(self):
        added = plain().targets(self.two)
        for bad in ('{"tcpServices": [', {"tcpServices": [added.json, {**self.kept.json, "tls": "Sometimes"}]}, None):
            with self.subTest(bad):
                if bad is None:
                    self.gateway.folder.remove_file("services.json")
                else:
                    self.gateway.folder.write("services.json", bad)
                line = self.gateway.sighup(says=r"services\.json")
                self.assertRegex(line.lower(), "error|warn")
                self.assertTrue(answers(self.kept, "one"))
                self.assertFalse(answers(added, "two"))
        self.gateway.reload(self.kept, added)
        wait_until(lambda: answers(added, "two"), "the mended file to count")

    def test_a_port_that_is_taken_changes_nothing(self):
        taken = plain(port=self.two.port).targets(self.one)  # the backend listens there
        added = plain().targets(self.two)
        self.gateway.folder.write_services([self.kept, added, taken])
        self.assertIn(str(taken.port), self.gateway.sighup(says=r"in use"))
        self.assertTrue(answers(self.kept, "one"))
        self.assertFalse(answers(added, "two"))


main()
