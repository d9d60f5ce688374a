#!/bin/sh
# Everything that must hold: format, lints, tests on SQLite and PostgreSQL, the release build, the browser tests. A step
# that fails does not stop the others. The last line counts the tests, and a failed step that ran none counts as one.
set -u
cd "$(dirname "$0")/.."
. scripts/tools.sh
ensure_chromium && ensure_postgres && ensure_strace || exit 1
logs=target/test-logs
mkdir -p "$logs"
passed=0 failed=0 not_run=0 broken=""
# Clippy as the compiler of our own crates: lints and tests share one compilation, and dependencies are compiled once. It takes
# its flags from CLIPPY_ARGS, as `cargo clippy` passes them on.
lint="env RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"
# Unoptimised, the futures of a whole export and import need more than a test's 2 MiB of stack.
export RUST_MIN_STACK=8388608

# step NAME COMMAND...: runs it, says how long it took, remembers a failure.
step() {
    name=$1 started=$(date +%s)
    shift
    printf '\n=== %s\n' "$name"
    outcome=failed
    if "$@"; then outcome=done; fi
    printf -- '--- %s: %s in %s s\n' "$name" "$outcome" $(($(date +%s) - started))
    [ "$outcome" = done ]
}

check() { step "$@" || add 0 1 0 "$1"; }

# add PASSED FAILED NOT_RUN NAME
add() {
    passed=$((passed + $1)) failed=$((failed + $2)) not_run=$((not_run + $3))
    if [ "$2" -gt 0 ]; then broken="$broken
  $4"; fi
}

# logged FILE COMMAND...: its output goes to the terminal and to a file, and its status is kept.
logged() {
    log=$1
    shift
    { "$@" 2>&1; echo $? >"$log.status"; } | tee "$log"
    return "$(cat "$log.status")"
}

# A runner that reports no failed test but fails, or runs no test at all, counts as one failure.
count() { # NAME PASSED FAILED NOT_RUN STATUS
    if [ "$3" -eq 0 ] && { [ "$5" -ne 0 ] || [ "$2" -eq 0 ]; }; then add "$2" 1 "$4" "$1"; else add "$2" "$3" "$4" "$1"; fi
}

# compile_tests [LINT...]: compiles the tests, with the binary and the benchmarks as modules of them, and remembers where they are. The
# build tool comes later: its crates would be compiled before the tests, which then keep one core busy alone.
compile_tests() {
    "$@" cargo test --locked --profile bench --lib --no-run --message-format json-render-diagnostics >"$logs/compiled.json"
}

# Started by themselves: cargo would wait with them until the release, which is compiled into the same folder, is done.
rust_tests() {
    log=$logs/cargo.log
    INSTA_UPDATE=no step "Tests on SQLite and PostgreSQL" logged "$log" scripts/with-postgres.sh \
        "$(sed -n '/"kind":\["lib"\]/s/.*"executable":"\([^"]*\)".*/\1/p' "$logs/compiled.json")"
    status=$?
    # shellcheck disable=SC2046
    count "Tests on SQLite and PostgreSQL" $(awk '/^test result: / { passed += $4; failed += $6; ignored += $8 }
        END { print passed + 0, failed + 0, ignored + 0 }' "$log") $status
}

browser_tests() {
    log=$logs/browser.log
    rm -f "$log.tap"
    CHROMIUM=$(find_chromium) step "End-to-end tests in Chromium" logged "$log" scripts/with-postgres.sh sh -c "cd end2end && node --test --test-concurrency=2 \
        --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination=../$log.tap"
    status=$?
    touch "$log.tap"
    # shellcheck disable=SC2046
    count "End-to-end tests in Chromium" $(awk '/^# (pass|fail|cancelled|skipped|todo) [0-9]+$/ { n[$2] = $3 }
        END { print n["pass"] + 0, n["fail"] + n["cancelled"] + 0, n["skipped"] + n["todo"] + 0 }' "$log.tap") $status
}

begun=$(date +%s)
check "Format" cargo fmt --all --check
# The release is built beside the tests, since much of it keeps only one core busy. Compiling lints what it compiles first: the browser's
# half and the build tool here, the server with its tests. What the tests need goes first, so that there is work for both cores to the end.
nice -n 5 "${MAKE:-make}" --no-print-directory build LINTED_BY="$lint" end2end/node_modules/.package-lock.json >"$logs/release.log" 2>&1 &
release=$!
trap 'kill "$release"; exit 1' INT TERM
# The tests' profile shares its compiled dependencies with the release.
# shellcheck disable=SC2086
if step "Lints of the server, and the tests compiled" compile_tests $lint; then
    rust_tests
else
    add 0 1 0 "Lints of the server"
    if compile_tests; then rust_tests; else add 0 1 0 "Tests on SQLite and PostgreSQL"; fi
fi
finish_release() { wait "$release"; status=$?; cat "$logs/release.log"; return $status; }
# The server's release is compiled without Clippy, so that `make run` need not do it again, and it alone shows what only tests use.
no_warnings() { ! grep '^warning: ' "$logs/release.log"; }
if step "Release build, begun above; lints of the browser's half and the build tool" finish_release; then
    check "No warnings in the release" no_warnings
    check "Size of the first page" target/release/xtask size
    browser_tests
else
    add 0 1 0 "Release build, and so no end-to-end tests"
fi

printf '\n'
if [ -n "$broken" ]; then printf 'Failed:%s\n' "$broken"; fi
if [ "$not_run" -gt 0 ]; then printf 'Marked as ignored, skipped or to do, and so not run: %s\n' "$not_run"; fi
printf 'Took %s s.\n' $(($(date +%s) - begun))
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
