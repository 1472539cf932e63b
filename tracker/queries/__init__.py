"""What pages and the API read of the reading."""
