"""Fifty kills of the gateway's scribe and workers while it answers: no answer without its look, none doubled.

python -m benchmarks gateway_kills [KILLS]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from zhengtong.site.cli import main; main()"


def main(kills: str) -> int:
    """Prepare a home of its own and rush; the tally is printed by the rush itself."""
    with tempfile.TemporaryDirectory(prefix="zhengtong-kills-") as home:
        environment = {
            **os.environ,
            "ZHENGTONG_HOME": home,
            "DJANGO_SETTINGS_MODULE": "killable.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/recovery"), str(ROOT / "src")]),
        }
        migrate = [sys.executable, "-c", COMMAND, "manage", "migrate", "--run-syncdb", "--verbosity=0"]
        subprocess.run(migrate, env=environment, check=True)
        rush = [sys.executable, "-m", "killable.gateway", kills, "1"]
        return subprocess.run(rush, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "50"))
