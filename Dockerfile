# syntax=docker/dockerfile:1
# The gateway as one compiled program on nothing but the C library it links to: no shell, no package manager, no Bun.
#
# Bases are arguments, by tag. Pin them by digest with what this prints, then pass --build-arg BUN_IMAGE=…@sha256:…
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' oven/bun:1.4.5-debian
#   docker buildx imagetools inspect --format '{{.Manifest.Digest}}' debian:12-slim
ARG BUN_IMAGE=oven/bun:1.4.5-debian
ARG LIBC_IMAGE=debian:12-slim

FROM ${BUN_IMAGE} AS build
WORKDIR /build
# First what changes seldom: with the lock file unchanged this layer is reused.
COPY package.json bun.lock bunfig.toml tsconfig.json ./
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY src ./src
# The code is compiled ahead, which halves the time to the first answer, but Bun's byte code differs from build to build.
# REPRODUCIBLE=true leaves it out: then the same commit gives the same bytes.
ARG REPRODUCIBLE=false
RUN if [ "${REPRODUCIBLE}" = true ]; \
    then bun build src/main.ts --compile --minify --format=esm --outfile dist/llm-gateway; \
    else bun run build; \
    fi

# What the program links to and nothing else, with the package records that let a scanner name and date it.
FROM ${LIBC_IMAGE} AS root
ARG SOURCE_DATE_EPOCH=0
COPY --from=build /build/dist/llm-gateway /image/app/llm-gateway
COPY policies /image/app/policies
# hadolint ignore=DL4006
RUN set -eu; \
    mkdir -p /image/etc /image/tmp /image/var/lib/dpkg/status.d; \
    chmod 1777 /image/tmp; \
    printf 'nonroot:x:65532:65532:nonroot:/app:/sbin/nologin\n' > /image/etc/passwd; \
    printf 'nonroot:x:65532:\n' > /image/etc/group; \
    cp /etc/os-release /image/etc/os-release; \
    ldd /image/app/llm-gateway | grep -o '/[^ ]*' | sort -u > /tmp/libraries; \
    while read -r library; do cp -L --parents "$library" /image/; done < /tmp/libraries; \
    dpkg-query --show --showformat \
      'Package: ${Package}\nStatus: ${Status}\nArchitecture: ${Architecture}\nVersion: ${Version}\nMaintainer: ${Maintainer}\nSource: ${source:Package}\nDescription: ${binary:Summary}\n' \
      libc6 > /image/var/lib/dpkg/status.d/libc6; \
    cp --parents /usr/share/doc/libc6/copyright /image/; \
    chmod -R a+rX,go-w /image/app; \
    find /image -mindepth 1 -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="llm-gateway" \
      org.opencontainers.image.description="A policy layer in front of Ollama" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=root /image/ /
# Beyond 256 requests to Ollama at once Bun would queue in silence; it reads this only from the real environment.
ENV NODE_ENV=production \
    BUN_CONFIG_MAX_HTTP_REQUESTS=65535
# ./policies is looked for here: the set that came with the image, or a ConfigMap mounted over it.
WORKDIR /app
USER 65532:65532
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["/app/llm-gateway", "healthcheck"]
ENTRYPOINT ["/app/llm-gateway"]
