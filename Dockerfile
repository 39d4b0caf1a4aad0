# Backgrid in a container: the service, a worker, the migrations and the command line are the same image.
#   docker build -t backgrid .
#   docker run --read-only -v backgrid:/data -p 127.0.0.1:8000:8000 -e ALLOW_ANONYMOUS=1 backgrid
# Bun's own slim image, because it is that one binary on Debian and has a user for it; npm's package of Bun would bring Node along.
ARG BUN=oven/bun:1.4.5-slim

FROM ${BUN} AS packages
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
# What RapiDoc was bundled from is not needed beside its bundle, and is half of the packages.
RUN bun install --frozen-lockfile --production \
  && cd node_modules && rm -rf @swagger-api @swaggerexpert @tree-sitter-grammars axios core-js-pure prismjs ramda ramda-adjunct \
  swagger-client tree-sitter tree-sitter-json xml-but-prettier

# The compiler of the kernels is a package for development: it stays in this stage.
FROM packages AS build
RUN bun install --frozen-lockfile
COPY core/engine/abi.ts core/engine/abi.ts
COPY engine-wasm engine-wasm
RUN bun engine-wasm/build.ts

FROM ${BUN}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown bun:bun /data
COPY --from=packages /app/node_modules node_modules
COPY . .
COPY --from=build /app/engine-wasm/build engine-wasm/build
USER bun
# All that is written: the store of one process, uploads on their way, cached prices. The rest of the file system may be read-only.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["bun", "-e", "const { WORKER_PORT, PORT } = process.env; process.exit((await fetch(`http://127.0.0.1:${WORKER_PORT ?? PORT}/health`)).ok ? 0 : 1)"]
ENTRYPOINT ["bun", "cli/main.ts"]
CMD ["serve"]
