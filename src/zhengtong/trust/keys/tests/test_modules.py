"""Hardware modules: PKCS#11 against SoftHSM where it is installed, SDF and SKF against their doubles."""

import pytest

from zhengtong.trust.keys.api import (
    Algorithm,
    AlgorithmUnavailable,
    KeyMissing,
    KeyReference,
    ModuleFailed,
    ModuleKeepsKey,
    Pkcs11Keys,
    SdfKeys,
    SkfToken,
    TokenLocked,
    UnknownContainer,
    WrongPin,
)
from zhengtong.trust.keys.providers import sdf
from zhengtong.trust.keys.providers.simulated_sdf import SimulatedMachine
from zhengtong.trust.keys.tests.conftest import MODULE_TOKEN, PIN
from zhengtong.trust.keys.tokens import skf
from zhengtong.trust.keys.tokens.simulated_skf import SimulatedKey


@pytest.fixture(scope="module")
def module(softhsm: str) -> Pkcs11Keys:
    return Pkcs11Keys(module=softhsm, token=MODULE_TOKEN, pin=PIN)


@pytest.mark.parametrize("algorithm", [Algorithm.ECDSA_P256, Algorithm.RSA, Algorithm.ED25519])
def test_a_key_made_in_a_module_signs_there_and_never_leaves(module: Pkcs11Keys, algorithm: Algorithm) -> None:
    if algorithm not in module.algorithms():
        with pytest.raises(AlgorithmUnavailable):
            module.generate(algorithm)
        return
    reference = module.generate(algorithm)
    signer = module.signer(reference)
    signature = signer.sign(b"message")
    assert signer.public.algorithm is algorithm
    assert signer.public.verify(signature, b"message")
    assert not signer.public.verify(signature, b"massage")
    import pkcs11

    secret = pkcs11.Attribute.PRIVATE_EXPONENT if algorithm is Algorithm.RSA else pkcs11.Attribute.VALUE
    with pytest.raises(pkcs11.PKCS11Error):
        signer._private[secret]
    module.destroy(reference)
    module.destroy(reference)
    with pytest.raises(KeyMissing):
        module.signer(reference)


def test_a_module_refuses_what_it_cannot_and_shows_no_pin(module: Pkcs11Keys, softhsm: str) -> None:
    with pytest.raises(AlgorithmUnavailable):
        module.generate(Algorithm.SM2)
    for key in ("00" * 16, "nonsense"):
        with pytest.raises(KeyMissing):
            module.signer(KeyReference(provider="pkcs11", key=key))
    reference = module.generate(Algorithm.RSA)
    cipher = module.signer(reference).public.encrypt(b"x")
    with pytest.raises(AlgorithmUnavailable):  # SoftHSM knows OAEP with SHA-1 only
        module.decrypt(reference, cipher)
    wrong = Pkcs11Keys(module=softhsm, token="nowhere", pin=PIN)
    with pytest.raises(ModuleFailed) as caught:
        wrong.algorithms()
    assert PIN not in repr(module) + str(caught.value) + repr(caught.value.__cause__)


def test_a_missing_library_is_a_sentence() -> None:
    with pytest.raises(ModuleFailed):
        Pkcs11Keys(module="/nowhere.so", token="t", pin="1").algorithms()
    for load in (sdf.load_library, skf.load_library):
        with pytest.raises(ModuleFailed):
            load("/nowhere.so")


RIGHT = "right"


@pytest.fixture
def machine() -> SimulatedMachine:
    return SimulatedMachine(places=2, password="right")


def sdf_keys(machine: SimulatedMachine, password: str = RIGHT, *, taken: frozenset[str] = frozenset()) -> SdfKeys:
    return SdfKeys(machine, places=(1, 2, 3), password=password, taken=lambda: taken)


def test_a_machine_signs_by_sm2_and_every_handle_is_closed(machine: SimulatedMachine) -> None:
    keys = sdf_keys(machine, taken=frozenset({"1"}))
    reference = keys.generate(Algorithm.SM2)
    assert reference.key == "2"
    signer = keys.signer(reference)
    assert signer.public.verify(signer.sign(b"message"), b"message")
    assert machine.open_handles == 0


def test_a_machine_refuses_a_wrong_password_an_empty_place_and_other_algorithms(machine: SimulatedMachine) -> None:
    with pytest.raises(ModuleFailed) as caught:
        sdf_keys(machine, password="wrong").signer(KeyReference(provider="sdf", key="1")).sign(b"x")
    assert "wrong" not in str(caught.value)
    keys = sdf_keys(machine, taken=frozenset({"1", "2"}))
    with pytest.raises(KeyMissing):
        keys.generate(Algorithm.SM2)
    with pytest.raises(KeyMissing):
        keys.signer(KeyReference(provider="sdf", key="9"))
    with pytest.raises(AlgorithmUnavailable):
        keys.generate(Algorithm.RSA)
    with pytest.raises(AlgorithmUnavailable):
        keys.decrypt(KeyReference(provider="sdf", key="1"), b"x")
    with pytest.raises(ModuleKeepsKey):
        keys.destroy(KeyReference(provider="sdf", key="1"))
    assert machine.open_handles == 0


def test_a_vendor_whose_structures_differ_is_found(machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(session: object, place: int, digest: bytes, length: int, signature: object) -> int:
        signature._obj.r[0] = 1  # type: ignore[attr-defined]
        return 0

    monkeypatch.setattr(machine, "SDF_InternalSign_ECC", other)
    with pytest.raises(ModuleFailed):
        sdf_keys(machine).signer(KeyReference(provider="sdf", key="1")).sign(b"x")


@pytest.fixture
def usb() -> SimulatedKey:
    return SimulatedKey(device="ZT-1", application="gov", pin="123456", containers=("licence", "seal", "tax"))


def test_a_usb_key_shows_its_containers_and_signs_once_unlocked(usb: SimulatedKey) -> None:
    usb.certificates["seal", True] = b"\x30\x00"
    (name,) = skf.devices(usb)
    token = SkfToken(usb, device=name, application="gov")
    views = {view.name: view for view in token.containers()}
    assert list(views) == ["licence", "seal", "tax"]
    assert (views["seal"].sign_certificate, views["tax"].sign_certificate) == (b"\x30\x00", None)
    with pytest.raises(TokenLocked):
        token.signer("seal")
    token.unlock("123456")
    signer = token.signer("seal")
    assert signer.public.spki == views["seal"].sign_public
    assert signer.public.verify(signer.sign(b"x"), b"x")
    with pytest.raises(UnknownContainer):
        token.signer("bank")
    assert usb.open_handles == 0


def test_a_usb_key_counts_wrong_pins_and_locks(usb: SimulatedKey) -> None:
    token = SkfToken(usb, device="ZT-1", application="gov")
    with pytest.raises(WrongPin) as caught:
        token.unlock("000000")
    assert caught.value.details == {"left": 9}
    for _ in range(8):
        with pytest.raises(WrongPin):
            token.unlock("000000")
    for pin in ("000000", "123456"):
        with pytest.raises(TokenLocked):
            token.unlock(pin)
    with pytest.raises(ModuleFailed):
        SkfToken(usb, device="nowhere", application="gov").containers()
    assert usb.open_handles == 0
