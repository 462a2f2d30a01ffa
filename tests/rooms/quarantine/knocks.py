"""Guests who are asked to prove something, and what they answer."""

from __future__ import annotations

import base64
import json

from altcha import ChallengeV1, PayloadV1, solve_challenge_v1
from django.test import Client

HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0 Safari/537.36"
AT_HOME, AT_SCHOOL = "203.0.113.9", "198.51.100.7"


def solve(challenge, changes=None):
    """Return the solution as ALTCHA's own clients send it."""
    told = {name: value for name, value in challenge.items() if name != "maxnumber"}
    found = solve_challenge_v1(ChallengeV1(max_number=challenge["maxnumber"], **told))
    payload = PayloadV1(number=found.number, **told).to_dict()
    return base64.b64encode(json.dumps(payload | (changes or {})).encode()).decode()


class Knocker(Client):
    """A browser somewhere, new to the link unless it was let in."""

    def __init__(self, address=AT_HOME, agent="Mozilla/5.0"):
        super().__init__(REMOTE_ADDR=address, headers={"User-Agent": agent})

    def knock(self, link, **body):
        path = f"/c/{link.address}/join"
        return self.post(path, json.dumps(body), content_type="application/json")

    def come_in(self, link, **body):
        """Knock and, if asked, solve what is asked."""
        answer = self.knock(link, **body)
        if answer.status_code == 428:
            answer = self.knock(link, **body, proof=solve(answer.json()["challenge"]))
        return answer
