# Sourced. Finds what the tests need and the project cannot install into its own folders: Chromium, PostgreSQL, strace.
# On Debian and its kin they are installed with apt; elsewhere it is said what to install.

# Prints the browser's path. CHROMIUM wins; then Chromium's headless shell, in which the tests take half the time.
find_chromium() {
    for browser in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
        if [ -n "$browser" ] && command -v "$browser"; then return 0; fi
    done
    return 1
}

# Prints the folder of initdb and pg_ctl, of the newest version.
find_postgres() {
    found=""
    for folder in "$(dirname "$(command -v pg_ctl || echo .)")" /usr/local/opt/postgresql@*/bin /opt/homebrew/opt/postgresql@*/bin \
        /usr/pgsql-*/bin /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then found=$folder; fi
    done
    [ -n "$found" ] && echo "$found"
}

ensure_chromium() {
    if [ -n "${CHROMIUM:-}" ] || command -v chromium-headless-shell >/dev/null; then return 0; fi
    # Not every distribution has the shell.
    install_with_apt "Chromium's headless shell, for the end-to-end tests" chromium-headless-shell fonts-liberation 2>/dev/null && return 0
    find_chromium >/dev/null && return 0
    install_with_apt "Chromium, for the end-to-end tests" chromium fonts-liberation && find_chromium >/dev/null && return 0
    echo "Chromium is missing: install Chromium or Google Chrome so that \`chromium\` or \`google-chrome\` runs, or set CHROMIUM to its path." >&2
    return 1
}

ensure_postgres() {
    find_postgres >/dev/null && return 0
    install_with_apt "PostgreSQL, for a throw-away cluster in the tests" postgresql && find_postgres >/dev/null && return 0
    echo "PostgreSQL is missing: install the PostgreSQL server, 15 or later, so that \`initdb\` and \`pg_ctl\` are on the PATH." >&2
    return 1
}

# Linux alone has strace; elsewhere the one test that needs it is not run.
ensure_strace() {
    [ "$(uname)" = Linux ] || return 0
    command -v strace >/dev/null && command -v sqlite3 >/dev/null && return 0
    install_with_apt "a trace of what reaches the disk, for the test of power cuts" strace sqlite3 && return 0
    echo "strace or sqlite3 is missing: the test of power cuts is not run." >&2
}

# install_with_apt REASON PACKAGE...: fails where apt or the right to use it is missing.
install_with_apt() {
    reason=$1
    shift
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else
        echo "To install $reason: sudo apt-get install $*" >&2
        return 1
    fi
    echo "Installing $*: $reason."
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' sh "$@" \
        </dev/null >/dev/null
}
