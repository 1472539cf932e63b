"""Scores and calibration as pure arithmetic on arrays: what DECISIONS and the pages claim is computed here."""
