"""The programs are hardened as they are built, and who asks for no kind of build gets the optimised, hardened one."""

import json
import pathlib
import re
import subprocess
import unittest

from support import SANITIZED, Story, main, program_path

SOURCES = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("gateway", "otoroshictl")


def readelf(option, program):
    return subprocess.run(["readelf", "-W", option, program_path(program)], check=True, capture_output=True,
                          text=True).stdout


class Hardening(Story):
    def test_how_the_programs_are_linked(self):
        for program in PROGRAMS:
            with self.subTest(program):
                dynamic, segments = readelf("--dynamic", program), readelf("--segments", program)
                self.assertRegex(dynamic, r"\(FLAGS\)\s+BIND_NOW")
                self.assertRegex(dynamic, r"\(FLAGS_1\)\s+Flags: .*\bPIE\b")
                self.assertNotRegex(dynamic, r"R(UN)?PATH|TEXTREL")
                self.assertIn("GNU_RELRO", segments)
                self.assertRegex(segments, r"GNU_STACK( +0x\w+)+ +RW +0x")  # no E
                writable = re.findall(r"^ +LOAD(?: +0x\w+)+ +(R?W ?E|RWE)", segments, re.M)
                self.assertEqual(writable, [], "a segment that can be written and executed")

    def test_what_the_compiler_has_put_in(self):
        for program in PROGRAMS:
            with self.subTest(program):
                symbols = readelf("--dyn-syms", program)
                self.assertIn("__stack_chk_fail", symbols)
                if not SANITIZED:
                    self.assertRegex(symbols, r"\b__\w+_chk@GLIBC")  # _FORTIFY_SOURCE
                    self.assertIn("__glibcxx_assert_fail", symbols)

    @unittest.skipIf(SANITIZED, "the same whatever has been built")
    def test_no_kind_of_build_is_an_optimised_one(self):
        folder = self.folder()
        subprocess.run(["cmake", "-S", SOURCES, "-B", folder, "-DOTOROSHI_TESTS=OFF"], check=True, capture_output=True)
        commands = json.loads(pathlib.Path(folder, "compile_commands.json").read_text())
        sources = [one["command"] for one in commands if one["file"].endswith((".cc", ".cxx"))]
        self.assertGreater(len(sources), 100)
        for flag in ("-O3", "-DNDEBUG", "-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS", "-fstack-protector-strong"):
            with self.subTest(flag):
                self.assertEqual([command for command in sources if flag not in command.split()], [])
        for flag in ("-fPIE", "-fPIC"):  # libraries are PIC, the programs PIE
            self.assertTrue(any(flag in command for command in sources))


main()
