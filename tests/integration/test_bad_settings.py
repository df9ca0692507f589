"""A wrong setting is told with its path, its value and what is allowed, all at once; exit code 2."""

import json
import os

from support import Story, main, run_gateway

USAGE = 2

ROWS = [
    # settings, words that the answer must hold
    ({"timeout": {}}, ["timeout", "timeouts"]),                             # the nearest known key is named
    ({"timeouts": {"pek": "1s"}}, ["timeouts", "pek", "peek"]),
    ({"threads": "two"}, ["threads", "two"]),
    ({"threads": -1}, ["threads", "-1"]),
    ({"timeouts": {"peek": "5 parsecs"}}, ["peek", "5 parsecs", "ms"]),     # the allowed units
    ({"timeouts": {"peek": 5}}, ["peek", "5"]),
    ({"store": {"type": "postgres"}}, ["store", "type", "postgres", "memory"]),
    ({"limits": {"socketBuffer": "1 mile"}}, ["socketBuffer", "1 mile"]),
    ({"tunnel": {"port": 70000}}, ["tunnel", "port", "70000", "65535"]),
    ({"import": "services.json"}, ["import"]),
    ({"import": ["missing.json"]}, ["missing.json"]),
    ({"upstreamTls": {"caFile": "missing.pem"}}, ["missing.pem"]),
    ({"certificates": {"clientCaFile": "missing.pem"}}, ["missing.pem"]),
    ({"threads": "two", "timeouts": {"idle": "soon"}, "colour": "red"}, ["threads", "idle", "soon", "colour"]),
]

TEXTS = [
    # files that are no settings at all
    ('{"threads": 1', ["gateway.json"]),
    ('{"threads": 1, "threads": 2}', ["threads"]),
    ("[]", ["object"]),
    ("[" * 10_000_000, ["gateway.json"]),
]

COMMAND_LINES = [
    (["--no-such-flag"], ["--no-such-flag"]),
    (["--log-level", "loud"], ["loud"]),
    (["--log-format", "xml"], ["xml"]),
    (["--config", "/no/such/file.json"], ["/no/such/file.json"]),
]


class BadSettings(Story):
    def is_refused(self, words, *arguments, **options):
        code, output = run_gateway(*arguments, **options)
        self.assertEqual(code, USAGE, output)
        for word in words:
            self.assertIn(word, output)

    def file_with(self, text):
        path = os.path.join(self.folder(), "gateway.json")
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_every_row(self):
        for settings, words in ROWS:
            path = self.file_with(json.dumps(settings))
            for flags in ([], ["--check"]):
                with self.subTest(settings, flags=flags):
                    self.is_refused(words, "--config", path, *flags)

    def test_files_that_are_no_settings(self):
        for text, words in TEXTS:
            with self.subTest(text[:40]):
                self.is_refused(words, "--config", self.file_with(text), "--check")

    def test_command_line(self):
        for arguments, words in COMMAND_LINES:
            with self.subTest(arguments):
                self.is_refused(words, *arguments)

    def test_environment(self):
        wrong = {"GATEWAY_TIMEOUTS_PEEK": "soon"}
        self.is_refused(["GATEWAY_TIMEOUTS_PEEK", "soon"], "--config", self.file_with("{}"), "--check", env=wrong)

    def test_no_secret_is_told(self):
        path = self.file_with(json.dumps({"secret": ["hunter2"], "admin": {"clientSecret": {"a": "hunter2"}}}))
        code, output = run_gateway("--config", path, "--check")
        self.assertEqual(code, USAGE)
        self.assertNotIn("hunter2", output)

    def test_good_settings_with_comments_and_trailing_commas_pass_the_check(self):
        path = self.file_with('{"threads": 1, /* one */ "import": [],} // end')
        code, output = run_gateway("--config", path, "--check")
        self.assertEqual(code, 0, output)


main()
