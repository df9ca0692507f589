"""A proxy or browser keeps an answer of the admin API with secrets in it: no header tells it not to."""

from support import AdminGateway, Story, main


class AdminAnswersAreKept(Story):
    def test_every_answer_says_that_nobody_keeps_it(self):
        admin = self.use(AdminGateway()).admin
        stranger = admin.with_key()
        for answer in (admin.get("/api/apikeys"), admin.get("/no/such/path"), stranger.get("/api/apikeys"),
                       stranger.get("/health")):
            with self.subTest(answer.status):
                self.assertEqual(answer.headers["cache-control"], "no-store")
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertIn("default-src 'none'", answer.headers["content-security-policy"])


main()
