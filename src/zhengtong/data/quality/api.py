"""The door of quality 数据质量: rules as data, assessments, scores, issues, the gate.

set_rules(actor=actor, dataset="301001/1", rules=suggested(elements), at=now)
assessment = assess(actor=actor, dataset="301001/1", at=now)      # score, results rule by rule; issues open and close
evaluate(rows, rules, at=now)                                     # only count, for an Arrow table of any room
"""

from zhengtong.data.quality.contracts import (
    DIMENSION_LABELS,
    ISSUE_CLOSED,
    ISSUE_OPENED,
    PERMISSION_SENTENCES,
    AnswerMissing,
    Assessment,
    Check,
    DepartmentScore,
    Dimension,
    ImportedRules,
    Issue,
    IssueState,
    IssueUnknown,
    NoRowsYet,
    NoRules,
    Permission,
    Rule,
    RuleResult,
    RulesUnfit,
    Score,
)
from zhengtong.data.quality.importing import read_rules
from zhengtong.data.quality.law import score, suggested
from zhengtong.data.quality.queries import (
    department_scores,
    issue,
    issues,
    latest,
    rules_of,
    scores,
    trend,
)
from zhengtong.data.quality.services import answer, assess, assess_landed, evaluate, gate, set_rules

__all__ = [
    "DIMENSION_LABELS",
    "ISSUE_CLOSED",
    "ISSUE_OPENED",
    "PERMISSION_SENTENCES",
    "AnswerMissing",
    "Assessment",
    "Check",
    "DepartmentScore",
    "Dimension",
    "ImportedRules",
    "Issue",
    "IssueState",
    "IssueUnknown",
    "NoRowsYet",
    "NoRules",
    "Permission",
    "Rule",
    "RuleResult",
    "RulesUnfit",
    "Score",
    "answer",
    "assess",
    "assess_landed",
    "department_scores",
    "evaluate",
    "gate",
    "issue",
    "issues",
    "latest",
    "read_rules",
    "rules_of",
    "score",
    "scores",
    "set_rules",
    "suggested",
    "trend",
]
