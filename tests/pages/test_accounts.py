"""The account's pages: signing up and in, letters, one's data, and closing; each refusal, and what must not happen."""

import datetime as dt
import io
import re
import zipfile

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from forecasts import links
from forecasts.models import Estimate, Forecaster, Mailbox, Rhythm
from forecasts.services import accounts
from tests import factories

from .conftest import Browse, World, estimate

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 9"


@pytest.fixture(autouse=True)
def no_attempts_so_far() -> None:
    cache.clear()


def signed_in(name: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": password})
    return client


def sure(name: str) -> Client:
    """Signed in, and asked again a moment ago."""
    client = signed_in(name)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_the_account_gathers_everything(browse: Browse, cast: factories.Cast) -> None:
    shown = page(browse(cast.ann), "account")
    for name in ("account_email", "account_change_password", "mfa_index", "usersessions_list", "tokens", "letters"):
        assert reverse(name) in shown, name
    for name in ("feeds", "account-export", "account-close"):
        assert reverse(name) in shown, name


@pytest.mark.parametrize("name", ["account", "account-export", "account-close", "letters", "letters-preview"])
def test_visitors_are_asked_to_sign_in(name: str, db: None) -> None:
    answer = Client().get(reverse(name))
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={reverse(name)}")


def test_no_word_of_allauths_own_is_left(browse: Browse, cast: factories.Cast) -> None:
    theirs = re.compile(r"Sign Up|Sign In\b|Login|Username|Remember Me|Signup|Two-Factor Auth|Bad Token|contact us")
    visitor, ann = browse(None), sure("ann")
    for name in ("account_login", "account_signup", "account_reset_password", "account_reset_password_done"):
        assert not theirs.search(page(visitor, name)), name
    for name in ("account_email", "account_change_password", "account_logout", "mfa_index", "mfa_activate_totp"):
        assert not theirs.search(page(ann, name)), name
    assert not theirs.search(page(visitor, "account_confirm_email", "forged"))
    assert not theirs.search(page(ann, "usersessions_list"))


def test_a_newcomer_confirms_the_address_by_the_letter(client: Client, db: None) -> None:
    given = {"username": "newcomer", "email": "new@example.org", "password1": PASSWORD}
    client.post(reverse("account_signup"), given)
    (letter,) = mail.outbox
    assert letter.subject == "Confirm your e-mail address"
    (link,) = re.findall(r"http://testserver(/accounts/confirm-email/\S+)", str(letter.body))
    assert "new@example.org" in client.get(link).content.decode()
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("name", ["ann", "ANN", "closed-8f3a2c91", "Closed-1"])
def test_a_name_that_somebody_had_or_that_looks_closed_is_taken(
    client: Client, cast: factories.Cast, at: dt.datetime, name: str
) -> None:
    accounts.close(account=cast.ann, by=cast.ann, at=at, typed_name="ann")
    given = {"username": name, "email": "new@example.org", "password1": PASSWORD}
    answer = client.post(reverse("account_signup"), given)
    assert "This name is taken" in answer.content.decode()
    assert not EmailAddress.objects.exists()


def test_a_locked_sign_in_says_when_it_opens_again(client: Client, cast: factories.Cast) -> None:
    for _ in range(6):
        answer = client.post(reverse("account_login"), {"login": "ann", "password": "wrong"})
    assert "opens again within 5 minutes" in answer.content.decode()
    answer = client.post(reverse("account_login"), {"login": "ann", "password": PASSWORD})
    assert "opens again within 5 minutes" in answer.content.decode()


def test_ones_data_comes_as_a_file(browse: Browse, world: World, cast: factories.Cast) -> None:
    answer = browse(cast.ann).get(reverse("account-export"))
    assert answer["Content-Disposition"].startswith('attachment; filename="forecast-tracker-ann-')
    sent = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert b"resolved,ann," in sent.read("estimates.csv")


def test_closing_asks_who_it_is_first(cast: factories.Cast) -> None:
    client = signed_in("ann")
    for answer in (
        client.get(reverse("account-close")),
        client.post(reverse("account-close"), {"typed_name": "ann"}),
    ):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert Forecaster.objects.get(username="ann").takes_part


def test_closing_says_what_it_does_and_does_it(world: World, cast: factories.Cast, at: dt.datetime) -> None:
    estimate(world.premise, cast.ann, 0.8, at)
    client, elsewhere = sure("ann"), signed_in("ann")
    shown = page(client, "account-close")
    assert "The 1 estimate on which you stand now is withdrawn" in shown
    answer = client.post(reverse("account-close"), {"typed_name": "ann"}, follow=True)
    name = Forecaster.objects.get(pk=cast.ann.pk).username
    assert name in answer.content.decode()
    assert Estimate.objects.filter(forecast=world.premise).latest("made_at").probability is None
    for browser in (client, elsewhere):
        assert browser.get(reverse("account")).status_code == 302
    assert (
        "do not belong together"
        in signed_in("ann").post(reverse("account_login"), {"login": "ann", "password": PASSWORD}).content.decode()
    )
    assert page(Client(), "forecaster", name)


def test_closing_without_the_name_is_refused_beside_the_field(cast: factories.Cast) -> None:
    answer = sure("ann").post(reverse("account-close"), {"typed_name": "bob"})
    assert answer.status_code == 400
    assert "Type “ann” to close this account." in answer.content.decode()


def test_the_last_administrator_is_told_what_to_do(cast: factories.Cast) -> None:
    answer = sure("admin").post(reverse("account-close"), {"typed_name": "admin"})
    assert answer.status_code == 409
    assert "Make somebody else an administrator first" in answer.content.decode()


def test_letters_are_chosen(browse: Browse, cast: factories.Cast) -> None:
    client = browse(cast.ann)
    assert "There is no address to send to" in page(client, "letters")
    client.post(reverse("letters"), {"rhythm": "daily", "tells": ["closing", "resolved"]})
    mailbox = Mailbox.objects.get()
    assert (mailbox.rhythm, mailbox.tells_closing, mailbox.tells_revealed) == (Rhythm.DAILY, True, False)
    # She does not resolve, so she was not asked, and would be told if she did.
    assert mailbox.tells_due
    client.post(reverse("letters"), {"rhythm": "never"})
    assert Mailbox.objects.get().next_at is None


@pytest.mark.parametrize("given", [{}, {"rhythm": "hourly"}, {"rhythm": "daily", "tells": ["everything"]}])
def test_what_is_not_offered_is_refused(browse: Browse, cast: factories.Cast, given: dict[str, object]) -> None:
    assert browse(cast.ann).post(reverse("letters"), given).status_code == 400
    assert not Mailbox.objects.exists()


def test_an_address_that_refuses_is_said_to_and_tried_again_once_the_choice_is_saved(
    browse: Browse, cast: factories.Cast, at: dt.datetime
) -> None:
    EmailAddress.objects.create(user=cast.ann, email="ann@example.org", verified=True, primary=True)
    mailbox = Mailbox.objects.create(forecaster=cast.ann, since_at=at, next_at=at, refused_since=at)
    client = browse(cast.ann)
    assert "has refused our letters since" in page(client, "letters")
    Mailbox.objects.filter(pk=mailbox.pk).update(gave_up_on="ann@example.org")
    shown = page(client, "letters")
    assert "refused our letters for days" in shown
    assert "The next look is on" not in shown
    client.post(reverse("letters"), {"rhythm": "weekly", "tells": ["closing"]})
    assert "refused our letters" not in page(client, "letters")


def test_the_next_letter_can_be_seen_before_it_is_sent(
    browse: Browse, world: World, cast: factories.Cast, at: dt.datetime
) -> None:
    assert "Nothing yet that you were not told" in page(browse(cast.ann), "letters-preview")
    begun = at - dt.timedelta(days=5)
    Mailbox.objects.create(forecaster=cast.ann, rhythm=Rhythm.WEEKLY, since_at=begun, next_at=at)
    shown = page(browse(cast.ann), "letters-preview")
    assert "2 resolved" in shown
    assert "Your baseline score is" in shown
    assert not mail.outbox


def test_letters_stop_without_signing_in_and_only_when_asked(cast: factories.Cast) -> None:
    Mailbox.objects.create(forecaster=cast.ann, since_at=factories.NOW, next_at=factories.NOW)
    address = reverse("letters-stop", args=[links.stop_token(cast.ann.pk)])
    # A mail program may follow every link in a letter to see where it leads.
    assert "Stop all letters?" in Client().get(address).content.decode()
    assert Mailbox.objects.get().rhythm == Rhythm.WEEKLY
    one_click = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = one_click.post(address, {"List-Unsubscribe": "One-Click"})
        assert "No more letters" in answer.content.decode()
    assert (Mailbox.objects.get().rhythm, Mailbox.objects.get().next_at) == (Rhythm.NEVER, None)


@pytest.mark.parametrize("token", ["1", "1.forged", "%00"])
def test_a_forged_link_stops_nobodys(cast: factories.Cast, token: str) -> None:
    for answer in (
        Client().get(f"/accounts/letters/stop/{token}/"),
        Client().post(f"/accounts/letters/stop/{token}/"),
    ):
        assert answer.status_code == 404


def test_a_link_that_stops_letters_opens_no_feed(cast: factories.Cast) -> None:
    assert links.owner_of_feed(links.stop_token(cast.ann.pk)) is None
    assert links.account_of_stop(links.feed_token(cast.ann)) is None
