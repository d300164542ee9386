"""Acts of office on keys 密钥管理: authorised and recorded through the registered `KeyOffice`, in one transaction."""
