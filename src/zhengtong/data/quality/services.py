"""Acts of quality: set rules, assess rows, answer an issue; and the gate that a bad batch does not pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import compiling, law, queries
from zhengtong.data.quality.contracts import (
    ISSUE_CLOSED,
    ISSUE_OPENED,
    AnswerMissing,
    Assessment,
    Check,
    IssueClosed,
    IssueOpened,
    IssueState,
    IssueUnknown,
    NoRowsYet,
    NoRules,
    Permission,
    Rule,
    RuleResult,
    RulesUnfit,
)
from zhengtong.data.quality.models import AssessmentRow, QualityIssue, QualityRule
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

CLAUSE = "国务院令第809号"


def set_rules(*, actor: Actor, dataset: str, rules: Sequence[Rule], at: datetime) -> int:
    """Replace the rules of a dataset by *rules* and return how many there are; the same again changes nothing.

    Raises:
        DatasetUnknown: the catalogue has no such dataset.
        NotAllowed: the actor may not.
        RulesUnfit: with every fault; the rules before stay.
    """
    view = catalog.dataset(dataset)
    require(actor, Permission.SET_RULES, organisation=view.provider, region=view.region)
    if wrong := list(law.faults(rules, view.entry.elements)):
        raise RulesUnfit(what="；".join(map(str, wrong)))
    with transaction.atomic():
        before = queries.rules_of(dataset)
        if sorted(rules, key=lambda rule: rule.key) == list(before):
            return len(before)
        QualityRule.objects.filter(dataset=dataset).delete()
        QualityRule.objects.bulk_create(_row(dataset, rule) for rule in rules)
        states = (_digest(before), _digest(rules))
        _record(actor, "set_rules", Permission.SET_RULES, "data.catalog.dataset", dataset, states, at)
    return len(rules)


def assess(*, actor: Actor, dataset: str, at: datetime) -> Assessment:
    """Assess the latest version of a dataset, remember the score, open and close issues.

    Raises:
        DatasetUnknown: the catalogue has no such dataset.
        NotAllowed: the actor may not.
        NoRules, NoRowsYet: there is nothing to assess by, or nothing to assess.
    """
    view = catalog.dataset(dataset)
    require(actor, Permission.ASSESS, organisation=view.provider, region=view.region)
    rules = queries.rules_of(dataset)
    if not rules:
        raise NoRules(dataset=view.name)
    table = _table(view)
    rows = collection.rows(table)
    if rows is None:
        raise NoRowsYet(dataset=view.name)
    results = evaluate(rows, rules, at=at)
    version = collection.version_of(table)
    found = Assessment(
        dataset=dataset, version=version, at=at, rows=rows.num_rows, score=law.score(results), results=results
    )
    with transaction.atomic():
        _remember(found)
        _settle_issues(found)
        after = digest({"score": found.score, "rows": found.rows, "version": version})
        _record(actor, "assess", Permission.ASSESS, "data.catalog.dataset", dataset, (None, after), at)
    return found


def assess_landed(*, dataset: str, version: int, at: datetime) -> None:
    """Assess what just landed; a dataset without rules, or assessed in this version or a later one, is left alone."""
    if not queries.rules_of(dataset):
        return
    known = queries.latest(dataset)
    if known is not None and known.version is not None and known.version >= version:
        return
    assess(actor=identity.system_actor(), dataset=dataset, at=at)


def answer(*, actor: Actor, issue: UUID, text: str, at: datetime) -> None:
    """Answer an issue 答复: what was mended, or why the data are right. The next assessment decides.

    Raises:
        IssueUnknown: there is none open of this id.
        NotAllowed: it is not the actor's department's.
        AnswerMissing: the text is empty.
    """
    if not text.strip():
        raise AnswerMissing(field="text")
    with transaction.atomic():
        row = QualityIssue.objects.select_for_update(of=("self",)).select_related("dataset").filter(pk=issue).first()
        if row is None or row.state == IssueState.CLOSED:
            raise IssueUnknown
        require(actor, Permission.ANSWER, organisation=row.dataset.provider_id, region=row.dataset.region_id)
        row.state, row.answer = IssueState.ANSWERED, text.strip()[:2000]
        row.save(update_fields=["state", "answer"])
        after = digest({"state": row.state, "answer": digest(row.answer)})
        _record(actor, "answer", Permission.ANSWER, "data.quality.issue", str(issue), (None, after), at)


def gate(dataset: str, rows: Any, *, batch: UUID, at: datetime) -> collection.Verdict:
    """Judge a batch by the rules that have a tolerance; see `collection.Gate`."""
    del batch
    rules = [rule for rule in queries.rules_of(dataset) if rule.tolerance is not None]
    if not rules or not rows.num_rows:
        return collection.Verdict(passes=True)
    broken = law.stopped_by(evaluate(rows, rules, at=at))
    if broken is None:
        return collection.Verdict(passes=True)
    why = f"{broken.rule.name}: {broken.failing}/{broken.rows} > {broken.rule.tolerance:.2%}"
    return collection.Verdict(passes=False, why=why)


def evaluate(rows: "pa.Table", rules: Sequence[Rule], *, at: datetime) -> tuple[RuleResult, ...]:
    """Return how many of *rows* break each rule: one pass in DuckDB."""
    import ibis  # noqa: PLC0415 -- heavy; only what assesses needs it

    connection = ibis.duckdb.connect()
    try:
        table = _bound(connection, rows)
        references = _references(connection, rules)
        expression = compiling.compiled(table, rules, today=on_day(at), references=references)
        counted = connection.to_pyarrow(expression).to_pylist()[0]
    finally:
        connection.disconnect()
    total = int(counted[compiling.ROWS])
    return tuple(
        RuleResult(rule=rule, rows=total, failing=int(counted[f"rule_{place}"] or 0))
        for place, rule in enumerate(rules)
    )


def _bound(connection: Any, rows: "pa.Table") -> "ir.Table":
    """Return *rows* as a table of the connection without copying them."""
    connection.con.register("assessed_rows", rows)
    return connection.table("assessed_rows")


def _references(connection: Any, rules: Sequence[Rule]) -> "Mapping[str, ir.Table]":
    """Return the tables that reference rules name; one that is not collected yet refers to nothing."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    found: dict[str, Any] = {}
    for rule in rules:
        name = str(rule.parameters.get("dataset", ""))
        if rule.check is not Check.REFERENCE or name in found:
            continue
        columns = sorted({str(one.parameters["column"]) for one in rules if one.parameters.get("dataset") == name})
        rows = collection.rows(_table(catalog.dataset(name)), columns=columns)
        rows = rows if rows is not None else pa.table({column: pa.array([], pa.string()) for column in columns})
        label = f"reference_{len(found)}"
        connection.con.register(label, rows)
        found[name] = connection.table(label)
    return found


def _table(view: catalog.DatasetView) -> str:
    return view.entry.table or view.slug


def _remember(found: Assessment) -> None:
    before = AssessmentRow.objects.select_for_update().filter(dataset=found.dataset, latest=True).first()
    if before is not None:
        AssessmentRow.objects.filter(pk=before.pk).update(latest=False)
    AssessmentRow.objects.create(
        dataset_id=found.dataset,
        version=found.version,
        at=found.at,
        rows=found.rows,
        score=found.score,
        before=before.score if before is not None else None,
        results=[queries.dump_result(result) for result in found.results],
    )


def _settle_issues(found: Assessment) -> None:
    """Open an issue for each rule that is broken, open an answered one again, close those that no longer are."""
    known = {
        row.rule_key: row
        for row in QualityIssue.objects.select_for_update()
        .filter(dataset=found.dataset)
        .exclude(state=IssueState.CLOSED)
    }
    for result in found.results:
        row = known.pop(result.rule.key, None)
        if result.failing:
            _open(found, result, row)
        elif row is not None:
            _close(row, found.at)
    for row in known.values():  # their rules are gone
        _close(row, found.at)


def _open(found: Assessment, result: RuleResult, row: QualityIssue | None) -> None:
    if row is not None:
        row.state, row.failing, row.rows = IssueState.OPEN, result.failing, result.rows
        row.save(update_fields=["state", "failing", "rows"])
        return
    row = QualityIssue.objects.create(
        id=new_id(),
        dataset_id=found.dataset,
        rule_key=result.rule.key,
        rule_name=result.rule.name,
        state=IssueState.OPEN,
        failing=result.failing,
        rows=result.rows,
        opened_at=found.at,
        due_on=law.due_on(on_day(found.at)),
    )
    data = IssueOpened(issue=row.id, dataset=found.dataset, rule=result.rule.key, failing=result.failing)
    emit(ISSUE_OPENED, subject=row.id, data=data, at=found.at)


def _close(row: QualityIssue, at: datetime) -> None:
    row.state, row.closed_at, row.failing = IssueState.CLOSED, at, 0
    row.save(update_fields=["state", "closed_at", "failing"])
    data = IssueClosed(issue=row.id, dataset=row.dataset_id, rule=row.rule_key)
    emit(ISSUE_CLOSED, subject=row.id, data=data, at=at)


def _row(dataset: str, rule: Rule) -> QualityRule:
    return QualityRule(
        dataset_id=dataset,
        key=rule.key,
        name=rule.name,
        dimension=rule.dimension,
        check_kind=rule.check,
        column=rule.column,
        parameters=dict(rule.parameters),
        weight=rule.weight,
        tolerance=rule.tolerance,
    )


def _digest(rules: Sequence[Rule]) -> str:
    return digest([[rule.key, rule.check, rule.column, dict(rule.parameters), rule.tolerance] for rule in rules])


def _record(
    actor: Actor,
    verb: str,
    permission: Permission,
    thing: str,
    identifier: str,
    states: tuple[str | None, str],
    at: datetime,
) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=permission),
            business=Business(
                command=f"data.quality.{verb}", object_type=thing, object_id=identifier, before=states[0],
                after=states[1],
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
