"""Answers 204 and 304 of the admin API said Content-Length: 0: RFC 9110 8.6 has none there, and caches took the entity for empty."""

from support import AdminGateway, Story, main, plain, reserve_port

SERVICES = "/api/tcp/services"


class NoLengthWithoutContent(Story):
    def setUp(self):
        super().setUp()
        self.admin = self.use(AdminGateway()).admin
        self.admin.post(SERVICES, plain(port=reserve_port()).json | {"id": "one"})

    def test_not_modified(self):
        etag = self.admin.get(f"{SERVICES}/one").headers["ETag"]
        answer = self.admin.get(f"{SERVICES}/one", headers={"If-None-Match": etag})
        self.assertEqual((answer.status, answer.headers["Content-Length"], answer.body), (304, None, b""))

    def test_no_content(self):
        answer = self.admin.delete("/apis/proxy.otoroshi.io/v1/tcp-services")
        self.assertEqual((answer.status, answer.headers["Content-Length"], answer.body), (204, None, b""))

    def test_the_connection_goes_on_behind_them(self):
        connection = self.admin.connect()
        for method, path, status in (("DELETE", "/apis/proxy.otoroshi.io/v1/tcp-services", 204), ("GET", SERVICES, 200),
                                     ("HEAD", SERVICES, 200), ("GET", f"{SERVICES}/one", 404)):
            connection.request(method, path, headers=self.admin.authorization())
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, path)
            self.assertEqual(answer.headers["Content-Length"] is None, status == 204)
        connection.close()


main()
