"""An entity could be imported whose id no request can name: `_bulk`, `..`, or one of thousands of characters."""

from support import AdminGateway, Story, main, plain, reserve_port


class ImportedIds(Story):
    def test_they_are_refused_with_their_place(self):
        admin = self.use(AdminGateway()).admin
        for id in ("_bulk", "_template", ".", "..", "x" * 5000):
            answer = admin.post("/api/otoroshi.json", {"tcpServices": [plain(id=id, port=reserve_port()).json]})
            self.assertEqual(answer.status, 400, answer)
            self.assertEqual(answer.json["problems"][0]["path"], "/tcpServices/0/id", answer)
        self.assertEqual(admin.get("/api/tcp/services").json, [])

    def test_files_may_bring_them(self):
        gateway = self.use(AdminGateway(plain(id="_old", port=reserve_port())))
        export = gateway.admin.get("/api/otoroshi.json").body
        self.assertEqual(gateway.admin.post("/api/otoroshi.json", export).status, 200)


main()
