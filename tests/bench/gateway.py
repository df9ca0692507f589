"""The gateway, with a TCP service for each mode."""

import json
import pathlib
import re

import proxy


def command(programs: pathlib.Path, folder: pathlib.Path, certificate: pathlib.Path, entities: dict,
            **settings) -> list:
    """Writes the settings and an import file into `folder`."""
    (folder / "import.json").write_text(json.dumps(entities))
    common = {"threads": 1, "dataDir": "data", "store": {"type": "memory"}, "import": ["import.json"],
              "certificates": {"dir": str(certificate.parent)}}
    (folder / "gateway.json").write_text(json.dumps(common | settings))
    return [programs / "gateway", "--config", folder / "gateway.json"]


def says_ready(log: str) -> bool:
    return re.search(r"\bready\b", log) is not None


def version(program: pathlib.Path) -> str:
    return proxy.first_line([program, "--version"])


class Gateway(proxy.Proxy):
    def __init__(self, name, folder, certificate, programs, core, rules=1):
        super().__init__(name, folder, core)
        self.programs = programs
        self.certificate = certificate
        self.names = rules

    def service(self, mode: str, domains: list[str], **more) -> dict:
        target = {"host": "127.0.0.1", "port": self.target_port}
        return {"id": mode, "port": self.ports[mode], "interface": "127.0.0.1",
                "rules": [{"domain": domain, "targets": [target]} for domain in domains], **more}

    def pattern(self, number: int) -> str:
        """Exact name, wildcard, regular expression in turn; each matches the server name of the same number."""
        name = proxy.SERVER_NAME.format(number)
        return (name, f"*{name[1:]}", f".*{name.split('.')[0]}.*")[number % 3]

    def commands(self) -> dict[str, list]:
        services = [self.service("plain", [".*"]),
                    self.service("passthrough", [self.pattern(i) for i in range(self.names)],
                                 tls="PassThrough", sni={"enabled": True}),
                    self.service("terminate", [".*"], tls="Enabled")]
        return {"gateway": command(self.programs, self.folder, self.certificate, {"tcpServices": services},
                                   tunnel={"port": 0}, admin={"port": self.spare_port})}

    def is_ready(self) -> bool:
        return says_ready(self.log("gateway"))

    def version(self) -> str:
        return version(self.programs / "gateway")
