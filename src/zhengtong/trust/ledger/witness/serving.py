"""Serving a witness over HTTP 见证服务: `POST /add-checkpoint`, and what it has seen for whoever asks."""

import hashlib
import time
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from zhengtong.trust.ledger.witness.judging import LONGEST_REQUEST, TEXT_TYPE, Witness
from zhengtong.trust.ledger.witness.state import StateDamaged


def log_id(origin: str) -> str:
    """Return how a log is named in addresses: the SHA-256 of its origin, hexadecimal."""
    return hashlib.sha256(origin.encode()).hexdigest()


def application(witness: Witness) -> Starlette:
    """Return the witness as an ASGI application."""

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_REQUEST:
                return PlainTextResponse("the request is too long\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            answer = await run_in_threadpool(witness.add_checkpoint, body, int(time.time()))
        except (StateDamaged, OSError) as error:
            return PlainTextResponse(f"the witness cannot use its memory: {error}\n", HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(answer.body, answer.status, media_type=answer.content_type)

    def about(request: Request) -> Response:
        del request
        with witness.state.held() as seen:
            logs = [
                {
                    "origin": log.origin,
                    "id": log_id(log.origin),
                    "size": seen[log.origin].size if log.origin in seen else 0,
                }
                for log in witness.trusted.logs
            ]
        return JSONResponse({"name": witness.key.name, "key": witness.key.written, "logs": logs})

    def checkpoint(request: Request) -> Response:
        with witness.state.held() as seen:
            found = {log_id(origin): one.note for origin, one in seen.items()}
        note = found.get(request.path_params["log"])
        if note is None:
            return PlainTextResponse("nothing of this log was seen\n", HTTPStatus.NOT_FOUND)
        return Response(note, media_type=TEXT_TYPE)

    return Starlette(
        routes=[
            Route("/", about),
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{log}/checkpoint", checkpoint),
        ]
    )
