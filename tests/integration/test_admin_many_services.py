"""Ten thousand services come and go by one request, are served by their names and are there after a restart."""

import http.client
import json
import random
import ssl
import threading
import time

from support import (AdminGateway, Authority, Backend, BrokenOff, Story, client_context, connect_tls, echo, main,
                     pass_through, refuses, reserve_port, scaled, server_context)

SERVICES = "/api/tcp/services"
COUNT = scaled(10_000, 500)
KILLS = scaled(8, 3)


def name_of(number):
    return f"host-{number}.many.test"


class ManyServices(Story):
    def setUp(self):
        authority = Authority(self.folder())
        self.context = client_context(authority)
        self.target = self.use(Backend(echo, tls=server_context(authority.server("*.many.test"))))
        self.gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}, "import": []}))
        self.admin = self.gateway.admin
        self.port = reserve_port()
        self.services = {number: pass_through(port=self.port).sni().rule(name_of(number), self.target)
                         for number in range(COUNT)}

    def bulk(self, method, *lines):
        answer = self.admin.request(method, SERVICES + "/_bulk", "\n".join(json.dumps(line) for line in lines),
                                    content_type="application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)
        return answer.lines

    def count(self):
        answer = self.admin.get(SERVICES + "?page=1&pageSize=7")
        self.assertEqual(len(answer.json), min(7, int(answer.headers["X-Count"])))
        return int(answer.headers["X-Count"])

    def round_trip(self, number):
        before = len(self.target.visits)
        with connect_tls(self.port, name_of(number), self.context) as client:
            self.assertEqual(client.round_trip(), b"hello")
        self.assertEqual(self.target.visits[before].server_name, name_of(number))

    def assert_served(self, numbers):
        for number in random.sample(sorted(numbers), 20):
            self.round_trip(number)

    def test_they_come_and_go(self):
        created = self.bulk("POST", *(one.json for one in self.services.values()))
        self.assertEqual([line["status"] for line in created], [201] * COUNT)
        self.assertEqual([line["id"] for line in created], [one.id for one in self.services.values()])
        self.assertEqual(self.count(), COUNT)
        self.assertEqual(len(self.admin.get(SERVICES).json), COUNT)
        self.assert_served(self.services)

        last = self.services.pop(COUNT - 1)
        self.assertEqual(self.admin.delete(f"{SERVICES}/{last.id}").status, 200)
        with self.assertRaises((ssl.SSLError, BrokenOff)):
            self.round_trip(COUNT - 1)
        self.assertEqual(self.admin.post(SERVICES, last.json).status, 201)
        self.services[COUNT - 1] = last
        self.round_trip(COUNT - 1)

        gone = {number: one for number, one in self.services.items() if number % 2}
        patches = self.bulk("PATCH", *({"id": one.id, "patch": {"enabled": False}} for one in gone.values()))
        self.assertEqual([line["status"] for line in patches], [200] * len(gone))
        self.assert_served(self.services.keys() - gone)
        deleted = self.bulk("DELETE", *({"id": one.id} for one in gone.values()), {"id": "nobody"})
        self.assertEqual([line["status"] for line in deleted], [200] * len(gone) + [404])
        self.assertEqual(self.count(), COUNT - len(gone))

        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start_again()
        self.assertEqual(self.count(), COUNT - len(gone))
        self.assert_served(self.services.keys() - gone)

        rest = self.bulk("DELETE", *({"id": self.services[number].id} for number in self.services.keys() - gone))
        self.assertEqual({line["status"] for line in rest}, {200})
        self.assertEqual(self.count(), 0)
        self.assertTrue(refuses(self.port))

    def test_a_request_that_is_killed_is_done_or_not_done(self):
        """Its lines are one change, so that none of it is there, or all."""
        begin = time.monotonic()
        self.bulk("POST", *(one.json for one in self.services.values()))
        takes, wholes = time.monotonic() - begin, 1
        for number in range(KILLS):
            lines = [{**one.json, "id": f"{number}_{one.id}", "enabled": False} for one in self.services.values()]
            answered = []
            client = threading.Thread(target=self.bulk_until_killed, args=(answered, lines))
            client.start()
            time.sleep(random.uniform(0, takes))  # the moment of the kill
            self.gateway.kill()
            client.join()
            self.gateway.start_again()
            there = sum(one["id"].startswith(f"{number}_") for one in self.admin.get(SERVICES + "?fields=id").json)
            self.assertIn(there, (COUNT,) if answered else (0, COUNT))
            wholes += there == COUNT
            self.assertEqual(self.count(), wholes * COUNT)
        self.assert_served(self.services)

    def bulk_until_killed(self, answered, lines):
        try:
            answered += self.bulk("POST", *lines)
        except (OSError, http.client.HTTPException):
            pass


main()
