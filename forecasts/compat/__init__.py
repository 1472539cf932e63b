"""The record as Metaculus' API has it, for bots that speak to that: /compat/metaculus/api/.

What the PyPI package forecasting-tools 0.3.x asks for, with no models of its own: the same services, queries, rights,
limits and problems as /api/v1/, in other shapes. A post and its question are a forecast and have its primary key as
their id; a comment is a note and has its; a user is a forecaster and has its. Tournaments are sources and collections:
tournaments.py numbers them. The crowd is the recency-weighted one. docs/metaculus.md says what differs.
"""
