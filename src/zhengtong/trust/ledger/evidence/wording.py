"""The sentences of the reports 核验报告用语, in Chinese and English; no Django, because a verifier runs without it."""

from zhengtong.trust.ledger.evidence.verifying import Outcome, Reason, Subject

SUBJECTS: dict[Subject, tuple[str, str]] = {
    Subject.FORM: ("文件格式", "file"),
    Subject.ENTRY: ("存证原文", "entry"),
    Subject.LOG: ("存证日志", "log"),
    Subject.SIGNATURE: ("日志签名", "log's signature"),
    Subject.INCLUSION: ("包含证明", "inclusion"),
    Subject.WITNESSES: ("见证签名", "witnesses"),
    Subject.TIME_STAMP: ("时间戳", "time stamp"),
    Subject.ORDER: ("时间先后", "order of times"),
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("通过", "passed"),
    Outcome.FAILED: ("不通过", "failed"),
    Outcome.INDETERMINATE: ("无法判定", "indeterminate"),
}
VERDICTS: dict[Outcome, tuple[str, str]] = {
    Outcome.PASSED: (
        "证据成立：这条存证在所示时间之前已写入存证日志，此后未被改动。",
        "The evidence holds: this act was in the log before the moment shown and was not changed since.",
    ),
    Outcome.FAILED: (
        "证据不成立：内容被改动，或签名、证明与内容不符。",
        "The evidence does not hold: something was changed, or a signature or proof does not fit.",
    ),
    Outcome.INDETERMINATE: (
        "无法判定：没有发现矛盾，但缺少信任清单要求的依据。",
        "Undecided: nothing contradicts itself, but something that the trusted list asks for is missing.",
    ),
}
REASONS: dict[Reason, tuple[str, str]] = {
    Reason.READABLE: ("证据包完整可读", "the bundle is complete and readable"),
    Reason.UNREADABLE: ("不是证据包，或已损坏：{why}", "no evidence bundle, or damaged: {why}"),
    Reason.IS_AN_ACT: ("存证编号 {act}", "act {act}"),
    Reason.IS_NO_ACT: ("原文不是一条存证：{why}", "the entry is no act: {why}"),
    Reason.LOG_TRUSTED: ("{origin} 在信任清单内", "{origin} is in the trusted list"),
    Reason.LOG_UNKNOWN: ("{origin} 不在信任清单内", "{origin} is not in the trusted list"),
    Reason.HASH_UNAVAILABLE: ("本机不支持 {hash}，请换一台机器核验", "this machine cannot compute {hash}"),
    Reason.SIGNED: ("检查点由 {origin} 签发（{algorithms}）", "the checkpoint is signed by {origin} ({algorithms})"),
    Reason.SIGNED_BY_NOBODY_KNOWN: ("没有 {origin} 的有效签名", "no signature of {origin}"),
    Reason.SIGNATURE_WRONG: ("签名与内容不符：{why}", "a signature does not fit: {why}"),
    Reason.INCLUDED: ("第 {number} 条，共 {size} 条（{hash}）", "entry {number} of {size} ({hash})"),
    Reason.NOT_INCLUDED: ("原文不在日志中：{why}", "the entry is not in the log: {why}"),
    Reason.WITNESSED: (
        "{found} 个见证方签名（至少 {quorum} 个）：{names}",
        "{found} witnesses ({quorum} needed): {names}",
    ),
    Reason.TOO_FEW_WITNESSES: ("只有 {found} 个见证方签名，需要 {quorum} 个", "{found} witnesses, {quorum} needed"),
    Reason.NO_WITNESS_ASKED_FOR: (
        "信任清单不要求见证（有 {found} 个）",
        "the trusted list asks for none ({found} signed)",
    ),
    Reason.STAMPED: ("{authority} 证明不晚于 {at}", "{authority} proves: not later than {at}"),
    Reason.NOT_STAMPED: ("没有外部机构的时间戳", "no time stamp of an outside authority"),
    Reason.NO_AUTHORITY_TRUSTED: ("信任清单没有时间戳机构", "the trusted list names no time-stamp authority"),
    Reason.STAMP_UNDECIDED: (
        "{authority} 的时间戳缺少判定依据：{why}",
        "{authority}: not enough to judge it by: {why}",
    ),
    Reason.STAMP_WRONG: ("{authority} 的时间戳无效：{why}", "{authority}: the stamp does not hold: {why}"),
    Reason.TIMES_FIT: ("记录于 {recorded}，时间戳 {stamped}", "recorded at {recorded}, stamped at {stamped}"),
    Reason.TIMES_CONTRADICT: (
        "自称记录于 {recorded}，却已在 {stamped} 加盖时间戳",
        "claims to be recorded at {recorded}, but was stamped at {stamped}",
    ),
}
