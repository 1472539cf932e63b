"""What the record announces, once it is committed. Receivers get ids, never rows."""

from django.dispatch import Signal

catalogue_asked = Signal()  # registration_id
estimate_recorded = Signal()  # forecast_id
estimates_recorded = Signal()  # forecast_ids
forecast_resolved = Signal()  # resolution_id, forecast_id
