#!/bin/sh
# contract.sh ADDRESS [OPTION...]: tries a running server, whose data it fills with nonsense, against its own OpenAPI document
# with Schemathesis 4 (https://schemathesis.io), which must be installed: pip install schemathesis.
set -eu
here=$(cd "$(dirname "$0")" && pwd)/contract
address=${1:?"the address of the server, such as http://127.0.0.1:3000"}
shift
# The stream of changes never ends.
SCHEMATHESIS_HOOKS="$here/hooks.py" exec schemathesis --config-file "$here/schemathesis.toml" run "$address/api/openapi.json" \
    --checks all --exclude-checks positive_data_acceptance --exclude-path /api/live --continue-on-failure \
    --phases examples,coverage,fuzzing --request-timeout 10 "$@"
