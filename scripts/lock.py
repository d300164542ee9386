"""Recompile requirements/*.txt from requirements/*.in: versions and hashes, no download address."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"


def main() -> None:
    """Compile base first, so that dev can only add to it."""
    for name, constraint in (("bootstrap", None), ("base", None), ("dev", "base"), ("assets", None)):
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-header",
            "--no-emit-index-url",
            f"{name}.in",
            "-o",
            f"{name}.txt",
        ]
        subprocess.run(
            [*command, *(["-c", f"{constraint}.txt"] if constraint else []), *sys.argv[1:]], cwd=FOLDER, check=True
        )


if __name__ == "__main__":
    main()
