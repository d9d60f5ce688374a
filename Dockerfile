# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
COPY --from=node:20-bookworm-slim /usr/local /usr/local
WORKDIR /app
COPY . .
# The caches keep compiled dependencies between builds; the target folder is not part of the image, hence the copy.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/app/target \
    make build && cp target/release/customer-health /usr/local/bin/

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home customer-health
COPY --from=build /usr/local/bin/customer-health /usr/local/bin/
USER customer-health
WORKDIR /data
VOLUME /data
# Used unless DATABASE_URL says otherwise. Beyond loopback the server asks for ACCESS_TOKEN, and does not start without.
ENV DATABASE_URL=sqlite:///data/customer-health.db ADDR=0.0.0.0:3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["customer-health", "healthcheck"]
ENTRYPOINT ["customer-health"]
CMD ["serve"]
