"""Rate limits of the API: per forecaster when signed in, per address otherwise."""

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class PerForecaster(UserRateThrottle):
    scope = "forecaster"


class PerAddress(AnonRateThrottle):
    scope = "address"
