"""Acts on licences 电子证照: publish types, issue, suspend, resume, revoke, replace, present, verify."""
