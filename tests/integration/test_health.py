"""The probes of Otoroshi: open to anybody, without anything secret in them, 503 when it is time to go elsewhere."""

import signal

from support import AdminGateway, Backend, Story, connect, echo, main, plain, refuses, wait_until

PROBES = {"/live": "live", "/ready": "ready", "/startup": "started"}


class Health(Story):
    def test_all_is_well(self):
        gateway = self.use(AdminGateway())
        anybody = gateway.admin.with_key()
        for path, field in PROBES.items():
            answer = anybody.get(path)
            self.assertEqual((answer.status, answer.json), (200, {field: True}))
        answer = anybody.get("/health")
        healthy, loaded = ({"initialized": True, "status": status} for status in ("healthy", "loaded"))
        self.assertEqual((answer.status, answer.json), (200, {
            "otoroshi": "healthy", "datastore": "healthy", "proxy": healthy, "storage": healthy, "eventstore": healthy,
            "certificates": loaded, "scripts": loaded}))

    def test_while_it_drains_it_is_live_and_not_ready(self):
        service = plain().targets(self.use(Backend(echo)))
        gateway = self.use(AdminGateway(service, settings={"timeouts": {"drain": "1h"}}))
        client = self.use(connect(service))
        client.round_trip()
        gateway.signal(signal.SIGTERM)
        wait_until(lambda: refuses(service), "new connections to be refused")
        self.assertEqual({path: gateway.admin.get(path).status for path in [*PROBES, "/health"]},
                         {"/live": 200, "/ready": 503, "/startup": 200, "/health": 503})
        self.assertEqual(gateway.admin.get("/ready").json, {"ready": False})
        health = gateway.admin.get("/health").json
        self.assertEqual((health["otoroshi"], health["datastore"]), ("unhealthy", "healthy"))
        client.finish()
        client.receive_to_end()
        self.assertEqual(gateway.wait(), 0)

    def test_what_it_is_needs_the_key(self):
        gateway = self.use(AdminGateway())
        for path in ("health", "metrics", "infos", "version"):
            self.assertEqual(gateway.admin.with_key().get(f"/apis/cluster/node/{path}").status, 401)
        version = gateway.admin.get("/apis/cluster/node/version").json
        numbers = [version[part] for part in ("major", "minor", "patch")]
        self.assertEqual(".".join(map(str, numbers)), version["raw"])
        for path in ("/apis/cluster/node/infos", "/api/infos"):
            infos = gateway.admin.get(path).json
            self.assertEqual((infos["otoroshi_version"], infos["datastore"]), (version["raw"], "memory"))
            self.assertEqual(infos["os"]["name"], "Linux")
        self.assertEqual(gateway.admin.get("/apis/cluster/node/health").json, gateway.admin.get("/health").json)


main()
