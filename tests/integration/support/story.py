"""The base of all tests: everything that a story starts ends with it, also when the story fails."""

import os
import shutil
import tempfile
import unittest


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
    unittest.main(module="__main__", verbosity=2)
