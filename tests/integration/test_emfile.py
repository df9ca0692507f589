"""Out of descriptors: who comes then waits and is not refused, it is told once, and no target is blamed for it."""

from support import Backend, Gateway, Story, connect, echo, main, plain, scaled

DESCRIPTORS = 64
CLIENTS = 40  # each takes two descriptors of the gateway
ONE_WORKER = {"threads": 1}  # so that who came first is in first


class OutOfDescriptors(Story):
    def test_accepting_pauses_and_recovers(self):
        service = plain().targets(self.use(Backend(echo)))
        gateway = self.use(Gateway(service, descriptors=DESCRIPTORS, settings=ONE_WORKER))
        clients = [self.use(connect(service)) for _ in range(CLIENTS)]  # the kernel's queue takes those that we do not
        gateway.wait_line(r"accepting .* pauses")

        self.assertEqual(clients[0].round_trip(), b"hello")  # who is in is served
        for client in clients[:-1]:
            client.close()
        self.assertEqual(clients[-1].round_trip(), b"hello")
        with connect(service) as late:
            self.assertEqual(late.round_trip(), b"hello")
        told = [line for line in gateway.lines if "pauses" in line]
        self.assertLess(len(told), scaled(8, 16), "\n".join(told))

    def test_no_target_is_skipped_for_it(self):
        """Round robin still reaches both targets after the shortage."""
        backends = [self.use(Backend(echo)) for _ in range(2)]
        service = plain().targets(*backends)
        gateway = self.use(Gateway(service, descriptors=DESCRIPTORS, settings=ONE_WORKER))
        clients = [self.use(connect(service)) for _ in range(CLIENTS)]
        gateway.wait_line(r"accepting .* pauses")
        for client in clients[:-1]:
            client.close()
        clients[-1].round_trip()
        gateway.wait_events(CLIENTS - 1)
        before = [len(backend.visits) for backend in backends]
        for _ in range(4):
            with connect(service) as client:
                client.round_trip()
        self.assertEqual([len(backend.visits) - seen for backend, seen in zip(backends, before)], [2, 2])


main()
