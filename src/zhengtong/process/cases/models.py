"""Tables of cases."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.ids import new_id
from zhengtong.process.cases.contracts import CaseState
from zhengtong.trust.keys.api import EncryptedTextField


class Case(models.Model):
    """A case 办件. Invariant: it is the instance of the same id; an end state, and only that, has its day.

    What the applicant wrote and what was prefilled lies sealed in `form`; the process itself sees decisions and dates
    only. `evidence` says which way served each piece (no personal data); `missing_due` is the last day to hand in
    what a conditional acceptance left open; `receiver` took it in for an office elsewhere 通办; `suspended_on` is set
    while a special procedure stops the clock; `bundle` is the reference of the bundle it is a part of. `revision` grows
    with every act and step: who decides names the one they have read.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(_("办件编号"), max_length=24, unique=True)
    item = models.CharField(_("事项"), max_length=20)
    item_version = models.PositiveIntegerField()
    form_version = models.PositiveIntegerField(default=0, db_default=0)
    item_name = models.CharField(max_length=200)
    item_name_en = models.CharField(max_length=300)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("办理机构")
    )
    applicant = models.UUIDField(_("申请人"))
    state = models.CharField(_("状态"), max_length=16, choices=[(state.value, state.value) for state in CaseState])
    form: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.case.form")
    received_at = models.DateTimeField(_("收件时间"))
    accepted_on = models.DateField(_("受理日"), null=True)
    statutory_due = models.DateField(_("法定期限"), null=True)
    promised_due = models.DateField(_("承诺期限"), null=True)
    provisional = models.BooleanField(default=False)
    process = models.CharField(max_length=60, default="single_item")
    evidence = models.JSONField(default=list)
    missing_due = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    bundle = models.CharField(max_length=24, blank=True)
    receiver = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+", db_index=False)
    receiver_region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+", db_index=False)
    output = models.CharField(_("办理结果编号"), max_length=60, blank=True)
    archive_digest = models.CharField(max_length=80, blank=True)
    archived_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(_("办结时间"), null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("办件")
        indexes = [
            models.Index(fields=["applicant", "-received_at"], name="case_of_applicant"),
            models.Index(fields=["organisation", "-received_at", "-id"], name="case_of_organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(concluded_at=None, state__in=[s.value for s in CaseState if not s.ended])
                | models.Q(concluded_at__isnull=False, state__in=[s.value for s in CaseState if s.ended]),
                name="case_ends_with_its_state",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class Stage(models.Model):
    """One stage of a case 环节: opened, and once closed never altered. Invariant: a work item has one stage.

    A stage is what waits for somebody (to-do), what somebody did (opinion, by whom, why), and what moves the clock (a
    special procedure runs from `opened_at` to `closed_at`): one row tells all three. `permission` is empty for what
    waits for the applicant; `organisation` and `region` are those of whom the stage is at, which need not decide the
    case. `due_on` is the day the inbox sorts and lights by, empty while the clock stands still. The reason may speak
    of the person, so it lies sealed.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="stages", db_index=False)
    number = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24)
    permission = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    assignee = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=24, blank=True)
    reason: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.case.opinion", null=True)
    days = models.PositiveSmallIntegerField(default=0)
    official = models.UUIDField(null=True)
    post = models.UUIDField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("环节")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="stage_once_a_work_item"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, decision="") | ~models.Q(decision="") & ~models.Q(closed_at=None),
                name="stage_closes_with_its_decision",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "opened_at"], name="stage_of_case"),
            models.Index(
                fields=["permission", "due_on", "case"], condition=models.Q(closed_at=None), name="stage_waiting"
            ),
            models.Index(
                fields=["official", "-closed_at"], condition=~models.Q(closed_at=None), name="stage_done_by_official"
            ),
            models.Index(fields=["organisation", "closed_at"], name="stage_of_office"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class EvidenceCount(models.Model):
    """How often which way served a piece of evidence 免提交统计. Invariant: one row an item, piece and route."""

    item = models.CharField(max_length=20)
    evidence = models.CharField(max_length=60)
    route = models.CharField(max_length=12)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "evidence", "route"], name="evidence_count_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.evidence} {self.route}"


class ServiceReview(models.Model):
    """A review of a service 好差评. Invariant: one for each case or bundle; what the reviewer said is never altered.

    What was said and answered may speak of the person, so both lie sealed.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    about = models.CharField(_("编号"), max_length=24, unique=True)
    reviewer = models.UUIDField()
    title = models.CharField(max_length=200)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    grade = models.PositiveSmallIntegerField(_("评价等级"))
    text: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.review.text")
    link = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField()
    answer: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.review.answer")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("好差评")
        constraints = [
            models.CheckConstraint(condition=models.Q(grade__range=(1, 5)), name="review_has_one_of_five_grades")
        ]
        indexes = [
            models.Index(
                fields=["organisation", "reviewed_at"],
                condition=models.Q(answered_at=None, grade__lte=2),
                name="review_to_answer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.grade}"


class Leave(models.Model):
    """An official is away from a post 请假 and a colleague stands in 代班, from `begins_at` until before `ends_at`.

    Invariant: nobody stands in for themselves. That leaves of one post do not overlap, and that nobody on leave stands
    in, is checked under one lock. Ending it early moves `ends_at`; before it began, nothing is left.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+", db_index=False)
    official = models.UUIDField()
    post = models.UUIDField()
    substitute = models.UUIDField()
    substitute_post = models.UUIDField()
    begins_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    arranged_by = models.UUIDField()
    ended_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("请假")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(official=models.F("substitute")), name="leave_somebody_else_stands_in"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("begins_at")), name="leave_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-begins_at"], name="leave_of_organisation"),
            models.Index(fields=["substitute", "ends_at"], name="leave_of_substitute"),
            models.Index(fields=["official", "ends_at"], name="leave_of_official"),
        ]

    def __str__(self) -> str:
        return f"{self.official} {self.begins_at:%Y-%m-%d}"


class Phrase(models.Model):
    """One version of a text an official may begin a reason with 常用意见; a change is a row of its own.

    Invariant: a phrase has one current version, none once it is withdrawn. `owner` is set where it is one official's
    alone; else everybody of the organisation is offered it. Written for many cases, it speaks of no person.
    """

    key = models.UUIDField()
    version = models.PositiveIntegerField()
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.UUIDField(null=True)
    item = models.CharField(max_length=20, blank=True)
    title = models.CharField(_("名称"), max_length=40)
    text = models.TextField(_("意见"))
    changed_by = models.UUIDField()
    changed_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("常用意见")
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="phrase_version_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(current=True), name="phrase_current_once"),
        ]
        indexes = [
            models.Index(fields=["owner"], condition=models.Q(current=True), name="phrase_of_official"),
            models.Index(fields=["organisation"], condition=models.Q(current=True), name="phrase_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class EvidenceCheck(models.Model):
    """A request to the department that keeps a fact to check a piece of evidence 核验请求; answered once.

    Invariant: an answer has its moment; of one piece of a case one request waits. Question and reason may speak of the
    person, so both lie sealed.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    evidence = models.CharField(max_length=60)
    evidence_name = models.CharField(max_length=200)
    evidence_name_en = models.CharField(max_length=300)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    question: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.check.question")
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(max_length=16, blank=True)
    reason: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.check.reason", null=True)
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("核验请求")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answer="") | ~models.Q(answer="") & ~models.Q(answered_at=None),
                name="check_answered_with_its_moment",
            ),
            models.UniqueConstraint(
                fields=["case", "evidence"], condition=models.Q(answered_at=None), name="check_waits_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_on"], condition=models.Q(answered_at=None), name="check_to_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.evidence}"
