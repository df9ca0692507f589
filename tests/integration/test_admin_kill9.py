"""kill -9 at random moments while many write at once: what was acknowledged is there after the restart, whole."""

import http.client
import json
import random
import threading

from support import AdminGateway, LONG, Story, main, scaled, wait_until

ROUNDS = 50 if LONG else scaled(6, 2)
WRITES = 2000  # that are asked for in a round; the kill comes after any number of them
WRITERS = 16


class Writer(threading.Thread):
    """Creates, replaces and deletes services of its own; knows what each must be like, and what it may be like."""

    def __init__(self, gateway, number, known):
        super().__init__()
        self.admin, self.number = gateway.admin, number
        self.acknowledged = 0  # in this round
        self.known = known  # id: version that was acknowledged; None: deleted
        self.in_flight = None  # (id, version) that was asked for and not answered
        self.surprises = []

    def run(self):
        connection = self.admin.connect()
        dice = random.Random(f"{self.number}/{len(self.known)}")
        try:
            for _ in range(WRITES // WRITERS):
                self.write_once(connection, dice)
        except (OSError, http.client.HTTPException):
            pass  # the gateway was killed
        finally:
            connection.close()

    def write_once(self, connection, dice):
        living = [one for one, version in self.known.items() if version is not None]
        what = dice.choice(["create", "create", "replace", "replace", "delete"]) if living else "create"
        one = f"service_{self.number}_{len(self.known)}" if what == "create" else dice.choice(living)
        version = None if what == "delete" else (self.known.get(one) or 0) + 1
        self.in_flight = (one, version)
        method, path = {"create": ("POST", ""), "replace": ("PUT", "/" + one), "delete": ("DELETE", "/" + one)}[what]
        body = json.dumps(entity(one, version)) if version else None
        headers = {"Content-Type": "application/json", **self.admin.authorization()}
        connection.request(method, "/api/tcp/services" + path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 201):
            self.surprises.append((what, one, answer.status))
        self.known[one], self.in_flight = version, None
        self.acknowledged += 1


def entity(one, version):
    """As large as real ones, so that half of it would be seen."""
    rules = [{"domain": f"{number}.{version}.example.test", "targets": [{"host": "127.0.0.1", "port": version}]}
             for number in range(20)]
    return {"id": one, "name": f"{one} v{version}", "enabled": False, "port": 4000, "rules": rules}


def version_of(service):
    """By its name; everything else must be of the same version."""
    version = int(service["name"].rsplit("v", 1)[1])
    wanted = entity(service["id"], version)
    got = {name: service[name] for name in ("id", "name", "enabled", "port")}
    assert got == {name: wanted[name] for name in got}, service
    assert [rule["domain"] for rule in service["rules"]] == [rule["domain"] for rule in wanted["rules"]], service
    return version


class KilledWhileWriting(Story):
    def test_all_that_was_acknowledged_is_there(self):
        gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}}))
        known = [{} for _ in range(WRITERS)]
        acknowledged = 0
        for number in range(ROUNDS):
            with self.subTest(round=number):
                writers = [Writer(gateway, index, known[index]) for index in range(WRITERS)]
                for writer in writers:
                    writer.start()
                enough = random.randrange(1, WRITES)
                wait_until(lambda: sum(writer.acknowledged for writer in writers) >= enough, f"{enough} writes")
                gateway.kill()
                for writer in writers:
                    writer.join()
                gateway.start_again()
                acknowledged += sum(writer.acknowledged for writer in writers)
                self.assert_kept(gateway, writers)
        print(f"{ROUNDS} kills, {acknowledged} writes acknowledged", flush=True)
        self.assertGreater(acknowledged, ROUNDS * WRITERS)

    def assert_kept(self, gateway, writers):
        stored = {service["id"]: version_of(service) for service in gateway.admin.get("/api/tcp/services").json}
        for writer in writers:
            self.assertEqual(writer.surprises, [])
            if writer.in_flight:  # done or not done: nobody was told
                one, version = writer.in_flight
                self.assertIn(stored.get(one), (version, writer.known.get(one)))
                writer.known[one] = stored.get(one)
            for one, version in writer.known.items():
                self.assertEqual(stored.pop(one, None), version, one)
        self.assertEqual(stored, {}, "services that nobody has made")


main()
