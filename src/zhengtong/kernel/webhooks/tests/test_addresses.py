"""Nothing is sent into our own network, whatever name leads there."""

from ipaddress import ip_network
from typing import Any

import pytest

from zhengtong.kernel.webhooks import addresses
from zhengtong.kernel.webhooks.contracts import AddressUnfit


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/events",
        "https://127.0.0.1/events",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://user@example.org/",
        "https://10.1.2.3:8443/",
        "ftp://example.org/",
        "https:///events",
        "https://example.org:99999/",
    ],
)
def test_an_address_in_our_own_network_is_refused(address: str) -> None:
    with pytest.raises(AddressUnfit):
        addresses.require_fit(address)


def test_a_name_that_leads_into_our_own_network_is_refused_when_it_is_used(settings: Any) -> None:
    for found in (["10.0.0.7"], ["93.184.215.14", "192.168.1.1"], []):

        def leads(_host: str, _port: int, *, to: list[str] = found) -> list[str]:
            return to

        with pytest.raises(AddressUnfit):
            addresses.post("https://example.org/", body=b"", headers={}, resolve=leads)
    settings.WEBHOOK_NETWORKS = [ip_network("10.0.0.0/8")]
    addresses.require_fit("https://10.0.0.7/")
    with pytest.raises(AddressUnfit):
        addresses.require_fit("https://192.168.1.1/")
