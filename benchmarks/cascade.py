"""Three nodes, lines that are cut, processes that are killed: does each hold the rows of its area, once?

python -m benchmarks cascade [ROUNDS [SEED]]

There is no peer in this run: what is counted is loss and doubling, which must be nought. A round gives in changes at
both ends, cuts a line, kills a process at a random moment and starts it again armed at a named failpoint.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(rounds: str, seed: str) -> int:
    """Run the drill of the recovery tests, which prints its tally."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "killable.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/recovery"), str(ROOT / "src")]),
    }
    began = time.monotonic()
    drill = [sys.executable, "-m", "killable.cascade", rounds, seed]
    code = subprocess.run(drill, env=environment, check=False).returncode
    print(f"{rounds} rounds, seed {seed}, {time.monotonic() - began:.0f} s in all")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "20", sys.argv[2] if len(sys.argv) > 2 else "1"))
