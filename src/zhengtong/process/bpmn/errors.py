"""Refusals of the BPMN reader 流程模型不予接收: what is wrong with the file, and what to do about it."""

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _


class ModelRefused(Refusal):
    """The base of all refusals of a process model."""

    code = "bpmn_refused"
    status = 422
    message = _("流程模型不能接收。")
    remedy = _("请在流程设计器中改正后重新导入。")


class BrokenXml(ModelRefused):
    """The file is not well-formed XML."""

    code = "bpmn_broken_xml"
    message = _("流程模型不是格式良好的 XML（第 {line} 行）：{what}")
    remedy = _("请用流程设计器重新导出该模型。")


class DangerousXml(ModelRefused):
    """The file declares a document type or entities; both can read files or fill the memory."""

    code = "bpmn_dangerous_xml"
    message = _("流程模型含有文档类型或实体声明（第 {line} 行），出于安全原因不予接收。")
    remedy = _("请删除 DOCTYPE 与 ENTITY 声明后重新导入。")


class OversizedXml(ModelRefused):
    """The file passes a limit of size, depth or number of elements."""

    code = "bpmn_oversized_xml"
    message = _("流程模型过大：{what}。")
    remedy = _("请把模型拆成几个较小的流程，用调用活动连接。")


class NotBpmn(ModelRefused):
    """The root element is not BPMN 2.0 `definitions`."""

    code = "bpmn_not_bpmn"
    message = _("这不是 BPMN 2.0 模型：根元素是 {root}。")
    remedy = _("请导入以 BPMN 2.0 definitions 为根元素的文件。")
