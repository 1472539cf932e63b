"""Charts: a Vega-Lite specification each, and what puts them on a page. Adding a chart is adding one file."""
