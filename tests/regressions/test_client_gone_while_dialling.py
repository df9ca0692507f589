"""A client resets just before its target is reached, and the target sees an empty connection that ends in peace."""

from support import (Authority, Backend, EveryAccess, Gateway, Story, client_context, connect, connect_tls, main,
                     silent, terminating, wait_until)
from support.websocket_peer import request_head, to_target

TIMES = 200


class ClientGoneWhileDialling(Story):
    def assert_all_reset(self, target, least=1):
        wait_until(lambda: len(target.visits) >= least and all(visit.ended for visit in target.visits),
                   "all visits to end")
        self.assertLessEqual({visit.ended for visit in target.visits}, {"reset"})

    def test_of_a_service(self):
        target, authority = self.use(Backend(silent)), Authority(self.folder())
        service = terminating().targets(target)
        gateway = self.use(Gateway(service, certificates=[authority.server("one.test")]))
        for _ in range(TIMES):
            connect_tls(service, "one.test", client_context(authority)).reset()
        gateway.wait_events(TIMES)
        self.assert_all_reset(target, least=0)  # each may have gone before its target was dialled

    def test_of_a_tunnel(self):
        target = self.use(Backend(silent))
        way = EveryAccess(self, target, only=["public"]).way("public")
        request = request_head(way.route.host, to_target(target)).encode()
        for _ in range(TIMES):
            client = connect(int(way.host.rpartition(":")[2]))
            client.send(request)
            client.reset()
        self.assert_all_reset(target)


main()
