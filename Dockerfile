# One image for web servers, workers, beat and commands; compose.yaml says which runs what.
# Nothing of the container is written but VAR_DIR and /tmp: run it read-only.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --requirement requirements.txt \
    && rm -rf /venv/lib/python3.11/site-packages/pip /venv/lib/python3.11/site-packages/pip-* /venv/bin/pip*
COPY . ./
# Catalogues and compressed static files belong to the code; the key only lets the settings be read.
RUN /venv/bin/pybabel --quiet compile --directory locale --domain django \
    && /venv/bin/pybabel --quiet compile --directory locale/brazil --domain django \
    && VAR_DIR=/tmp/build STATIC_DIR=/app/collected /venv/bin/python manage.py collectstatic --noinput -v0 \
    && rm -rf /tmp/build

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHON=/venv/bin/python PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8 \
    VAR_DIR=/var/lib/iatp STATIC_DIR=/app/collected LISTEN=0.0.0.0 PORT=8000 PRODUCTION=1
RUN useradd --system --uid 10001 --home-dir /var/lib/iatp --create-home --shell /usr/sbin/nologin iatp
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
VOLUME /var/lib/iatp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["python", "-m", "gunicorn", "--config", "iatp_events/gunicorn.py"]
