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

from zhengtong.trust.keys.api import material, office
from zhengtong.trust.keys.api.material import *  # noqa: F403 -- each half names what it offers
from zhengtong.trust.keys.api.office import *  # noqa: F403

__all__: list[str] = []
__all__ += material.__all__
__all__ += office.__all__
