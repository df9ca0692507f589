"""The gateway did not start any more: its import file had come to want a port that a stored service has."""

from support import AdminGateway, Backend, Story, connect, echo, main, reserve_port, run_gateway

SETTINGS = {"store": {"type": "sqlite"}}


class ImportFileAgainstTheStore(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.port = reserve_port()

    def service(self, **fields):
        targets = [{"host": self.target.host, "port": self.target.port}]
        return {"interface": "127.0.0.1", "port": self.port, "rules": [{"domain": "*", "targets": targets}], **fields}

    def start(self, *services, **settings):
        self.gateway = self.use(AdminGateway(settings=SETTINGS | settings))
        self.write(*services)
        self.gateway.sighup()

    def write(self, *services):
        self.gateway.folder.write("services.json", {"tcpServices": services})

    def check_starts_again(self, *says):
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start_again()
        for line in (*says, "the import files are left out, and what is stored is served"):
            self.gateway.wait_line(line)
        with connect(self.port) as client:
            self.assertEqual(client.round_trip(), b"hello")
        code, said = run_gateway("--config", self.gateway.folder.config, "--check", cwd=self.gateway.folder.path)
        self.assertEqual(code, 2, said)

    def test_a_service_without_id_has_got_another_name(self):
        self.start(self.service(name="db"))
        self.write(self.service(name="database"))
        self.check_starts_again("service 'db'")

    def test_a_service_of_the_file_was_replaced_over_the_api(self):
        self.start(self.service(id="a"))
        self.assertEqual(self.gateway.admin.delete("/api/tcp/services/a").status, 200)
        self.assertEqual(self.gateway.admin.post("/api/tcp/services", self.service(id="b")).status, 201)
        self.check_starts_again()
        self.assertEqual([one["id"] for one in self.gateway.admin.get("/api/tcp/services").json], ["b"])

    def test_a_service_that_the_file_moves_back_finds_its_port_taken(self):
        self.start(self.service(id="a"), importReplace=True)
        moved = self.gateway.admin.patch("/api/tcp/services/a", {"port": reserve_port()})
        self.assertEqual(moved.status, 200, moved)
        self.assertEqual(self.gateway.admin.post("/api/tcp/services", self.service(id="b")).status, 201)
        self.check_starts_again()

    def test_the_file_is_no_json_any_more(self):
        self.start(self.service(id="a"))
        self.gateway.folder.write("services.json", "{")
        self.check_starts_again("services.json")

    def test_where_nothing_is_stored_it_is_refused(self):
        folder = self.folder()
        with open(f"{folder}/gateway.json", "w") as file:
            file.write('{"store": {"type": "sqlite"}, "import": ["services.json"]}')
        with open(f"{folder}/services.json", "w") as file:
            file.write('{"tcpServices": [{"port": 0}]}')
        code, said = run_gateway("--config", f"{folder}/gateway.json", cwd=folder)
        self.assertEqual(code, 2, said)


main()
