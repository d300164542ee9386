"""Forms of the trusted list 可信列表 at the key desk."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import ASSURANCE_NAMES, PURPOSE_NAMES, Assurance, CertificateView, Purpose, TrustedIssuer

_LARGEST = 16 * 1024


class SignedForm(forms.Form):
    """What every change of the list says: from which list it was made, and what signs the next one."""

    replaces = forms.IntegerField(widget=forms.HiddenInput)
    signer = forms.ChoiceField(label=_("签名证书"), help_text=_("用它的密钥给下一版列表签名。"))
    basis = forms.CharField(
        label=_("依据"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("所依据的法律、互认协议或公文；写进签名列表，任何人都能看到。"),
        error_messages={"required": _("请写明依据。")},
    )

    def __init__(self, *args: Any, signers: Sequence[CertificateView], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["signer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [(str(one.id), f"{one.subject} ({one.not_after:%Y-%m-%d})") for one in signers]


class CertificateText(forms.Form):
    """A certificate, pasted as PEM or uploaded."""

    certificate = forms.CharField(
        label=_("证书"),
        required=False,
        max_length=_LARGEST,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("粘贴 PEM 文本，或在下面上传文件。"),
    )
    file = forms.FileField(label=_("证书文件"), required=False, help_text=_("PEM 或 DER，不超过 16 KB。"))

    def clean(self) -> dict[str, Any]:
        """Return the answers with the certificate's DER."""
        said = super().clean() or {}
        file = said.get("file")
        if file and file.size > _LARGEST:
            self.add_error("file", _("文件超过 16 KB。"))
            return said
        encoded: bytes = file.read() if file else str(said.get("certificate") or "").encode()
        if not encoded:
            self.add_error("certificate", _("请粘贴证书，或上传文件。"))
            return said
        try:
            said["der"] = _der(encoded)
            keys.load_certificate(said["der"])
        except (ValueError, keys.UnfitCertificate):
            self.add_error("file" if file else "certificate", _("这不是证书：请提供一张 PEM 或 DER 编码的证书。"))
        return said


class ListForm(CertificateText, SignedForm):
    """An issuer to be put on the list."""

    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("机构名称"), max_length=64)
    purposes = forms.MultipleChoiceField(
        label=_("领域"),
        choices=[(one.value, PURPOSE_NAMES[one]) for one in Purpose],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一个领域。")},
    )
    assurance = forms.ChoiceField(
        label=_("可信等级"), choices=[(str(int(one)), name) for one, name in ASSURANCE_NAMES.items()]
    )
    until = DatePartsField(label=_("有效期至（不含当日）"), required=False, help_text=_("不填则长期有效，直到撤回。"))
    field_order = (
        "replaces", "confirmed", "name", "certificate", "file", "purposes", "assurance", "until", "basis", "signer",
    )  # fmt: skip

    def entry(self, at: datetime) -> TrustedIssuer:
        """Return the entry, in force from *at*."""
        said = self.cleaned_data
        until = said["until"]
        return TrustedIssuer(
            name=said["name"],
            roots=(said["der"],),
            purposes=frozenset(map(Purpose, said["purposes"])),
            assurance=Assurance(int(said["assurance"])),
            since=at,
            until=None if until is None else datetime.combine(until, time(), clock.BEIJING).astimezone(UTC),
            basis=said["basis"],
        )

    def again(self) -> list[tuple[str, str]]:
        """Return everything this form was filled with, to be sent with the confirmation."""
        said = self.cleaned_data
        until = said["until"]
        parts = [] if until is None else [("until_0", until.year), ("until_1", until.month), ("until_2", until.day)]
        return [
            *((name, str(said[name])) for name in ("replaces", "signer", "basis", "name", "assurance")),
            *(("purposes", one) for one in said["purposes"]),
            *((name, str(value)) for name, value in parts),
            ("certificate", ssl.DER_cert_to_PEM_cert(said["der"])),
            ("confirmed", "on"),
        ]


def _der(encoded: bytes) -> bytes:
    """Return the DER of one certificate.

    Raises:
        ValueError: it is no PEM.
    """
    if encoded[:1] == b"\x30":
        return encoded
    return ssl.PEM_cert_to_DER_cert(encoded.decode("ascii").strip())
