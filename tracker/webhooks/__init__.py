"""Webhooks: programs are told of events by signed requests, tried again until they take them.

An event is told once: a unique row per webhook, event, forecast and revision stands for it, and workers take turns at
the rows. A request can come twice only if a worker dies after the receiver took it and before that is noted; then both
have the same `webhook-id`, by which receivers tell them for one.
"""
