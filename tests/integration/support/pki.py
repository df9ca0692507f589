"""Certificates for tests, made by the openssl command line."""

import os
import ssl
import subprocess
import time

_KEY = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"]}
_EXPIRED = {"-startdate": "20200101000000Z", "-enddate": "20200201000000Z"}


class Certificate:
    """A certificate with its key; `crt` and `key` are paths of PEM files."""

    def __init__(self, crt, key):
        self.crt, self.key = crt, key

    def pem(self):
        with open(self.crt) as crt, open(self.key) as key:
            return crt.read() + key.read()

    def fingerprint(self):
        with open(self.crt) as crt:
            return ssl.PEM_cert_to_DER_cert(crt.read())


class Authority:
    """A certificate authority in a folder of its own; `crt` is the path of its certificate.

    `until`, of what it issues: when it expires, in whole seconds since 1970.
    """

    def __init__(self, folder, name="Test Authority"):
        self._folder = os.path.join(folder, name.replace(" ", "-"))
        os.makedirs(self._folder)
        self._count = 0
        self.crt, self._key = self._path("ca.crt"), self._path("ca.key")
        _openssl("req", "-x509", *_KEY["ec"], "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", self._key,
                 "-out", self.crt, "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def server(self, *names, key="ec", expired=False, subject=None, until=None):
        """A server's certificate; names that look like IP literals become IP SANs. No names: only a subject."""
        sans = ",".join(("IP:" if name.replace(".", "").isdigit() or ":" in name else "DNS:") + name for name in names)
        return self._issue(subject or names[0], key, expired, "serverAuth", sans, until)

    def client(self, common_name, key="ec", expired=False, until=None):
        return self._issue(common_name, key, expired, "clientAuth", "", until)

    def _issue(self, common_name, key, expired, purpose, sans, until=None):
        self._count += 1
        stem = self._path(f"{self._count}-{common_name.replace('*', '_')}")
        certificate = Certificate(stem + ".crt", stem + ".key")
        _openssl("req", "-new", *_KEY[key], "-nodes", "-subj", f"/CN={common_name}", "-keyout", certificate.key,
                 "-out", stem + ".csr")
        extensions = [f"extendedKeyUsage={purpose}", "basicConstraints=critical,CA:FALSE"]
        extensions += [f"subjectAltName={sans}"] if sans else []
        # `openssl ca` because `openssl x509` of version 3.0 cannot make a certificate that has expired.
        config, database = stem + ".cnf", stem + ".db"
        _write(config, "\n".join([
            "[ca]", "default_ca=it",
            "[it]", f"database={database}", f"new_certs_dir={self._folder}", "default_md=sha256", "rand_serial=yes",
            "policy=any", "x509_extensions=ext",
            "[any]", "commonName=supplied",
            "[ext]", *extensions, ""]))
        _write(database, "")
        dates = [word for pair in _EXPIRED.items() for word in pair] if expired else ["-days", "30"]
        if until:
            dates = ["-enddate", time.strftime("%Y%m%d%H%M%SZ", time.gmtime(until))]
        _openssl("ca", "-batch", "-notext", "-config", config, "-cert", self.crt, "-keyfile", self._key, *dates,
                 "-in", stem + ".csr", "-out", certificate.crt)
        return certificate

    def _path(self, name):
        return os.path.join(self._folder, name)


def server_context(certificate, client_authority=None, alpn=None):
    """For a TLS backend; with `client_authority` it demands a client certificate signed by that authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.crt, certificate.key)
    if client_authority:
        context.load_verify_locations(client_authority.crt)
        context.verify_mode = ssl.CERT_REQUIRED
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def client_context(authority=None, certificate=None, version=None):
    """For a TLS client that trusts `authority` (None: anyone) and shows `certificate` (None: nothing)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.load_verify_locations(authority.crt)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate.crt, certificate.key)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def _openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)} failed:\n{done.stderr}")


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)
