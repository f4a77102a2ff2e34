# The desk alone; compose.yaml adds the database. It needs a sign-in: docs/running.md.
# PostgreSQL's client must be as new as the server that backups are taken of: 17, as Debian has it.
ARG PYTHON=3.11.14-slim-trixie
FROM python:${PYTHON}

RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/desk desk \
    && install -d -o desk -g desk /desk/data /backups

WORKDIR /desk
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -r requirements.txt

COPY .streamlit/config.toml .streamlit/config.toml
COPY pyproject.toml app.py ./
COPY lib lib
COPY pages pages
COPY data/fixtures data/fixtures

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DESK_HOST=0.0.0.0 \
    PORT=8501 \
    LOG_FORMAT=json
USER desk
EXPOSE 8501
VOLUME ["/desk/data", "/backups"]

# Under overload the answer may take many seconds; a restart would make that worse.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=18)"]

CMD ["python", "-m", "lib.cli", "serve"]
