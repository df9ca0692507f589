"""Secrets of the tests: each is made here, so that every log and event can be searched for all of them."""

import base64
import os
import urllib.parse

_made = set()


def new_secret(length=32):
    """A new secret, of which nothing may be seen in a log, an event, a process list or an error text."""
    return remember_secret(os.urandom(length // 2).hex())


def remember_secret(text):
    """For what is made of secrets: a token is one, too."""
    _made.add(text)
    return text


def secrets_in(text):
    """Those that can be read in a text, also in base64 as Basic has them, or percent-encoded."""
    return sorted(secret for secret in _made if any(form in text for form in _forms_of(secret)))


def _forms_of(secret):
    yield secret
    yield urllib.parse.quote(secret, safe="")
    for shift in range(3):  # base64 of it, wherever it begins in a group of three bytes
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        yield encoded[4 if shift else 0:len(encoded) // 4 * 4 - 4]
