"""What the key desk asks before it issues a certificate 签发证书."""

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    ALGORITHM_NAMES,
    HOLDER_KIND_NAMES,
    MODULE_NAMES,
    PROFILE_NAMES,
    TOKEN_KIND_NAMES,
    Algorithm,
    AuthorityView,
    DistinguishedName,
    HolderKind,
    IssueWish,
    Profile,
    TokenKind,
    TokenPlace,
)

PAIR = "pair"
_LARGEST = 16 * 1024
_SINGLE = (Profile.DEVICE, Profile.SERVER, Profile.SIGNING, Profile.TIME_STAMPING, Profile.OCSP)
_CODE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("只用字母、数字、点、连字符和下划线，以字母或数字开头。"))


class IssueForm(forms.Form):
    """What both ways ask: who issues, whose it is, for how long; `confirmed` is there once the page was confirmed."""

    confirmed = forms.UUIDField(required=False, widget=forms.HiddenInput)
    authority = forms.ChoiceField(label=_("签发机构"))
    kind = forms.ChoiceField(label=_("签发给"), widget=forms.RadioSelect)
    holder = forms.CharField(
        label=_("持有者代码"),
        max_length=80,
        validators=[_CODE],
        help_text=_("应用、设备或载体的代码，例如 gateway-2；不要填公民身份号码。"),
    )
    profile = forms.ChoiceField(label=_("用途"))
    days = forms.IntegerField(
        label=_("有效期（天）"),
        min_value=1,
        max_value=max(keys.MOST_DAYS.values()),
        initial=365,
        help_text=_("签名、加密和设备证书最长 1830 天，服务器证书 398 天；不超过签发机构的有效期。"),
    )
    kinds: Sequence[HolderKind] = ()

    def __init__(self, *args: Any, authorities: Sequence[AuthorityView], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(one.code, f"{one.name} ({ALGORITHM_NAMES[one.algorithm]})") for one in reversed(authorities)]
        self._offer("authority", choices)
        self._offer("kind", [(one.value, HOLDER_KIND_NAMES[one]) for one in self.kinds])

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared as one
        field.choices = choices

    def again(self, wish: IssueWish) -> list[tuple[str, str]]:
        """Return everything this form was filled with, to be sent with the confirmation."""
        said = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        if wish.csr is not None:
            said |= {"csr": wish.csr.decode("ascii")}
        said.pop("file", None)
        said["confirmed"] = str(wish.request)
        return list(said.items())


class HereForm(IssueForm):
    """A key pair made at the key-distribution platform 密钥分发平台, and whom its certificate names."""

    name = forms.CharField(label=_("主体名称"), max_length=64)
    organisation = forms.CharField(label=_("机构"), max_length=64, required=False)
    unit = forms.CharField(label=_("部门"), max_length=64, required=False)
    identifier = forms.CharField(
        label=_("编号"),
        max_length=64,
        required=False,
        validators=[_CODE],
        help_text=_("统一社会信用代码或设备编号；会写进证书，任何人都能看到。"),
    )
    algorithm = forms.ChoiceField(
        label=_("算法"),
        choices=[(one.value, ALGORITHM_NAMES[one]) for one in Algorithm],
        help_text=_("双证书需要能加密的算法：SM2 或 RSA。"),
    )
    provider = forms.ChoiceField(label=_("密钥生成于"))
    kinds = (HolderKind.APPLICATION, HolderKind.DEVICE)
    field_order = (
        "confirmed", "kind", "name", "holder", "organisation", "unit", "identifier", "authority", "profile",
        "algorithm", "provider", "days",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pair = (PAIR, _("双证书（签名和加密各一张）"))
        self._offer("profile", [pair, *((one.value, PROFILE_NAMES[one]) for one in _SINGLE)])
        self._offer("provider", [(one, MODULE_NAMES.get(one, one)) for one in reversed(keys.key_providers())])
        self.fields["kind"].initial = HolderKind.APPLICATION.value

    def wish(self, request: UUID) -> IssueWish:
        """Return what is wished for."""
        said = self.cleaned_data
        return IssueWish(
            request=request,
            authority=said["authority"],
            kind=HolderKind(said["kind"]),
            holder=said["holder"],
            days=said["days"],
            profile=None if said["profile"] == PAIR else Profile(said["profile"]),
            subject=DistinguishedName(
                common_name=said["name"],
                organisation=said["organisation"] or None,
                unit=said["unit"] or None,
                identifier=said["identifier"] or None,
            ),
            algorithm=Algorithm(said["algorithm"]),
            provider=said["provider"],
        )


class RequestForm(IssueForm):
    """A request of a holder who has the key, pasted or uploaded; with a token, in which container the key lies."""

    csr = forms.CharField(
        label=_("证书申请（PKCS#10）"),
        required=False,
        max_length=_LARGEST,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("粘贴 PEM 文本，或在下面上传文件；SM2、ECDSA P-256、Ed25519 或 RSA。主体名称取自申请。"),
    )
    file = forms.FileField(label=_("申请文件"), required=False, help_text=_("PEM 或 DER，不超过 16 KB。"))
    token_kind = forms.ChoiceField(label=_("载体种类"), required=False)
    token = forms.CharField(
        label=_("载体序列号"), required=False, max_length=64, validators=[_CODE], help_text=_("工作人员载体必填。")
    )
    container = forms.CharField(label=_("容器"), required=False, max_length=64, help_text=_("工作人员载体必填。"))
    kinds = tuple(HolderKind)
    field_order = (
        "confirmed", "csr", "file", "kind", "token_kind", "token", "container", "holder", "authority", "profile",
        "days",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pair = (PAIR, _("双证书，加密密钥由平台生成并送入载体"))
        self._offer("profile", [*((one.value, PROFILE_NAMES[one]) for one in _SINGLE), pair])
        self._offer("token_kind", [("", _("不是载体")), *((one.value, TOKEN_KIND_NAMES[one]) for one in TokenKind)])

    def clean(self) -> dict[str, Any]:
        """Return the answers, with the request's bytes; a file counts before the text."""
        said = super().clean() or {}
        file = said.get("file")
        if file and file.size > _LARGEST:
            self.add_error("file", _("文件超过 16 KB。"))
        elif file:
            said["encoded"] = file.read()
        elif said.get("csr"):
            said["encoded"] = said["csr"].encode()
        else:
            self.add_error("csr", _("请粘贴证书申请，或上传文件。"))
        chip = [said.get(name) for name in ("token_kind", "token", "container")]
        if said.get("kind") == HolderKind.TOKEN and not all(chip):
            self.add_error("token", _("签发给工作人员载体时，请写明载体种类、序列号和容器。"))
        return said

    def wish(self, request: UUID) -> IssueWish:
        """Return what is wished for."""
        said = self.cleaned_data
        place = None
        if said["kind"] == HolderKind.TOKEN:
            place = TokenPlace(kind=TokenKind(said["token_kind"]), serial=said["token"], container=said["container"])
        return IssueWish(
            request=request,
            authority=said["authority"],
            kind=HolderKind(said["kind"]),
            holder=said["holder"],
            days=said["days"],
            profile=None if said["profile"] == PAIR else Profile(said["profile"]),
            csr=_as_text(said["encoded"]),
            place=place,
        )


def _as_text(encoded: bytes) -> bytes:
    """Return a binary request as PEM, so that the confirmation can send it again; text stays as it is."""
    if encoded[:1] != b"\x30":
        return encoded
    text = base64.b64encode(encoded).decode()
    lines = [text[place : place + 64] for place in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE REQUEST-----", *lines, "-----END CERTIFICATE REQUEST-----", ""]).encode()
