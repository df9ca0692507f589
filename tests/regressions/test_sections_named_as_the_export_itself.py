"""An export cannot be imported: what it says of itself stands in it twice, once from an import of long ago."""

from support import AdminGateway, Ctl, Story, main


class SectionsNamedAsTheExportItself(Story):
    def test_they_are_not_kept(self):
        gateway = self.use(AdminGateway())
        for value in ({"a": 1}, [1]):
            sections = {name: value for name in ("label", "date", "dateRaw", "stats", "teams")}
            answer = gateway.admin.post("/api/otoroshi.json", {"tcpServices": []} | sections)
            self.assertEqual(answer.json["kept"]["sections"], ["teams"], answer)
            export = gateway.admin.get("/api/otoroshi.json")
            self.assertEqual(export.json["label"], "Otoroshi export")
            self.assertEqual(gateway.admin.post("/api/otoroshi.json", export.body).status, 200)
        Ctl(gateway).ok("export")


main()
