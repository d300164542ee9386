"""Why something about a project is refused 拒绝理由."""

from zhengtong.kernel.errors import Conflict, NotFound, Refusal
from zhengtong.kernel.errors import mark as _


class ProjectUnknown(NotFound):
    """There is no such project, or not for this reader."""

    code = "project_unknown"
    message = _("没有找到这个投资项目。")
    remedy = _("请核对项目代码，或从项目列表进入。")


class EnterpriseNeeded(Refusal):
    """A project belongs to an enterprise; a person acts for one."""

    code = "project_enterprise_needed"
    status = 403
    message = _("投资项目由企业登记，您现在以个人身份办事。")
    remedy = _("请在“我的”中切换到您代表的企业；受托人须先得到企业的委托。")


class ProjectUnfit(Refusal):
    """What is to be registered does not hold together."""

    code = "project_unfit"
    status = 422
    message = _("登记内容有误：{what}")
    remedy = _("请改正后重新提交。")


class NoStagePlan(Conflict):
    """Nothing says yet which items belong to which stage."""

    code = "project_no_stage_plan"
    message = _("本地还没有发布工程建设项目的阶段方案，暂时不能登记。")
    remedy = _("请稍后再试，或联系投资主管部门。")


class CodesUsedUp(Conflict):
    """No free code was drawn."""

    code = "project_codes_used_up"
    message = _("没有取得空闲的项目代码，项目没有登记。")
    remedy = _("请再提交一次；仍不成功的，请联系平台运维人员。")


class StepNotOpen(Conflict):
    """The item runs already, is granted, or waits for others of the project."""

    code = "project_step_not_open"
    message = _("“{item}”现在不能申请：{state}。")
    remedy = _("请在项目页面查看它等待哪些事项，或从已有的办件继续。")


class DrawingsMissing(Conflict):
    """The item needs drawings and the project has none."""

    code = "project_drawings_missing"
    message = _("办理“{item}”要用到图纸，项目还没有上传。")
    remedy = _("请先在项目页面上传一套图，各阶段共用，不用重复提交。")


class DrawingsUnchanged(Conflict):
    """The new version has the very files of the one before."""

    code = "project_drawings_unchanged"
    message = _("上传的图纸与第 {version} 版完全相同，没有产生新版本。")
    remedy = _("请选择修改过的文件；没有修改的专业不用上传。")


class SheetUnknown(NotFound):
    """The version has no such drawing."""

    code = "project_sheet_unknown"
    message = _("没有找到这张图纸。")
    remedy = _("请从项目页面进入。")


class StagePlanBroken(Refusal):
    """A stage plan cannot be read."""

    code = "project_stage_plan_broken"
    status = 422
    message = _("阶段方案有误（{place}）：{what}")
    remedy = _("请改正文件后重新发布；当前版本不受影响。")
