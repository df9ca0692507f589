"""`proxyProtocol` tells a target who connects (haproxy's proxy-protocol.txt), before anything else, TLS included."""

import ipaddress
import struct

from support import (Authority, Backend, Gateway, Story, connect, echo, main, plain, proxy_header, server_context, to)

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_1(client, gateway_port):
    address, port = client.socket.getsockname()[:2]
    family = "TCP6" if ":" in address else "TCP4"
    return f"PROXY {family} {address} {address} {port} {gateway_port}\r\n".encode()


def version_2(client, gateway_port):
    address, port = client.socket.getsockname()[:2]
    packed = ipaddress.ip_address(address).packed
    body = packed + packed + struct.pack(">HH", port, gateway_port)
    return SIGNATURE + bytes([0x21, 0x11 if len(packed) == 4 else 0x21]) + struct.pack(">H", len(body)) + body


class ProxyProtocol(Story):
    def test_every_version_and_family(self):
        for version, expected in (("v1", version_1), ("v2", version_2)):
            for address in ("127.0.0.1", "::1"):
                target = self.use(Backend(echo, preface=proxy_header))
                service = plain(interface=address).targets(to(target, proxyProtocol=version))
                self.use(Gateway(service))
                with self.subTest(version, address=address), connect(service, address) as client:
                    self.assertEqual(client.round_trip(), b"hello")
                    self.assertEqual(target.wait_visit().preface, expected(client, service.port))

    def test_before_tls_to_the_target(self):
        authority = Authority(self.folder())
        target = self.use(Backend(echo, preface=proxy_header, tls=server_context(authority.server("target.test"))))
        service = plain().targets(to(target, host="target.test", tls=True, proxyProtocol="v2"))
        self.use(Gateway(service, upstream_authority=authority))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")
            self.assertEqual(target.wait_visit().preface, version_2(client, service.port))

    def test_none_by_default(self):
        target = self.use(Backend(echo))
        service = plain().targets(to(target, proxyProtocol="none"))
        self.use(Gateway(service))
        with connect(service) as client:
            self.assertEqual(client.round_trip(), b"hello")


main()
