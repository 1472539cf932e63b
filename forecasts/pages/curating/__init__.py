"""Pages for curators: registering forecasts, sources, claims and catalogues, wording anew, amending."""
