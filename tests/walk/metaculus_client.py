"""Drives forecasting-tools' own client against a server, and writes what it was told: run with that package's Python.

Arguments: where to write, the bot of docs/ that is run in the end, and the numbers of the tournament and of questions
that test_metaculus_bot.py has made.
"""

import asyncio
import contextlib
import datetime as dt
import io
import json
import runpy
import socket
import sys
import time
from pathlib import Path
from typing import Any

import requests
from forecasting_tools import ApiFilter, BinaryQuestion, MetaculusApi, MetaculusClient

told: dict[str, Any] = {}
into, bot, *numbers = sys.argv[1:]
tournament, hidden, shown, branch, closed = map(int, numbers)
client = MetaculusClient(sleep_seconds_between_requests=0, sleep_jitter_seconds=0)
MetaculusApi.METACULUS_CLIENT = client


def matching(**asked: Any) -> list[int]:
    n = asked.pop("n", None)
    sample = asked.pop("sample", False)
    found = client.get_questions_matching_filter(ApiFilter(**asked), num_questions=n, randomly_sample=sample)
    return [question.id_of_question for question in asyncio.run(found)]


def one(number: int) -> BinaryQuestion:
    question = client.get_question_by_post_id(number)
    assert isinstance(question, BinaryQuestion)
    return question


def past(number: int) -> list[list[Any]]:
    return [[said.prediction_in_decimal, said.timestamp_end is None] for said in one(number).previous_forecasts or []]


def refused(call: Any, *arguments: Any) -> list[Any]:
    try:
        call(*arguments)
    except requests.HTTPError as error:
        return [error.response.status_code, error.response.json()["detail"]]
    return [None, "taken"]


def ask(method: str, path: str, **more: Any) -> Any:
    """What the package has no method for, with its headers."""
    answer = requests.request(
        method, f"{client.base_url}/{path}", timeout=10, headers=client._get_auth_headers()["headers"], **more
    )
    answer.raise_for_status()
    return answer.json()


# Reading
listed = client.get_all_open_questions_from_tournament("bots")
told["open"] = [question.id_of_question for question in listed]
told["by number"] = [question.id_of_post for question in client.get_all_open_questions_from_tournament(tournament)]
told["types"] = sorted({type(question).__name__ for question in listed})
every = ["open", "upcoming", "resolved", "closed"]
there = {"allowed_tournaments": [tournament]}
told["every state"] = matching(allowed_statuses=every, n=5, **there)
told["closed"] = matching(allowed_statuses=["closed"], **there)
told["sampled"] = sorted(matching(allowed_types=["binary"], n=2, sample=True, allowed_statuses=["open"]))
told["benchmark"] = [question.id_of_question for question in client.get_benchmark_questions(1, num_forecasters_gte=1)]
told["numeric"] = matching(allowed_types=["numeric"], **there)
told["forecast by others"] = matching(num_forecasters_gte=1, community_prediction_exists=True, **there)
told["newer"] = matching(publish_time_gt=dt.datetime.now(dt.UTC) + dt.timedelta(days=2), **there)
told["older"] = matching(publish_time_lt=dt.datetime.now(dt.UTC) + dt.timedelta(days=2), n=5, **there)
told["before"] = {
    number: [one(number).already_forecasted, one(number).community_prediction_at_access_time]
    for number in (hidden, shown)
}
first = client.get_question_by_url(f"https://www.metaculus.com/questions/{shown}/some-words/")
told["first"] = {
    "text": first.question_text,
    "state": first.state.value,
    "background": first.background_info,
    "criteria": first.resolution_criteria,
    "tournaments": first.tournament_slugs,
    "project": first.default_project_id,
    "forecasters": first.num_forecasters,
    "weight": first.question_weight,
    "bots count": first.includes_bots_in_aggregates,
    "times": [
        when.isoformat()
        for when in (first.open_time, first.close_time, first.scheduled_resolution_time, first.cp_reveal_time)
    ],
    "main feed": first.is_in_main_feed,
    "crowd then": first.get_cp_at_time(dt.datetime.now(dt.UTC)),
}
told["fine print"] = one(branch).fine_print
told["resolution"] = [
    question.binary_resolution
    for question in asyncio.run(client.get_questions_matching_filter(ApiFilter(allowed_statuses=["resolved"], **there)))
]

# Forecasting, withdrawing
client.post_binary_question_prediction(hidden, 0.63)
client.post_binary_question_prediction(hidden, 0.7)
MetaculusApi.post_binary_question_prediction(shown, 0.25)
told["after"] = past(hidden)
for _ in range(100):
    if (crowd := one(hidden).community_prediction_at_access_time) is not None:
        break
    time.sleep(0.1)
told["crowd"] = crowd
told["last"] = one(hidden).timestamp_of_my_last_forecast is not None
told["in lists"] = {
    question.id_of_question: question.already_forecasted
    for question in client.get_all_open_questions_from_tournament(tournament)
}
told["forecast by me"] = sorted(matching(is_previously_forecasted_by_user=True))
told["withdrawn"] = ask("POST", "questions/withdraw/", json=[{"question": shown}])
told["after withdrawing"] = past(shown)
told["refused"] = {
    "choice": refused(client.post_multiple_choice_question_prediction, hidden, {"A": 0.5, "B": 0.5}),
    "number": refused(client.post_numeric_question_prediction, hidden, [0.0, 1.0]),
    "closed": refused(client.post_binary_question_prediction, closed, 0.5),
    "nowhere": refused(client.get_question_by_post_id, 10**9),
    "nobody": refused(
        MetaculusClient(token="none", sleep_seconds_between_requests=0, sleep_jitter_seconds=0).get_current_user_id
    ),
}

# Commenting, and who is asking
client.post_question_comment(hidden, "Only for me.", is_private=True, included_forecast=False)
client.post_question_comment(hidden, "For all.", is_private=False, included_forecast=True)
told["comments"] = {
    truth: [
        [comment["text"], (comment["included_forecast"] or {}).get("probability_yes")]
        for comment in ask("GET", "comments/", params={"post": hidden, "is_private": truth})["results"]
    ]
    for truth in ("true", "false")
}
told["me"] = client.get_current_user_id()
told["tournaments"] = [each["slug"] for each in ask("GET", "projects/tournaments/")]
told["tournament"] = ask("GET", f"projects/tournaments/{tournament}/")["name"]

# A whole bot, twice
told["bot"] = []
for _ in range(2):
    sys.argv = [bot, "bots"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(bot, run_name="__main__")
    told["bot"].append(printed.getvalue().splitlines())

# Anywhere else
for address in ("192.0.2.1", "127.0.0.1", "www.metaculus.com"):
    try:
        socket.create_connection((address, 9), timeout=5)
    except OSError as error:
        told[address] = str(error)
Path(into).write_text(json.dumps(told))
