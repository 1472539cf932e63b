"""Reads any file of probabilities and outcomes as it streams by, and scores it: no database, no Django."""
