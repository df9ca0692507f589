"""A store that cannot be used is refused with a sentence that says what to do, and is left as it is."""

import os
import sqlite3
import stat

from support import Backend, Gateway, Story, connect, echo, main, plain, run_gateway

FAILED = 1


class StoreRefused(Story):
    def setUp(self):
        self.service = plain().targets(self.use(Backend(echo)))
        self.data = os.path.join(self.folder(), "data")
        self.file = os.path.join(self.data, "entities.db")
        self.settings = {"store": {"type": "sqlite"}, "dataDir": self.data}

    def gateway(self):
        return self.use(Gateway(self.service, settings=self.settings))

    def refusal(self, gateway, *arguments):
        """What a start with the folder's settings says, which must fail."""
        code, output = run_gateway("--config", gateway.folder.config, *arguments)
        self.assertEqual(code, 2 if arguments else FAILED, output)
        return output

    def stopped(self):
        gateway = self.gateway()
        gateway.stop()
        return gateway

    def test_a_second_gateway_is_refused_and_the_first_one_serves(self):
        first = self.gateway()
        said = self.refusal(first)
        self.assertIn(self.data, said)
        self.assertIn(f"another gateway, process {first.pid}, has it", said)
        with connect(self.service) as client:
            client.round_trip()
        first.reload(self.service, plain().targets(self.use(Backend(echo))))

    def test_nobody_else_may_read_it(self):
        self.gateway()
        self.assertEqual(stat.S_IMODE(os.stat(self.data).st_mode), 0o700)
        for name in os.listdir(self.data):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.data, name)).st_mode), 0o600, name)

    def test_a_damaged_a_foreign_and_a_later_database(self):
        def damage(path):
            with open(path, "r+b") as file:
                file.seek(4096)
                file.write(os.urandom(4096))

        def execute(sql):
            def run(path):
                with sqlite3.connect(path) as database:
                    database.execute(sql)
                database.close()
            return run

        rows = [("damaged", damage, "put a good copy of the file there"),
                ("no database", lambda path: os.truncate(path, 100), "put a good copy of the file there"),
                ("foreign", execute("PRAGMA application_id = 7"), "another program's database"),
                ("later", execute("PRAGMA user_version = 99"), "version 99"),
                ("edited", execute("UPDATE entities SET json = replace(json, '\"port\":', '\"port\":7')"), "/port: ")]
        for name, spoil, wanted in rows:
            with self.subTest(name):
                gateway = self.stopped()
                spoil(self.file)
                with open(self.file, "rb") as file:
                    spoiled = file.read()
                for arguments in ((), ("--check",)):
                    said = self.refusal(gateway, *arguments)
                    self.assertIn(self.file, said)
                    self.assertIn(wanted, said)
                with open(self.file, "rb") as file:
                    self.assertEqual(file.read(), spoiled)
                os.remove(self.file)

    def test_a_folder_that_cannot_be_used(self):
        file = os.path.join(self.folder(), "file")
        with open(file, "w"):
            pass
        gateway = self.stopped()
        for data, wanted in ((file, "Not a directory"), ("/no/such/folder", "No such file or directory")):
            with self.subTest(data):
                code, output = run_gateway("--config", gateway.folder.config, env={"GATEWAY_DATA_DIR": data})
                self.assertEqual(code, FAILED, output)
                for words in (data, wanted, "GATEWAY_DATA_DIR"):
                    self.assertIn(words, output)


main()
