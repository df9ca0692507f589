"""With `--log-format json` every line of the log is one JSON object; levels are obeyed; refusals are told at info."""

import json
import os

from support import Backend, Gateway, RefusingPort, Story, connect, echo, main, plain, run_gateway


class JsonLogs(Story):
    def one_refused_and_one_good(self, *arguments):
        refused, good = plain().targets(RefusingPort()), plain().targets(self.use(Backend(echo)))
        gateway = self.use(Gateway(refused, good, arguments=arguments))
        with connect(good) as client:
            client.round_trip()
        with connect(refused) as client:
            client.how_it_ends()
        gateway.wait_events(2)
        self.assertEqual(gateway.stop(), 0)
        return gateway

    def test_every_line_is_an_object(self):
        gateway = self.one_refused_and_one_good("--log-format", "json")
        lines = [json.loads(line) for line in gateway.lines if line != "ready"]
        for line in lines:
            self.assertTrue({"level", "message"} <= line.keys(), line)

    def test_a_refused_connection_is_one_line_with_its_reason(self):
        gateway = self.one_refused_and_one_good("--log-format", "json")
        event = next(event for event in gateway.events() if event["error"])
        remote = event["remote"].lstrip("/")
        lines = [json.loads(line) for line in gateway.lines if remote in line]
        self.assertEqual([line["level"] for line in lines], ["info"])
        self.assertIn("refused", lines[0]["message"])

    def test_every_problem_of_the_import_files_is_an_entry(self):
        folder = self.folder()
        settings = os.path.join(folder, "gateway.json")
        with open(settings, "w") as file:
            json.dump({"import": ["one.json", "two.json"]}, file)
        code, output = run_gateway("--config", settings, "--log-format", "json")
        self.assertEqual(code, 2)
        errors = [entry["message"] for entry in map(json.loads, output.splitlines()) if entry["level"] == "error"]
        told = [[name for name in ("one.json", "two.json") if name in error] for error in errors]
        self.assertEqual([names for names in told if names], [["one.json"], ["two.json"]], errors)

    def test_text_is_the_default(self):
        gateway = self.one_refused_and_one_good()
        self.assertRegex(gateway.output, r"info")

    def test_log_level_error_is_quiet(self):
        gateway = self.one_refused_and_one_good("--log-level", "error")
        self.assertEqual([line for line in gateway.lines if not line.endswith("ready")], [])


main()
