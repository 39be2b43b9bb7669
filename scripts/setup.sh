# Sourced by the other scripts: installs what a fresh Debian or Ubuntu machine lacks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where `cargo install` puts what the tests need.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "needs root for: $*" >&2; return 1; fi
}

# Installs Debian packages that are missing; a no-op when all are there.
debian_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing from Debian: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

for client in cargo npm; do
  command -v $client >/dev/null || { echo "$client is needed and not installed" >&2; exit 1; }
done
python3 -m pip --version >/dev/null 2>&1 || { echo "python3 with pip is needed and not installed" >&2; exit 1; }

# Fonts for the drawn specimens: Han and Latin text, OCR-B for machine-readable zones.
debian_packages fonts-noto-cjk fonts-ocr-b fonts-dejavu-core
