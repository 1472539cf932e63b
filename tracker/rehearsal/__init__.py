"""The rehearsal: simulated forecasters of known character on forecasts that are simulated too."""

SEED = 7
FORECASTS = 105
