#!/usr/bin/env bash
# Runs everything that must hold: format, vet, staticcheck and all tests. Installs
# PostgreSQL from the system's packages first where it is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

postgres_is_here() {
  [[ -n ${RSCHECK_PG_BIN:-} ]] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

install_postgres() {
  local sudo=()
  if [[ $(id -u) -ne 0 ]]; then
    sudo=(sudo -n)
    "${sudo[@]}" true 2>/dev/null || return 1
  fi
  command -v apt-get >/dev/null || return 1
  "${sudo[@]}" apt-get update -q
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q postgresql
}

if ! postgres_is_here && ! install_postgres; then
  echo "test.sh: PostgreSQL is missing: install it (apt-get install postgresql) or point RSCHECK_PG_BIN at the folder of its programs" >&2
  exit 1
fi

unformatted=$(go tool -modfile=tools.mod gofumpt -l .)
if [[ -n $unformatted ]]; then
  echo "test.sh: not formatted, run go tool -modfile=tools.mod gofumpt -w .:" >&2
  echo "$unformatted" >&2
  exit 1
fi
go vet ./...
go tool -modfile=tools.mod staticcheck ./...
go test "$@" ./...
