"""Reads of quality: rules, the latest scores, trends, issues."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zhengtong.data.quality.contracts import (
    Assessment,
    Check,
    DepartmentScore,
    Dimension,
    Issue,
    IssueState,
    IssueUnknown,
    Rule,
    RuleResult,
    Score,
)
from zhengtong.data.quality.models import AssessmentRow, QualityIssue, QualityRule


def rules_of(dataset: str) -> tuple[Rule, ...]:
    """Return the rules of a dataset by key."""
    return tuple(
        Rule(
            key=row.key, name=row.name, dimension=Dimension(row.dimension), check=Check(row.check_kind),
            column=row.column, parameters=row.parameters, weight=row.weight, tolerance=row.tolerance,
        )
        for row in QualityRule.objects.filter(dataset=dataset).order_by("key")
    )  # fmt: skip


def latest(dataset: str) -> Assessment | None:
    """Return the latest assessment of a dataset, None where there is none."""
    row = AssessmentRow.objects.filter(dataset=dataset, latest=True).first()
    return None if row is None else _assessment(row)


def trend(dataset: str, *, limit: int = 30) -> tuple[Assessment, ...]:
    """Return the latest assessments of a dataset, the oldest first."""
    rows = AssessmentRow.objects.filter(dataset=dataset).order_by("-at", "-id")[:limit]
    return tuple(map(_assessment, reversed(rows)))


def scores(*, provider: UUID | None = None) -> tuple[Score, ...]:
    """Return the latest score of every dataset (of a department), the worst first: one statement."""
    issues = (
        QualityIssue.objects.filter(dataset=OuterRef("dataset"))
        .exclude(state=IssueState.CLOSED)
        .order_by()
        .values("dataset")
        .annotate(count=Count("id"))
        .values("count")
    )
    rows = AssessmentRow.objects.filter(latest=True).select_related("dataset__provider")
    if provider is not None:
        rows = rows.filter(dataset__provider=provider)
    counted = rows.annotate(open_issues=Coalesce(Subquery(issues), 0)).order_by("score", "dataset")
    return tuple(map(_score, counted))


def department_scores() -> tuple[DepartmentScore, ...]:
    """Return the mean score of every department, weighted by rows, the worst first: one statement."""
    groups: dict[UUID, list[Score]] = defaultdict(list)
    for one in scores():
        groups[one.provider].append(one)
    found = [_department(members) for members in groups.values()]
    return tuple(sorted(found, key=lambda one: (one.score, one.name)))


def issue(identifier: UUID) -> Issue:
    """Return an issue.

    Raises:
        IssueUnknown: there is none of this id.
    """
    row = QualityIssue.objects.select_related("dataset").filter(pk=identifier).first()
    if row is None:
        raise IssueUnknown
    return issue_view(row)


def issues(
    *, provider: UUID | None = None, dataset: str | None = None, closed: bool = False, limit: int = 100
) -> tuple[Issue, ...]:
    """Return issues that are not closed (or all with *closed*), the first due first."""
    rows = _issues(provider, dataset)
    if not closed:
        rows = rows.exclude(state=IssueState.CLOSED)
    return tuple(map(issue_view, rows.order_by("due_on", "dataset", "rule_key")[:limit]))


def issue_view(row: QualityIssue) -> Issue:
    """Return *row*, whose dataset is loaded, as a contract."""
    return Issue(
        id=row.id,
        dataset=row.dataset_id,
        dataset_name=row.dataset.name,
        provider=row.dataset.provider_id,
        rule_key=row.rule_key,
        rule_name=row.rule_name,
        state=IssueState(row.state),
        failing=row.failing,
        rows=row.rows,
        opened_at=row.opened_at,
        due_on=row.due_on,
        answer=row.answer,
    )


def dump_result(result: RuleResult) -> dict[str, Any]:
    """Return a result as plain JSON values, the rule with it: what was asked then is kept."""
    return {"rule": asdict(result.rule), "rows": result.rows, "failing": result.failing}


def _assessment(row: AssessmentRow) -> Assessment:
    return Assessment(
        dataset=row.dataset_id,
        version=row.version,
        at=row.at,
        rows=row.rows,
        score=row.score,
        results=tuple(_result(one) for one in row.results),
    )


def _result(one: dict[str, Any]) -> RuleResult:
    given = one["rule"]
    rule = Rule(**{**given, "dimension": Dimension(given["dimension"]), "check": Check(given["check"])})
    return RuleResult(rule=rule, rows=one["rows"], failing=one["failing"])


def _score(row: AssessmentRow) -> Score:
    provider = row.dataset.provider
    return Score(
        dataset=row.dataset_id,
        dataset_name=row.dataset.name,
        dataset_name_en=row.dataset.entry.get("name_en", ""),
        provider=provider.id,
        provider_name=provider.name,
        provider_name_en=provider.name_en,
        score=row.score,
        before=row.before,
        rows=row.rows,
        at=row.at,
        issues=row.open_issues,  # type: ignore[attr-defined]  # annotated by the query
    )


def _department(members: list[Score]) -> DepartmentScore:
    weight = sum(max(one.rows, 1) for one in members)
    mean = sum(one.score * max(one.rows, 1) for one in members) / weight
    first = members[0]
    return DepartmentScore(
        provider=first.provider, name=first.provider_name, name_en=first.provider_name_en, score=round(mean, 2),
        datasets=len(members), issues=sum(one.issues for one in members),
    )  # fmt: skip


def _issues(provider: UUID | None, dataset: str | None) -> QuerySet[QualityIssue]:
    rows = QualityIssue.objects.select_related("dataset")
    if provider is not None:
        rows = rows.filter(dataset__provider=provider)
    return rows if dataset is None else rows.filter(dataset=dataset)
