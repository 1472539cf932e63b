# The service as one image: web, worker, beat and migrate differ in their command (docker-compose.yml).
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt /
RUN pip install --require-hashes -r /requirements.txt

WORKDIR /app
COPY manage.py ./
COPY config config
COPY forecasts forecasts
COPY tracker tracker
# Settings refuse to run in production without these; nothing here connects anywhere or outlives the command.
RUN mkdir build && python -m tracker.charts.bundle build/vega.js \
    && ENVIRONMENT=production ALLOWED_HOSTS=build.example DATABASE_URL=postgresql://build REDIS_URL=redis://build \
       SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
       python manage.py collectstatic --noinput --verbosity 0
RUN PYTHONDONTWRITEBYTECODE= python -m compileall -q -j 0 /app /venv/lib \
    && pip uninstall --yes --quiet pip setuptools

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENVIRONMENT=production
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tracker
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER tracker
EXPOSE 8000
# It asks as a visitor of the first allowed host would: others are turned away.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "\
import os, urllib.request as u; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0].lstrip('.'); \
u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "INFO"]
