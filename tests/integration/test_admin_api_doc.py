"""docs/admin-api.md: every command in it works, answers what it shows, and no operation is left out."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import textwrap
from dataclasses import dataclass

from support import AdminClient, Gateway, Story, main, remember_secret, reserve_port

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "admin-api.md"
ANYTHING = "…"
# The document's ports; a test takes free ones instead.
PORTS = re.compile(r"\b(?:8081|543[0-9])\b")
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.M | re.S)
MENTION = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`\s]+)`")
KIND_ROW = re.compile(r"^\| [^|]+ \| `(/api/(?!KIND)[^`]+)` \| `(/apis/[^`]+)` \|", re.M)
SECONDS = 120

# curl as the document's reader has it, but that it says nothing but the answer, and ends with it a line.
CURL_SETTINGS = 'silent\nshow-error\nmax-time = 60\nwrite-out = "\\n"\n'


@dataclass
class Example:
    commands: str
    line: int
    kind: str = ""  # of what is shown behind it: "json", "http", "text"
    shown: str = ""

    @property
    def is_refused(self):
        return re.match(r"HTTP/1.1 [45]", self.shown) is not None


def examples(text):
    """Each ```sh block, with the block of another language behind it as what it shows."""
    found = []
    for fence in FENCE.finditer(text):
        block = textwrap.dedent(fence[3])
        if fence[2] == "sh":
            found.append(Example(block, text.count("\n", 0, fence.start()) + 1))
        elif found and not found[-1].kind:
            found[-1].kind, found[-1].shown = fence[2], block
    return found


def matches(shown, text):
    return re.fullmatch(".*".join(re.escape(part) for part in shown.split(ANYTHING)), text, re.S) is not None


def json_matches(shown, real):
    """Whether everything that is shown is so; members of objects may be left out."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(name in real and json_matches(value, real[name])
                                              for name, value in shown.items())
    if isinstance(shown, list):
        return isinstance(real, list) and len(shown) == len(real) and all(map(json_matches, shown, real))
    return matches(shown, real) if isinstance(shown, str) and isinstance(real, str) else shown == real


class Asked:
    """What a curl command asks for."""

    def __init__(self, arguments):
        words = shlex.split(arguments)
        has_body = any(word in ("--json", "--data", "--data-binary") for word in words)
        self.method = words[words.index("-X") + 1] if "-X" in words else "POST" if has_body else "GET"
        url = next(word for word in words if word.startswith("http://"))
        self.path = re.sub(r"^http://[^/]+|\?.*", "", url)


class AdminApiDocument(Story):
    def setUp(self):
        self.text = DOCUMENT.read_text(encoding="utf-8")
        port = reserve_port()
        self.ports = {"8081": str(port)}
        self.gateway = self.use(Gateway(settings={"admin": {"port": port}}))
        self.folder = self.gateway.folder
        with open(self.folder.file("otoroshi-data/admin-key")) as file:
            key = file.read().strip().split(":", 1)
        self.admin = AdminClient(f"http://127.0.0.1:{port}", (key[0], remember_secret(key[1])))

    def operations(self):
        """As (method, path) with ":id"."""
        paths = self.admin.get("/apis/openapi.json").json["paths"]
        return {(method.upper(), re.sub(r"{(\w+)}", r":\1", path)) for path, methods in paths.items()
                for method in methods}

    def with_free_ports(self, text):
        for port in PORTS.findall(text):
            if port not in self.ports:
                self.ports[port] = str(reserve_port())
        return PORTS.sub(lambda match: self.ports[match[0]], text)

    def run_all(self, found):
        """All of them, in one shell that ends with the first failure. Returns what each printed, and what was asked."""
        for name, more in (("good", "fail-with-body\n"), ("refused", "")):
            os.mkdir(self.folder.file(name))
            self.folder.write(f"{name}/.curlrc", CURL_SETTINGS + more)
        script = ['set -eu', 'curl() { printf "%q " "$@" >> asked; echo >> asked; command curl "$@"; }']
        for number, example in enumerate(found):
            script += [f"exec > printed-{number} 2>&1",
                       f"export CURL_HOME=$PWD/{'refused' if example.is_refused else 'good'}",
                       self.with_free_ports(example.commands)]
        self.folder.write("script", "\n".join(script))
        ended = subprocess.run(["bash", "script"], cwd=self.folder.path, timeout=SECONDS, stdin=subprocess.DEVNULL)
        printed = []
        for number, example in enumerate(found):
            if not os.path.exists(self.folder.file(f"printed-{number}")):
                break
            with open(self.folder.file(f"printed-{number}"), encoding="utf-8", newline="") as file:
                printed.append(file.read().replace("\r\n", "\n"))
        at_last = found[len(printed) - 1]
        self.assertEqual(ended.returncode, 0, f"line {at_last.line}: {at_last.commands}\n{printed[-1]}")
        with open(self.folder.file("asked")) as file:
            return printed, [Asked(line) for line in file]

    def check(self, example, printed):
        told = f"line {example.line}: {example.commands}\n--- is shown as\n{example.shown}\n--- and is\n{printed}"
        shown = self.with_free_ports(example.shown)
        if example.kind == "json":
            last = printed.strip().rsplit("\n", 1)[-1]
            self.assertTrue(json_matches(json.loads(shown), json.loads(last)), told)
            return
        lines = iter(printed.split("\n"))
        for line in shown.splitlines():
            self.assertTrue(any(matches(line, real) for real in lines), f"{told}\n--- there is no {line!r}")

    def test_every_command_does_what_is_shown(self):
        found = examples(self.text)
        self.assertGreater(len(found), 30)
        printed, asked = self.run_all(found)
        for example, real in zip(found, printed):
            if example.kind:
                self.check(example, real)
        self.check_that_all_were_asked(asked)

    def check_that_all_were_asked(self, asked):
        """Of every operation there is a command; of those that all kinds have, with any kind."""
        kinds = [path for row in KIND_ROW.findall(self.text) for path in row]

        def shape(path):
            kind = next((kind for kind in kinds if (path + "/").startswith(kind + "/")), None)
            return path.replace(kind, "KIND", 1) if kind else path

        shapes = [(one.method, shape(one.path)) for one in asked]
        for method, path in self.operations():
            pattern = re.sub(r":\w+", "[^/_][^/]*", re.escape(shape(path)))
            self.assertTrue(any(method == one and re.fullmatch(pattern, other) for one, other in shapes),
                            f"no command asks for {method} {path}")

    def test_every_operation_is_named_and_no_other(self):
        rows = KIND_ROW.findall(self.text)
        self.assertEqual(len(rows), 6)
        named = set()
        for method, path in MENTION.findall(self.text):
            for plain, generic in rows:
                named.add((method, path.replace("/apis/GROUP/v1/KINDS", generic).replace("/api/KIND", plain)))
        self.assertEqual(named - self.operations(), set(), "are named and not there")
        self.assertEqual(self.operations() - named, set(), "are there and not named")


main()
