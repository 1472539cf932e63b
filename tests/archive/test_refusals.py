"""Rows that are refused: each by file, line and reason, and nothing is imported for the sake of the rest."""

from collections.abc import Callable

import pytest

from forecasts.models import Estimate, Forecast, Forecaster, Resolution, Wording
from forecasts.services.archiving import ArchiveRefused
from tests import factories
from tests.archive.conftest import QUESTIONS, Archive, Bring, Heard

HEADS = {
    "forecasts": "slug,question,opens_at,closes_at",
    "estimates": "forecast,forecaster,made_at,probability",
    "resolutions": "forecast,outcome,known_at",
    "evidence": "forecast,added_by,added_at,title",
    "ratings": "forecast,added_by,added_at,forecaster,rated_at,useful",
    "wordings": "forecast,version,question,opens_at,closes_at",
    "claims": "source,key,position,author,restated",
    "pairs": "slug,condition",
    "forecasters": "name",
    "sources": "slug,title,author",
    "collections": "slug,title",
}
OPEN = "2027-01-01T00:00:00Z,2027-02-01T00:00:00Z"
Refused = Callable[..., list[str]]


@pytest.fixture
def refused(archive: Archive, bring: Bring) -> Refused:
    """What is said of files that are given as the rows under their usual header, and further columns."""

    def run(more: str = "", **files: str) -> list[str]:
        written = {}
        for name, rows in files.items():
            head = HEADS[name] + (f",{more}" if more and name == list(files)[-1] else "")
            # The two usual questions come first, in lines 2 and 3.
            before = "".join(f"{line}{',' * (head.count(',') - 3)}\n" for line in QUESTIONS.splitlines()[1:])
            written[name] = f"{head}\n{before if name == 'forecasts' else ''}{rows}\n"
        heard = Heard()
        with pytest.raises(ArchiveRefused, match="Nothing was imported"):
            bring(archive(**written), heard)
        assert not Forecast.objects.exists()
        assert not Forecaster.objects.exists()
        return heard.refusals

    return run


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("0", "probability: 0 would say that being wrong is impossible"),
        ("1", "probability: 1 would say that being wrong is impossible"),
        ("0.00009", "probability: 9e-05 is outside 0.0001 to 0.9999."),
        ("70", "probability: 70 is outside 0.0001 to 0.9999. Did you mean 0.7?"),
        ("70%", "probability: “70%” is not a number such as 0.7."),
        ("nan", "probability: “nan” is not a number such as 0.7."),
        ("0_7", "probability: “0_7” is not a number such as 0.7."),
        ("1e999", "probability: Give a finite number such as 0.7."),
    ],
)
def test_a_probability_that_cannot_be_stored_is_refused_with_what_to_do(
    refused: Refused, cell: str, reason: str
) -> None:
    said = refused(estimates=f"rain,ann,2027-01-02T00:00:00Z,0.5\nrain,ann,2027-01-03T00:00:00Z,{cell}")
    assert len(said) == 1
    assert said[0].startswith(f"estimates.csv:3: {reason}")


@pytest.mark.parametrize(
    ("files", "more", "said"),
    [
        ({"estimates": "hail,ann,2027-01-02T00:00:00Z,0.5"}, "", "2: forecast: “hail” is not on record"),
        ({"estimates": "rain,ann,2027-01-02T00:00:00,0.5"}, "", "2: made_at: “2027-01-02T00:00:00” is not a time with"),
        ({"estimates": "rain,ann,2027-02-30T00:00:00Z,0.5"}, "", "2: made_at: “2027-02-30T00:00:00Z” is not a time: "),
        ({"estimates": "rain,ann,2027-01-02T00:00:00.1234567Z,0.5"}, "", "2: made_at: “2027-01-02T00:00:00.1234567Z”"),
        ({"estimates": "rain,ann,1066-01-02T00:00:00Z,0.5"}, "", "2: made_at: Give a time from 1900 to 9000."),
        ({"estimates": "rain,a nn,2027-01-02T00:00:00Z,0.5"}, "", "2: forecaster: “a nn” is not a name"),
        ({"estimates": "rain,,2027-01-02T00:00:00Z,0.5"}, "", "2: forecaster: This is required."),
        ({"estimates": "rain,ann,2027-01-02T00:00:00Z"}, "", "2: It has 3 cells; the header has 4."),
        (
            {"estimates": "rain,ann,2027-01-02T00:00:00Z,.5,fax"},
            "via",
            "2: via: “fax” is not one of page, api, import,",
        ),
        ({"estimates": "rain,ann,2027-01-02T00:00:00Z,.5,2"}, "wording", "2: wording: Its forecast has no wording 2."),
        ({"estimates": "rain,ann,2027-01-02T00:00:00Z,.5,yes"}, "crowd_seen", "2: crowd_seen: “yes” is neither true"),
        (
            {"estimates": "rain,ann,2027-01-02T00:00:00Z,.5,2027-01-02T00:00:00Z"},
            "expires_at",
            "2: expires_at: It would expire before it is made.",
        ),
        ({"estimates": 'rain,ann,2027-01-02T00:00:00Z,.5,"[[1]]"'}, "evidence", "2: evidence: [1] does not name"),
        ({"estimates": "rain,ann,2027-01-02T00:00:00Z,.5,17"}, "evidence", "2: evidence: “17” is not a list such as"),
        (
            {"estimates": 'rain,ann,2027-01-02T00:00:00Z,.5,"[[""ann"",""2027-01-01T00:00:00Z"",""""]]"'},
            "evidence",
            "2: evidence: It cites what is not on record",
        ),
        (
            {"forecasters": "ann,true", "estimates": "rain,ann,2027-01-02T00:00:00Z,.5"},
            "",
            "2: It has 2 cells; the header has 1.",
        ),
        ({"resolutions": "rain,maybe,2027-01-02T00:00:00Z"}, "", "2: outcome: “maybe” is not one of yes, no, annulled"),
        ({"resolutions": "rain,reopened,2027-01-02T00:00:00Z"}, "", "2: outcome: There is no resolution before it"),
        (
            {"resolutions": "rain,yes,2027-01-02T00:00:00Z,2"},
            "revision",
            "2: revision: What it follows is not on record",
        ),
        (
            {"resolutions": "rain,yes,2027-01-02T00:00:00Z,snow#1"},
            "cause",
            "2: cause: The cause is a resolution of its",
        ),
        (
            {"resolutions": "rain,yes,2027-01-02T00:00:00Z,snow"},
            "cause",
            "2: cause: “snow” is not a resolution such as",
        ),
        (
            {"resolutions": "rain,yes,2027-01-02T00:00:00Z,ftp://x"},
            "links",
            "2: links: “ftp://x” is not a web address.",
        ),
        (
            {"resolutions": "rain,yes,2027-01-02T00:00:00Z,2027-01-01T00:00:00Z"},
            "decided_at",
            "2: known_at: The answer cannot become known after it was decided.",
        ),
        (
            {"forecasts": f"hail,Will it hail?,{OPEN},wind,yes"},
            "condition,condition_outcome",
            "4: condition: “wind” is not",
        ),
        (
            {"forecasts": f"hail,Will it hail?,{OPEN},hail,yes"},
            "condition,condition_outcome",
            "4: condition: “hail” is not",
        ),
        ({"forecasts": f"hail,Will it hail?,{OPEN},rain"}, "condition", "4: condition, condition_outcome: Name the"),
        ({"forecasts": f"hail,Will it hail?,{OPEN},C1"}, "claim", "4: source: A claim is of a source. Name it."),
        ({"forecasts": f"hail,Will it hail?,{OPEN},essay"}, "source", "4: claim: A forecast is from a source by way"),
        (
            {"forecasts": f"hail,Will it hail?,{OPEN},essay,C1"},
            "source,claim",
            "4: claim: “C1” of “essay” is not on record",
        ),
        (
            {"forecasts": f"hail,Will it hail?,{OPEN},weather"},
            "collections",
            "4: collections: “weather” is not on record",
        ),
        ({"forecasts": f"hail,Will it hail?,{OPEN},a/b"}, "tags", "4: tags: “a/b” is not made of letters"),
        (
            {"forecasts": f"hail,Will it hail?,{OPEN},2027-01-31T00:00:00Z"},
            "resolve_by",
            "4: resolve_by: It cannot be due",
        ),
        (
            {"forecasts": "hail,Will it hail?,2027-02-01T00:00:00Z,2027-02-01T00:00:00Z"},
            "",
            "4: closes_at: It must close",
        ),
        ({"forecasts": f"Hail!,Will it hail?,{OPEN}"}, "", "4: slug: “Hail!” is not a slug"),
        ({"forecasts": f"hail,  ,{OPEN}"}, "", "4: question: This is required."),
        ({"forecasts": f"hail,{'x' * 501},{OPEN}"}, "", "4: question: At most 500 characters; this has 501."),
        (
            {"evidence": "rain,ann,2027-01-02T00:00:00Z,A count,raises,0.5"},
            "direction,likelihood_ratio",
            "2: likelihood_",
        ),
        (
            {"evidence": "rain,ann,2027-01-02T00:00:00Z,A count,0"},
            "likelihood_ratio",
            "2: likelihood_ratio: A likelihood",
        ),
        (
            {"evidence": "rain,ann,2027-01-02T00:00:00Z,A count,2027-13-01"},
            "published_on",
            "2: published_on: “2027-13-01”",
        ),
        (
            {"ratings": "rain,ann,2027-01-02T00:00:00Z,bob,2027-01-03T00:00:00Z,true"},
            "",
            "2: added_by, added_at, url: No",
        ),
        ({"claims": "essay,C1,1,A. Writer,It will."}, "", "2: source: “essay” is not on record"),
        (
            {"sources": "essay,An essay,A. Writer", "claims": "essay,C1,1,A. W.,It will.\nessay,C2,1,A. W.,It won't."},
            "",
            "3: position: Another claim of its source has this position.",
        ),
        (
            {"sources": "essay,An essay,A. Writer", "claims": "essay,C1,1,A. W.,It will.,0.3,0.3"},
            "hedge_low,hedge_high",
            "2: hedge_low, hedge_high: Give both ends of the range",
        ),
        ({"pairs": "hail,wind"}, "", "2: condition: “wind” is not on record"),
        ({"wordings": f"rain,0,Will it rain?,{OPEN}"}, "", "2: version: Versions count from 1."),
        (
            {"wordings": f"rain,1,Will it rain?,{OPEN}\nrain,2,Will it pour?,{OPEN}"},
            "",
            "3: reason: A new wording has a",
        ),
        ({"wordings": f"hail,1,Will it hail?,{OPEN}"}, "", "2: forecast: “hail” is not on record"),
        (
            {"wordings": f"rain,2,Will it rain?,{OPEN},Clearer."},
            "reason",
            "2: version: A version before it is missing.",
        ),
    ],
)
def test_a_faulty_row_is_named_by_file_line_and_reason(
    refused: Refused, files: dict[str, str], more: str, said: str
) -> None:
    refusals = refused(more, **files)
    assert any(refusal.split(".csv:", 1)[1].startswith(said) for refusal in refusals), refusals


def test_every_fault_of_a_row_and_every_faulty_row_is_named(refused: Refused) -> None:
    assert refused(estimates="rain,ann,soon,2\nrain,ann,2027-01-02T00:00:00Z,0.5\nsnow,,2027-01-02T00:00:00Z,0.5") == [
        (
            "estimates.csv:2: made_at: “soon” is not a time with its zone, such as 2027-01-01T00:00:00Z. "
            "probability: 2 is outside 0.0001 to 0.9999. Did you mean 0.02?"
        ),
        "estimates.csv:4: forecaster: This is required.",
    ]


def test_a_line_is_that_on_which_the_row_begins(refused: Refused) -> None:
    rows = 'rain,ann,2027-01-02T00:00:00Z,0.5,"two\nlines"\n\nrain,ann,2027-01-03T00:00:00Z,0,'
    assert refused("rationale", estimates=rows)[0].startswith("estimates.csv:5: probability")


def test_bytes_that_are_not_utf_8_are_named(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    rows = b"forecast,forecaster,made_at,probability,rationale\nrain,ann,2027-01-02T00:00:00Z,0.5,caf\xe9\n"
    with pytest.raises(ArchiveRefused):
        bring(archive(estimates=rows), heard)
    assert heard.refusals == ["estimates.csv:2: rationale: Some bytes are not UTF-8. Save the file as UTF-8."]


def test_a_null_character_is_named(refused: Refused) -> None:
    rows = "rain,ann,2027-01-02T00:00:00Z,0.5,a\x00b"
    assert refused("rationale", estimates=rows) == [
        "estimates.csv:2: rationale: A null character cannot be stored. Remove it."
    ]


def test_a_text_that_is_too_long_is_named(refused: Refused) -> None:
    rows = f"rain,ann,2027-01-02T00:00:00Z,0.5,{'x' * 200_000}"
    assert refused("rationale", estimates=rows) == [
        "estimates.csv:2: rationale: At most 100,000 characters; this has 200,000."
    ]


@pytest.mark.parametrize(
    "rest", ['"never closed\n' + "x,y\n" * 10, '"closed"too early,1\n', '"' + "x" * 10_000_001 + '"\n'], ids=len
)
@pytest.mark.parametrize("skip_bad", [False, True])
def test_what_is_not_csv_refuses_the_whole_from_where_it_begins(
    archive: Archive, bring: Bring, rest: str, skip_bad: bool
) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused, match=r"estimates\.csv could not be read"):
        bring(archive(estimates=f"{HEADS['estimates']}\n{rest}"), heard, skip_bad=skip_bad)
    assert heard.refusals[0].startswith("estimates.csv:2: From here on this is not CSV")
    assert not Forecast.objects.exists()


def test_every_file_that_lacks_a_column_is_named(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts="slug,opens_at\n", estimates="forecast,forecaster\n", resolutions=""), heard)
    assert heard.refusals == [
        "forecasts.csv:1: The column question, closes_at is missing.",
        "resolutions.csv:1: The column forecast, outcome, known_at is missing.",
        "estimates.csv:1: The column made_at, probability is missing.",
    ]


def test_a_column_that_is_there_twice_is_named(archive: Archive, bring: Bring) -> None:
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(estimates=f"{HEADS['estimates']},forecast\n"), heard)
    assert heard.refusals == ["estimates.csv:1: There are two columns “forecast”."]


def test_an_unknown_column_is_reported_and_the_rest_imported(archive: Archive, bring: Bring) -> None:
    heard = bring(archive(estimates=f"{HEADS['estimates']},mood\nrain,ann,2027-01-02T00:00:00Z,0.5,good\n"))
    assert heard.notes == ["estimates.csv: the column “mood” is not read: the format has none of this name."]
    assert Estimate.objects.count() == 1


def test_skipping_bad_rows_brings_the_others_and_nothing_that_hangs_on_the_bad(archive: Archive, bring: Bring) -> None:
    folder = archive(
        forecasts=f"{QUESTIONS}hail,Will it hail?,{OPEN.split(',', maxsplit=1)[0]},never\n",
        wordings=f"{HEADS['wordings']},reason\nsnow,1,Will it snow?,{OPEN},\nsnow,2,Will it snow?,{OPEN},\n",
        estimates=f"{HEADS['estimates']}\nrain,ann,2027-01-02T00:00:00Z,0.5\nrain,bob,2027-01-02T00:00:00Z,2\n"
        "hail,cyd,2027-01-02T00:00:00Z,0.5\nsnow,cyd,2027-01-02T00:00:00Z,0.5\n",
        resolutions=f"{HEADS['resolutions']}\nrain,maybe,2027-01-02T00:00:00Z\nrain,yes,2027-01-02T00:00:00Z\n",
    )
    heard = bring(folder, skip_bad=True)
    assert [refusal.split(": ")[0] for refusal in heard.refusals] == [
        "wordings.csv:2",  # its forecast is refused, because of the next
        "wordings.csv:3",
        "forecasts.csv:3",
        "forecasts.csv:4",
        "resolutions.csv:2",
        "resolutions.csv:3",  # by file order it is the revision after the bad one
        "estimates.csv:3",
        "estimates.csv:4",
        "estimates.csv:5",
    ]
    assert list(Forecast.objects.values_list("slug", flat=True)) == ["rain"]
    assert list(Estimate.objects.values_list("forecaster__username", flat=True)) == ["ann"]
    assert list(Forecaster.objects.order_by("pk").values_list("username", flat=True)) == ["curator", "ann"]
    assert (Wording.objects.count(), Resolution.objects.count()) == (1, 0)


def test_a_chain_of_conditions_falls_with_its_first(archive: Archive, bring: Bring) -> None:
    rows = "\n".join(
        f"link{depth},Will it hold?,{OPEN},{f'link{depth - 1},yes' if depth else ','}" for depth in range(3, -1, -1)
    ).replace(f"link0,Will it hold?,{OPEN}", "link0,Will it hold?,never,never")
    heard = bring(archive(forecasts=f"{HEADS['forecasts']},condition,condition_outcome\n{rows}\n"), skip_bad=True)
    assert len(heard.refusals) == 4
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("estimates", "rain,robot,2027-01-02T00:00:00Z,0.5"),
        ("evidence", "rain,robot,2027-01-02T00:00:00Z,A count"),
    ],
)
def test_who_is_refused_is_not_let_in_by_being_named(archive: Archive, bring: Bring, name: str, row: str) -> None:
    folder = archive(forecasters="name,simulated\nrobot,yes\n", **{name: f"{HEADS[name]}\n{row}\n"})
    heard = bring(folder, skip_bad=True)
    assert heard.refusals[0].startswith("forecasters.csv:2: simulated: “yes” is neither true nor false.")
    assert heard.refusals[1].endswith("The row of “robot” in forecasters.csv is refused.")
    assert not Forecaster.objects.filter(username="robot").exists()


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("forecasters", "Ann", "name"),
        ("estimates", "rain,Ann,2027-01-02T00:00:00Z,0.5", "forecaster"),
        ("evidence", "rain,Ann,2027-01-02T00:00:00Z,A count", "added_by"),
        ("resolutions", "rain,yes,2027-01-02T00:00:00Z,Ann", "decided_by"),
        ("wordings", f"rain,1,Will it rain?,{OPEN},Ann", "author"),
        ("forecasts", f"hail,Will it hail?,{OPEN},Ann", "created_by"),
    ],
)
def test_a_name_that_is_somebodys_in_other_letters_is_refused(
    archive: Archive, bring: Bring, cast: factories.Cast, *, name: str, row: str, column: str
) -> None:
    heard, more = Heard(), "" if HEADS[name].split(",").count(column) or column == "name" else f",{column}"
    with pytest.raises(ArchiveRefused):
        bring(archive(**{name: f"{HEADS[name]}{more}\n{row}\n"}), heard)
    assert heard.refusals[0] == (
        f"{name}.csv:2: {column}: “Ann” differs from another name only in case. Use one spelling."
    )


def test_of_two_names_that_differ_only_in_case_the_first_counts(archive: Archive, bring: Bring) -> None:
    rows = "rain,Ann,2027-01-02T00:00:00Z,0.5\nrain,ann,2027-01-02T00:00:00Z,0.5\n"
    heard = bring(archive(estimates=f"{HEADS['estimates']}\n{rows}"), skip_bad=True)
    assert [refusal.split(": ")[0] for refusal in heard.refusals] == ["estimates.csv:3"]
    assert Estimate.objects.get().forecaster.username == "Ann"


def test_a_circle_of_conditions_is_refused(archive: Archive, bring: Bring) -> None:
    rows = f"a,Will it?,{OPEN},b,yes\nb,Will it?,{OPEN},a,yes\n"
    heard = Heard()
    with pytest.raises(ArchiveRefused):
        bring(archive(forecasts=f"{HEADS['forecasts']},condition,condition_outcome\n{rows}"), heard)
    assert len(heard.refusals) == 2
