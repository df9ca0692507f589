"""Runs otoroshictl's commands about resources, as scripts do."""

import json
import os
import subprocess

from .process import program_path


class CtlAnswer:
    def __init__(self, done):
        self.code, self.out, self.error = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"<{self.code}\n{self.out}---\n{self.error}>"


def run_ctl(*arguments, stdin="", env=None):
    """otoroshictl with an environment of its own: none of ours says where a gateway is."""
    environment = {"PATH": os.environ["PATH"], **(env or {})}
    done = subprocess.run([program_path("otoroshictl"), *arguments], input=stdin.encode(), capture_output=True,
                          env=environment, timeout=60)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return CtlAnswer(done)


class Ctl:
    """otoroshictl for one gateway."""

    def __init__(self, gateway):
        self.env = {"OTOROSHI_URL": gateway.admin.url, "OTOROSHI_ADMIN_CLIENT_ID": gateway.admin.key[0],
                    "OTOROSHI_ADMIN_CLIENT_SECRET": gateway.admin.key[1]}

    def __call__(self, *arguments, stdin="", **env):
        return run_ctl(*arguments, stdin=stdin, env={**self.env, **env})

    def ok(self, *arguments, **options):
        answer = self(*arguments, **options)
        if answer.code != 0:
            raise AssertionError(f"otoroshictl {arguments}: {answer}")
        return answer
