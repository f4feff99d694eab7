# One image for every process of Evenlode: web, relay, workers, scheduler and the commands. Only the command differs.
#
#   docker build --tag evenlode:0.1.0 .
#   docker build --build-arg BASE_IMAGE=registry.example.org/python:3.13 --tag evenlode:0.1.0 .
#
# BASE_IMAGE is any glibc image with Python 3.11 or newer as `python`, pip, and groupadd and useradd. The tag names a
# minor version of Python, so that building again brings its security fixes; pin a digest where builds must repeat.
ARG BASE_IMAGE=python:3.13-slim-trixie

# --- builder: the locked packages and this project in one virtual environment -------------------------------------
FROM ${BASE_IMAGE} AS builder
ARG UV_VERSION=0.13.9
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore "uv==${UV_VERSION}"
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/evenlode/.venv
WORKDIR /build
# The packages change far less often than the code, so they are a layer of their own.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-editable --no-install-project
# Scripts and styles for the browser, from the locked npm packages.
COPY package.json package-lock.json ./
COPY tools/assets.py ./tools/assets.py
COPY service/web/assets ./service/web/assets
RUN python tools/assets.py && rm -rf node_modules .bootstrap
COPY README.md LICENSE ./
COPY policy ./policy
COPY schemas ./schemas
COPY service ./service
COPY workers ./workers
RUN uv sync --locked --no-dev --no-editable

# --- the image ----------------------------------------------------------------------------------------------------
FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Evenlode" \
      org.opencontainers.image.description="Community reporting and intelligence intake for a Community Safety Partnership" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# A fixed number, so that a volume's owner stays right from one build to the next. The key folder exists and has its
# owner already here, because a new named volume takes both from the image.
RUN groupadd --gid 10001 evenlode \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin evenlode \
 && mkdir --parents /var/lib/evenlode/keys \
 && chown -R 10001:10001 /var/lib/evenlode \
 && chmod 0700 /var/lib/evenlode /var/lib/evenlode/keys

# Everything below belongs to root and the process does not run as root: it cannot change its own program.
COPY --from=builder /opt/evenlode/.venv /opt/evenlode/.venv
COPY policy /opt/evenlode/policy
COPY container/health.py /opt/evenlode/health.py

ENV PATH=/opt/evenlode/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    OPENBLAS_NUM_THREADS=1 \
    EVENLODE_STATE=/var/lib/evenlode \
    EVENLODE_KEY_FILE=/var/lib/evenlode/keys/keys.json \
    EVENLODE_POLICY=/opt/evenlode/policy \
    PORT=8000

USER 10001:10001
WORKDIR /opt/evenlode
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "/opt/evenlode/health.py", "web"]
CMD ["granian", "--interface=asgi", "--host=0.0.0.0", "--port=8000", "--workers=1", "--loop=uvloop", "--http=1", \
     "--no-ws", "--http1-header-read-timeout=10000", "--workers-kill-timeout=10", \
     "--log-level=warning", "service.asgi:app"]
