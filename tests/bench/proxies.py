"""Which proxies there are, and the certificate that they share."""

import pathlib
import shutil
import subprocess

import baselines
import gateway
import proxy
import tunnels


def make(name: str, folder: pathlib.Path, certificate: pathlib.Path, programs: pathlib.Path,
         core: int) -> proxy.Proxy | None:
    """None if the program is not installed. `programs`: the folder with the gateway and otoroshictl."""
    if name == "gateway":
        return gateway.Gateway(name, folder, certificate, programs, core)
    if name in tunnels.SCHEMES:
        return tunnels.Tunnel(name, folder, certificate, programs, core)
    if shutil.which(baselines.PROGRAMS.get(name, name)) is None:
        return None
    if name in tunnels.FOREIGN_SERVERS:
        return tunnels.ForeignServer(name, folder, programs, core)
    kind = baselines.Nginx if name == "nginx" else baselines.HaProxy
    return kind(name, folder, certificate, core)


def make_certificate(folder: pathlib.Path) -> pathlib.Path:
    """certs/bench.pem, key and certificate in one file. RSA, so that a new TLS connection is more work for
    the proxy than for the client: with ECDSA the load's core would be the limit."""
    path = folder / "certs" / "bench.pem"
    if path.exists():
        return path
    path.parent.mkdir()
    key, crt = folder / "key", folder / "crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7",
                    "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:*.bench.test,IP:127.0.0.1",
                    "-keyout", key, "-out", crt], check=True, capture_output=True)
    path.write_text(key.read_text() + crt.read_text())
    return path
