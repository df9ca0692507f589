"""The short form of tests/load/run.sh: everything at once for a few seconds, every byte right, nobody fails in vain."""

import os
import sys

from support import Story, main, scaled

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "load"))
from mixed import Mixed  # noqa: E402

SECONDS = scaled(8, 12)


class MixedLoad(Story):
    def test_everything_at_once(self):
        run = Mixed(SECONDS, interval=0.5).run()
        self.assertEqual(run.failures, [])
        self.assertIn("<polyline", run.draw())


main()
