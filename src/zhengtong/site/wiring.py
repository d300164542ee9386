"""Who fills which registry: the only module that knows the implementations behind the lower rooms' protocols."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhengtong.data.assets import api as assets
from zhengtong.data.cascade import api as cascade
from zhengtong.data.cascade.tasks import enqueue_due as enqueue_pulls
from zhengtong.data.catalog import contracts as catalog_contracts
from zhengtong.data.collection import contracts as collection_contracts
from zhengtong.data.collection.tasks import enqueue_due
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.tasks import enqueue_due as enqueue_announcements
from zhengtong.data.fusion import api as fusion
from zhengtong.data.ministries import api as ministries
from zhengtong.data.opening import api as opening
from zhengtong.data.quality import contracts as quality_contracts
from zhengtong.data.registries import api as registries
from zhengtong.data.registries import contracts as registries_contracts
from zhengtong.kernel import errors
from zhengtong.kernel.jobs.rounds import every_round
from zhengtong.kernel.pages.api import Link, add_links
from zhengtong.portals.cockpit import contracts as cockpit_contracts
from zhengtong.portals.developer import api as developer
from zhengtong.portals.officer.messages import Messages
from zhengtong.portals.officer.objections_at_post import Objections
from zhengtong.portals.officer.purposes import PURPOSES
from zhengtong.portals.officer.tasks_at_post import Tasks
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.projects import api as projects
from zhengtong.process.store import api as store
from zhengtong.process.systems import api as systems
from zhengtong.process.systems.tasks import enqueue_due as enqueue_deliveries
from zhengtong.site import licence_office
from zhengtong.site.key_modules import attach_modules
from zhengtong.site.key_office import ActOffice
from zhengtong.trust.access import api as access
from zhengtong.trust.access import contracts as access_contracts
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.delivery.api import register_inbox_source
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity import contracts as identity_contracts
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tasks import end_and_tell
from zhengtong.trust.keys import api as keys
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger import contracts as ledger_contracts
from zhengtong.trust.ledger.api import declare_purpose
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.seals import contracts as seals_contracts


def wire() -> None:
    """Fill every registry. Called once, when all apps are loaded."""
    errors.translate_with(gettext)
    wire_footer()
    wire_permissions()
    keys.register_key_office(ActOffice())
    every_round("revocation lists", publish_lists)
    attach_modules(Path(settings.HOME) / "keys")
    register_inbox_source(Tasks())
    register_inbox_source(Messages())
    register_inbox_source(Objections())
    every_round("process timers", store.fire_due_timers)
    every_round("cases started by timers", store.fire_due_starts)
    every_round("ledger", ledger.round_of_worker)
    every_round("old drafts", forms.forget_old_drafts)
    every_round("letters never confirmed", delivery.forget_unconfirmed)
    cases.register_evidence_source(items.EvidenceRoute.SHARED, cases.RegistryEvidence())
    cases.register_evidence_source(items.EvidenceRoute.LICENCE, licence_office.LicenceEvidence())
    cases.register_output_issuer(licence_office.LicenceIssuer())
    every_round("late stages", cases.escalate_late)
    every_round("cases to archive", cases.archive_due)
    forms.register_prefill_source("population", forms.PopulationSource())
    forms.register_prefill_source("enterprise", forms.EnterpriseSource())
    forms.register_prefill_source("marriage", marriage_register())
    every_round("data collection", enqueue_due)
    every_round("pulls from other nodes", enqueue_pulls)
    every_round("heads of the chains of looks", lambda at: exchange.anchor_looks(at=at))
    every_round("expired answers of ministries", ministries.forget_expired)
    every_round("openings due", opening.release_due)
    exchange.register_case_directory(cases.OpenCases())
    every_round("process migrations", store.continue_migrations)
    every_round("sessions at applications", end_and_tell)
    every_round("messages to departments' systems", enqueue_deliveries)
    every_round("announcements to subscribers", enqueue_announcements)
    every_round("old announcements", lambda at: exchange.forget_old_announcements(at=at))
    developer.publish(openapi)
    declare_purpose(ministries.PURPOSE, _("为办理事项向国家部委核验"))
    declare_purpose(fusion.LOOK_PURPOSE, _("核对部门间不一致的数据"))
    for code, title in PURPOSES.items():
        declare_purpose(code, title)
    for system_purpose, system_title in systems.PURPOSE_TITLES.items():
        declare_purpose(system_purpose, system_title)
    for letter_purpose, letter_title in delivery.PURPOSE_TITLES.items():
        declare_purpose(letter_purpose, letter_title)
    for purpose, title in {**licenses.PURPOSE_TITLES, **licence_office.PURPOSES}.items():
        declare_purpose(purpose, title)
    identity.register_population_source(registries.PopulationRegistry())


def marriage_register() -> forms.MinistrySource:
    """Return the ministry's register of marriages as a source of prefilled values."""
    return forms.MinistrySource(
        "civil_affairs-marriage", title=_("民政部婚姻登记"), department="civil_affairs",
        items={"marriage_status": _("婚姻状况"), "registered_on": _("登记日期")},
    )  # fmt: skip


def publish_lists(at: datetime) -> int:
    """Publish the revocation lists that are due, in the platform's own name; wipe shares that nobody may use."""
    keys.wipe_expired_shares(at=at)
    return keys.publish_due_lists(by=identity.system_actor(), at=at)


def openapi() -> Mapping[str, Any]:
    """Return the OpenAPI document; its routes are imported when somebody asks, not by every command."""
    from zhengtong.site.api import api  # noqa: PLC0415 -- see above

    document: Mapping[str, Any] = api.get_openapi_schema()
    return document


def wire_footer() -> None:
    """Put the portals into every footer, so that no portal knows another."""
    add_links(
        Link(order=10, label=_("关于政通"), route="citizen:about"),
        Link(order=20, label=_("无障碍声明"), route="citizen:accessibility"),
        Link(order=25, label=_("验证文件"), route="citizen:verify_seal"),
        Link(order=26, label=_("证照核验"), route="citizen:verify_license"),
        Link(order=30, label=_("工作台"), route="officer:home"),
        Link(order=40, label=_("数据开放"), route="opendata:home"),
        Link(order=50, label=_("开发者"), route="developer:home"),
    )


def wire_purposes() -> None:
    """Say in a sentence what each purpose of reading is, for the page "who looked at my data"."""
    ledger.declare_purpose("data.registries.identity_check", _("办理事项时核对身份"))


def wire_permissions() -> None:
    """Register every app's permissions, each with its sentence and the duty it belongs to 三员分立."""
    identity.register_gatekeeper(access.require)
    access.register_permissions(identity_contracts.PERMISSION_SENTENCES, duties=identity_contracts.DUTY_OF_PERMISSION)
    access.register_permissions(access_contracts.PERMISSION_SENTENCES, duties=access_contracts.DUTY_OF_PERMISSION)
    access.register_permissions(keys.PERMISSION_SENTENCES, duty=Duty.SECURITY)
    access.register_permissions(ledger_contracts.PERMISSION_SENTENCES, duty=Duty.AUDIT)
    access.register_permissions(seals_contracts.PERMISSION_SENTENCES)
    access.register_permissions(registries_contracts.PERMISSION_SENTENCES)
    access.register_permissions(fusion.PERMISSION_SENTENCES)
    access.register_permissions(licenses.PERMISSION_SENTENCES)
    access.register_permissions(projects.PERMISSION_SENTENCES)
    access.register_permissions(delivery.PERMISSION_SENTENCES)
    access.register_permissions(catalog_contracts.PERMISSION_SENTENCES)
    access.register_permissions(collection_contracts.PERMISSION_SENTENCES)
    access.register_permissions(quality_contracts.PERMISSION_SENTENCES)
    access.register_permissions(exchange.PERMISSION_SENTENCES)
    access.register_permissions(cascade.PERMISSION_SENTENCES)
    access.register_permissions(
        ministries.PERMISSION_SENTENCES, duties={ministries.Permission.SET_UP: Duty.ADMINISTRATION}
    )
    access.register_permissions(opening.PERMISSION_SENTENCES, duties={opening.Permission.AUDIT: Duty.AUDIT})
    access.register_permissions(assets.PERMISSION_SENTENCES)
    access.register_permissions(cockpit_contracts.PERMISSION_SENTENCES)
    access.register_permissions(cases.PERMISSION_SENTENCES)
    access.register_permissions(cases.DESK_SENTENCES)
    access.register_permissions(forms.PERMISSION_SENTENCES)
    access.register_permissions(store.PERMISSION_SENTENCES)
    access.register_permissions(systems.PERMISSION_SENTENCES)
