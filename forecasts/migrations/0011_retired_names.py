"""Names of closed accounts are refused wherever a name is validated; nothing changes in the database."""

import django.core.validators
from django.db import migrations, models

import forecasts.models.forecasters


class Migration(migrations.Migration):
    dependencies = [
        ("forecasts", "0010_registrations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="forecaster",
            name="username",
            field=models.CharField(
                error_messages={"unique": "This name is taken. Choose another."},
                max_length=40,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z0-9][A-Za-z0-9_.-]{1,39}$",
                        "Use 2 to 40 letters, digits, dots, dashes and underscores, a letter first.",
                    ),
                    forecasts.models.forecasters.refuse_retired,
                ],
                verbose_name="name",
            ),
        ),
    ]
