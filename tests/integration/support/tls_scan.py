"""What auditors run against a port that speaks TLS: sslscan and testssl.sh. Both want openssl's own reading of it."""

import json
import os
import subprocess
import xml.etree.ElementTree

from .limits import DEADLINE

_SEVERITIES = ["OK", "INFO", "DEBUG", "LOW", "MEDIUM", "HIGH", "CRITICAL"]


class Sslscan:
    """One scan by sslscan; what it found is in the fields."""

    def __init__(self, port, name, *options):
        done = subprocess.run(["sslscan", "--xml=-", f"--sni-name={name}", *options, f"127.0.0.1:{port}"],
                              capture_output=True, text=True, timeout=4 * DEADLINE)
        found = xml.etree.ElementTree.fromstring(done.stdout[done.stdout.index("<?xml"):]).find("ssltest")
        self.versions = {f"{one.get('type').upper()} {one.get('version')}" for one in found.iter("protocol")
                         if one.get("enabled") == "1"}
        self.ciphers = {(one.get("sslversion"), one.get("cipher")) for one in found.iter("cipher")}
        self.groups = {one.get("name") for one in found.iter("group")}
        self.renegotiates = found.find("renegotiation").get("supported") == "1"
        self.bleeds = any(one.get("vulnerable") == "1" for one in found.iter("heartbleed"))


def testssl(port, name, *options, authority, folder, seconds):
    """The findings of testssl.sh above LOW, as {id: "SEVERITY: what"}; without options it tries everything."""
    report = os.path.join(folder, f"testssl-{port}-{len(os.listdir(folder))}.json")
    done = subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none",
                           "--ip", "127.0.0.1", "--add-ca", authority.crt, "--jsonfile", report, *options,
                           f"{name}:{port}"], capture_output=True, text=True, timeout=seconds, cwd=folder)
    with open(report) as file:
        findings = json.load(file)
    if not any(one["id"] == "scanTime" and one["severity"] == "INFO" for one in findings):
        raise AssertionError(f"testssl did not come to an end:\n{done.stdout}{done.stderr}")
    above = _SEVERITIES[_SEVERITIES.index("LOW") + 1:]
    # An id that is asked for each certificate ends in " <cert#1>". What has no known severity (WARN, FATAL) counts.
    return {one["id"].split(" ")[0]: f"{one['severity']}: {one['finding']}" for one in findings
            if one["severity"] in above or one["severity"] not in _SEVERITIES}
