"""A token by PKCS#11 载体: smart cards and USB keys whose vendor brings a PKCS#11 library; tested against SoftHSM.

A container is a data object that only its PIN shows (what it is for, who may issue into it) and the objects labelled
`NAME|sign` and `NAME|encrypt` beside it. Signing keys are made inside; the encryption key is unwrapped inside, from an
envelope under the signing key. Standard PKCS#11 has no SM2: containers are RSA, which can hold a pair, or ECDSA P-256,
which only sign.
"""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    AlgorithmUnavailable,
    ContainerForbids,
    ContainerPolicy,
    ContainerView,
    ModuleFailed,
    Purpose,
    TokenKind,
    TokenLocked,
    UnknownContainer,
    WrongPin,
)
from zhengtong.trust.keys.providers.pkcs11_module import MECHANISMS, Pkcs11Signer, make_pair, spki_of
from zhengtong.trust.keys.tokens.pkcs11_envelope import decrypt, fits, unwrap
from zhengtong.trust.keys.tokens.software import check_issue, check_key
from zhengtong.trust.keys.x509.issuing import load_certificate

if TYPE_CHECKING:
    import pkcs11

APPLICATION = "zhengtong.container"
SIGN, ENCRYPT = "sign", "encrypt"


class Pkcs11Token:
    """Fulfils `Token` over one token of one module.

    Args:
        module: path of the vendor's shared library.
        label: of the token.
        kind: what it is.
    """

    def __init__(self, *, module: str, label: str, kind: TokenKind = TokenKind.USB_KEY) -> None:
        self._module, self._label = module, label
        self.kind: Final = kind
        self._turn = threading.RLock()
        self._session: pkcs11.Session | None = None

    def __repr__(self) -> str:
        return f"<Pkcs11Token {self._label}>"

    @property
    def serial(self) -> str:
        """The number its maker gave it.

        Raises:
            ModuleFailed: it is not there.
        """
        serial: bytes = self._chip().serial
        return serial.decode("ascii", "replace").strip()

    def unlock(self, pin: str) -> None:
        """Open it for use.

        Raises:
            WrongPin: PKCS#11 tells of the attempts left only whether it is the last.
            TokenLocked: none are left.
            ModuleFailed: it is not there.
        """
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        self.lock()
        try:
            with self._turn:
                self._session = self._chip().open(rw=True, user_pin=pin)
        except pkcs11.PinLocked:
            raise TokenLocked from None  # the cause might hold the PIN
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            last = bool(self._chip().flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY)
            raise WrongPin(left=1 if last else Phrase(_("若干"))) from None
        except pkcs11.PKCS11Error as error:
            raise ModuleFailed(what=type(error).__name__) from None

    def lock(self) -> None:
        """Close it."""
        with self._turn:
            session, self._session = self._session, None
            if session is not None:
                session.close()

    def containers(self) -> tuple[ContainerView, ...]:
        """Return what lies in it; locked, it does not tell the containers' policies.

        Raises:
            ModuleFailed: it is not there.
        """
        with self._reading() as session:
            names = sorted(label.removesuffix(f"|{SIGN}") for label in _labels(session) if label.endswith(f"|{SIGN}"))
            return tuple(self._view(session, name) for name in names)

    def make_container(self, name: str, policy: ContainerPolicy) -> ContainerView:
        """Make a container with a signing key of its own.

        Raises:
            TokenLocked: it was not unlocked.
            ContainerForbids: the name is taken, or has a character that marks the halves of a container.
            AlgorithmUnavailable: the token has no such keys.
        """
        session = self._opened()
        with self._failing():
            if "|" in name or f"{name}|{SIGN}" in _labels(session):
                raise ContainerForbids(name=name, what="name")
            offered = {one.name for one in session.token.slot.get_mechanisms()}
            if MECHANISMS.get(policy.algorithm) not in offered:
                raise AlgorithmUnavailable(provider="pkcs11", algorithm=policy.algorithm)
            make_pair(session, policy.algorithm, identifier=secrets.token_bytes(16), label=f"{name}|{SIGN}")
            self._keep_policy(session, name, policy)
            return self._view(session, name)

    def install(
        self,
        name: str,
        *,
        issuer: bytes,
        sign_certificate: bytes,
        encrypt_certificate: bytes | None = None,
        enveloped_key: bytes | None = None,
    ) -> ContainerView:
        """Put the certificates of one issuer into a container, and the encryption key it made for the holder.

        What was there before is removed last, so that a cut leaves the old or both, never nothing.

        Args:
            name: of the container.
            issuer: the issuer's certificate; its key must be among the policy's issuers.
            sign_certificate: over the container's own signing key.
            encrypt_certificate: over the key in *enveloped_key*.
            enveloped_key: from `envelope_key`, to the container's signing key.

        Raises:
            TokenLocked, UnknownContainer: as `signer`.
            ContainerForbids: another issuer, another key, or a wrong signature.
            NotOpened: the envelope is for another key.
            AlgorithmUnavailable: the container's key only signs, or the token cannot unwrap.
        """
        session = self._opened()
        with self._failing():
            view = self._view(session, name)
            allowed = view.policy.issuers if view.policy else frozenset()
            for certificate in (sign_certificate, encrypt_certificate):
                if certificate is not None:
                    check_issue(name, certificate, issuer, allowed)
            check_key(name, sign_certificate, view.sign_public)
            if encrypt_certificate is not None and enveloped_key is not None:
                self._deliver(session, name, encrypt_certificate, enveloped_key)
            self._keep_certificate(session, name, SIGN, sign_certificate)
            return self._view(session, name)

    def signer(self, container: str) -> Pkcs11Signer:
        """Return the handle of a container's signing key.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name.
        """
        session = self._opened()
        with self._failing():
            private = _one(session, "PRIVATE_KEY", f"{container}|{SIGN}")
            public = _one(session, "PUBLIC_KEY", f"{container}|{SIGN}")
            if private is None or public is None:
                raise UnknownContainer(name=container)
            return Pkcs11Signer(self._turn, private, PublicKey.read(spki_of(public)))

    def decrypt(self, container: str, cipher: bytes) -> bytes:
        """Decrypt with a container's encryption key by RSA-OAEP, with SHA-256 or where the token lacks it with SHA-1.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name, or it has no encryption key yet.
            NotOpened: damaged, tampered with, for another key, or by parameters that the token does not know.
        """
        session = self._opened()
        with self._failing():
            private = _one(session, "PRIVATE_KEY", f"{container}|{ENCRYPT}")
            if private is None:
                raise UnknownContainer(name=container)
            return decrypt(private, cipher)

    def _chip(self) -> Any:
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        try:
            return pkcs11.lib(self._module).get_token(token_label=self._label)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise ModuleFailed(what=type(error).__name__) from error

    def _opened(self) -> "pkcs11.Session":
        if self._session is None:
            raise TokenLocked
        return self._session

    @contextmanager
    def _reading(self) -> Iterator["pkcs11.Session"]:
        """Give the session that is open, or one that sees what anybody may see."""
        with self._failing():
            if self._session is not None:
                yield self._session
                return
            session = self._chip().open()
            try:
                yield session
            finally:
                session.close()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Take the turn, and turn the library's errors into one of ours."""
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        try:
            with self._turn:
                yield
        except pkcs11.PKCS11Error as error:
            raise ModuleFailed(what=type(error).__name__) from error

    def _view(self, session: "pkcs11.Session", name: str) -> ContainerView:
        public = _one(session, "PUBLIC_KEY", f"{name}|{SIGN}")
        if public is None:
            raise UnknownContainer(name=name)
        certificates = {half: _certificate(session, f"{name}|{half}") for half in (SIGN, ENCRYPT)}
        return ContainerView(
            name=name,
            policy=_policy(session, name),
            sign_public=spki_of(public),
            sign_certificate=certificates[SIGN],
            encrypt_certificate=certificates[ENCRYPT],
        )

    def _keep_policy(self, session: "pkcs11.Session", name: str, policy: ContainerPolicy) -> None:
        from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

        written = {"purpose": policy.purpose, "issuers": sorted(policy.issuers), "algorithm": policy.algorithm}
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.DATA,
                Attribute.TOKEN: True,
                Attribute.PRIVATE: True,
                Attribute.APPLICATION: APPLICATION,
                Attribute.LABEL: name,
                Attribute.VALUE: json.dumps(written).encode(),
            }
        )

    def _keep_certificate(self, session: "pkcs11.Session", name: str, half: str, certificate: bytes) -> None:
        from pkcs11 import Attribute, CertificateType, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

        label = f"{name}|{half}"
        old = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: label}))
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.LABEL: label,
                Attribute.SUBJECT: load_certificate(certificate).subject.dump(),
                Attribute.VALUE: certificate,
            }
        )
        for one in old:
            one.destroy()

    def _deliver(self, session: "pkcs11.Session", name: str, certificate: bytes, envelope: bytes) -> None:
        """Unwrap the encryption key inside, keep it only if it opens what is encrypted to its certificate."""
        from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

        label = f"{name}|{ENCRYPT}"
        old = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label}))
        private = unwrap(_one(session, "PRIVATE_KEY", f"{name}|{SIGN}"), envelope, label)
        if not fits(private, certificate):
            private.destroy()
            raise ContainerForbids(name=name, what="key")
        self._keep_certificate(session, name, ENCRYPT, certificate)
        for one in old:
            one.destroy()


def _labels(session: "pkcs11.Session") -> set[str]:
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

    return {str(one[Attribute.LABEL]) for one in session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY})}


def _one(session: "pkcs11.Session", kind: str, label: str) -> Any:
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

    found = session.get_objects({Attribute.CLASS: ObjectClass[kind], Attribute.LABEL: label})
    return next(iter(list(found)), None)


def _certificate(session: "pkcs11.Session", label: str) -> bytes | None:
    from pkcs11 import Attribute  # noqa: PLC0415 -- loads a vendor's library

    found = _one(session, "CERTIFICATE", label)
    return None if found is None else bytes(found[Attribute.VALUE])


def _policy(session: "pkcs11.Session", name: str) -> ContainerPolicy | None:
    """Return the policy of a container, None while the token is locked."""
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415 -- loads a vendor's library

    wanted = {Attribute.CLASS: ObjectClass.DATA, Attribute.APPLICATION: APPLICATION, Attribute.LABEL: name}
    # what is not private was put there without the PIN, and binds nobody
    found = next((one for one in list(session.get_objects(wanted)) if one[Attribute.PRIVATE]), None)
    if found is None:
        return None
    written = json.loads(bytes(found[Attribute.VALUE]))
    return ContainerPolicy(
        purpose=Purpose(written["purpose"]),
        issuers=frozenset(written["issuers"]),
        algorithm=Algorithm(written["algorithm"]),
    )
