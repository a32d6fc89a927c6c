#!/usr/bin/env bash
# Runs everything that must hold: format, vet, staticcheck and all tests. Installs
# first what is missing of the programs that the tests use: PostgreSQL, xmllint,
# Chromium, and npm for the SARIF validator.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

have() { command -v "$1" >/dev/null; }
have_postgres() { [[ -n ${RSCHECK_PG_BIN:-} ]] || have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_xmllint() { [[ -n ${RSCHECK_XMLLINT:-} ]] || have xmllint; }
have_chromium() { [[ -n ${RSCHECK_CHROMIUM:-} ]] || have chromium || have chromium-browser || have google-chrome; }
have_npm() { [[ -n ${RSCHECK_SARIF_MULTITOOL:-} ]] || have npm; }

missing=()
have_postgres || missing+=(postgresql)
have_xmllint || missing+=(libxml2-utils)
have_chromium || missing+=(chromium)
have_npm || missing+=(nodejs npm)

install() {
  local sudo=()
  if [[ $(id -u) -ne 0 ]]; then
    sudo=(sudo -n)
    "${sudo[@]}" true 2>/dev/null || return 1
  fi
  have apt-get || return 1
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

if ((${#missing[@]} > 0)) && ! install "${missing[@]}"; then
  echo "test.sh: the tests need what these packages of Debian or Ubuntu bring: install ${missing[*]}" >&2
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
