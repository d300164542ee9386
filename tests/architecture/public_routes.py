"""The addresses that need no signed-in account, each with the reason. Everything else must turn a stranger away.

Adding a line here is a decision about who may read what: give the reason a stranger would accept. A name ending in `*`
stands for all that begin so.
"""

PUBLIC: dict[str, str] = {
    # the door itself
    "account_login": "where one signs in",
    "account_logout": "signing out twice is no error",
    "account_inactive": "says that an account is closed, to whoever asks",
    "account_signup": "where an account is opened, if the platform lets people open one",
    "account_reset_password": "whoever forgot the password cannot sign in first",
    "account_reset_password_done": "the page behind it",
    "account_reset_password_from_key": "the secret in the address is the proof",
    "account_reset_password_from_key_done": "the page behind it",
    "account_email_verification_sent": "says that a letter is on its way",
    "account_confirm_email": "the secret in the address is the proof",
    "account_confirm_login_code": "second half of signing in; needs the first half's session",
    "mfa_authenticate": "second factor; needs the password's session",
    "admin:login": "the back office's own sign-in page",
    "admin:logout": "signing out twice is no error",
    # OpenID Connect for departments' applications
    "idp:oidc:authorization": "repeats a posted request as a read one, and that asks to sign in",
    "idp:oidc:configuration": "OpenID Connect Discovery 1.0: read before anybody is known",
    "idp:oidc:jwks": "public keys",
    "idp:oidc:token": "the application proves itself in the request (RFC 6749 §3.2)",
    "idp:oidc:revoke": "the application proves itself in the request (RFC 7009)",
    "idp:oidc:device_*": "answers 404, devices without a browser are not served",
    "idp:oidc:logout": "RP-initiated logout shows a page to whoever comes",
    # every page
    "pages:choose": "language, theme and edition are everybody's choice",
    "pages:manifest": "web app manifest",
    "pages:offline": "shown without a network, hence without a session",
    "pages:worker": "service worker, a static script",
    # what the state publishes
    "citizen:home": "the front page",
    "citizen:services": "what the state does on request is published (政务公开)",
    "citizen:suggestions": "names of published services, for whoever types in the search box; nothing is kept",
    "citizen:guide": "a service guide is published (政务公开)",
    "citizen:eligibility": "tries published criteria by the answers in the request and keeps nothing",
    "citizen:bundle": "a service guide is published (政务公开)",
    "citizen:receipt_verify": "whoever is shown a receipt may check it; it names no person",
    "citizen:verify_license": "who is shown a licence must be able to check it without an account",
    "citizen:life_events": "the service catalogue by occasion is published",
    "citizen:verify": "evidence convinces only if anybody may verify it; nothing is stored",
    "citizen:verify_seal": "whoever holds a sealed document must be able to check it (电子签名法 §16); nothing is kept",
    "citizen:about": "says what this site is",
    "citizen:accessibility": "the accessibility statement is for everybody",
    "opendata:home": "open data is open (政府信息公开条例)",
    "opendata:dcat*": "open data is open (政府信息公开条例)",
    "opendata:catalog*": "open data is open (政府信息公开条例)",
    "opendata:ckan": "open data is open (政府信息公开条例)",
    "opendata:dataset": "open data is open (政府信息公开条例)",
    "opendata:download": "open data is open (政府信息公开条例)",
    "opendata:release": "what is open, to whom and on which basis, is for everybody to see",
    "api:list_released_rows": "rows open to everybody; others are refused to who bears no key",
    "opendata:release_file": "files open to everybody; others are refused to who has not been granted them",
    "developer:home": "documentation of public interfaces",
    "developer:reference": "documentation of public interfaces",
    "developer:departments": "documentation of public interfaces",
    "developer:events": "documentation of public interfaces",
    "developer:refusals": "documentation of public interfaces",
    "developer:sign_in": "documentation of public interfaces",
    "ledger_checkpoint": "a log that is not public could show everybody another one",
    "ledger_tile": "hashes only; by them anybody checks that the log only grows",
    "license_*": "public keys and states by number, for whoever was shown a credential; no personal data",
    "ledger_trusted_list": "public keys",
    "pki_*": "certificates, revocation lists, their status and time stamps are for whoever checks a signature",
    "api:openapi-json": "documentation of public interfaces",
    "api:openapi-view": "documentation of public interfaces",
    "api:api-root": "answers 404, there is nothing to see",
    "api:list_datasets": "open data is open (政府信息公开条例)",
    "api:list_rows": "open data is open (政府信息公开条例)",
}


def reason(name: str) -> str | None:
    """Return why a route is public, or None where it is not."""
    for listed, why in PUBLIC.items():
        if name == listed or (listed.endswith("*") and name.startswith(listed[:-1])):
            return why
    return None
