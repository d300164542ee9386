"""A bundle follows its cases 一件事跟随办件: in the transaction of the step that ended one."""

from datetime import datetime

from zhengtong.process.bundles import services
from zhengtong.process.store.api import InstanceState, Receipt


def after_step(receipt: Receipt, at: datetime) -> None:
    """Settle the part of the case that this step ended, if it is one."""
    if receipt.state is not InstanceState.RUNNING:
        services.case_settled(receipt.instance, at)
