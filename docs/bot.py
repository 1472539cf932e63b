"""A bot: answers every open forecast that it has not answered yet. README says how its client is generated."""

import os

from tracker_client import AuthenticatedClient
from tracker_client.api.estimates import estimates_bulk_create
from tracker_client.api.forecasts import forecasts_list
from tracker_client.models import ForecastsListMine, ForecastsListStatus, NewEstimateOfRequest


def think(question: str) -> float:
    """Put your model here: P(yes), 0.0001 to 0.9999."""
    return 0.2 if " before " in question else 0.5


client = AuthenticatedClient(
    base_url=os.environ["TRACKER"], token=os.environ["TOKEN"], prefix="Token", raise_on_unexpected_status=True
)
page = forecasts_list.sync(client=client, status=ForecastsListStatus.OPEN, mine=ForecastsListMine.NO, limit=200)
said = [
    NewEstimateOfRequest(forecast=each.slug, probability=think(each.question), rationale="By base rates.")
    for each in page.results
]
if said:
    for made in estimates_bulk_create.sync(client=client, body=said):
        print(f"{made.forecast}: {made.probability:.2%}, on record as {made.id}")
