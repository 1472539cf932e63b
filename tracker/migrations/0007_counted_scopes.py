"""An index that finds what counts in a scope."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracker", "0006_progress")]
    operations = [
        migrations.AddIndex(model_name="counted", index=GinIndex(fields=["scopes"], name="counted_scopes")),
    ]
