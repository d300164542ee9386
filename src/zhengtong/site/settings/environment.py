"""What the environment says, read once: home folder, database address, secret key."""

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PROJECT_ROOT = Path(__file__).resolve().parents[4]
PACKAGE = Path(__file__).resolve().parents[2]


def home() -> Path:
    """Return the folder where data, keys and logs live: `ZHENGTONG_HOME`, else `var/` of the working folder."""
    path = Path(os.environ.get("ZHENGTONG_HOME") or "var").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def flag(name: str, *, default: bool = False) -> bool:
    """Read a yes/no variable; `1`, `true`, `yes` and `on` mean yes."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def one_of(choices: tuple[str, ...], name: str, said: str) -> str:
    """Return what the variable *name* said, when it is one of *choices*.

    Raises:
        ValueError: it is not.

    >>> one_of(("aes", "sm4"), "ZHENGTONG_FIELD_CIPHER", "SM4 ")
    'sm4'
    """
    if (value := said.strip().lower()) not in choices:
        raise ValueError(f"{name} is {said!r}: it may be {' or '.join(choices)}")
    return value


def networks(name: str, said: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that the variable *name* said, parted by commas.

    Raises:
        ValueError: one of them is no network.

    >>> networks("ZHENGTONG_WEBHOOK_NETWORKS", "10.2.0.0/16, ")
    (IPv4Network('10.2.0.0/16'),)
    """
    try:
        return tuple(ip_network(one.strip()) for one in said.split(",") if one.strip())
    except ValueError as error:
        raise ValueError(f"{name} is {said!r}: {error}; write networks like 10.2.0.0/16, parted by commas") from None


def database(url: str, folder: Path) -> dict[str, Any]:
    """Translate a database address into Django's dictionary; empty means SQLite in *folder*.

    Raises:
        ValueError: the scheme is neither `sqlite` nor `postgres`.

    >>> database("postgres://zt:p%40ss@db:5433/zhengtong", Path("/x"))["PASSWORD"]
    'p@ss'
    """
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        name = unquote(parts.path) if url and parts.path not in {"", "/"} else str(folder / "zhengtong.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "CONN_MAX_AGE": 60,  # opening it again reads the whole schema: 1.1 ms of CPU a request
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                    " PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        message = (
            f"DATABASE_URL begins with {parts.scheme!r}; use postgres://user:password@host:port/name or leave it empty."
        )
        raise ValueError(message)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def secret(folder: Path, name: str) -> str:
    """Return the secret kept in *folder*/keys/*name*, made on first use and readable by its owner alone."""
    path = folder / "keys" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of the same demo was first
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
