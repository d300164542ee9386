"""Refusals of the engine 流程引擎的拒绝: the case stays as it was, and the officer learns why and what to do."""

from zhengtong.kernel.errors import Conflict, Refusal
from zhengtong.kernel.errors import mark as _


class StepRefused(Refusal):
    """The base of all refusals of a step."""

    code = "process_step_refused"
    message = _("流程不能执行这一步。")
    remedy = _("请联系流程管理员检查流程定义。")


class WorkItemGone(Conflict):
    """The work item was completed or withdrawn meanwhile."""

    code = "work_item_gone"
    message = _("这项待办已被办理或撤回（编号 {work_item}）。")
    remedy = _("请刷新待办列表。")


class NoFlowTaken(StepRefused):
    """No outgoing condition of a gateway holds and it has no default (clause 13.4)."""

    code = "process_no_flow_taken"
    message = _("在“{node}”处没有任何流出条件成立，流程无法继续。")
    remedy = _("请核对填写的内容，或请流程管理员为该网关增加默认流向。")


class EndlessRun(StepRefused):
    """One command moves tokens for ever: a loop without anything to wait for."""

    code = "process_endless_run"
    message = _("流程在一步之内移动超过 {limit} 次，像是没有出口的循环。")
    remedy = _("请流程管理员检查循环的结束条件。")


class BadRepetition(StepRefused):
    """The number of instances is not a whole number of zero or more, or passes the limit."""

    code = "process_bad_repetition"
    message = _("“{node}”的重复次数不正确：{value}。")
    remedy = _("请核对决定次数的数据。")


class BadTimer(StepRefused):
    """A timer's expression yields no date, duration or cycle."""

    code = "process_bad_timer"
    message = _("“{node}”的时间表达式不正确：{expression}。")
    remedy = _("请使用 ISO 8601 的日期、时长（如 P5D）或循环（如 R3/PT10M）。")


class BadExpression(StepRefused):
    """An expression cannot be read."""

    code = "process_bad_expression"
    message = _("“{node}”的表达式有误：{problem}")
    remedy = _("请流程管理员改正表达式后重新发布。")


class BadCallee(StepRefused):
    """The expression that says which process to call yields no name."""

    code = "process_bad_callee"
    message = _("“{node}”算不出要调用哪个流程：得到的是 {value}。")
    remedy = _("请核对决定调用对象的数据，或请流程管理员改正表达式。")


class UnknownProcess(StepRefused):
    """A process is not in the library, or has no place to start."""

    code = "process_unknown"
    message = _("没有找到可启动的流程：{process}。")
    remedy = _("请确认流程已发布并含有开始事件。")


class NotAdHoc(StepRefused):
    """The token is not on an ad-hoc sub-process, or the activity is not in it."""

    code = "process_not_ad_hoc"
    message = _("这一环节不能自行启动或结束活动：{node}。")
    remedy = _("请刷新页面查看当前环节。")
