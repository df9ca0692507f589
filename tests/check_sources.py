#!/usr/bin/env python3
"""Checks of the sources that no compiler makes; run by ctest as checks.sources.

A line is let through by a comment on it or on the line before it: `check: allow NAME: reason`, NAME being one of
co_await, sleep, path.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["common", "gateway", "otoroshictl", "tests", "examples", "scripts", "cmake", "packaging", "docs", ".ci"]
CODE = {".cc", ".h", ".py", ".sh"}
MAX_LINES = 500

# Comments, string literals (raw ones too) and character literals, so that what they hold is not taken for code.
# A digit separator (10'000) begins no character literal.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])\'', re.S)
# One with a comment behind it says why it is no wait for something.
SLEEP = re.compile(r"^.*(?:this_thread::sleep|\btime\.sleep\(|\busleep\(|^\s*sleep [0-9])(?!.*(?://|  #)).*$", re.M)
LOOP = re.compile(r"\b(?:while|until)\b")
LOOP_BODY = 7  # lines: a sleep so close behind the head of a loop is the pause between two looks at a condition
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|home|root|Users|tmp/wt-)\b/?\w*")
# A brace that builds an object; the brace of a lambda's or an if's body follows a parenthesis or a bracket.
BRACES_IN_ARGUMENTS = re.compile(r"co_await\b[^;{}]*\((?:[^;{}]*[\w>,(])?\s*\{")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


# A test by its name in ctest, as documents cite it, and where it is.
TEST_NAME = re.compile(r"`((unit|integration|regressions|fuzz)\.(\w+))`")
TEST_FILES = {"unit": ["tests/unit/{}.cc"], "integration": ["tests/integration/test_{}.py"],
              "regressions": ["tests/regressions/test_{}.py", "tests/regressions/{}.cc"],
              "fuzz": ["tests/fuzz/{}_fuzz.cc"]}


class Sources:
    def __init__(self):
        self.findings = []

    def find(self, path, text, position, name, sentence):
        line = text.count("\n", 0, position) + 1
        around = text.split("\n")[max(0, line - 2) : line]
        if not any(f"check: allow {name}:" in near for near in around):
            self.findings.append(f"{path.relative_to(ROOT)}:{line}: {sentence}")

    def check_awaits(self, path, text):
        """GCC 12.2 destroys twice what `?:` or braces build inside an awaited call, and says nothing."""
        code = NOT_CODE.sub(blank, text)
        for statement in re.finditer(r"[^;{}]*\bco_await\b[^;{}]*", code):
            if "?" in statement.group():
                position = statement.start() + statement.group().index("co_await")
                self.find(path, text, position, "co_await", "co_await and ?: in one statement (GCC 12 destroys twice)")
        for call in BRACES_IN_ARGUMENTS.finditer(code):
            self.find(path, text, call.start(), "co_await", "braces in an awaited call's arguments (GCC 12 destroys twice)")

    def check_sleeps(self, path, text):
        for sleep in SLEEP.finditer(text):
            lines_before = text[: sleep.start()].split("\n")[-LOOP_BODY:]
            if not any(LOOP.search(line) for line in lines_before):
                self.find(path, text, sleep.start(), "sleep",
                          "a test waits for a condition, never for a fixed time (or says why on this line)")

    def check_paths(self, path, text):
        for found in MACHINE_PATH.finditer(text):
            self.find(path, text, found.start(), "path", f"'{found.group()}' is a path of one machine")

    def check_cited_tests(self, path, text):
        for cited in TEST_NAME.finditer(text):
            if not any((ROOT / file.format(cited[3])).exists() for file in TEST_FILES[cited[2]]):
                self.find(path, text, cited.start(), "test", f"there is no test '{cited[1]}'")

    def check_length(self, path, text):
        lines = text.count("\n")
        if lines > MAX_LINES:
            self.findings.append(f"{path.relative_to(ROOT)}: {lines} lines, more than {MAX_LINES}: cut it into parts")

    def check(self, path):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return  # a sample of bytes, not a source
        self.check_paths(path, text)
        if path.suffix == ".md":
            self.check_cited_tests(path, text)
        if path.suffix not in CODE:
            return
        self.check_length(path, text)
        if path.suffix in {".cc", ".h"}:
            self.check_awaits(path, text)
        if path.is_relative_to(ROOT / "tests") and path != pathlib.Path(__file__).resolve():
            self.check_sleeps(path, text)


def self_test():
    """The patterns find what they are for, and leave alone what stands next to it."""
    bad = ["auto x = flag ? co_await f() : 0;", "auto x = co_await f(a ? b : c);", "co_await f(Options{1});",
           "co_await f({1, 2});", "co_await f(a, {});", "co_await f(std::vector<int>{1});"]
    good = ["auto x = co_await f(a);", "if (auto r = co_await f(a)) { return; }", "co_await f(Options(1)); x = a ? b : c;",
            'co_await f("what?");', "co_await f([] { return 1; });", "co_await f(1'000'000); // really?",
            "Options o{1}; co_await f(o);", "while (co_await f()) {", "auto c = '?'; co_await f(c);"]
    for code, wanted in [(code, True) for code in bad] + [(code, False) for code in good]:
        sources = Sources()
        sources.check_awaits(ROOT / "self_test.cc", code)
        assert bool(sources.findings) == wanted, code


def main():
    self_test()
    sources = Sources()
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted(files):
        if "__pycache__" not in path.parts and "corpus" not in path.parts and path.name != ".git":
            sources.check(path)
    print("\n".join(sources.findings) or f"{len(files)} files are fine")
    return 1 if sources.findings else 0


if __name__ == "__main__":
    sys.exit(main())
