"""Schemathesis asks every operation strange things: the contract holds, nothing breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.keys.services import create_api_key

CONFIG = Path(__file__).with_name("schemathesis.toml")
# FUZZ_EXAMPLES=100 is the long form: more of what chance makes up, the borders of every value as
# well, for everybody everywhere.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
LONG = EXAMPLES > 8


def fuzz(live, key_text, folder, *options):
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)]
    command += ["run", f"{live.url}/api/schema"]
    command += ["--checks", "all", "--seed", "1", "--generation-database", "none", *options]
    if key_text is not None:
        command += ["--header", f"Authorization: Bearer {key_text}"]
    root = str(CONFIG.parents[3])
    env = os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.schema.fuzzing_hooks", "PYTHONPATH": root}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def range_for(scope):
    """What a caller of this scope is asked to try.

    Who may not call an operation is refused before anything of the request is read: there, a
    few requests say the same as a thousand.
    """
    every = ["--phases", "examples,fuzzing", "--max-examples", str(EXAMPLES)]
    if LONG:
        return ["--phases", "examples,coverage,fuzzing", *every[2:]]
    if scope is None:
        return ["--phases", "examples,fuzzing", "--max-examples", "2"]
    choice = "--include-path-regex" if scope == "platform" else "--exclude-path-regex"
    return [*every, choice, "/provisioning/"]


@pytest.mark.slow
@pytest.mark.timeout(1800 if LONG else 600)
@pytest.mark.parametrize("scope", ["admin", "platform", None])
def test_the_contract_holds_for_everybody(server, account, room, tmp_path, scope):
    site = server(env={"LIMIT_API_REQUESTS_A_MINUTE": "1000000"})
    owner = account if scope == "admin" else None
    key_text = create_api_key(owner, "Fuzz", scope)[1] if scope else None
    done = fuzz(site, key_text, tmp_path, *range_for(scope))
    assert done.returncode == 0, done.stdout[-12000:]
