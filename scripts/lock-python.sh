#!/bin/sh
# Renews the lock files of Slipway's Python environment (sidecar/*.lock) and of the tools that check it (scripts/python-tools.lock).
# Keeps versions that still fit; `scripts/lock-python.sh --upgrade` takes the newest. Needs Python >= 3.10 and a package index.
set -eu
cd "$(dirname "$0")/../sidecar"

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet uv

lock() {
  input=$1; output=$2; shift 2
  "$tools/bin/uv" pip compile "$input" --output-file "$output" --quiet \
    --generate-hashes --universal --python-version 3.10 --no-emit-index-url --no-annotate \
    --custom-compile-command scripts/lock-python.sh "$@"
}

lock requirements.in requirements.lock --override overrides.txt "$@"
"$tools/bin/pip" freeze --quiet | grep '^uv==' >"$tools/uv.in"
lock "$tools/uv.in" installer.lock "$@"
lock ../scripts/python-tools.in ../scripts/python-tools.lock "$@"

if grep -nE '://|^-' requirements.lock installer.lock ../scripts/python-tools.lock; then
  echo "a lock file names an index or a file: see above" >&2
  exit 1
fi
