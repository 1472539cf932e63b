"""Pages of the record: the list of forecasts, and one forecast with everything that can be done on it."""
