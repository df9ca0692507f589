"""The base of all tests: everything that a story starts ends with it, also when the story fails."""

import os
import resource
import shutil
import sys
import tempfile
import unittest

_SKIPPED = 77  # ctest then lists the file as not run (SKIP_RETURN_CODE)


class Story(unittest.TestCase):
    def use(self, fixture):
        """Starts a fixture (a context manager) that ends with this test, in reverse order of starting."""
        return self.enterContext(fixture)

    def folder(self):
        """A new empty folder that goes away with this test. Other users (postgres) may enter it."""
        path = tempfile.mkdtemp(prefix="otoroshi-test-")
        os.chmod(path, 0o755)
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path


def main():
    # Clients and backends are both of this process: a soft limit of 1024 is too small for some crowds.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    result = unittest.main(module="__main__", verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun and len(result.skipped) == result.testsRun:
        sys.exit(_SKIPPED)
