"""Records that people bring along from elsewhere, read: one module for each format, from bytes to plain values."""
