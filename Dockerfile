# Touchbase in a container: build with `docker build -t touchbase .`, run as docs/operators.md says.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS made
WORKDIR /usr/src/touchbase
RUN python -m venv /srv/touchbase
# First what changes seldom, so that a change of ours does not install it all again.
COPY requirements.lock ./
RUN /srv/touchbase/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot bot
COPY handlers handlers
COPY models models
COPY scheduler scheduler
RUN /srv/touchbase/bin/pip install --no-cache-dir --disable-pip-version-check \
      --no-deps --no-build-isolation .

FROM ${PYTHON}
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/touchbase touchbase
COPY --from=made /srv/touchbase /srv/touchbase
USER 10001
# The SQLite file is kept here; with PostgreSQL nothing is.
WORKDIR /var/lib/touchbase
VOLUME /var/lib/touchbase
ENV PATH=/srv/touchbase/bin:$PATH TOUCHBASE_HOST=0.0.0.0
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", \
  "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 3000)}/healthz\", timeout=4)"]
ENTRYPOINT ["touchbase"]
CMD ["run"]
