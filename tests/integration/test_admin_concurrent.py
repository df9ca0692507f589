"""Many who write at once lose nothing of each other, a list is never half of a change, and traffic notices nothing."""

import json
import threading
import time

from support import (DEADLINE, MIB, AdminGateway, Backend, Payload, Story, connect, echo, exchange, main, plain,
                     reserve_port, scaled, send_all, sha256_of_next)

SERVICES = "/api/tcp/services"
WRITERS, INCREMENTS = 16, scaled(50, 10)
SWAPS = scaled(60, 20)
WRITES = scaled(500, 100)


class Worker(threading.Thread):
    """Does `work` on a thread of its own; what goes wrong there fails the test that joins it."""

    def __init__(self, work, *arguments):
        super().__init__(daemon=True)
        self._work, self._arguments, self.error = work, arguments, None
        self.start()

    def run(self):
        try:
            self._work(*self._arguments)
        except BaseException as error:  # a test's thread must not die in silence
            self.error = error

    def finish(self):
        self.join()
        if self.error:
            raise self.error


class Lasting:
    """A connection to the admin API that is kept, for many requests."""

    def __init__(self, admin):
        self._admin, self._connection = admin, admin.connect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def request(self, method, path, body=None, **headers):
        """Status, headers, JSON."""
        fields = {**self._admin.authorization(), "Content-Type": "application/json", **headers}
        self._connection.request(method, path, body and json.dumps(body), fields)
        answer = self._connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())


class Concurrent(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}, "import": []}))
        self.admin = self.gateway.admin

    def create(self, one):
        answer = self.admin.post(SERVICES, one.json)
        self.assertEqual(answer.status, 201, answer)
        return f"{SERVICES}/{one.id}"

    def test_two_operators(self):
        path = self.create(plain().targets(self.target))
        jane, joe = self.admin.get(path), self.admin.get(path)
        tag = {"If-Match": jane.headers["ETag"]}
        self.assertEqual(self.admin.put(path, {**jane.json, "name": "Jane's"}, headers=tag).status, 200)
        for late in (self.admin.put(path, {**joe.json, "description": "Joe's"}, headers=tag),
                     self.admin.patch(path, {"description": "Joe's"}, headers=tag),
                     self.admin.delete(path, headers=tag)):
            self.assertEqual((late.status, late.json["error"]), (412, "precondition_failed"))
        joe = self.admin.get(path)
        self.assertEqual((joe.json["name"], joe.json["description"]), ("Jane's", ""))
        done = self.admin.put(path, {**joe.json, "description": "Joe's"}, headers={"If-Match": joe.headers["ETag"]})
        self.assertEqual((done.status, done.json["name"], done.json["description"]), (200, "Jane's", "Joe's"))
        # The tag of an answer to a write is as good as that of a GET.
        self.assertEqual(self.admin.delete(path, headers={"If-Match": done.headers["ETag"]}).status, 200)

    def test_increments_are_not_lost(self):
        path = self.create(plain(metadata={"count": "0"}).targets(self.target))
        refused = []

        def increment():
            with Lasting(self.admin) as admin:
                for _ in range(INCREMENTS):
                    status = None
                    while status != 200:
                        _, headers, seen = admin.request("GET", path)
                        patch = {"metadata": {"count": str(int(seen["metadata"]["count"]) + 1)}}
                        status, _, _ = admin.request("PATCH", path, patch, **{"If-Match": headers["ETag"]})
                        if status == 412:
                            refused.append(status)
                        elif status != 200:
                            raise AssertionError(f"a PATCH was answered with {status}")

        for writer in [Worker(increment) for _ in range(WRITERS)]:
            writer.finish()
        self.assertEqual(self.admin.get(path).json["metadata"]["count"], str(WRITERS * INCREMENTS))
        self.assertGreater(len(refused), 0, "nobody was in the way of anybody")

    def test_a_service_is_created_once(self):
        one = plain().targets(self.target)
        answers = []
        for writer in [Worker(lambda: answers.append(self.admin.post(SERVICES, one.json))) for _ in range(WRITERS)]:
            writer.finish()
        self.assertEqual(sorted(answer.status for answer in answers), [201] + [400] * (WRITERS - 1))

    def test_a_list_is_never_a_mix(self):
        """Imports swap 100 services for 100 others on the same ports."""
        ports = [reserve_port() for _ in range(100)]

        def documents(letter):
            services = [{"id": f"{letter}{number}", "name": letter, "enabled": number < 5, "interface": "127.0.0.1",
                         "port": port} for number, port in enumerate(ports)]
            return {"tcpServices": services}

        both = {letter: documents(letter) for letter in "ab"}
        swapped, seen = threading.Event(), {"list": set(), "filter": set(), "export": set()}

        def swap():
            """Until every reader has come between, at least."""
            number, end = 0, time.monotonic() + DEADLINE
            with Lasting(self.admin) as admin:
                while number < SWAPS or (min(map(len, seen.values())) < 2 and time.monotonic() < end):
                    status, _, answer = admin.request("POST", "/api/otoroshi.json", both["ab"[number % 2]])
                    if status != 200:
                        raise AssertionError(answer)
                    number += 1

        def read(name, path, services_of):
            with Lasting(self.admin) as admin:
                while not swapped.is_set():
                    status, _, answer = admin.request("GET", path)
                    names = [service["id"] for service in services_of(answer)]
                    if status != 200 or len({one[0] for one in names}) != 1 or len(names) != 100:
                        raise AssertionError(f"{name}: {status}, {names}")
                    seen[name].add(names[0][0])

        self.assertEqual(self.admin.post("/api/otoroshi.json", both["b"]).status, 200)
        readers = [Worker(read, "list", SERVICES, lambda answer: answer),
                   Worker(read, "filter", SERVICES + "?sorted=name&fields=id", lambda answer: answer),
                   Worker(read, "export", "/api/otoroshi.json", lambda answer: answer["tcpServices"])]
        writer = Worker(swap)
        writer.join()
        swapped.set()
        for worker in [writer, *readers]:
            worker.finish()
        self.assertEqual(seen, {name: {"a", "b"} for name in seen})


class Traffic(Story):
    def setUp(self):
        self.up = Payload(scaled(32, 4) * MIB)
        self.down = self.up.without_first(1)
        self.echo = self.use(Backend(echo))
        self.bulk = self.use(Backend(exchange(self.down, len(self.up))))
        self.small, self.large, self.other = (plain().targets(one) for one in (self.echo, self.bulk, self.echo))
        self.gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}, "import": []}))
        self.admin = self.gateway.admin
        for one in (self.small, self.large, self.other):
            self.assertEqual(self.admin.post(SERVICES, one.json).status, 201)
        self.done = threading.Event()
        self.trips = {"one": 0, "new": 0, "bulk": 0}

    def on_one_connection(self):
        with connect(self.small) as client:
            while not self.done.is_set():
                self.assertEqual(client.round_trip(), b"hello")
                self.trips["one"] += 1

    def on_new_connections(self):
        while not self.done.is_set():
            with connect(self.small) as client:
                self.assertEqual(client.round_trip(), b"hello")
            self.trips["new"] += 1

    def in_bulk(self):
        while not self.done.is_set():
            with connect(self.large) as client:
                sender = Worker(send_all, client, self.up.bytes)
                self.assertEqual(sha256_of_next(client, len(self.down)), self.down.sha256)
                sender.finish()
                self.assertEqual(client.receive_exactly(32), self.up.sha256)
                self.assertEqual(client.receive(), b"")
            self.trips["bulk"] += 1

    def write(self, admin, number):
        """To another service, to those that are in use, and services that come and go."""
        name = {"name": f"change {number}", "metadata": {"number": str(number)}}
        used = (self.small, self.large)[number // 3 % 2]
        if number % 3 == 0:
            patch = {**name, "enabled": number % 2 == 0}
            status, _, answer = admin.request("PATCH", f"{SERVICES}/{self.other.id}", patch)
        elif number % 3 == 1:
            status, _, answer = admin.request("PUT", f"{SERVICES}/{used.id}", {**used.json, **name})
        else:
            passing = plain().targets(self.echo)
            status, _, answer = admin.request("POST", SERVICES, passing.json)
            self.assertEqual(status, 201, answer)
            status, _, answer = admin.request("DELETE", f"{SERVICES}/{passing.id}")
        self.assertEqual(status, 200, answer)

    def test_writes_break_no_connection(self):
        clients = [Worker(client) for client in (self.on_one_connection, self.on_new_connections, self.in_bulk)]
        with Lasting(self.admin) as admin:
            for number in range(WRITES):
                self.write(admin, number)
        self.done.set()
        for client in clients:
            client.finish()
        self.assertGreater(min(self.trips.values()), 0, self.trips)
        print(f"{WRITES} writes; round trips: {self.trips}", flush=True)


main()
