"""A bot that says one half to every open question of a tournament that it has not answered yet, and comments on it.

UniformProbabilityBot comes with forecasting-tools and asks no language model; put your own bot in its place.
"""

import asyncio
import sys

from forecasting_tools import MetaculusClient, UniformProbabilityBot

# Unless told otherwise this client waits 3.5 to 4.5 s before each request; here 600 a minute are taken.
client = MetaculusClient(sleep_seconds_between_requests=0.1, sleep_jitter_seconds=0)
bot = UniformProbabilityBot(
    metaculus_client=client, publish_reports_to_metaculus=True, skip_previously_forecasted_questions=True
)
for report in asyncio.run(bot.forecast_on_tournament(sys.argv[1])):
    print(f"{report.prediction:.0%} on record: {report.question.question_text}")
