"""Build the documentation site into site-docs/ with Sphinx (decision 0070): offline, and a warning is an error.

`make docs` builds it; open site-docs/index.html. The indexes of decisions and reference pages write themselves.
"""

import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "site-docs"


def main() -> int:
    """Build the site; return Sphinx's code."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    options = ["-b", "html", "-j", "2", "-W", "--keep-going", "-q", "-d", str(ROOT / "build/docs")]
    code = build_main([*options, str(ROOT / "docs"), str(OUTPUT)])
    if code == 0:
        print(f"✓ {len(list(OUTPUT.rglob('*.html')))} pages in {OUTPUT.name}/index.html")
    else:
        print("✗ the documentation has the faults shown above: correct the page or the link it names", file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
