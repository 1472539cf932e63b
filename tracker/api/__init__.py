"""The reading over the API: scores, boards, calibration, and how a source does."""
