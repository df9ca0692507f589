"""After one large change, or a backup that read for long, the -wal file in dataDir stayed as long as it had become."""

import json
import os
import sqlite3

from support import MIB, AdminGateway, Story, api_key, main

KEYS = "/api/apikeys"


class StoreLogStaysLong(Story):
    def setUp(self):
        super().setUp()
        self.gateway = self.use(AdminGateway(settings={"store": {"type": "sqlite"}, "import": []}))
        self.database = self.gateway.folder.file("otoroshi-data/entities.db")

    def log_size(self):
        return os.path.getsize(self.database + "-wal")

    def store(self, count):
        lines = "\n".join(json.dumps(api_key(description="x" * 2000)) for _ in range(count))
        self.assertEqual(self.gateway.admin.post(KEYS + "/_bulk", lines, content_type="application/x-ndjson").status, 200)

    def test_it_is_short_again_after_the_next_changes(self):
        reader = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for _ in range(4):
            self.store(2000)
        self.assertGreater(self.log_size(), 8 * MIB)  # as long as somebody reads what it was, nothing can go
        reader.close()
        for _ in range(3):
            self.store(1)
        self.assertLessEqual(self.log_size(), 5 * MIB)
        self.assertEqual(len(self.gateway.admin.get(KEYS).json), 8003)


main()
