"""Interfaces of the ministries 国家部委接口: asked through one line, by grant, within quotas, on the record."""
