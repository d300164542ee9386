"""Calls to addresses that others registered: allowed networks only, certificates checked, no name that changes."""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from socket import create_server
from threading import Thread
from time import sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from zhengtong.kernel.outbound import ForbiddenAddress, NoAnswer, ip_of, may_call, post

HERE = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


class Handler(BaseHTTPRequestHandler):
    """Answers 204 to everything."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Stay silent."""


def a_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return a_certificate(tmp_path)


@pytest.fixture
def address(certificate: Path) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/out?a=1"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_nobody_vouches_for_is_no_answer(address: str) -> None:
    with pytest.raises(NoAnswer):
        post(address, body=b"a=b", headers={}, networks=HERE)


def test_a_trusted_certificate_is_spoken_to(address: str, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert post(address, body=b"a=b", headers={}, networks=HERE) == 204
    with pytest.raises(ForbiddenAddress):
        post(address, body=b"a=b", headers={}, networks=[])


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "ff02::1", "255.255.255.255"],
)  # fmt: skip
def test_what_is_not_public_is_not_called(address: str) -> None:
    found = ip_of(address)
    assert found is not None
    assert not may_call(found)


def test_an_answer_that_drips_is_ended_in_time() -> None:
    with create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            line, _address = door.accept()
            with line, suppress(OSError):  # the caller hangs up
                for _ in range(600):
                    line.sendall(b"H")
                    sleep(0.1)

        thread = Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer) as ended:
            post(f"http://127.0.0.1:{door.getsockname()[1]}/", body=b"", headers={}, networks=HERE, seconds=0.5)
        assert isinstance(ended.value.__cause__, TimeoutError)
        thread.join()


def test_a_name_that_leads_home_is_not_called() -> None:
    with pytest.raises(ForbiddenAddress):
        post("https://localhost/out", body=b"a=b", headers={}, networks=[])
