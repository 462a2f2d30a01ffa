"""How passcodes of links are hashed."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasscodeHasher(Argon2PasswordHasher):
    """Argon2id at OWASP's lower setting: 19 MiB and two passes, in one thread.

    A passcode is shared by many and guessed against a rate limit; what protects an account's
    password (100 MiB a try) would only serve whoever wants the memory used up.
    """

    algorithm = "passcode"
    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
