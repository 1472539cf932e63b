"""What the record announces, once it is committed unless said otherwise. Receivers get ids, never rows."""

from django.dispatch import Signal

account_closed = Signal()  # account_id; within the transaction, so that what goes with it goes at once
catalogue_asked = Signal()  # registration_id
estimate_recorded = Signal()  # forecast_id
estimates_recorded = Signal()  # forecast_ids
forecast_resolved = Signal()  # resolution_id, forecast_id
import_asked = Signal()  # import_id
