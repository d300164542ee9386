"""What licences look like from outside 视图: types, licences, batches, presentations, verifications."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.kernel.errors import Text
from zhengtong.trust.licenses.contracts.kinds import (
    BatchState,
    FieldKind,
    HolderKind,
    LicenseState,
    PresentationPurpose,
    Words,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseField:
    """A field of a licence. `shown`: offered first when presenting; `sources`: where an issue from a case finds it."""

    key: str
    name: Words
    kind: FieldKind
    optional: bool
    shown: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseType:
    """A type of licence 证照类型 as a province publishes it. `years` is how long one is valid, None for ever.

    `department` is the key of the department that issues it; `number` the last three digits of the type's code.
    """

    key: str
    number: str
    name: Words
    holder: HolderKind
    department: str
    basis: str
    years: int | None
    fields: tuple[LicenseField, ...]

    def field(self, key: str) -> LicenseField | None:
        """Return the field *key*, None where the type has none."""
        return next((one for one in self.fields if one.key == key), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseNumber:
    """A licence's identifier in its parts (GB/T 36904-2018): type code, issuer's credit code, serial, version."""

    type_code: str
    issuer: str
    serial: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseView:
    """A licence without what is written in it. `state` takes the date into account; each act counts `revision` up."""

    id: UUID
    number: str
    type: LicenseType
    issuer: UUID
    issuer_name: Words
    holder: UUID
    state: LicenseState
    version: int
    issued_at: datetime
    state_at: datetime
    valid_from: date
    valid_until: date | None
    reason: str
    revision: int = 1

    @property
    def in_force(self) -> bool:
        """Whether it may be relied on."""
        return self.state is LicenseState.VALID


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownField:
    """A field with its value, as one reader may see it."""

    key: str
    name: Words
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedLicense:
    """A licence with what is written in it."""

    license: LicenseView
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLicense:
    """A licence in the list of the body that keeps it. `holder_name` is masked, empty in an export."""

    license: LicenseView
    holder_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFilter:
    """Which licences a keeper lists: of a type, in a state, with these characters in their number."""

    type_key: str = ""
    state: LicenseState | None = None
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """An act on a licence or a reading of it, as its keeper sees it: never who, only which body."""

    at: datetime
    verb: str
    organisation: UUID | None
    clause: str
    purpose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowOutcome:
    """What became of a row, counted from 1: the licence's number, or why not (never what the row said)."""

    row: int
    number: str = ""
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchView:
    """A batch of the back catalogue 存量证照批次: how far it is, and which rows were refused at the end."""

    id: UUID
    type_key: str
    issuer: UUID
    state: BatchState
    rows: int
    issued: int
    refused: int
    troubles: tuple[RowOutcome, ...]
    made_at: datetime
    ended_at: datetime | None

    @property
    def handled(self) -> int:
        """How many rows were dealt with."""
        return self.issued + self.refused


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenseFile:
    """A downloaded licence."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuingKey:
    """The public key by which a body signs licences, DER SubjectPublicKeyInfo."""

    fingerprint: str
    code: str
    name: str
    spki: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationPass:
    """A code to show. It is told here once and kept only as a keyed fingerprint."""

    id: UUID
    code: str
    expires_at: datetime
    renewable_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationView:
    """A consent to present, as its holder sees it later. `looks` counts the verifications."""

    id: UUID
    license: UUID
    purpose: PresentationPurpose
    fields: tuple[Words, ...]
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    looks: tuple["PresentationLook", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PresentationLook:
    """That somebody verified a presentation; `subject` None where the verifier had no account."""

    at: datetime
    subject: UUID | None
    organisation: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedBy:
    """Which entry of which trusted list carries a licence of another region 互认依据."""

    entry: str
    list_number: int
    purpose: Text
    assurance: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a verifier is told. `fields` only those consented to, or those the verifier's own file holds.

    A licence of another region names in `carried_by` what it is recognised by; its state is what the file and the date
    say, for only its issuer knows what came after. A sealed file of another region tells its dates on its page only.
    """

    number: str
    type_name: Words
    issuer_name: Words
    state: LicenseState
    valid_from: date | None
    valid_until: date | None
    issued_at: datetime | None
    as_of: datetime
    fields: tuple[ShownField, ...] = ()
    purpose: PresentationPurpose | None = None
    carried_by: CarriedBy | None = None

    @property
    def in_force(self) -> bool:
        """Whether it may be relied on."""
        return self.state is LicenseState.VALID
