"""python -m config.checks.healthy: ends with 0 if the web process of this container serves."""

from __future__ import annotations

import http.client
import os
import sys

TIMEOUT_S = 4


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        web.request("GET", "/readyz")
        return 0 if web.getresponse().status == http.client.OK else 1
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
