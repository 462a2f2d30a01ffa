"""The guest's page: GET /c/<address>."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from django.utils import timezone

from accounts.tenants.models import Account
from rooms.base.phrases import get_phrases
from rooms.links.models import DirectLink
from rooms.links.services.links import create_link
from rooms.links.services.properties import archive_property
from rooms.properties.models import Property
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def show(client, link, **headers):
    return client.get(f"/c/{link.address}", headers=headers)


def config_of(response):
    found = re.search(
        r'<script id="guest" type="application/json">(.*?)</script>', text_of(response)
    )
    return json.loads(found[1])


def text_of(response):
    return response.content.decode()


def join(client, link):
    return client.post(f"/c/{link.token}/join", "{}", content_type="application/json")


def test_a_link_shows_its_property(client, link):
    response = show(client, link)

    assert response.status_code == 200
    assert f"<title>{link.property.name.replace(chr(39), '&#x27;')}</title>" in text_of(response)
    config = config_of(response)
    assert config["join"] == f"/c/{link.address}/join"
    assert config["property"]["name"] == link.property.name


def test_the_page_costs_one_query_and_no_session(client, link, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = show(client, link)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_a_readable_address_leads_to_the_same_page(client, property):
    link = create_link(property=property, slug="front-desk")

    assert client.get("/c/front-desk").status_code == 200
    assert client.get(f"/c/{link.token}").status_code == 200


def test_the_address_is_kept_from_search_engines_and_other_sites(client, link):
    response = show(client, link)

    assert response["Referrer-Policy"] == "same-origin"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Cache-Control"] == "private, no-cache"
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_the_javascript_of_the_page_stays_within_24_kib_compressed(client, link):
    text = text_of(show(client, link))
    urls = set(
        re.findall(r'(?:rel="modulepreload" href|<script(?: type="module")? src)="([^"]+)"', text)
    )

    assert all(re.search(r"\.[0-9a-f]{12}\.js$", url) for url in urls)
    sources = [read_static(url) for url in urls]
    assert not any(re.search(rb"(?:^|[;}\n])import\b", source) for source in sources)
    assert 10_000 < sum(len(gzip.compress(source, 9)) for source in sources) <= 24 * 1024


def read_static(url):
    with staticfiles_storage.open(url.removeprefix(settings.STATIC_URL)) as file:
        return file.read()


def test_without_joining_every_module_is_asked_for_at_once(client, link, settings):
    settings.DEBUG = True

    preloaded = re.findall(r'rel="modulepreload" href="([^"]+)"', text_of(show(client, link)))

    assert f"{settings.STATIC_URL}signaling/wire/client.js" in preloaded
    assert preloaded[-1].endswith("rooms/visits/guest.js")


def test_a_known_guest_is_told_apart_without_a_query(client, link, django_assert_num_queries):
    assert config_of(show(client, link))["known"] is False
    join(client, link)

    with django_assert_num_queries(1):
        assert config_of(show(client, link))["known"] is True


def test_another_accounts_guest_is_not_known(client, link, charlie):
    join(client, charlie.memberships.get().account.links.get())

    assert config_of(show(client, link))["known"] is False


def test_the_page_says_what_the_door_will_ask(client, property):
    Property.objects.update(nickname=Property.Nickname.REQUIRED)
    config = config_of(show(client, create_link(property=property, passcode="swordfish")))

    assert (config["nickname"], config["passcode"]) == ("required", True)
    assert "swordfish" not in json.dumps(config)


@pytest.mark.parametrize("name", ["p", "prefill"])
def test_signed_facts_in_the_address_reach_the_door(client, link, name):
    response = client.get(f"/c/{link.address}", {name: "signed.facts"})

    assert config_of(response)["prefill"] == "signed.facts"


def test_an_owners_words_are_shown_as_text(client, link):
    Property.objects.update(name="</script><b>", greeting="<img src=x onerror=alert(1)>")

    page = text_of(show(client, link))

    assert "<b>" not in page
    assert "<img" not in page


@pytest.mark.parametrize("address", ["nothing-here", "a" * 61, "%00", "%E9%97%A8", "a.b"])
def test_an_unknown_address_is_a_friendly_404(client, db, address):
    response = client.get(f"/c/{address}")

    assert response.status_code == 404
    assert "This link does not open a conversation" in text_of(response)


def take_back(link):
    DirectLink.objects.update(revoked_at=timezone.now())


def let_expire(link):
    DirectLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def put_off(link):
    DirectLink.objects.update(not_before=timezone.now() + timedelta(hours=1))


def fill_up(link):
    DirectLink.objects.update(guest_limit=1, guest_count=1)


def archive(link):
    archive_property(property=link.property)


def suspend(link):
    Account.objects.update(status=Account.Status.SUSPENDED)


def delete(link):
    Account.objects.update(deleted_at=timezone.now())


@pytest.mark.parametrize(
    "close", [take_back, let_expire, put_off, fill_up, archive, suspend, delete]
)
def test_a_closed_link_shows_the_same_page_and_tells_nothing(client, link, close):
    unknown = client.get("/c/nothing-here")
    close(link)

    response = show(client, link)

    assert response.status_code == 410
    assert response.content == unknown.content
    assert "noindex" in response["X-Robots-Tag"]


def test_a_full_link_still_opens_for_who_has_been_here(client, property):
    link = create_link(property=property, guest_limit=1)
    join(client, link)

    assert show(client, link).status_code == 200
    assert show(Client(), link).status_code == 410


@pytest.mark.parametrize(
    ("accepted", "offered", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", [], "zh-hans"),
        ("de-DE,de;q=0.9", [], "en"),
        ("", [], "en"),
        ("zh-CN", ["en"], "en"),
        ("en-GB", ["zh-hans", "en"], "en"),
        ("de-DE", ["zh-hans", "en"], "zh-hans"),
        ("nonsense;;q=,", ["zh-hans"], "zh-hans"),
    ],
)
def test_the_page_speaks_the_guests_language(client, link, accepted, offered, language):
    Property.objects.update(languages=offered)

    response = show(client, link, **{"Accept-Language": accepted})

    assert f'<html lang="{language}">' in text_of(response)
    assert config_of(response)["phrases"] == json.loads(json.dumps(get_phrases(language)))


def test_too_many_pages_are_refused_kindly(client, link, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "page": "1/60"}
    client.get(f"/c/{link.address}", REMOTE_ADDR="192.0.2.9")

    refused = client.get(f"/c/{link.address}", REMOTE_ADDR="192.0.2.9")

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert "One moment, please" in text_of(refused)


def test_a_signed_in_owner_sees_the_guests_page_too(alice, link):
    client = Client()
    client.login(username=alice.email, password=PASSWORD)

    assert show(client, link).status_code == 200


def test_a_page_is_only_read(client, link):
    assert client.post(f"/c/{link.address}").status_code == 405
    assert client.head(f"/c/{link.address}").status_code == 200


def test_a_messenger_shows_the_name_and_nothing_else_of_the_owner(client, link, property):
    Property.objects.filter(pk=property.pk).update(
        name="Bread & Butter", greeting="Ring twice", offline_text="Asleep"
    )
    head = text_of(show(client, link)).partition("</head>")[0]
    assert '<meta property="og:title" content="Bread &amp; Butter">' in head
    assert 'content="A conversation in your browser, without an account."' in head
    assert 'name="robots" content="noindex, nofollow"' in head
    assert not re.search(r"Ring twice|Asleep|Alice Ltd|https?://(?!www\.w3\.org)", head)
