"""SoftHSM for the tests of modules and tokens; the library reads its configuration once in a process."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDERS = ("/usr/lib/softhsm", "/usr/local/lib/softhsm", "/usr/lib64/pkcs11")
SOFTHSM = next((path for folder in FOLDERS if (path := Path(folder, "libsofthsm2.so")).exists()), None)
MODULE_TOKEN, HOLDERS_TOKEN, PIN = "zhengtong", "holder", "87654321"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the library's path, with one token for the platform's keys and one for a holder's containers."""
    if SOFTHSM is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian: apt-get install softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    pytest.MonkeyPatch().setenv("SOFTHSM2_CONF", str(folder / "conf"))
    for label in (MODULE_TOKEN, HOLDERS_TOKEN):
        options = ("--free", "--label", label, "--so-pin", "12345678", "--pin", PIN)
        subprocess.run(["softhsm2-util", "--init-token", *options], check=True, capture_output=True)
    return str(SOFTHSM)
