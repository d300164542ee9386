"""The door of identity 身份: who acts, for whom, by what right, and how people get here.

actor = actor_of(request)                                  # or request.actor, None when nobody is signed in
require_assurance(actor, AssuranceLevel.SUBSTANTIAL)       # else AssuranceTooLow
require_mandate(actor, "social.pension", at=now)           # acting for another: may they, in this matter?
responsibility_of(actor)                                   # for the ledger
"""

from zhengtong.trust.identity.acting import actor_of
from zhengtong.trust.identity.bulk import (
    bulk_establish_organisations,
    bulk_establish_posts,
    bulk_open_accounts,
    bulk_register_enterprises,
    bulk_register_officials,
    bulk_register_people,
)
from zhengtong.trust.identity.contracts import (
    AccountEntry,
    Actor,
    AssuranceLevel,
    Channel,
    Duty,
    EnterpriseEntry,
    MandateBasis,
    MandateView,
    OfficialEntry,
    OrganisationEntry,
    OrganisationKind,
    OrganisationLevel,
    PersonEntry,
    PostEntry,
    PostView,
    ProofMethod,
    Scope,
    SubjectKind,
    system_actor,
)
from zhengtong.trust.identity.guard import register_gatekeeper, register_population_source, require_assurance
from zhengtong.trust.identity.law import subtree
from zhengtong.trust.identity.oidc.logout import tell_application
from zhengtong.trust.identity.queries.applications import application, applications_of
from zhengtong.trust.identity.queries.mandates import mandates_given, mandates_held
from zhengtong.trust.identity.queries.organisations import (
    all_posts,
    appointments_of,
    organisation,
    organisation_chain,
    organisation_of_code,
    organisation_path,
    organisation_tree,
    organisations,
    post,
    posts_of,
    search_organisations,
)
from zhengtong.trust.identity.queries.people import (
    account,
    enterprise,
    my_profile,
    name_shown,
    names_of,
    number_shown,
    person,
    subject_of_account,
    subject_of_id_number,
)
from zhengtong.trust.identity.queries.staffing import Staffing, officials_in_post, organisations_at, staffing
from zhengtong.trust.identity.recording import record_look, responsibility_of
from zhengtong.trust.identity.refusals import UsernameTaken
from zhengtong.trust.identity.services.accounts import reset_password, set_active
from zhengtong.trust.identity.services.applications import (
    authenticate_application,
    issue_application_credential,
    register_application,
    revoke_application_credential,
)
from zhengtong.trust.identity.services.assistance import begin_assistance, end_assistance
from zhengtong.trust.identity.services.mandates import (
    accept_mandate,
    act_for,
    act_for_self,
    find_agent,
    grant_mandate,
    mandates_granted,
    principals_of,
    require_mandate,
    revoke_mandate,
)
from zhengtong.trust.identity.services.organisations import establish_organisation, establish_post, register_official
from zhengtong.trust.identity.services.posts import appoint, my_posts, relieve, take_post
from zhengtong.trust.identity.services.real_name import prove_real_name, register_person
from zhengtong.trust.identity.services.sessions import claim_untold as claim_untold_sessions
from zhengtong.trust.identity.services.sessions import end_overdue_sessions

__all__ = [
    "AccountEntry",
    "Actor",
    "AssuranceLevel",
    "Channel",
    "Duty",
    "EnterpriseEntry",
    "MandateBasis",
    "MandateView",
    "OfficialEntry",
    "OrganisationEntry",
    "OrganisationKind",
    "OrganisationLevel",
    "PersonEntry",
    "PostEntry",
    "PostView",
    "ProofMethod",
    "Scope",
    "Staffing",
    "SubjectKind",
    "UsernameTaken",
    "accept_mandate",
    "account",
    "act_for",
    "act_for_self",
    "actor_of",
    "all_posts",
    "application",
    "applications_of",
    "appoint",
    "appointments_of",
    "authenticate_application",
    "begin_assistance",
    "bulk_establish_organisations",
    "bulk_establish_posts",
    "bulk_open_accounts",
    "bulk_register_enterprises",
    "bulk_register_officials",
    "bulk_register_people",
    "claim_untold_sessions",
    "end_assistance",
    "end_overdue_sessions",
    "enterprise",
    "establish_organisation",
    "establish_post",
    "find_agent",
    "grant_mandate",
    "issue_application_credential",
    "mandates_given",
    "mandates_granted",
    "mandates_held",
    "my_posts",
    "my_profile",
    "name_shown",
    "names_of",
    "number_shown",
    "officials_in_post",
    "organisation",
    "organisation_chain",
    "organisation_of_code",
    "organisation_path",
    "organisation_tree",
    "organisations",
    "organisations_at",
    "person",
    "post",
    "posts_of",
    "principals_of",
    "prove_real_name",
    "record_look",
    "register_application",
    "register_gatekeeper",
    "register_official",
    "register_person",
    "register_population_source",
    "relieve",
    "require_assurance",
    "require_mandate",
    "reset_password",
    "responsibility_of",
    "revoke_application_credential",
    "revoke_mandate",
    "search_organisations",
    "set_active",
    "staffing",
    "subject_of_account",
    "subject_of_id_number",
    "subtree",
    "system_actor",
    "take_post",
    "tell_application",
]
