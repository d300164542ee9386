"""A time-stamp authority of its own 时间戳机构模拟 (RFC 3161): its keys lie in its folder, never in a database.

It stands in for an outside authority in demos and tests: who runs the log must not be who says when. It lies here
because the composition root may reach into the key room's libraries, whose door would need Django's tables.
"""

import json
import os
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.contracts import Algorithm, DistinguishedName, Profile, UnreadableKey
from zhengtong.trust.keys.timestamps import answer_time_stamp
from zhengtong.trust.keys.x509.issuing import issue_certificate
from zhengtong.trust.keys.x509.revocation import build_crl

QUERY, REPLY, CRL = "application/timestamp-query", "application/timestamp-reply", "application/pkix-crl"
ROOT_DAYS, STAMPING_DAYS = 7300, 3660
LIST_HOURS = 24
LONGEST_QUERY = 16_384
_BACK = timedelta(minutes=5)
"""A certificate holds from a little before it was made, so that a clock that lags is no refusal."""


class UnfitFolder(ValueError):  # noqa: N818 -- named after what is wrong
    """A folder holds no authority, or others may read its keys."""


@dataclass(frozen=True, kw_only=True)
class Stamping:
    """An authority opened from its folder."""

    root_key: PrivateKey
    key: PrivateKey
    root: bytes
    certificate: bytes

    def answer(self, query: bytes, at: datetime) -> bytes:
        """Return the TimeStampResp; a bad query gets the refusal of the standard."""
        return answer_time_stamp(query, signer=self.key, certificate=self.certificate, chain=(self.root,), at=at)

    def revocation_list(self, at: datetime) -> bytes:
        """Return a list that says that nothing is revoked, numbered by its second."""
        return build_crl(
            signer=self.root_key,
            issuer=self.root,
            revoked=(),
            number=int(at.timestamp()),
            this_update=at,
            next_update=at + timedelta(hours=LIST_HOURS),
        )


def make(folder: Path, *, name: str, algorithm: Algorithm, at: datetime) -> Stamping:
    """Make an authority in *folder*: a root, and the certificate it stamps with.

    Raises:
        FileExistsError: there is one; a key is never overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = PrivateKey.generate(algorithm), PrivateKey.generate(algorithm)
    root = issue_certificate(
        signer=root_key,
        issuer=None,
        subject=DistinguishedName(common_name=f"{name} 根"),
        public_key=root_key.public,
        profile=Profile.ROOT,
        not_before=at - _BACK,
        not_after=at + timedelta(days=ROOT_DAYS),
    )
    certificate = issue_certificate(
        signer=root_key,
        issuer=root,
        subject=DistinguishedName(common_name=name),
        public_key=key.public,
        profile=Profile.TIME_STAMPING,
        not_before=at - _BACK,
        not_after=at + timedelta(days=STAMPING_DAYS),
    )
    for file, content in (("root.key", root_key.export()), ("stamping.key", key.export())):
        _keep(folder / file, content)
    (folder / "root.cer").write_bytes(root)
    (folder / "stamping.cer").write_bytes(certificate)
    return Stamping(root_key=root_key, key=key, root=root, certificate=certificate)


def opened(folder: Path) -> Stamping:
    """Open the authority in *folder*.

    Raises:
        OSError: a file cannot be read.
        UnfitFolder: its keys are none, or readable by others.
    """
    for file in (folder / "root.key", folder / "stamping.key"):
        if file.stat().st_mode & 0o077:
            raise UnfitFolder(f"{file} can be read by others; run chmod 600")
    try:
        keys = [PrivateKey.read((folder / name).read_bytes()) for name in ("root.key", "stamping.key")]
    except UnreadableKey as error:
        raise UnfitFolder(f"{folder} holds no keys") from error
    return Stamping(
        root_key=keys[0],
        key=keys[1],
        root=(folder / "root.cer").read_bytes(),
        certificate=(folder / "stamping.cer").read_bytes(),
    )


def entry(authority: Stamping, *, name: str, address: str) -> str:
    """Return how a log names this authority in its file of authorities, as a list of one."""
    digest = "sm3" if authority.key.algorithm is Algorithm.SM2 else "sha256"
    written = {
        "name": name,
        "address": f"{address}/",
        "root": b64encode(authority.root).decode(),
        "digest": digest,
        "crls": [f"{address}/root.crl"],
    }
    return json.dumps([written], ensure_ascii=False, indent=1) + "\n"


def application(authority: Stamping) -> Starlette:
    """Return the authority as an ASGI application: stamps, its root, its revocation list."""

    async def stamp(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != QUERY:
            return PlainTextResponse(f"a body of {QUERY} is needed\n", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_QUERY:
                return PlainTextResponse("the query is too long\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        answer = await run_in_threadpool(authority.answer, body, datetime.now(UTC))
        return Response(answer, media_type=REPLY)

    def root(request: Request) -> Response:
        del request
        return Response(authority.root, media_type="application/pkix-cert")

    def revocation_list(request: Request) -> Response:
        del request
        return Response(authority.revocation_list(datetime.now(UTC)), media_type=CRL)

    return Starlette(
        routes=[
            Route("/", stamp, methods=["POST"]),
            Route("/root.cer", root),
            Route("/root.crl", revocation_list),
        ]
    )


def _keep(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
