"""Catalogues: TOML files that say what a document predicts, and the pure reader of such files."""
