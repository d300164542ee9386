"""The OpenID Connect provider 统一身份认证, on allauth's: what it is asked, what it agrees to, what it refuses."""
