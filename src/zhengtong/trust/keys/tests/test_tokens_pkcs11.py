"""A token by PKCS#11, against SoftHSM where it is installed; the envelopes it opens, everywhere."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from zhengtong.trust.keys.api import (
    Algorithm,
    AlgorithmUnavailable,
    ContainerForbids,
    ContainerPolicy,
    ModuleFailed,
    NotOpened,
    Pkcs11Token,
    PrivateKey,
    Profile,
    PublicKey,
    Purpose,
    TokenLocked,
    UnknownContainer,
    WrongPin,
    envelope_key,
    open_envelope,
)
from zhengtong.trust.keys.tests.authority import Authority
from zhengtong.trust.keys.tests.conftest import HOLDERS_TOKEN, PIN
from zhengtong.trust.keys.tokens.envelope import OAEP_OF_TOKENS

BANK, TAX = Authority(Algorithm.ECDSA_P256, name="银行"), Authority(Algorithm.ECDSA_P256, name="税务")
RSA_KEYS = tuple(PrivateKey.generate(Algorithm.RSA) for _ in range(2))


def policy(one: Authority, purpose: Purpose, algorithm: Algorithm) -> ContainerPolicy:
    return ContainerPolicy(purpose=purpose, issuers=frozenset({one.key.public.fingerprint}), algorithm=algorithm)


@pytest.fixture
def token(softhsm: str) -> Iterator[Pkcs11Token]:
    one = Pkcs11Token(module=softhsm, label=HOLDERS_TOKEN)
    one.unlock(PIN)
    yield one
    one.lock()


def sealed_to(key: PrivateKey, plain: bytes) -> bytes:
    """Encrypt by the parameters that SoftHSM knows."""
    public = serialization.load_der_public_key(key.public.spki)
    assert isinstance(public, rsa.RSAPublicKey)
    return public.encrypt(plain, OAEP_OF_TOKENS)


def test_a_chip_holds_containers_of_several_issuers_and_unwraps_a_delivered_key(token: Pkcs11Token) -> None:
    bank = token.make_container("bank", policy(BANK, Purpose.BANK, Algorithm.RSA))
    tax = token.make_container("tax", policy(TAX, Purpose.TAX, Algorithm.ECDSA_P256))
    holder, (secret, other) = PublicKey.read(bank.sign_public), RSA_KEYS
    token.install("tax", issuer=TAX.certificate, sign_certificate=TAX.issue(PublicKey.read(tax.sign_public)))
    for key in (other, secret):  # the second takes the place of the first
        shown = token.install(
            "bank",
            issuer=BANK.certificate,
            sign_certificate=BANK.issue(holder),
            encrypt_certificate=BANK.issue(key.public, Profile.ENCRYPTION),
            enveloped_key=envelope_key(key, to=holder),
        )
        assert token.decrypt("bank", sealed_to(key, b"salary")) == b"salary"
    with pytest.raises(NotOpened):
        token.decrypt("bank", sealed_to(other, b"salary"))
    assert shown == next(view for view in token.containers() if view.name == "bank")
    assert shown.policy == policy(BANK, Purpose.BANK, Algorithm.RSA)
    for name, view in (("bank", bank), ("tax", tax)):
        assert PublicKey.read(view.sign_public).verify(token.signer(name).sign(b"x"), b"x")
    token.lock()
    assert {view.name: view.policy for view in token.containers()} == {"bank": None, "tax": None}
    for use in (lambda: token.signer("bank"), lambda: token.decrypt("bank", b"x")):
        with pytest.raises(TokenLocked):
            use()


def test_a_delivered_key_never_leaves_the_chip(token: Pkcs11Token) -> None:
    import pkcs11

    view = token.make_container("hidden", policy(BANK, Purpose.BANK, Algorithm.RSA))
    holder, secret = PublicKey.read(view.sign_public), RSA_KEYS[0]
    token.install(
        "hidden",
        issuer=BANK.certificate,
        sign_certificate=BANK.issue(holder),
        encrypt_certificate=BANK.issue(secret.public, Profile.ENCRYPTION),
        enveloped_key=envelope_key(secret, to=holder),
    )
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.LABEL: "hidden|encrypt"}
    [private] = list(token._opened().get_objects(wanted))
    with pytest.raises(pkcs11.PKCS11Error):
        private[pkcs11.Attribute.PRIVATE_EXPONENT]


def test_a_container_takes_nothing_against_its_policy_and_keeps_what_it_had(token: Pkcs11Token) -> None:
    view = token.make_container("strict", policy(BANK, Purpose.BANK, Algorithm.RSA))
    signs = token.make_container("signs", policy(BANK, Purpose.BANK, Algorithm.ECDSA_P256))
    holder, (secret, other) = PublicKey.read(view.sign_public), RSA_KEYS
    mine = BANK.issue(holder)
    for issuer, certificate in (
        (TAX.certificate, TAX.issue(holder)),
        (BANK.certificate, TAX.issue(holder)),
        (BANK.certificate, BANK.issue(other.public)),
    ):
        with pytest.raises(ContainerForbids):
            token.install("strict", issuer=issuer, sign_certificate=certificate)
    envelope = envelope_key(secret, to=holder)
    for enveloped, certified, refusal in (
        (envelope_key(secret, to=other.public), secret, NotOpened),
        (envelope[:-1] + bytes([envelope[-1] ^ 1]), secret, NotOpened),
        (envelope[:100], secret, NotOpened),
        (envelope, other, ContainerForbids),
    ):
        with pytest.raises(refusal):
            token.install(
                "strict",
                issuer=BANK.certificate,
                sign_certificate=mine,
                encrypt_certificate=BANK.issue(certified.public, Profile.ENCRYPTION),
                enveloped_key=enveloped,
            )
    with pytest.raises(AlgorithmUnavailable):
        token.install(
            "signs",
            issuer=BANK.certificate,
            sign_certificate=BANK.issue(PublicKey.read(signs.sign_public)),
            encrypt_certificate=BANK.issue(secret.public, Profile.ENCRYPTION),
            enveloped_key=envelope,
        )
    assert {view, signs} <= set(token.containers())
    with pytest.raises(UnknownContainer):
        token.decrypt("strict", b"x")


def test_names_algorithms_and_pins_are_refused_in_words(token: Pkcs11Token, softhsm: str) -> None:
    token.make_container("once", policy(BANK, Purpose.BANK, Algorithm.ECDSA_P256))
    for name in ("once", "once|sign"):
        with pytest.raises(ContainerForbids):
            token.make_container(name, policy(BANK, Purpose.BANK, Algorithm.ECDSA_P256))
    with pytest.raises(AlgorithmUnavailable):
        token.make_container("sm2", policy(BANK, Purpose.BANK, Algorithm.SM2))
    with pytest.raises(UnknownContainer):
        token.signer("nowhere")
    token.lock()
    with pytest.raises(WrongPin) as caught:
        token.unlock("000000")
    assert PIN not in repr(token) + str(caught.value) + repr(caught.value.__cause__)
    with pytest.raises(ModuleFailed):
        Pkcs11Token(module=softhsm, label="nowhere").containers()


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.RSA])
def test_an_envelope_opens_for_its_key_alone_and_only_unchanged(algorithm: Algorithm) -> None:
    key, to = RSA_KEYS if algorithm is Algorithm.RSA else [PrivateKey.generate(algorithm) for _ in range(2)]
    stranger = key
    envelope = envelope_key(key, to=to.public)
    assert open_envelope(envelope, with_key=to).public == key.public
    assert key.export() not in envelope
    with pytest.raises(NotOpened):
        open_envelope(envelope, with_key=stranger)
    for place in range(0, len(envelope), len(envelope) // 12):
        changed = bytearray(envelope)
        changed[place] ^= 1
        with pytest.raises(NotOpened):
            open_envelope(bytes(changed), with_key=to)
    for cut in (b"", envelope[:-1], envelope + b"\x00"):
        with pytest.raises(NotOpened):
            open_envelope(cut, with_key=to)


def test_a_key_that_only_signs_gets_no_envelope() -> None:
    key, to = PrivateKey.generate(Algorithm.SM2), PrivateKey.generate(Algorithm.ECDSA_P256)
    for one, other in ((key, to), (to, to)):
        with pytest.raises(AlgorithmUnavailable):
            envelope_key(one, to=other.public)
