"""A disk that fails: writes are refused whole and say so, everything else goes on, and what was acknowledged stays."""

import json
import os
import shutil

from support import (KIB, MIB, AdminGateway, Backend, Disk, Story, connect, echo, main, plain, refuses,
                     reserve_port, run_gateway)

SERVICES = "/api/tcp/services"
FAILED = 1
# As large as makes a write need room, whatever the store still has of its own.
LARGE = {"metadata": {"a": "b" * 100 * KIB}}


class StoreFaults(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.kept = plain().targets(self.target)
        self.acknowledged = {}  # id: service

    def start(self, data=None):
        settings = {"store": {"type": "sqlite"}, "import": [], **({"dataDir": data} if data else {})}
        self.gateway = self.use(AdminGateway(settings=settings))
        self.admin = self.gateway.admin
        self.write(self.kept)

    def write(self, service):
        """Must be done."""
        answer = self.admin.post(SERVICES, service.json)
        self.assertEqual(answer.status, 201, answer)
        self.acknowledged[service.id] = answer.json

    def assert_exactly_the_acknowledged(self):
        stored = {service["id"]: service for service in self.admin.get(SERVICES).json}
        self.assertEqual(stored, self.acknowledged)

    def assert_all_else_goes_on(self):
        self.assert_exactly_the_acknowledged()
        self.assertEqual(self.admin.get(f"{SERVICES}/{self.kept.id}").status, 200)
        self.assertEqual(len(self.admin.get("/api/otoroshi.json").json["tcpServices"]), len(self.acknowledged))
        with connect(self.kept) as client:
            client.round_trip()
        self.assertEqual((self.admin.get("/live").status, self.admin.get("/ready").status), (200, 200))

    def assert_health(self, word):
        health = self.admin.get("/health")
        self.assertEqual(health.json["datastore"], word)
        self.assertEqual(health.status, 200 if word == "healthy" else 503)

    def assert_refused(self, answer, *reasons):
        self.assertEqual((answer.status, answer.json["error"]), (500, "internal_error"), answer)
        self.assertRegex(answer.json["error_description"], "^nothing was changed: (it could not be kept in )?'")
        for words in reasons:
            self.assertEqual(answer.json["error_description"].count(words), 1, answer)

    def assert_every_write_is_refused(self, *reasons):
        """By every way in."""
        new = plain(**LARGE).targets(self.target)
        one = f"{SERVICES}/{self.kept.id}"
        writes = {
            "POST": lambda: self.admin.post(SERVICES, new.json),
            "PUT": lambda: self.admin.put(one, {**self.kept.json, **LARGE}),
            "PATCH": lambda: self.admin.patch(one, LARGE),
            "import": lambda: self.admin.post("/api/otoroshi.json", {"tcpServices": [self.kept.json, new.json]}),
        }
        for name, write in writes.items():
            with self.subTest(name):
                self.assert_refused(write(), *reasons)
                self.assertTrue(refuses(new.port))
        lines = [{"id": f"{number}", "port": reserve_port(), "description": "a" * 100 * KIB} for number in range(2)]
        bulk = self.admin.post(SERVICES + "/_bulk", "\n".join(map(json.dumps, lines)),
                               content_type="application/x-ndjson")
        self.assertGreaterEqual(bulk.status, 200)
        for line in bulk.lines:
            self.assertEqual(line["status"], 500)
            self.assertIn(reasons[0], line["error_description"])
        self.assert_health("unhealthy")
        self.assert_all_else_goes_on()

    def restart(self):
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start_again()
        self.assert_exactly_the_acknowledged()
        self.assert_health("healthy")

    def test_a_full_disk(self):
        disk = self.use(Disk(2 * MIB))
        self.start(disk.path)
        for _ in range(3):
            disk.fill()
            self.assert_every_write_is_refused(f"'{disk.path}/entities.db'", "disk is full")
            disk.make_room()
            self.write(plain().targets(self.target))
            self.assert_health("healthy")
            self.assert_all_else_goes_on()
            self.restart()

    def test_a_disk_that_fills_up(self):
        """With what is written itself, up to the last byte; nobody is there to make room before the restart."""
        disk = self.use(Disk(2 * MIB))
        self.start(disk.path)
        for _ in range(100):
            one = plain(enabled=False, **LARGE).targets(self.target)
            answer = self.admin.post(SERVICES, one.json)
            if answer.status != 201:
                break
            self.acknowledged[one.id] = answer.json
        self.assert_refused(answer, f"'{disk.path}/entities.db'")
        self.assertGreater(len(self.acknowledged), 5)
        self.assert_all_else_goes_on()
        self.gateway.kill()
        self.gateway.start_again()
        self.assert_all_else_goes_on()

    def test_a_disk_that_is_read_only_from_the_start(self):
        """While the gateway runs the kernel does not let anybody make it so."""
        disk = self.use(Disk(2 * MIB))
        self.start(disk.path)
        self.gateway.stop()
        disk.make_read_only()
        code, said = run_gateway("--config", self.gateway.folder.config)
        self.assertEqual(code, FAILED, said)
        self.assertIn(disk.path, said)
        self.assertIn("Read-only file system", said)
        disk.make_writable()
        self.gateway.start_again()
        self.assert_all_else_goes_on()

    def test_a_second_gateway(self):
        self.start()
        code, said = run_gateway("--config", self.gateway.folder.config)
        self.assertEqual(code, FAILED, said)
        self.assertIn(self.gateway.folder.path, said)
        self.assertIn(f"another gateway, process {self.gateway.pid}, has it", said)
        self.assert_all_else_goes_on()
        self.write(plain().targets(self.target))
        self.restart()

    def test_a_database_that_is_deleted_or_replaced(self):
        data = os.path.join(self.folder(), "data")
        self.start(data)
        file, away = os.path.join(data, "entities.db"), os.path.join(data, "away")
        spoilers = {"deleted": lambda: None, "replaced": lambda: shutil.copy(away, file)}
        for name, spoil in spoilers.items():
            with self.subTest(name):
                os.rename(file, away)
                spoil()
                self.assert_every_write_is_refused(f"'{file}' was deleted, moved or replaced")
                os.rename(away, file)
                self.write(plain().targets(self.target))
                self.assert_health("healthy")
                self.restart()
        os.remove(file)
        self.assert_every_write_is_refused(f"'{file}' was deleted, moved or replaced")
        self.gateway.stop()


main()
