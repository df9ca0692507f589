"""A small disk of its own, to fill it or to make it read-only. Only root may have one."""

import ctypes
import os
import subprocess
import tempfile
import unittest

_CLONE_NEWNS = 0x00020000
_libc = ctypes.CDLL(None, use_errno=True)
_mounts_are_own = False


def _own_mounts():
    """From here on nobody else sees what this test mounts; programs that it starts do."""
    global _mounts_are_own
    if not _mounts_are_own:
        if _libc.unshare(_CLONE_NEWNS) != 0:
            raise unittest.SkipTest("mounting needs root")
        _mount("--make-rprivate", "/")
        _mounts_are_own = True


def _mount(*arguments):
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise unittest.SkipTest(f"mount {' '.join(arguments)}: {done.stderr}")


class Disk:
    """A tmpfs of so many bytes at `path`."""

    def __init__(self, size):
        self._size = size

    def __enter__(self):
        _own_mounts()
        self.path = tempfile.mkdtemp(prefix="otoroshi-disk-")
        _mount("-t", "tmpfs", "-o", f"size={self._size},mode=700", "none", self.path)
        self._filler = os.path.join(self.path, "filler")
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.path], check=True)
        os.rmdir(self.path)

    def fill(self):
        """Until not a byte has room."""
        with open(self._filler, "ab", buffering=0) as file:
            for size in (65536, 1):
                try:
                    while file.write(b"a" * size):
                        pass
                except OSError:
                    pass

    def make_room(self):
        os.remove(self._filler)

    def make_read_only(self):
        """While no file there is open for writing."""
        _mount("-o", "remount,ro", self.path)

    def make_writable(self):
        _mount("-o", "remount,rw", self.path)
