# Zalo Governor in a container: two stages, so that no compiler and no source stays in what runs.
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/zalo-governor
COPY requirements/run.txt requirements/
# --no-deps and the hashes: see requirements/excluded.txt. The build tools are among the locked requirements.
RUN /opt/zalo-governor/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY config config/
COPY docs docs/
COPY zalo_governor zalo_governor/
RUN /opt/zalo-governor/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=build /opt/zalo-governor /opt/zalo-governor
# A number, so that the rights of a mounted folder can be set on the host.
RUN useradd --system --uid 10001 --no-create-home zalo-governor \
    && mkdir --mode=0700 /var/lib/zalo-governor \
    && chown 10001:10001 /var/lib/zalo-governor
USER 10001:10001
ENV PATH=/opt/zalo-governor/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /var/lib/zalo-governor
VOLUME /var/lib/zalo-governor
# Within 150 seconds after the line is gone; while it cannot log in, it is not healthy either.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8377/healthz', timeout=5)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["zalo-governor"]
CMD ["run"]
