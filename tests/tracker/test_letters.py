"""Letters: what they tell, to whom, once; what they never tell; and two jobs at once."""

import datetime as dt
import threading
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from forecasts.models import Forecast, Forecaster, Mailbox, Rhythm
from forecasts.services import accounts, crowds, mailboxes
from tests import factories
from tests.factories import DAY, NOW
from tracker.letters import finding, sending
from tracker.models import Letter, News

pytestmark = pytest.mark.django_db


def subscribe(account: Forecaster, *, rhythm: str = Rhythm.DAILY, since: dt.datetime = NOW - 10 * DAY) -> Mailbox:
    EmailAddress.objects.create(user=account, email=f"{account}@example.org", verified=True, primary=True)
    return Mailbox.objects.create(forecaster=account, rhythm=rhythm, since_at=since, next_at=NOW)


def letters(at: dt.datetime = NOW) -> list[str]:
    """What is sent at an instant, each as plain text after its subject."""
    mail.outbox.clear()
    Mailbox.objects.filter(next_at__isnull=False).update(next_at=at)
    sending.send_due(clock=lambda: at)
    return [f"{message.subject}\n{message.body}" for message in mail.outbox]


def resolved(account: Forecaster, question: str = "Will it resolve?") -> Forecast:
    forecast = factories.forecast(question=question)
    factories.estimate(forecast, account, 0.8, NOW - 50 * DAY)
    factories.resolution(forecast, "yes", NOW - DAY)
    return forecast


def test_a_resolution_is_told_with_the_score_and_only_once(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    forecast = resolved(cast.ann)
    factories.score()
    (letter,) = letters()
    assert letter.startswith("1 resolved\n")
    assert "Resolved yes. Your baseline score is +" in letter
    assert f"/forecasts/{forecast.slug}/" in letter
    assert letters(NOW + DAY) == []


def test_a_resolution_waits_until_it_is_scored(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    resolved(cast.ann)
    assert letters() == []
    factories.score()
    assert len(letters(NOW + DAY)) == 1


def test_a_correction_is_told_again(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    forecast = resolved(cast.ann)
    factories.score()
    letters()
    factories.resolution(forecast, "no", NOW + DAY, revision=1)
    factories.score(NOW + DAY)
    assert "Resolved no." in letters(NOW + 2 * DAY)[0]


def test_an_annulment_is_told_without_a_score(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    forecast = factories.forecast()
    factories.estimate(forecast, cast.ann, 0.8, NOW - 50 * DAY)
    factories.resolution(forecast, "annulled", NOW - DAY)
    factories.score()
    assert "Annulled" in letters()[0]


def test_what_closes_soon_is_told_to_those_who_stand(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    subscribe(cast.bob)
    forecast = factories.forecast(closes_at=NOW + 2 * DAY)
    factories.estimate(forecast, cast.ann, 0.8, NOW - DAY)
    factories.estimate(forecast, cast.bob, 0.4, NOW - 2 * DAY)
    factories.estimate(forecast, cast.bob, None, NOW - DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    (letter,) = letters()
    assert "Hello ann" in letter
    assert "You stand at 80%, the crowd at 80%." in letter
    assert letters(NOW + DAY) == []


def test_what_closes_later_is_not_told_yet(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    factories.estimate(factories.forecast(closes_at=NOW + 20 * DAY), cast.ann, 0.8, NOW - DAY)
    assert letters() == []
    assert len(letters(NOW + 18 * DAY)) == 1


def test_a_reveal_is_told_to_those_who_estimated(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    subscribe(cast.bob)
    forecast = factories.forecast(reveal_at=NOW - DAY)
    factories.estimate(forecast, cast.ann, 0.8, NOW - 2 * DAY)
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    (letter,) = letters()
    assert "Everybody can see the crowd now: it says 80%" in letter


def test_what_is_due_is_told_to_resolvers_every_five_days_until_it_is_done(cast: factories.Cast) -> None:
    subscribe(cast.resolver)
    subscribe(cast.ann)
    forecast = factories.forecast(closes_at=NOW - 2 * DAY, question="Who decides?")
    told = [day for day in range(12) if letters(NOW + day * DAY)]
    assert told == [0, 3, 8]
    factories.resolution(forecast, "yes", NOW + 12 * DAY)
    assert [day for day in range(13, 20) if letters(NOW + day * DAY)] == []


def test_a_hidden_crowd_never_gets_into_a_letter(cast: factories.Cast) -> None:
    subscribe(cast.resolver)
    forecast = factories.forecast(closes_at=NOW - 2 * DAY, reveal_at=NOW + 50 * DAY)
    factories.estimate(forecast, cast.bob, 0.37, NOW - 3 * DAY, rationale="Nobody knows.")
    crowds.refresh(forecast_id=forecast.pk, at=NOW)
    (letter,) = letters()
    html = mail.outbox[0].alternatives[0].content  # type: ignore[attr-defined]
    for text in (letter, html):
        assert "37%" not in text
        assert "Nobody knows." not in text


def test_a_weekly_reader_gets_one_a_week(cast: factories.Cast) -> None:
    subscribe(cast.ann, rhythm=Rhythm.WEEKLY)
    resolved(cast.ann, "First?")
    factories.score()
    assert len(letters()) == 1
    resolved(cast.ann, "Second?")
    factories.score()
    assert letters(NOW + DAY) == []
    assert "Second?" in letters(NOW + 7 * DAY)[0]


def test_news_from_before_the_beginning_is_not_told(cast: factories.Cast) -> None:
    subscribe(cast.ann, since=NOW)
    resolved(cast.ann)
    factories.score()
    assert letters() == []


@pytest.mark.parametrize("refused", ["closed", "simulated", "unverified", "never", "switched off", "inactive"])
def test_nothing_is_sent_to_whoever_must_not_or_does_not_want_it(cast: factories.Cast, refused: str) -> None:
    mailbox = subscribe(cast.ann)
    resolved(cast.ann)
    factories.score()
    if refused == "closed":
        accounts.close(account=cast.ann, by=cast.ann, at=NOW, typed_name="ann")
    elif refused == "unverified":
        EmailAddress.objects.update(verified=False)
    elif refused == "never":
        assert mailboxes.stop(account_id=cast.ann.pk, at=NOW)
    elif refused == "switched off":
        mailbox.tells_resolved = False
        mailbox.save()
    else:
        Forecaster.objects.filter(pk=cast.ann.pk).update(
            **({"simulated": True} if refused == "simulated" else {"is_active": False})
        )
    assert letters() == []


def test_a_rehearsal_is_not_told(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    forecast = resolved(cast.ann)
    Forecast.objects.filter(pk=forecast.pk).update(simulated=True)
    factories.score()
    assert letters() == []


def test_accounts_that_confirmed_an_address_begin_with_a_weekly_letter(cast: factories.Cast) -> None:
    EmailAddress.objects.create(user=cast.ann, email="ann@example.org", verified=True, primary=True)
    EmailAddress.objects.create(user=cast.bob, email="bob@example.org", verified=False, primary=True)
    sending.send_due(clock=lambda: NOW)
    (mailbox,) = Mailbox.objects.all()
    assert (mailbox.forecaster_id, mailbox.rhythm, mailbox.since_at) == (cast.ann.pk, Rhythm.WEEKLY, NOW)
    assert mailbox.next_at == dt.datetime(2027, 6, 7, 7, tzinfo=dt.UTC)


def test_a_letter_can_be_stopped_from_itself(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    resolved(cast.ann)
    factories.score()
    letters()
    message: EmailMessage = mail.outbox[0].message()  # type: ignore[assignment]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/accounts/letters/stop/" in message["List-Unsubscribe"]
    assert message.get_content_type() == "multipart/alternative"
    assert message["To"] == "ann@example.org"


def test_a_question_cannot_become_a_part_of_the_letter_that_it_is_not(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    resolved(cast.ann, 'Will <script>alert("1")</script> & Co. pay?')
    factories.score()
    (letter,) = letters()
    assert 'Will <script>alert("1")</script> & Co. pay?' in letter
    html = mail.outbox[0].alternatives[0].content  # type: ignore[attr-defined]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_mail_server_that_refuses_is_asked_again_and_nothing_is_noted(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(cast.ann)
    resolved(cast.ann)
    factories.score()

    def refuse(*_: object) -> int:
        raise SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert letters() == []
    assert not Letter.objects.exists()
    assert Mailbox.objects.get().next_at == NOW + sending.LATER
    assert len(letters(NOW + sending.LATER)) == 1


def test_an_address_that_refuses_for_days_is_given_up_until_it_is_changed_or_its_holder_asks(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(cast.ann)
    resolved(cast.ann)
    factories.score()
    tried = []

    def refuse(*_: object) -> int:
        tried.append(1)
        raise SMTPRecipientsRefused({"ann@example.org": (550, b"no such user")})

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        letters()
        assert (Mailbox.objects.get().refused_since, Mailbox.objects.get().next_at) == (NOW, NOW + DAY)
        for day in range(1, 10):
            letters(NOW + day * DAY)
    assert len(tried) == 6
    assert Mailbox.objects.get().gave_up_on == "ann@example.org"
    assert letters(NOW + 10 * DAY) == []
    EmailAddress.objects.update(email="ann@example.com")
    assert len(letters(NOW + 10 * DAY)) == 1
    EmailAddress.objects.update(email="ann@example.org")
    assert not sending.deliverable().exists()
    mailboxes.choose(account=cast.ann, by=cast.ann, at=NOW, rhythm=Rhythm.DAILY, tells=mailboxes.KINDS)
    assert sending.deliverable().exists()


def test_a_letter_that_is_taken_ends_the_count_of_refusals(cast: factories.Cast) -> None:
    subscribe(cast.ann)
    Mailbox.objects.update(refused_since=NOW - 4 * DAY)
    resolved(cast.ann)
    factories.score()
    assert len(letters()) == 1
    assert Mailbox.objects.get().refused_since is None


def test_many_news_are_cut_and_said_to_be(cast: factories.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST", 2)
    subscribe(cast.ann)
    for number in range(3):
        resolved(cast.ann, f"Question {number}?")
    factories.score()
    (letter,) = letters()
    assert letter.startswith("2+ resolved")
    assert "There is more of this" in letter


def test_the_number_of_queries_does_not_depend_on_the_news(cast: factories.Cast) -> None:
    mailbox = subscribe(cast.resolver)
    counts = []
    for number in range(1, 4):
        resolved(cast.resolver, f"{number}?")
        factories.estimate(factories.forecast(closes_at=NOW + DAY), cast.resolver, 0.8, NOW - DAY)
        factories.forecast(closes_at=NOW - DAY)
        factories.score()
        with CaptureQueriesContext(connection) as seen:
            assert len(finding.digest(mailbox, at=NOW).items[News.RESOLVED]) == number
        counts.append(len(seen))
    assert counts[0] == counts[2]


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_send_one_letter() -> None:
    account = factories.forecaster("ann")
    subscribe(account)
    resolved(account)
    factories.score()
    mail.outbox.clear()
    gate = threading.Barrier(2)

    def run() -> None:
        gate.wait()
        try:
            sending.send_due(clock=lambda: NOW)
        finally:
            connections.close_all()

    jobs = [threading.Thread(target=run) for _ in range(2)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert (len(mail.outbox), Letter.objects.count()) == (1, 1)
