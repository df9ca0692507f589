"""What one request of an operator may cost: the gateway answers others, and says what went wrong, in time."""

import json
import time

from support import AdminGateway, Story, main, plain, reserve_port, scaled

SERVICES = "/api/tcp/services"
NDJSON = "application/x-ndjson"
DESCRIPTORS = 400
IN_TIME = scaled(5, 30)


class Bounds(Story):
    def test_a_bulk_body_that_takes_all_descriptors_is_refused_at_once(self):
        """No line is to blame, so none is tried alone: each try would open the listeners of all others again."""
        admin = self.use(AdminGateway(descriptors=DESCRIPTORS)).admin
        services = [plain(port=reserve_port()).json for _ in range(DESCRIPTORS)]
        start = time.monotonic()
        answer = admin.post(SERVICES + "/_bulk", "\n".join(map(json.dumps, services)), content_type=NDJSON)
        self.assertLess(time.monotonic() - start, IN_TIME)
        self.assertEqual({line["status"] for line in answer.lines}, {500})
        self.assertIn("Too many open files", answer.lines[0]["error_description"])
        self.assertEqual(admin.get(SERVICES).json, [])
        self.assertEqual(admin.post(SERVICES, services[0]).status, 201)

    def test_a_list_has_a_bounded_number_of_conditions(self):
        admin = self.use(AdminGateway()).admin
        for count, status in ((100, 200), (101, 400)):
            for query in ("&".join(["filter.name=x"] * count), "filtered=" + ",".join(["name:x"] * count),
                          "sorted=" + "|".join(["name"] * count), "fields=" + ",".join(["name"] * count)):
                with self.subTest(query[:12], count=count):
                    self.assertEqual(admin.get(f"{SERVICES}?{query}").status, status)

    def test_an_id_that_clients_take_out_of_a_path(self):
        admin = self.use(AdminGateway()).admin
        for service_id, status in ((".", 400), ("..", 400), ("...", 201), (".a", 201)):
            service = {**plain(port=reserve_port()).json, "id": service_id}
            self.assertEqual(admin.post(SERVICES, service).status, status, service_id)


main()
