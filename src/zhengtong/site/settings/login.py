"""Login, second factors and the OIDC provider: the part of the settings that django-allauth reads."""

import os

from zhengtong.site.settings.environment import flag, networks

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["zhengtong.trust.identity.login.AccountBackend"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600  # a working day; a browser that is closed forgets the session earlier

ACCOUNT_ADAPTER = "zhengtong.trust.identity.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# GB/T 22239-2019 8.1.4.1 b: five failures lock a user name for a quarter of an hour, whether or not it exists.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,5/900s/key", "signup": "20/m/ip"}

MFA_ADAPTER = "zhengtong.trust.identity.login.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so a passkey alone is two factors: the device, and its PIN or finger
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not flag("ZHENGTONG_HTTPS")  # browsers themselves allow it on localhost only
MFA_TOTP_ISSUER = "政通 Zhengtong"

# GB/T 22239-2019 level 3, 8.1.4.1 d: who administers system, security or audit has signed in with two factors. A demo
# asks for one, so that it can be looked at without an authenticator.
ADMINISTRATION_NEEDS_TWO_FACTORS = not flag("ZHENGTONG_DEMO")

IDP_OIDC_ADAPTER = "zhengtong.trust.identity.oidc.adapter.OIDCAdapter"
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # every application keeps a secret
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_ROTATE_REFRESH_TOKEN = True
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 3600

# Where applications may be told of a sign-out besides public addresses: the province's own networks.
LOGOUT_NETWORKS = networks("ZHENGTONG_LOGOUT_NETWORKS", os.environ.get("ZHENGTONG_LOGOUT_NETWORKS", ""))

# Failed logins, codes of the OIDC provider and the like must be the same for every process: they live in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
