"""otoroshictl on a running gateway: every kind from its template to its end, files of all forms, and what it says when
something is wrong."""

import json
import os

import yaml

from support import (AdminGateway, Authority, Backend, Ctl, Gateway, Process, RefusingPort, Story, api_key, app_session,
                     hs_verifier, main, plain, program_path, refuses, remember_secret, reserve_port, route, run_ctl,
                     secrets_in)

KINDS = ["tcp-services", "routes", "apikeys", "jwt-verifiers", "apps-sessions"]
ID_FIELDS = {"apikeys": "clientId", "apps-sessions": "randomId"}


def some_service(id="tcp_1", **fields):
    return plain(id=id, name=id, **fields).targets(RefusingPort()).json


class Resources(Story):
    def setUp(self):
        self.gateway = self.use(AdminGateway())
        self.ctl = Ctl(self.gateway)

    def file(self, name, content):
        path = os.path.join(self.folder(), name)
        with open(path, "w") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def names(self, kind="tcp-services"):
        return [entity["name"] for entity in self.ctl.ok("list", kind, "-o", "json").json]

    def test_every_kind_from_template_to_delete(self):
        for kind in KINDS:
            with self.subTest(kind):
                template = self.ctl.ok("template", kind, "-o", "yaml").out
                id = yaml.safe_load(template)[ID_FIELDS.get(kind, "id")]
                one = kind.removesuffix("s")
                self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=template).out.splitlines()[0], f"{one} {id} created")
                self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=template).out, f"{one} {id} unchanged\n")
                self.assertIn(id, self.ctl.ok("list", kind).out)
                self.assertEqual(self.ctl.ok("resources", "get", kind).out, self.ctl.ok("list", kind).out)

                shown = self.ctl.ok("get", one, id, "-o", "yaml").out
                self.assertEqual(yaml.safe_load(shown), self.ctl.ok("get", kind, id, "-o", "json").json)
                self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=shown).out, f"{one} {id} unchanged\n")

                changed = shown + "notes: {by: hand}\n"
                self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=changed).out, f"{one} {id} updated\n")
                patched = self.ctl.ok("patch", kind, id, "--merge", '{"notes":{"by":null,"of":"merge"}}')
                self.assertEqual(patched.out, f"{one} {id} patched\n")
                self.ctl.ok("patch", kind, id, "--patch", '[{"op":"add","path":"/notes/to","value":["a"]}]')
                entity = self.ctl.ok("patch", kind, id, "-f", "-", "-o", "json", stdin="notes: {too: true}\n").json
                self.assertEqual(entity["notes"], {"of": "merge", "to": ["a"], "too": True})

                self.assertEqual(self.ctl.ok("delete", one, id).out, f"{one} {id} deleted\n")
                gone = self.ctl("get", one, id)
                self.assertEqual((gone.code, gone.out), (1, ""))
                self.assertIn("404: there is no ", gone.error)

    def test_certificates(self):
        """Their private keys are shown only when asked for, and what is shown without them can be applied again."""
        certificate = Authority(self.folder()).server("www.test")
        with open(certificate.crt) as chain, open(certificate.key) as key:
            entity = {"kind": "Certificate", "id": "cert_1", "name": "web", "chain": chain.read(), "privateKey": key.read()}
        remember_secret(entity["privateKey"].splitlines()[1])
        self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=json.dumps(entity)).out, "certificate cert_1 created\n")
        table = self.ctl.ok("list", "certificates").out
        self.assertRegex(table, r"cert_1 +web +www\.test +false +\S+ +20\d\d-\d\d-\d\d\n")
        shown = self.ctl.ok("get", "certificate", "cert_1", "-o", "yaml").out
        self.assertEqual(secrets_in(table + shown), [])
        self.assertEqual(yaml.safe_load(shown)["chain"].strip(), entity["chain"].strip())
        self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=shown).out, "certificate cert_1 unchanged\n")
        revealed = self.ctl.ok("get", "certificate", "cert_1", "--reveal", "-o", "json").json
        self.assertEqual(revealed["privateKey"].strip(), entity["privateKey"].strip())

        backup = self.ctl.ok("export", "--reveal").out
        self.assertEqual(secrets_in(self.ctl.ok("export").out), [])
        self.ctl.ok("delete", "certificate", "cert_1")
        self.assertEqual(self.ctl.ok("apply", "-f", "-", stdin=backup).out, "certificate cert_1 created\n")

    def test_a_service_serves_once_it_is_told_to_be_created(self):
        service = some_service()
        self.ctl.ok("create", "tcp-services", "--data", json.dumps(service))
        self.assertFalse(refuses(service["port"]))
        self.ctl.ok("delete", "tcp-service", "tcp_1")
        self.assertTrue(refuses(service["port"]))

    def test_create_refuses_what_is_there(self):
        service = some_service()
        path = self.file("service.json", service)
        self.assertEqual(self.ctl.ok("create", "tcp-service", "-f", path).out, "tcp-service tcp_1 created\n")
        again = self.ctl("create", "tcp-service", "-f", path)
        self.assertEqual((again.code, again.out), (1, ""))
        self.assertEqual(again.error, "tcp-service tcp_1 failed: 400: Entity already exists\n")

    def test_create_gives_an_id(self):
        service = some_service()
        del service["id"]
        made = self.ctl.ok("create", "tcp-service", json.dumps(service), "-o", "json").json
        self.assertRegex(made["id"], "^tcp_service_")
        self.assertEqual(made["kind"], "proxy.otoroshi.io/TcpService")

    def test_a_new_session_tells_its_token_once(self):
        session = app_session()
        id = session["randomId"]
        made = self.ctl.ok("create", "apps-session", "-f", "-", stdin=json.dumps(session))
        self.assertRegex(made.out, rf"^apps-session {id} created\n  pappsToken: [0-9a-f]{{64}}::{id}\n$")
        self.assertNotIn("pappsToken", self.ctl.ok("get", "apps-session", id, "-o", "json").out)

    def test_lists_are_filtered_sorted_and_paged(self):
        services = [{"kind": "TcpService", **some_service(f"tcp_{n}", enabled=n % 2 == 0)} for n in range(6)]
        self.ctl.ok("apply", "-f", "-", stdin=json.dumps(services))
        listed = self.ctl.ok("list", "tcp-services", "--filter", "enabled=true", "--sorted", "name:desc", "-o", "json").json
        self.assertEqual([one["id"] for one in listed], ["tcp_4", "tcp_2", "tcp_0"])
        page = self.ctl.ok("get", "tcp-services", "--page", "2", "--page-size", "4", "--columns", "name,rules")
        self.assertEqual(page.out.splitlines(), ["name   rules", "tcp_4  1", "tcp_5  1"])

    def test_apply_takes_files_of_all_forms_at_once(self):
        folder = self.folder()
        forms = {"a.json": json.dumps({"kind": "TcpService", **some_service("a")}) + "\n// by hand\n",
                 "b.yaml": "---\n" + yaml.safe_dump({"kind": "TcpService", **some_service("b")}) +
                           "---\n" + yaml.safe_dump({"apiVersion": "proxy.otoroshi.io/v1", "kind": "TcpService",
                                                     "metadata": {"name": "c"}, "spec": some_service("c")}),
                 "d.ndjson": "".join(json.dumps({"kind": "tcp-service", **some_service(id)}) + "\n" for id in "de"),
                 "notes.txt": "not for us"}
        for name, text in forms.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        more = self.file("more", [some_service("f")])
        applied = self.ctl.ok("apply", "tcp-services", "-f", folder, "-f", more, "-f", "-",
                              stdin=json.dumps(some_service("g")))
        self.assertEqual(applied.out, "".join(f"tcp-service {id} created\n" for id in "abcdefg"))
        self.assertEqual(sorted(self.names()), list("abcdefg"))
        self.assertEqual(self.ctl.ok("delete", "-f", folder).out,
                         "".join(f"tcp-service {id} deleted\n" for id in "edcba"))

    def test_an_export_is_applied_in_an_order_that_holds(self):
        verifier = hs_verifier()
        behind_it = route(id="r").to(RefusingPort()).for_tokens(verifier)
        entities = {"label": "Otoroshi export", "tenants": [{"id": "default"}],
                    "apiKeys": [api_key(behind_it)], "routes": [behind_it.json],
                    "tcpServices": [some_service("s")], "jwtVerifiers": [verifier]}
        path = self.file("export.json", entities)
        applied = self.ctl.ok("apply", "-f", path)
        self.assertEqual([line.split()[0] for line in applied.out.splitlines()],
                         ["jwt-verifier", "tcp-service", "route", "apikey"])
        self.assertIn("left out: tenants", applied.error)

        exported = self.ctl.ok("export").out
        again = self.ctl.ok("apply", "-f", "-", stdin=exported)
        self.assertEqual({line.split()[-1] for line in again.out.splitlines()}, {"unchanged"})
        self.assertEqual(len(again.out.splitlines()), 4)
        self.assertEqual(len(self.ctl.ok("delete", "-f", path).out.splitlines()), 4)
        restored = self.ctl.ok("apply", "-f", "-", stdin=exported)
        self.assertEqual({line.split()[-1] for line in restored.out.splitlines()}, {"created"})

    def test_what_fails_does_not_stop_the_others(self):
        services = [some_service("a"), some_service("b", port=70000, clientAuth="Sometimes"), some_service("c")]
        applied = self.ctl("apply", "tcp-services", "-f", "-", stdin=json.dumps(services))
        self.assertEqual(applied.code, 1)
        self.assertEqual(applied.out, "tcp-service a created\ntcp-service c created\n")
        first, *problems = applied.error.splitlines()
        self.assertEqual(first, "tcp-service b failed: 400:")
        self.assertEqual(sorted(line.split()[0] for line in problems), ["/clientAuth:", "/port:"])

        deleted = self.ctl("delete", "tcp-services", "a", "nope", "c")
        self.assertEqual(deleted.code, 1)
        self.assertEqual(deleted.out, "tcp-service c deleted\ntcp-service a deleted\n")
        self.assertIn("tcp-service nope failed: 404", deleted.error)

    def test_a_bad_file_changes_nothing(self):
        good, bad = self.file("good.json", some_service("good")), self.file("bad.json", '{\n  "id": "x",\n  "port": }')
        applied = self.ctl("apply", "tcp-services", "-f", good, "-f", bad)
        self.assertEqual((applied.code, applied.out), (2, ""))
        self.assertIn(f"{bad}: line 3, column 11: ", applied.error)
        bad = self.file("bad.yaml", "id: x\nport: [1\n")
        self.assertIn(f"{bad}: line ", self.ctl("apply", "tcp-services", "-f", good, "-f", bad).error)
        for arguments, sentence in ((["-f", "/nowhere"], '"/nowhere" cannot be read: No such file'),
                                    (["-f", self.folder()], "holds no .json, .yaml"),
                                    (["-f", self.file("kindless.json", {"id": "x"})], "does not say what it is")):
            answer = self.ctl("apply", *arguments)
            self.assertEqual(answer.code, 2)
            self.assertIn(sentence, answer.error)
        self.assertEqual(self.names(), [])

    def test_health_infos_metrics_version(self):
        self.assertRegex(self.ctl.ok("health").out, r"(?m)^otoroshi +healthy$")
        self.assertEqual(self.ctl.ok("health", "-o", "json").json["otoroshi"], "healthy")
        self.assertRegex(self.ctl.ok("infos").out, r"(?m)^otoroshi_version +\d")
        self.assertIn("# TYPE otoroshi_gateway_connections_active gauge\n", self.ctl.ok("metrics").out)
        version = self.ctl.ok("version", "-o", "yaml").out
        self.assertEqual(yaml.safe_load(version).keys(), {"otoroshictl", "gateway"})

    def test_a_key_that_is_not_taken(self):
        secret = "wr0ng-s3cret"
        wrong = self.ctl("list", "routes", "--client-id", "someone", "--client-secret", secret)
        self.assertEqual((wrong.code, wrong.out), (1, ""))
        self.assertIn(f"{self.gateway.admin.url} refused the key 'someone' (--client-id): 401", wrong.error)
        self.assertNotIn(secret, wrong.error)
        none = run_ctl("list", "routes", "--url", self.gateway.admin.url)
        self.assertEqual(none.code, 1)
        self.assertIn("wants a key: give --key-file", none.error)

    def test_wrong_usage(self):
        for arguments, sentence in ((["get", "tcp-servces"], "did you mean tcp-services?"),
                                    (["list", "routes", "-o", "xml"], "json_pretty or yaml"),
                                    (["patch", "route", "r", "--merge", "[]"], "an object with the new values"),
                                    (["patch", "route", "r", "--patch", "{}"], "a list of operations"),
                                    (["delete", "routes"], "ids are needed")):
            with self.subTest(arguments):
                answer = self.ctl(*arguments)
                self.assertEqual((answer.code, answer.out), (2, ""))
                self.assertIn(sentence, answer.error)


class Targets(Story):
    """How otoroshictl finds the gateway and its key."""

    def test_the_gateways_own_key_file(self):
        port = reserve_port()
        gateway = self.use(Gateway(settings={"admin": {"port": port}, "dataDir": "data"}))
        url, key = f"http://127.0.0.1:{port}", gateway.folder.file("data/admin-key")
        self.assertEqual(run_ctl("list", "routes", "--url", url, "--key-file", key).code, 0)
        self.assertEqual(run_ctl("resources", "get", "routes", "--otoroshi-cluster-hostname", "127.0.0.1",
                             "--otoroshi-cluster-port", str(port), "--key-file", key).code, 0)

    def test_a_configuration_file(self):
        gateway = self.use(AdminGateway())
        path = os.path.join(self.folder(), "otoroshictl", "config.yaml")
        os.mkdir(os.path.dirname(path))
        with open(path, "w") as file:
            yaml.safe_dump({"url": gateway.admin.url, "clientId": gateway.admin.key[0],
                            "clientSecret": gateway.admin.key[1]}, file)
        home = {"XDG_CONFIG_HOME": os.path.dirname(os.path.dirname(path))}
        for options, env in ((["-c", path], None), ([], {"OTOROSHI_CONFIG": path}), ([], home)):
            open_to_all = run_ctl("list", "routes", *options, env=env)
            self.assertEqual(open_to_all.code, 0)
            self.assertIn("chmod 600", open_to_all.error)
        os.chmod(path, 0o600)
        self.assertEqual(run_ctl("list", "routes", "-c", path).error, "")

    def test_over_tls(self):
        folder = self.folder()
        authority = Authority(folder)
        certificate = authority.server("localhost")
        gateway = self.use(AdminGateway(admin={"certificate": certificate.crt, "key": certificate.key}))
        arguments = ["list", "routes", "--client-id", gateway.admin.key[0], "--client-secret", gateway.admin.key[1],
                     "--url", f"https://localhost:{gateway.admin_port}"]
        self.assertEqual(run_ctl(*arguments, "--ca-file", authority.crt).code, 0)
        self.assertEqual(run_ctl(*arguments, "--insecure").code, 0)
        distrusted = run_ctl(*arguments)
        self.assertEqual(distrusted.code, 1)
        self.assertRegex(distrusted.error, "not trusted.*: name its authority with --ca-file")
        self.assertIn("is https:// meant?", run_ctl("health", "--url", f"http://localhost:{gateway.admin_port}").error)

    def test_nobody_listens(self):
        url = f"http://127.0.0.1:{reserve_port()}"
        for command in (["health"], ["version"], ["apply", "routes", "-f", "-"]):
            answer = run_ctl(*command, "--url", url, stdin='[{"id":"a"},{"id":"b"}]')
            self.assertEqual(answer.code, 1)
            self.assertEqual(answer.error.count("is the gateway running, and is admin.port right?"), 1)

    def test_secrets_are_hidden_from_ps(self):
        """While it waits for a gateway that says nothing."""
        silent = self.use(Backend(lambda connection, visit: connection.receive() and visit.connection.receive()))
        ctl = self.use(Process([program_path("otoroshictl"), "create", "apikeys", "--url", f"http://127.0.0.1:{silent.port}",
                                "--client-id", "s3cret-id", "--client-secret=s3cret", "--data", '{"clientSecret":"s3cret"}']))
        silent.wait_visit()
        with open(f"/proc/{ctl.pid}/cmdline") as file:
            seen = file.read()
        self.assertIn("--url", seen)
        self.assertNotIn("s3cret", seen)


class StrangeServers(Story):
    """What a server can say does no harm: it is shown, or bounded."""

    def serve(self, answer, tls=None):
        def once(connection, visit):
            while b"\r\n\r\n" not in visit.received:
                visit.received += connection.receive()
            connection.send(answer)
            connection.finish()
        backend = self.use(Backend(once, tls=tls))
        return f"http://127.0.0.1:{backend.port}"

    def answering(self, status, body, headers=""):
        return self.serve(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    def test_what_it_says_steers_no_terminal(self):
        evil = '\x1b]0;x\x07\x9b2J'
        body = json.dumps([{"id": evil, "name": evil}]).encode()
        for form in ("table", "json", "json_pretty", "yaml"):
            shown = run_ctl("list", "routes", "--url", self.answering("200 OK", body), "-o", form)
            self.assertEqual(shown.code, 0)
            self.assertNotRegex(shown.out, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        for status, body in (("400 Bad", json.dumps({"error": "x", "error_description": evil})),
                             ("400 Bad", json.dumps({"problems": [{"path": evil, "message": evil}]})), ("502 Bad", evil)):
            shown = run_ctl("list", "routes", "--url", self.answering(status, body.encode()))
            self.assertEqual(shown.code, 1)
            self.assertNotRegex(shown.error, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_what_is_no_admin_api(self):
        for url, sentence in ((self.answering("200 OK", b"<html>"), "something else than JSON"),
                              (self.answering("404 Not Found", b"nothing here"), "404: nothing here"),
                              (self.answering("302 Found", b"", "Location: http://x/\r\n"), "302"),
                              (self.serve(b"SSH-2.0-OpenSSH_9.2\r\n"), "is it an admin API"),
                              (self.serve(b""), "is it an admin API"),
                              (self.serve(b"HTTP/1.1 200 " + b"A" * 4_000_000), "no HTTP")):
            with self.subTest(sentence):
                answer = run_ctl("list", "routes", "--url", url)
                self.assertEqual((answer.code, answer.out), (1, ""))
                self.assertIn(sentence, answer.error)

    def test_one_that_never_answers_is_given_up(self):
        silent = self.use(Backend(lambda connection, visit: visit.connection.how_it_ends()))
        answer = run_ctl("health", "--url", f"http://127.0.0.1:{silent.port}", "--timeout", "300ms")
        self.assertEqual(answer.code, 1)
        self.assertIn("within 300ms: --timeout gives it longer", answer.error)

    def test_ill_gateways_are_told_by_the_exit_code(self):
        url = self.answering("503 Service Unavailable", b'{"otoroshi":"unhealthy"}')
        ill = run_ctl("health", "--url", url)
        self.assertEqual(ill.code, 1)
        self.assertIn("unhealthy", ill.out)


main()
