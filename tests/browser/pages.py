"""Every page of the site, by the name of its address, with who sees most of it."""

from dataclasses import dataclass

from forecasts.links import stop_token


@dataclass(frozen=True)
class Place:
    name: str
    path: str
    who: str | None = None


PLACES = (
    Place("home", "/"),
    Place("home", "/", "ann"),
    Place("forecasts", "/forecasts/", "ann"),
    Place("forecasts", "/forecasts/?search=nothing-of-the-kind"),
    Place("forecasts", "/forecasts/?search=couted&tag=season&ordering=active"),
    Place("answer", "/answer/", "eve"),
    Place("answer", "/answer/?search=zebra", "ann"),
    Place("forecast", "/forecasts/gap-yes/", "ann"),
    Place("forecast", "/forecasts/gap-yes/", "eve"),
    Place("forecast", "/forecasts/gap-yes/?reply_to=1", "ann"),
    Place("forecast", "/forecasts/resolved/", "ann"),
    Place("forecast", "/forecasts/annulled/"),
    Place("forecast", "/forecasts/upcoming/", "ann"),
    Place("forecast-history", "/forecasts/gap-yes/history/", "ann"),
    Place("forecast-withdraw", "/forecasts/gap-yes/withdraw/", "ann"),
    Place("forecast-scores", "/forecasts/season-3/scores/", "ann"),
    Place("sources", "/sources/"),
    Place("source", "/sources/ai-pause-will-likely-backfire/", "ann"),
    Place("source", "/sources/essay/", "ann"),
    Place("source-embed", "/sources/essay/embed/"),
    Place("leaderboards", "/leaderboards/", "ann"),
    Place("leaderboards", "/leaderboards/?measure=brier&settled=false"),
    Place("calibration", "/calibration/?forecaster=ann", "ann"),
    Place("calibration", "/calibration/"),
    Place("calibration-forecasts", "/calibration/forecasts/?bin=8&forecaster=ann", "ann"),
    Place("compare", "/compare/?a=ann&b=bob", "ann"),
    Place("compare", "/compare/"),
    Place("forecaster", "/forecasters/ann/", "ann"),
    Place("forecaster", "/forecasters/eve/"),
    Place("resolve", "/resolve/", "resolver"),
    Place("resolve-forecast", "/resolve/due/", "resolver"),
    Place("resolve-forecast", "/resolve/season-3/", "resolver"),
    Place("resolve-decided", "/resolve/season-3/decided/", "resolver"),
    Place("scoring", "/scoring/", "resolver"),
    Place("scoring", "/scoring/"),
    Place("curate", "/curate/", "curator"),
    Place("curate-forecast", "/curate/forecast/?claim=essay:C1&condition=premise", "curator"),
    Place("curate-reword", "/curate/forecast/gap-yes/", "curator"),
    Place("curate-amend", "/curate/forecast/gap-yes/tags/", "curator"),
    Place("curate-catalogue", "/curate/catalogue/", "curator"),
    Place("curate-registration", "/curate/catalogue/1/", "curator"),
    Place("curate-source", "/curate/source/", "curator"),
    Place("curate-claims", "/curate/source/ai-pause-will-likely-backfire/", "curator"),
    Place("curate-claim", "/curate/source/ai-pause-will-likely-backfire/C1/", "curator"),
    Place("help", "/help/"),
    Place("account", "/accounts/", "ann"),
    Place("letters", "/accounts/letters/", "resolver"),
    Place("letters-preview", "/accounts/letters/preview/", "ann"),
    Place("letters-stop", f"/accounts/letters/stop/{stop_token(1)}/"),
    Place("feeds", "/feeds/", "resolver"),
    Place("feeds", "/feeds/"),
    Place("tokens", "/accounts/tokens/", "ann"),
    Place("webhooks", "/accounts/webhooks/", "ann"),
    Place("webhook", "/accounts/webhooks/1001/", "ann"),
    Place("usersessions_list", "/accounts/sessions/", "ann"),
    Place("account_confirm_email", "/accounts/confirm-email/forged/"),
    Place("account_email_verification_sent", "/accounts/confirm-email/"),
    Place("account_login", "/accounts/login/"),
    Place("account_signup", "/accounts/signup/"),
    Place("account_reset_password", "/accounts/password/reset/"),
    Place("account_email", "/accounts/email/", "ann"),
    Place("account_change_password", "/accounts/password/change/", "ann"),
    Place("mfa_index", "/accounts/2fa/", "ann"),
)
# Addresses that take a form or answer with something other than a page of ours.
NO_PAGES = {
    "answer-one",
    "forecast-estimate",
    "forecast-evidence",
    "evidence-rating",
    "forecast-notes",
    "note-withhold",
    "note-restore",
    "token-revoke",
    "webhook-act",
    # Parts of the form in which a forecast is registered, swapped in while it is filled in.
    "curate-check",
    "curate-find",
    "feeds-renew",
    "feed-opened",
    "feed-resolved",
    "feed-source",
    "feed-own",
    "calendar-open",
    "calendar-source",
    "calendar-own",
    "account-export",
    "forecasts-table",
    "leaderboards-table",
    # These are seen on the whole way of test_accounts.py, after asking who it is.
    "account-close",
    "account-closed",
    "names",
}
