"""The door of the key room 密钥.

**Personal data at rest**: `EncryptedTextField`, `BlindIndexField`, `BlindIndex`, `Sealer`, `key_ring`, masks.

`rotate(by=…, at=…)` adds a root and wraps the data keys anew; `reseal(by=…, table=…, at=…)` moves rows to the newest.

**Keys**. A `Signer` signs, a `PublicKey` verifies; DER in and out, the hash belongs to the algorithm:

    reference = key_provider("software").generate(Algorithm.SM2)   # store the reference, it holds no secret
    signer = signer_for(reference)                                 # fetch it when you sign, do not keep it for days
    signature = signer.sign(message)
    PublicKey.read(spki).verify(signature, message)                # True or False, never an exception
    sign_many(signer, messages, threads=2)                         # the same, side by side

`sm4_seal`, `sm4_open` and `hmac_sm3` are for small content where SM4 and SM3 are asked for.

`kept_key("witness", Algorithm.ED25519)` keeps a key as a file beside the key ring, for processes without a database.
`PrivateKey.generate(algorithm)` makes one in memory, for tests. `public.encrypt(secret)` and
`provider.decrypt(reference, cipher)` carry small secrets (SM2, RSA).

**Certificates** (DER everywhere):

    root = issue_certificate(signer=ca, issuer=None, subject=DistinguishedName(common_name="…"), public_key=ca.public,
                             profile=Profile.ROOT, not_before=…, not_after=…)
    leaf = issue_certificate(signer=ca, issuer=root, subject=…, public_key=key.public, profile=Profile.SIGNING, …)
    path = validate_path(leaf, chain=[…], roots=[root], at=signed_at,
                         revocation=RevocationEvidence(crls=(crl,)), profile=Profile.SIGNING)
    path.public.verify(signature, message)

`validate_path` raises `CertificateNotTrusted`, whose `reason` is one of `Distrust`; without revocation evidence it
refuses unless `NO_REVOCATION` is passed on purpose. `build_crl`, `build_ocsp_response` make the evidence.
`signature_validator()` is what certvalidator and pyHanko take to know SM2.

**CMS and time stamps**:

    signed = sign_cms(data, signer=key, certificate=leaf, chain=[…], at=now)          # detached unless told otherwise
    content = verify_cms(signed, data=data)       # SignedContent; then validate_path(content.certificate, …)
    response = answer_time_stamp(ask_time_stamp(data), signer=tsa, certificate=tsa_certificate, at=now)
    stamp = verify_time_stamp(read_time_stamp_response(response), data=data, roots=[root], revocation=…)   # TimeStamp

Both refuse with `SignatureRefused`, whose `flaw` is one of `CmsFlaw`.

**Managed keys and our own authorities** (every act authorised and recorded; `by` is the actor):

    root = establish_root(by=actor, code="root", name=DistinguishedName(…), algorithm=Algorithm.SM2, at=now)
    establish_authority(by=actor, under="root", code="devices", name=…, at=now)
    sign, encrypt = distribute_pair(by=actor, authority="devices", subject=…, holder="…", algorithm=…, days=365, at=now)
    signer = signer_of(sign.key)          # an active managed key
    suspend / resume / revoke / renew     # certificates; step_key takes keys through their states
    publish_crl(by=actor, code="devices", at=now); crls_at("devices", at); answer_ocsp(request, at=now)
    stamp(request, at=now)                # our time-stamp authority

**Mutual recognition and tokens**:

    recognise(certificate, listed=trusted_list(), purpose=Purpose.SEAL, least=Assurance.HIGH, at=now, chain=…, …)
    open_trusted_list(bytes, roots=[…], at=now)                    # offline, needs no database
    SoftwareToken.create(file, pin=…), SkfToken(library, …)        # 一芯多证: containers(), unlock(pin), signer(name)

**Public seals** need a licensed certification service: `LicensedService` (`SimulatedService` for tests) takes
`write_request(subject, signer)` and gives the certificate and the revocation evidence.

With custodians, a root's key is sealed for m of n of them: `ask_for_authority`, `ask_for_crl`, then `approve` by each.
"""

from zhengtong.trust.keys.algorithms.identifiers import (
    algorithm_of,
    digest_algorithm,
    digest_name,
    signature_algorithm,
)
from zhengtong.trust.keys.algorithms.private import PrivateKey, sign_many
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.cipher import BlindIndex, Sealer, key_ring, normalise
from zhengtong.trust.keys.ciphers import hmac_sm3, sm4_cbc_decrypt, sm4_cbc_encrypt, sm4_open, sm4_seal
from zhengtong.trust.keys.cms import sign_cms, verify_cms
from zhengtong.trust.keys.contracts import (
    ALGORITHM_NAMES,
    ASSURANCE_NAMES,
    CEREMONY_NAMES,
    CERTIFICATE_STATE_NAMES,
    CMS_FLAW_SENTENCES,
    DISTRUST_SENTENCES,
    KEY_STATE_NAMES,
    KEY_USE_NAMES,
    NO_REVOCATION,
    PERMISSION_SENTENCES,
    PROFILE_NAMES,
    PURPOSE_NAMES,
    Algorithm,
    AlgorithmUnavailable,
    Assurance,
    AuthorityExists,
    AuthorityView,
    CeremonyKind,
    CeremonyOver,
    CeremonyView,
    CertificateEntry,
    CertificateFigures,
    CertificateNotTrusted,
    CertificateState,
    CertificateView,
    CiphertextDamaged,
    CmsFlaw,
    ContainerForbids,
    ContainerPolicy,
    ContainerView,
    CustodianEntry,
    DistinguishedName,
    Distrust,
    InvalidOcspRequest,
    KeyEvent,
    KeyMissing,
    KeyOffice,
    KeyProvider,
    KeyReference,
    KeyRingDamaged,
    KeyState,
    KeyUse,
    KeyView,
    ModuleFailed,
    ModuleKeepsKey,
    NeedsCustodians,
    NotCustodian,
    NotOpened,
    NotRecognised,
    OcspQuestion,
    Permission,
    Profile,
    Purpose,
    Recognition,
    Responsible,
    RevocationDemand,
    RevocationEvidence,
    RevocationReason,
    RevokedEntry,
    ServiceRefused,
    SignatureRefused,
    SignedContent,
    Signer,
    StateForbids,
    TableNotSealed,
    TimeStamp,
    Token,
    TokenKind,
    TokenLocked,
    TrustedIssuer,
    TrustedList,
    TrustedPath,
    UnfitCertificate,
    UnfitCustody,
    UnknownAuthority,
    UnknownCertificate,
    UnknownContainer,
    UnreadableKey,
    Verifier,
    WrongPassphrase,
    WrongPin,
)
from zhengtong.trust.keys.fields import BlindIndexField, EncryptedTextField
from zhengtong.trust.keys.law import KEY_STEPS
from zhengtong.trust.keys.licensed import LicensedService, SimulatedService, read_request, write_request
from zhengtong.trust.keys.masking import mask_id_number, mask_name, mask_phone
from zhengtong.trust.keys.providers.pkcs11_module import Pkcs11Keys
from zhengtong.trust.keys.providers.registry import key_provider, key_providers, register_key_provider, signer_for
from zhengtong.trust.keys.providers.sdf import SdfKeys
from zhengtong.trust.keys.providers.sdf import load_library as load_sdf_library
from zhengtong.trust.keys.providers.software import SoftwareKeys, kept_key
from zhengtong.trust.keys.queries import (
    authorities,
    authority,
    ceremonies,
    ceremony,
    certificate,
    certificate_figures,
    certificates,
    chain_above,
    crls_at,
    is_custodian,
    latest_crl,
    managed_key,
    managed_keys,
    taken_places,
    trusted_list,
    trusted_list_signed,
)
from zhengtong.trust.keys.recognition import open_trusted_list, read_trusted_list, recognise, sign_trusted_list
from zhengtong.trust.keys.ring import IndexAlgorithm, KeyRing
from zhengtong.trust.keys.services.authorities import (
    establish_authority,
    establish_root,
)
from zhengtong.trust.keys.services.ceremonies import (
    approve,
    ask_for_authority,
    ask_for_crl,
)
from zhengtong.trust.keys.services.certifying import (
    certify,
    distribute_pair,
    renew,
    resume,
    revoke,
    suspend,
)
from zhengtong.trust.keys.services.managing import (
    decrypt_with,
    make_key,
    make_key_pair,
    signer_of,
    step_key,
)
from zhengtong.trust.keys.services.office import (
    register_key_office,
)
from zhengtong.trust.keys.services.publishing import (
    answer_ocsp,
    publish_crl,
    publish_due_lists,
    stamp,
)
from zhengtong.trust.keys.services.recognising import publish_trusted_list
from zhengtong.trust.keys.services.rotating import Resealing, Rotation, reseal, rotate, sealed_tables
from zhengtong.trust.keys.timestamps import (
    answer_time_stamp,
    ask_time_stamp,
    read_time_stamp_response,
    verify_time_stamp,
)
from zhengtong.trust.keys.tokens.skf import SkfToken
from zhengtong.trust.keys.tokens.skf import load_library as load_skf_library
from zhengtong.trust.keys.tokens.software import SoftwareToken
from zhengtong.trust.keys.x509.issuing import issue_certificate, key_identifier, load_certificate, public_key_of
from zhengtong.trust.keys.x509.names import read_name, written_name
from zhengtong.trust.keys.x509.paths import validate_path
from zhengtong.trust.keys.x509.revocation import (
    asks_about,
    build_crl,
    build_ocsp_response,
    read_ocsp_request,
    refuse_ocsp,
    write_ocsp_request,
)
from zhengtong.trust.keys.x509.signatures import validator as signature_validator

__all__ = [
    "ALGORITHM_NAMES",
    "ASSURANCE_NAMES",
    "CEREMONY_NAMES",
    "CERTIFICATE_STATE_NAMES",
    "CMS_FLAW_SENTENCES",
    "DISTRUST_SENTENCES",
    "KEY_STATE_NAMES",
    "KEY_STEPS",
    "KEY_USE_NAMES",
    "NO_REVOCATION",
    "PERMISSION_SENTENCES",
    "PROFILE_NAMES",
    "PURPOSE_NAMES",
    "Algorithm",
    "AlgorithmUnavailable",
    "Assurance",
    "AuthorityExists",
    "AuthorityView",
    "BlindIndex",
    "BlindIndexField",
    "CeremonyKind",
    "CeremonyOver",
    "CeremonyView",
    "CertificateEntry",
    "CertificateFigures",
    "CertificateNotTrusted",
    "CertificateState",
    "CertificateView",
    "CiphertextDamaged",
    "CmsFlaw",
    "ContainerForbids",
    "ContainerPolicy",
    "ContainerView",
    "CustodianEntry",
    "DistinguishedName",
    "Distrust",
    "EncryptedTextField",
    "IndexAlgorithm",
    "InvalidOcspRequest",
    "KeyEvent",
    "KeyMissing",
    "KeyOffice",
    "KeyProvider",
    "KeyReference",
    "KeyRing",
    "KeyRingDamaged",
    "KeyState",
    "KeyUse",
    "KeyView",
    "LicensedService",
    "ModuleFailed",
    "ModuleKeepsKey",
    "NeedsCustodians",
    "NotCustodian",
    "NotOpened",
    "NotRecognised",
    "OcspQuestion",
    "Permission",
    "Pkcs11Keys",
    "PrivateKey",
    "Profile",
    "PublicKey",
    "Purpose",
    "Recognition",
    "Resealing",
    "Responsible",
    "RevocationDemand",
    "RevocationEvidence",
    "RevocationReason",
    "RevokedEntry",
    "Rotation",
    "SdfKeys",
    "Sealer",
    "ServiceRefused",
    "SignatureRefused",
    "SignedContent",
    "Signer",
    "SimulatedService",
    "SkfToken",
    "SoftwareKeys",
    "SoftwareToken",
    "StateForbids",
    "TableNotSealed",
    "TimeStamp",
    "Token",
    "TokenKind",
    "TokenLocked",
    "TrustedIssuer",
    "TrustedList",
    "TrustedPath",
    "UnfitCertificate",
    "UnfitCustody",
    "UnknownAuthority",
    "UnknownCertificate",
    "UnknownContainer",
    "UnreadableKey",
    "Verifier",
    "WrongPassphrase",
    "WrongPin",
    "algorithm_of",
    "answer_ocsp",
    "answer_time_stamp",
    "approve",
    "ask_for_authority",
    "ask_for_crl",
    "ask_time_stamp",
    "asks_about",
    "authorities",
    "authority",
    "build_crl",
    "build_ocsp_response",
    "ceremonies",
    "ceremony",
    "certificate",
    "certificate_figures",
    "certificates",
    "certify",
    "chain_above",
    "crls_at",
    "decrypt_with",
    "digest_algorithm",
    "digest_name",
    "distribute_pair",
    "establish_authority",
    "establish_root",
    "hmac_sm3",
    "is_custodian",
    "issue_certificate",
    "kept_key",
    "key_identifier",
    "key_provider",
    "key_providers",
    "key_ring",
    "latest_crl",
    "load_certificate",
    "load_sdf_library",
    "load_skf_library",
    "make_key",
    "make_key_pair",
    "managed_key",
    "managed_keys",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "normalise",
    "open_trusted_list",
    "public_key_of",
    "publish_crl",
    "publish_due_lists",
    "publish_trusted_list",
    "read_name",
    "read_ocsp_request",
    "read_request",
    "read_time_stamp_response",
    "read_trusted_list",
    "recognise",
    "refuse_ocsp",
    "register_key_office",
    "register_key_provider",
    "renew",
    "reseal",
    "resume",
    "revoke",
    "rotate",
    "sealed_tables",
    "sign_cms",
    "sign_many",
    "sign_trusted_list",
    "signature_algorithm",
    "signature_validator",
    "signer_for",
    "signer_of",
    "sm4_cbc_decrypt",
    "sm4_cbc_encrypt",
    "sm4_open",
    "sm4_seal",
    "stamp",
    "step_key",
    "suspend",
    "taken_places",
    "trusted_list",
    "trusted_list_signed",
    "validate_path",
    "verify_cms",
    "verify_time_stamp",
    "write_ocsp_request",
    "write_request",
    "written_name",
]
