"""A system that is told of things, as a test part: a real HTTP server that takes messages and checks them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

from zhengtong.data.exchange import api as exchange
from zhengtong.kernel import clock


@dataclass
class Receiver:
    """What the system was told, each event once, and how it answers: `answers` by turns, then 204."""

    address: str
    secrets: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    told: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    calls: int = 0

    def take(self, path: str, headers: dict[bytes, bytes], body: bytes) -> int:
        """Check the signature, remember the event, and return the status to answer."""
        self.calls += 1
        signed = exchange.read_signature(
            method="POST", path=path, headers=headers, body=body, now=clock.system.now().timestamp()
        )
        secret = bytes.fromhex(self.secrets[signed.key])
        algorithm = exchange.Algorithm.HMAC_SHA256
        exchange.verify_signature(signed, algorithm=algorithm, check=exchange.signature_checker(algorithm, secret))
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            event = json.loads(body)
            self.told[UUID(event["id"])] = event
        return status


@contextmanager
def listening() -> Iterator[Receiver]:
    """Run a system until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower().encode(): value.encode() for name, value in self.headers.items()}
            try:
                status = receiver.take(self.path, headers, body)
            except Exception as refusal:  # noqa: BLE001 -- the test reads what went wrong
                receiver.refused.append(repr(refusal))
                status = 401
            self.send_response(status)
            if status == 302:
                self.send_header("Location", receiver.address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(address=f"http://127.0.0.1:{server.server_port}/events")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
