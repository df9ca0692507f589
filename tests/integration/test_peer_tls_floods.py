"""TLS records that no library sends, by the ten thousand: what they mean is carried, the rest ends the connection, and
neither memory nor who else is served notices."""

import ssl
import threading
import time

from support import (KIB, AdminClient, AdminGateway, Authority, Backend, BrokenOff, Story, client_context, connect,
                     connect_tls, echo, main, nothing_left_behind, plain, scaled, server_context, terminating, to)
from support.limits import LONG
from support.hello import handshake_of, real_hello
from support.tls_records import (ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE, client_records, client_records_1_2,
                                 server_records, server_records_1_2)

NAME = "one.test"
MANY = 100_000 if LONG else scaled(2_000, 1_000)
BATCH = 500
SMALL = {"timeouts": {"idle": "2s"}}

FLOODS = {
    "empty records": lambda records: records.send(b"", count=BATCH),
    "records of padding": lambda records: records.send(b"", padding=1000, count=BATCH),
    "KeyUpdates": lambda records: records.key_updates(BATCH),
    "KeyUpdates that want an answer": lambda records: records.key_updates(BATCH, ask=True),
    "warnings": lambda records: records.send(b"\x01\x5a", ALERT, count=BATCH),  # user_canceled
    "tickets": lambda records: records.tickets(BATCH, 32),
    "tickets of 8 KiB": lambda records: records.tickets(BATCH, 8 * KIB),
}
# Of TLS 1.2. A client's new hello and a server's wish for one are declined, by a warning each.
OLD_CLIENT = {
    "new hellos": lambda records: records.send(handshake_of(real_hello(NAME)), HANDSHAKE, count=BATCH),
    "empty records": lambda records: records.send(b"", count=BATCH),
    "warnings": lambda records: records.send(b"\x01\x5a", ALERT, count=BATCH),
    "changes of the cipher": lambda records: records.send(b"\x01", CHANGE_CIPHER_SPEC, count=BATCH),
}
OLD_TARGET = {**OLD_CLIENT, "new hellos": lambda records: records.send(bytes(4), HANDSHAKE, count=BATCH)}
WRONG = {
    "a record that is too long": lambda records: records.send(bytes(17 * KIB)),
    "a record without a type": lambda records: records.send(b"", 0),
    "an unknown type": lambda records: records.send(b"hello", 99),
    "an unknown message": lambda records: records.send(b"\xf0\0\0\0", HANDSHAKE),
    "a message that nobody expects": lambda records: records.send(b"\x02\0\0\0", HANDSHAKE),
    "a message without its end": lambda records: records.send(b"\x18\0\0\x01", HANDSHAKE, count=2),
    "a KeyUpdate of 16 MiB": lambda records: records.send(b"\x18\xff\xff\xff" + bytes(16000), HANDSHAKE, count=BATCH),
    "a broken record": lambda records: records._send(b"\x17\x03\x03\0\x20" + bytes(32)),
    "no record": lambda records: records._send(bytes(1000)),
}


class TlsFloods(Story):
    def setUp(self):
        self.authority = Authority(self.folder())
        self.certificate = self.authority.server(NAME)

    def start(self, *services):
        self.gateway = self.use(AdminGateway(*services, certificates=[self.certificate], settings=SMALL,
                                             upstream_authority=self.authority))
        return self.gateway

    def others_are_served(self, service):
        with connect_tls(service, NAME, client_context(self.authority)) as other:
            self.assertEqual(other.round_trip(), b"hello")

    # A client ------------------------------------------------------------------------------------------------

    def client(self, service):
        context = client_context(self.authority)
        return client_records(lambda: self.use(connect_tls(service, NAME, context)), context)

    def test_of_a_client(self):
        service = terminating().targets(self.use(Backend(echo)))
        self.start(service)
        self.others_are_served(service)
        for name, flood in FLOODS.items():
            with self.subTest(name), nothing_left_behind(self.gateway) as growth:
                connection, records = self.client(service)
                sent = self.flooded(connection, lambda: flood(records))
                self.others_are_served(service)
                connection.close()
            print(f"a client's {name}: {sent}; {growth}", flush=True)
        for name, wrong in WRONG.items():
            with self.subTest(name), nothing_left_behind(self.gateway):
                connection, records = self.client(service)
                how = self.how_it_ends_after(connection, lambda: wrong(records))
                self.assertIn(how, ("reset", "truncated", "alert"))

    def test_of_a_client_with_tls_1_2(self):
        service = terminating().targets(self.use(Backend(echo)))
        self.start(service)
        self.others_are_served(service)
        for name, flood in OLD_CLIENT.items():
            with self.subTest(name), nothing_left_behind(self.gateway) as growth:
                context = client_context(self.authority, version=ssl.TLSVersion.TLSv1_2)
                connection, records = client_records_1_2(
                    lambda wrap: self.use(connect_tls(service, NAME, context, wrap=wrap)), context)
                sent = self.flooded(connection, lambda: flood(records))
                self.others_are_served(service)
                connection.close()
            print(f"a TLS 1.2 client's {name}: {sent}; {growth}", flush=True)

    def test_of_a_client_of_the_admin_api(self):
        """It is served by one thread, together with all others."""
        gateway = self.use(AdminGateway(admin={"certificate": "admin.crt", "key": "admin.key"},
                                        files={"admin.crt": self.certificate.crt, "admin.key": self.certificate.key}))
        trusting = client_context(self.authority)
        trusting.check_hostname = False
        gateway.admin = AdminClient(f"https://127.0.0.1:{gateway.admin_port}", gateway.admin.key, trusting)
        gateway.admin.get("/live")
        for name, flood in FLOODS.items():
            with self.subTest(name), nothing_left_behind(gateway) as growth:
                context = client_context(self.authority)
                connection, records = client_records(
                    lambda: self.use(connect_tls(gateway.admin_port, NAME, context)), context)
                connection.socket.settimeout(5)
                sent = self.flooded(connection, lambda: flood(records))
                begun = time.monotonic()
                self.assertEqual(gateway.admin.get("/live").status, 200)
                self.assertLess(time.monotonic() - begun, scaled(5, 20))
                connection.close()
            print(f"an admin client's {name}: {sent}; {growth}", flush=True)

    def test_records_of_one_byte(self):
        """Carried, and in order."""
        service = terminating().targets(self.use(Backend(echo)))
        self.start(service)
        connection, records = self.client(service)
        text = b"0123456789" * (MANY // 10)
        pieces = (text[at:at + 1] for at in range(len(text)))
        sender = threading.Thread(target=lambda: [records.send(piece) for piece in pieces], daemon=True)
        sender.start()
        self.assertEqual(connection.receive_exactly(len(text)), text)
        sender.join()

    def test_bytes_behind_close_notify(self):
        """They belong to nothing; what came before them is an end."""
        def at_end(conn, visit):
            visit.received += conn.receive_to_end()
            visit.ended = "end"
            conn.send(b"that was all")
            conn.finish()
        target = self.use(Backend(at_end))
        service = terminating().targets(target)
        self.start(service)
        with nothing_left_behind(self.gateway):
            connection, records = self.client(service)
            records.send(b"before")
            records.send(b"\x01\x00", ALERT)
            records.send(b"behind", count=BATCH)
            self.assertEqual(connection.receive_to_end(), b"that was all")
            connection.close()
        self.assertEqual((bytes(target.visits[0].received), target.visits[0].ended), (b"before", "end"))

    # A target ------------------------------------------------------------------------------------------------

    def target(self, act, version=None):
        """A TLS target that does `act(records)` once it was spoken to."""
        context = server_context(self.certificate)
        if version:
            context.maximum_version = version
        accept = server_records_1_2 if version else server_records

        def serve(connection, visit):
            secured, records = accept(connection.socket, context)
            secured.receive(1)
            visit.outcome = self.flooded(secured, lambda: act(records))
            raise BrokenOff("reset")
        return self.use(Backend(serve))

    def test_of_a_target(self):
        good = self.use(Backend(echo, tls=server_context(self.certificate)))
        targets = {name: self.target(flood) for name, flood in FLOODS.items()}
        for name, flood in OLD_TARGET.items():
            targets[f"{name}, TLS 1.2"] = self.target(flood, ssl.TLSVersion.TLSv1_2)
        services = {name: plain().targets(to(target, host=NAME, tls=True)) for name, target in targets.items()}
        calm = plain().targets(to(good, host=NAME, tls=True))
        self.start(calm, *services.values())
        for name, service in services.items():
            with self.subTest(name), nothing_left_behind(self.gateway) as growth:
                with connect(service) as client:
                    client.send(b"go")
                    visit = targets[name].wait_over()
                    with connect(calm) as other:
                        self.assertEqual(other.round_trip(), b"hello")
            print(f"a target's {name}: {visit.outcome}; {growth}", flush=True)

    def test_wrong_records_of_a_target(self):
        services = {name: plain().targets(to(self.target(wrong), host=NAME, tls=True)) for name, wrong in WRONG.items()}
        self.start(*services.values())
        for name, service in services.items():
            with self.subTest(name), nothing_left_behind(self.gateway), connect(service) as client:
                client.send(b"go")
                self.assertEqual(client.how_it_ends(), "reset")

    # -----------------------------------------------------------------------------------------------------------

    def flooded(self, connection, send):
        """How many were sent, and how the gateway ended it, if it did; nothing of what it says is read."""
        sent = 0
        try:
            while sent < MANY:
                send()
                sent += BATCH
            return f"{sent} taken"
        except (ConnectionResetError, BrokenPipeError):
            return f"ended after {sent}"
        except TimeoutError:
            return f"{sent} taken, and no more"

    @staticmethod
    def how_it_ends_after(connection, send):
        try:
            send()
            return connection.how_it_ends()
        except (ConnectionResetError, BrokenPipeError):
            return "reset"
        except OSError:  # ssl.SSLError: an alert came
            return "alert"


main()
