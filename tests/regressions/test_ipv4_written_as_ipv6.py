"""A service with the interface ::ffff:127.0.0.1 was refused with "Invalid argument", and the gateway did not start with such an address."""

from support import AdminGateway, Backend, Story, connect, echo, main, plain, reserve_port

MAPPED = "::ffff:127.0.0.1"


class Ipv4WrittenAsIpv6(Story):
    def test_it_is_the_ipv4_address(self):
        tunnel = reserve_port()
        gateway = self.use(AdminGateway(admin={"address": MAPPED}, settings={"tunnel": {"address": MAPPED, "port": tunnel}}))
        service = plain(port=reserve_port()).targets(self.use(Backend(echo))).json | {"id": "one", "interface": MAPPED}
        answer = gateway.admin.post("/api/tcp/services", service)
        self.assertEqual((answer.status, answer.json.get("interface")), (201, MAPPED), answer)
        with connect(service["port"]) as client:
            self.assertEqual(client.round_trip(), b"hello")
        connect(tunnel).close()
        other = gateway.admin.post("/api/tcp/services", service | {"id": "two", "interface": "127.0.0.1"})
        self.assertEqual(other.status, 400)
        self.assertIn("overlap", other.json["error_description"])


main()
