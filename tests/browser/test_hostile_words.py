"""What people write runs nowhere: a corpus of attacks in every field of words or addresses, in a real browser."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from forecasts.models import Evidence, Forecast, Forecaster
from forecasts.services import evidencing, noting
from tests import factories
from tests.world import DAY, forecast

pytestmark = pytest.mark.browser

See = Callable[..., Page]
# Each would set this flag, if it ran.
RUN = "window.ran=1"
ATTACKS = [
    f"<script>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}' />",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src='javascript:parent.{RUN}'></iframe>",
    f"<object data='javascript:{RUN}'></object>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>body{display:none}</style>",
    f"<a href='javascript:{RUN}'>look</a>",
    f"[look](javascript:{RUN})",
    f"[look](JaVaScRiPt:{RUN})",
    f"[look](java&#x73;cript:{RUN})",
    f"[look](java\tscript:{RUN})",
    f"[look](<javascript:{RUN}>)",
    f"[look](vbscript:{RUN})",
    "[look](data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=)",
    f"[look]: javascript:{RUN}\n\n[look]",
    f"<javascript:{RUN}>",
    f'![x](x "onerror={RUN}")',
    f"![x](javascript:{RUN})",
    f'[x](https://a.example/"onmouseover="{RUN})',
    f'https://a.example/"onmouseover="{RUN}"',
    f"`</code><script>{RUN}</script>`",
    f"```\n</pre><script>{RUN}</script>\n```",
    f"'\"></title></textarea></script><script>{RUN}</script>",
    f'"autofocus onfocus={RUN} x="',
    f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<a href='&#106;avascript:{RUN}' hx-get='/accounts/close/' hx-trigger=load>x</a>",
    f"<div hx-on:load='{RUN}' data-hx-get='/accounts/logout/' data-hx-trigger='load'>x</div>",
]
ALL = "\n\n".join(ATTACKS)
PAGES = ("", "history/", "?reply_to={note}", "withdraw/")
LEADING = """() => [...document.querySelectorAll("[href], [action], [formaction], [src]")]
    .map(each => each.getAttribute("href") ?? each.getAttribute("src") ?? each.getAttribute("action") ?? "")"""
RUNNING = ("javascript:", "data:text", "vbscript:")


def attacked() -> tuple[Forecast, int]:
    """A forecast in whose every field somebody attacks whoever reads it."""
    at, number = timezone.now(), Forecast.objects.count()
    ann, bob = (Forecaster.objects.get(username=name) for name in ("ann", "bob"))
    asked = {
        "question": f"{ALL[:480]}?",
        "background": ALL,
        "criteria": ALL,
        "fallback": ALL[:490],
        "annulled_if": ALL[:490],
    }
    made = forecast(f"attacked-{number}", at, reveal_at=at - DAY, **asked)
    for place, attack in enumerate(ATTACKS):
        note = noting.write(forecast=made, by=bob, at=at - DAY + place * DAY / 99, text=attack)
    piece = evidencing.add(
        forecast=made,
        by=bob,
        at=at - 5 * DAY,
        title=ALL[:250],
        summary=ALL,
        direction="raises",
        url="https://a.example/",
    )
    Evidence.objects.bulk_create(
        Evidence(
            forecast=made,
            added_by=bob,
            added_at=at - DAY + place * DAY / 99,
            title=f"address {place}",
            direction="raises",
            url=url,
        )
        # The service takes web addresses only; these are as if something else had written the row.
        for place, url in enumerate([f"javascript:{RUN}", f"data:text/html,<script>{RUN}</script>"])
    )
    for by, days in ((bob, 4), (ann, 3)):
        factories.estimate(made, by, 0.4, at - days * DAY, rationale=ALL, evidence=[piece.pk])
    return made, note.pk


def test_no_attack_runs_in_any_page_that_shows_it(see: See) -> None:
    made, note = attacked()
    page, asked = see("ann"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    places = [f"{made.get_absolute_url()}{each.format(note=note)}" for each in PAGES]
    places += [
        "/forecasts/?search=attacked",
        f"/curate/forecast/{made.slug}/",
        f"/resolve/{made.slug}/",
        "/answer/",
        "/",
    ]
    for name, paths in (("ann", places), ("admin", [f"/admin/forecasts/forecast/{made.pk}/change/", *places])):
        page = page if name == "ann" else see(name)
        for path in paths:
            page.goto(path)
            assert page.evaluate("window.ran") is None, path
            assert [to for to in page.evaluate(LEADING) if to.strip().lower().startswith(RUNNING)] == [], path
            assert page.locator("script:not([src]), style, iframe, object, meta[http-equiv], base").count() == 0, path
            assert page.locator("main :is([onerror], [onload], [onclick], [hx-on\\:load])").count() == 0, path
    assert asked == []
