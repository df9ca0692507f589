"""The sandbox of a systemd unit where systemd is not there to make it: its filter of system calls."""

import ctypes
import os
import re
import subprocess
import sys

_KILL, _ALLOW = 0x80000000, 0x7FFF0000  # SCMP_ACT_KILL_PROCESS, SCMP_ACT_ALLOW
_EQUAL, _MASKED_EQUAL = 4, 7            # SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ
_PROT_WRITE, _PROT_EXEC = 2, 4
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def settings_of(unit, key):
    """All values of a key of a unit's text, in their order."""
    return re.findall(rf"^{key}=(.*)$", unit, re.M)


def allowed_calls(unit):
    """The system calls that the unit's SystemCallFilter lets through, by name."""
    calls = set()
    for line in settings_of(unit, "SystemCallFilter"):
        names = {name for group in line.lstrip("~").split() for name in _calls_of(group)}
        calls = calls - names if line.startswith("~") else calls | names
    return sorted(calls)


def _calls_of(group):
    if not group.startswith("@"):
        return {group}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", group], check=True, capture_output=True, text=True)
    names = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return {name for one in names if one and not one.startswith("#") for name in _calls_of(one)}


def launcher(unit):
    """A command that becomes the program behind it, under the unit's filter; what is not allowed kills (SIGSYS)."""
    families = " ".join(settings_of(unit, "RestrictAddressFamilies")).split()
    return ["/usr/bin/python3", "-I", "-c", _source(), ",".join(allowed_calls(unit)),
            ",".join(str(_FAMILIES[family]) for family in families)]


def service_launcher():
    """With OTOROSHI_SANDBOX=1 every gateway runs under the filter of the service's unit; else an empty command."""
    if not os.environ.get("OTOROSHI_SANDBOX"):
        return []
    unit = os.path.join(os.path.dirname(__file__), "..", "..", "..", "packaging", "otoroshi-gateway.service.in")
    with open(unit) as file:
        return launcher(file.read() + "\nSystemCallFilter=fchown\n")  # SQLite hands files over where it runs as root


def _source():
    """This file, so that it also runs where the file is not to be seen."""
    with open(__file__) as file:
        return file.read() + "\n_become(sys.argv[1].split(','), sys.argv[2].split(','), sys.argv[3:])\n"


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp of seccomp.h"""

    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class _Filter:
    def __init__(self, otherwise):
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._filter = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action, call, *comparisons):
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # one of another architecture
        array = (_Comparison * len(comparisons))(*comparisons)
        self._check(self._library.seccomp_rule_add_array(self._filter, ctypes.c_uint32(action), number,
                                                         len(comparisons), array), call)

    def load(self):
        self._check(self._library.seccomp_load(self._filter), "seccomp_load")

    @staticmethod
    def _check(result, what):
        if result != 0:
            raise OSError(-result, what)


def _become(calls, families, argv):
    memory = _Filter(_ALLOW)  # MemoryDenyWriteExecute
    both = _PROT_WRITE | _PROT_EXEC
    memory.add(_KILL, "mmap", _Comparison(2, _MASKED_EQUAL, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        memory.add(_KILL, call, _Comparison(2, _MASKED_EQUAL, _PROT_EXEC, _PROT_EXEC))
    memory.load()
    filter = _Filter(_KILL)
    for call in calls:
        if call != "socket":
            filter.add(_ALLOW, call)
    for family in families:
        filter.add(_ALLOW, "socket", _Comparison(0, _EQUAL, int(family)))
    filter.load()
    os.execv(argv[0], argv)
