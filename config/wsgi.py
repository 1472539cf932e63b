"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from config.charsets import only_read_charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = only_read_charsets(get_wsgi_application())
