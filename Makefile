# Customer Health. `make` alone lists what there is to make; the README says what a machine needs for it.

ADDR ?= 127.0.0.1:3000
DATABASE_URL ?= sqlite://data/customer-health.db

# One target folder and the flags of .cargo/config.toml, whatever the shell has set: other flags would rebuild
# everything, and server and browser must be built with the same ones.
export CARGO_TARGET_DIR := $(CURDIR)/target
export PATH := $(HOME)/.cargo/bin:$(PATH)
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET

# A command that lints what it compiles, as `make test` gives it; the server is linted with the tests.
LINTED_BY =
BROWSER_HALF = --package customer-health --lib --target wasm32-unknown-unknown --no-default-features --features hydrate
APP = target/release/customer-health

.DEFAULT_GOAL := help
.PHONY: help run build dev test check fmt demo e2e screenshots size lighthouse bench clean wasm-target chromium

help: ## List the targets
	@echo "Customer Health. Start with: make run"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: build ## Build the optimised app and serve it with the demo portfolio on http://127.0.0.1:3000
	@$(APP) serve --demo --addr $(ADDR) --database-url $(DATABASE_URL)

# The binary embeds the site, so it comes last; all else is made side by side. Each step does nothing when nothing changed.
# The browser's half is optimised as a whole (LTO), which cargo does to a library only when it is nothing but a cdylib.
build: wasm-target node_modules/.package-lock.json ## Build the self-contained release binary, target/release/customer-health
	@test -x $(APP) || echo "The first build compiles some 700 crates: 8 to 30 minutes on two cores, by the machine. Later ones take seconds."
	@echo "1/2 the browser's half, in WebAssembly, and of it the site: bound, optimised, bundled, hashed, compressed; beside it the server"
	@trap 'kill $$half $$server' INT TERM; $(LINTED_BY) cargo rustc --locked --profile wasm-release $(BROWSER_HALF) --crate-type cdylib & half=$$!; \
		$(LINTED_BY) cargo build --locked --release --bin xtask || { kill $$half; exit 1; }; cargo build --locked --release --lib & server=$$!; \
		wait $$half && target/release/xtask site --release && wait $$server || { kill $$server; exit 1; }
	@echo "2/2 the binary, with the site embedded" && cargo build --locked --release --bin customer-health

dev: wasm-target node_modules/.package-lock.json ## Serve a debug build with the demo portfolio; rebuild and restart on every change
	@cargo build --locked --release --bin xtask
	@target/release/xtask dev --demo --addr $(ADDR) --database-url $(DATABASE_URL)

test: wasm-target ## Run every check and test, on SQLite and PostgreSQL and in a real browser
	@scripts/test.sh

check: wasm-target ## Check format and lints of the server with the build tool, and of the browser's half
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- --deny warnings
	cargo clippy --locked $(BROWSER_HALF) -- --deny warnings

fmt: ## Format the code
	cargo fmt --all

demo: build ## Fill the database with the demo portfolio; ARGS="--customers 10000 --days 180" for a large one
	@$(APP) demo --database-url $(DATABASE_URL) $(ARGS)

e2e: build chromium end2end/node_modules/.package-lock.json ## Run only the end-to-end tests
	@scripts/with-postgres.sh sh -c 'cd end2end && node --test --test-concurrency=2'

screenshots: build chromium end2end/node_modules/.package-lock.json target/sharp/node_modules ## Take the README's pictures of the running app, into docs/images
	@node end2end/screenshots.mjs

size: build ## Print what the first page sends, by file and crate; fails when that is more than its budget
	@target/release/xtask size

lighthouse: build chromium target/lighthouse/node_modules ## Measure the running app with Lighthouse
	@node end2end/lighthouse.mjs

bench: wasm-target build chromium end2end/node_modules/.package-lock.json ## Measure speed against its limits; DATABASE_URL=postgres://... names an empty database to do it in
	@$(if $(filter postgres%,$(DATABASE_URL)),BENCH_DATABASE_URL=$(DATABASE_URL)) cargo bench --locked --profile release --bench system
	@cargo bench --locked --profile release --bench scoring
	@node end2end/what_if_bench.mjs

clean: ## Remove everything built or installed here; data/ stays
	rm -rf target node_modules end2end/node_modules

# What the other targets need; each installs once, into the project's own folders where that is possible.

wasm-target:
	@command -v cargo >/dev/null || { echo "Rust is missing; https://rustup.rs installs it."; exit 1; }
	@test -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" || { \
		echo "Installing Rust's wasm32-unknown-unknown target: half of the app runs in the browser."; \
		rustup target add wasm32-unknown-unknown; }

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo "Node.js with npm is missing; version 20 or later is needed."; exit 1; }
	@echo "Installing binaryen and lightningcss-cli into node_modules: they make the browser's half and the stylesheet small."
	@npm ci --silent && touch $@

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	@echo "Installing playwright-core and axe into end2end/node_modules: they drive the browser in the end-to-end tests."
	@cd end2end && npm ci --silent && touch node_modules/.package-lock.json

target/lighthouse/node_modules:
	@echo "Installing Lighthouse into target/lighthouse; 12.8.2 is the last version for Node.js 20."
	@npm install --silent --no-save --no-package-lock --prefix target/lighthouse lighthouse@12.8.2

target/sharp/node_modules:
	@echo "Installing sharp into target/sharp: it makes the pictures small."
	@npm install --silent --no-save --no-package-lock --prefix target/sharp sharp@0.34.5

chromium:
	@. scripts/tools.sh && ensure_chromium
