"""What the key desk shows of the present 现状: filters, modules, what a published list says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text
from zhengtong.trust.keys.contracts.algorithms import ALGORITHM_NAMES, Algorithm
from zhengtong.trust.keys.contracts.management import KEY_STATE_NAMES, KeyState


class CertificateFilter(StrEnum):
    """Which certificates a list shows."""

    ALL = ""
    VALID = "valid"
    ENDING = "ending"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    ENDED = "ended"


CERTIFICATE_FILTER_NAMES: Mapping[CertificateFilter, Text] = {
    CertificateFilter.ALL: _("全部"),
    CertificateFilter.VALID: _("有效"),
    CertificateFilter.ENDING: _("三十天内到期"),
    CertificateFilter.SUSPENDED: _("已暂停"),
    CertificateFilter.REVOKED: _("已吊销"),
    CertificateFilter.ENDED: _("已到期"),
}
MODULE_NAMES: Mapping[str, Text] = {
    "software": _("软件密码模块"),
    "pkcs11": _("PKCS#11 密码模块"),
    "sdf": _("SDF 密码机"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedState:
    """What the newest revocation list says of one certificate."""

    number: int
    published_at: datetime
    next_update: datetime
    listed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleView:
    """A place where private keys lie 密码模块: whether it answers, what it can do, how many keys it has."""

    name: str
    attached: bool
    algorithms: frozenset[Algorithm]
    failure: str
    counts: Mapping[KeyState, int]

    @property
    def title(self) -> Text:
        """What people call it."""
        return MODULE_NAMES.get(self.name, self.name)

    @property
    def algorithm_names(self) -> tuple[str, ...]:
        """What it can do, as people write it."""
        return tuple(name for one, name in ALGORITHM_NAMES.items() if one in self.algorithms)

    @property
    def by_state(self) -> tuple[tuple[KeyState, Text, int], ...]:
        """The number of its keys in each state that occurs."""
        return tuple(
            (state, name, self.counts[state]) for state, name in KEY_STATE_NAMES.items() if state in self.counts
        )
