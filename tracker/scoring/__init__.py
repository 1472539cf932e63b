"""Scores and calibration as pure arithmetic on arrays; every number on a page that judges somebody comes from here."""
