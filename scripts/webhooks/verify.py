"""Gives deliveries to the Standard Webhooks library for Python: right ones pass, no other does."""

import base64
import datetime
import json
import sys

from standardwebhooks import webhooks

file, *secrets = sys.argv[1:]
deliveries = [json.loads(line) for line in open(file)]


def at(seconds):
    """Lets the library believe that it is another time."""

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.fromtimestamp(seconds, tz)

    webhooks.datetime = Clock


def passes(secret, body, headers):
    try:
        webhooks.Webhook(secret).verify(body, headers)
        return True
    except Exception:
        return False


def flips(data):
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        yield bytes(changed)


refused = 0
for delivery in deliveries:
    headers, body = delivery["headers"], base64.b64decode(delivery["body"])
    sent = int(headers["webhook-timestamp"])
    at(sent)
    good = [secret for secret in secrets if passes(secret, body, headers)]
    assert len(good) == len(headers["webhook-signature"].split(" ")), "as many signatures as secrets"
    for skew, expected in [(300, True), (-300, True), (301, False), (-301, False)]:
        at(sent + skew)
        assert passes(good[0], body, headers) == expected, skew
    at(sent)
    changed = [(flipped, headers) for flipped in flips(body)]
    for name in ["webhook-id", "webhook-timestamp"]:
        texts = (flipped.decode("latin-1") for flipped in flips(headers[name].encode()))
        changed += [(body, {**headers, name: text}) for text in texts]
    signatures = [base64.b64decode(own[3:]) for own in headers["webhook-signature"].split(" ")]
    # Of the bytes: base64 has two bits to spare at the end, which this library passes over.
    for flipped in zip(*(flips(own) for own in signatures)):
        text = " ".join("v1," + base64.b64encode(own).decode() for own in flipped)
        changed.append((body, {**headers, "webhook-signature": text}))
    for some_body, some_headers in changed:
        assert not any(passes(secret, some_body, some_headers) for secret in secrets)
    refused += len(changed)
print(f"standardwebhooks (PyPI): {len(deliveries)} deliveries pass, {refused} flipped bits and 301 s refused")
