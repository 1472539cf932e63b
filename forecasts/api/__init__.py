"""The record over the API: shapes in, one call of a service or a query, shapes out."""
