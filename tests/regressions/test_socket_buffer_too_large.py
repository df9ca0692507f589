"""limits.socketBuffer of 4 GiB and a bit was taken, and connections had buffers of that bit."""

from support import Story, main, run_gateway
from support.gateway import GatewayFolder

FINE, WRONG_SETTINGS = 0, 2


class SocketBufferTooLarge(Story):
    def test_what_the_kernel_cannot_be_told_is_refused(self):
        for size, wanted in (("1GiB", FINE), ("1025MiB", WRONG_SETTINGS), ("4GiB", WRONG_SETTINGS),
                             ("4097MiB", WRONG_SETTINGS)):
            with self.subTest(size):
                folder = GatewayFolder([], {"limits": {"socketBuffer": size}})
                self.addCleanup(folder.remove)
                code, said = run_gateway("--config", folder.config, "--check")
                self.assertEqual(code, wanted, said)
                self.assertEqual("/limits/socketBuffer" in said, wanted != FINE, said)


main()
