"""Electronic licences 电子证照: numbered, signed, presented with consent, verified by anyone."""
