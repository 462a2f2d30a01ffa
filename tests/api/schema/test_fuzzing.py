"""Schemathesis asks every operation strange things: the contract holds, nothing breaks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.keys.services import create_api_key

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 8


def fuzz(live, key_text, folder, *options):
    # Without a key nearly everything says 401 before it reads what chance made up; the rest
    # says the same with a key.
    phases = "examples,coverage,fuzzing" if key_text else "examples,coverage"
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)]
    command += ["run", f"{live.url}/api/schema"]
    command += ["--checks", "all", "--phases", phases, "--seed", "1"]
    command += ["--max-examples", str(EXAMPLES), "--generation-database", "none", *options]
    if key_text is not None:
        command += ["--header", f"Authorization: Bearer {key_text}"]
    root = str(CONFIG.parents[3])
    env = os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.schema.fuzzing_hooks", "PYTHONPATH": root}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scope", ["admin", "platform", None])
def test_the_contract_holds_for_everybody(server, account, room, tmp_path, scope):
    site = server(env={"LIMIT_API_REQUESTS_A_MINUTE": "1000000"})
    owner = account if scope == "admin" else None
    key_text = create_api_key(owner, "Fuzz", scope)[1] if scope else None
    done = fuzz(site, key_text, tmp_path)
    assert done.returncode == 0, done.stdout[-12000:]
