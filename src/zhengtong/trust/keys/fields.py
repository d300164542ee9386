"""Model fields for personal data at rest 加密字段: text outside, ciphertext in the table (PIPL §51, GB/T 39786)."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from zhengtong.trust.keys.cipher import INDEX_BYTES, Sealer, key_ring

_ST_contra = TypeVar("_ST_contra", contravariant=True)
_GT_co = TypeVar("_GT_co", covariant=True)
if TYPE_CHECKING:
    _Text = models.TextField[_ST_contra, _GT_co]
    _Bytes = models.BinaryField[_ST_contra, _GT_co]
else:  # a look-up stands in for the subscript, which Django fields lack while running
    _Text = {(_ST_contra, _GT_co): models.Field}
    _Bytes = {(_ST_contra, _GT_co): models.BinaryField}

_READABLE_LOOKUPS = {"isnull"}


class EncryptedTextField(_Text[_ST_contra, _GT_co]):
    """A text that lies encrypted in the table (AES-256-GCM or SM4-GCM, bound to table and column).

    It cannot be searched or ordered: keep a `BlindIndex` beside it for equality. Call `seal` for bulk writes that go
    round the ORM; it gives what the column holds.

    Args:
        purpose: names the key, for example `identity.id_number`.
    """

    description = "encrypted text"

    def __init__(self, *, purpose: str = "", **options: Any) -> None:
        self.purpose = purpose
        options.setdefault("editable", False)
        super().__init__(**options)
        self._sealer: Sealer | None = None

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, positional, options = super().deconstruct()
        options["purpose"] = self.purpose
        return name, path, positional, options

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return models.BinaryField().db_type(connection) or ""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def seal(self, text: str) -> bytes:
        """Return *text* as the column stores it."""
        return self.sealer().seal(text)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        del prepared
        return None if value is None else connection.Database.Binary(self.seal(str(value)))  # type: ignore[attr-defined]

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> str | None:
        """Open what the database returned."""
        del expression, connection
        return None if value is None else self.sealer().open(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in _READABLE_LOOKUPS:
            raise FieldError(f"{self.name} is encrypted: look it up by its blind index, not by {lookup_name!r}")
        return super().get_lookup(lookup_name)

    def sealer(self) -> Sealer:
        """Return what seals this column with the keys of the present home."""
        ring = key_ring()
        if self._sealer is None or self._sealer.ring is not ring:
            table = self.model._meta.db_table  # noqa: SLF001 -- Django's documented model API
            self._sealer = Sealer(ring, place=f"{table}|{self.column}", purpose=self.purpose)
        return self._sealer


class BlindIndexField(_Bytes[_ST_contra, _GT_co]):
    """The fingerprint a `BlindIndex` made (19 bytes), for look-up by equality."""

    description = "blind index"

    def __init__(self, **options: Any) -> None:
        options["max_length"] = INDEX_BYTES
        options.setdefault("editable", False)
        super().__init__(**options)
