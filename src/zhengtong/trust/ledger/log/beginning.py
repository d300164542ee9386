"""The beginning of the log 日志启用: its row and its keys, made once."""

from django.conf import settings
from django.db import IntegrityError, transaction

from zhengtong.kernel.ids import new_id
from zhengtong.trust.ledger.log.keys import make_keys
from zhengtong.trust.ledger.log.rows import LOG
from zhengtong.trust.ledger.models import LogRow
from zhengtong.trust.ledger.tree.hashing import HashName, hashing


def begin_log() -> None:
    """Make the log where there is none; its origin, hash and keys are those of the settings, from then on."""
    if LogRow.objects.filter(id=LOG).exists():
        return
    name = HashName(settings.LEDGER_HASH)
    try:
        with transaction.atomic():
            LogRow.objects.create(
                id=LOG,
                identity=new_id(),
                origin=settings.LEDGER_ORIGIN,
                hash=name.value,
                root=hashing(name).empty,
                keys=make_keys(settings.LEDGER_KEY_PROVIDER),
            )
    except IntegrityError:  # another process began it in this moment
        if not LogRow.objects.filter(id=LOG).exists():
            raise
