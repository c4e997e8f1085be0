#!/bin/sh
# Makes src/bindings.rs and src/properties.rs anew from the headers of an OpenFX checkout:
#
#     cargo install bindgen-cli@0.73.2 --locked    # needs libclang, Debian's libclang-dev
#     pip install pyyaml
#     ./generate.sh path/to/openfx
#
# Status codes and the like are expressions in the headers, which bindgen does not evaluate; they pass through constants.
set -eu
checkout=$(realpath "$1")
headers="$checkout/include"
cd "$(dirname "$0")"

numbers=$(mktemp --suffix .h)
trap 'rm -f "$numbers"' EXIT
{
    echo '#include "wrapper.h"'
    grep -hoE '^#define *kOfx(Stat|FlagInfinite)[A-Za-z]*' "$headers"/ofx[A-Z]*.h | awk '{ print $2 }' | sort -u |
        while read -r name; do printf 'static const int %s_ = %s;\n' "$name" "$name"; done
} > "$numbers"

bindgen "$numbers" --raw-line '//! The C interface of OpenFX as its headers have it. Made by generate.sh.' \
    --no-doc-comments --generate-cstr --default-macro-constant-type signed --use-core \
    --allowlist-file '.*/ofx.*\.h' --allowlist-var 'kOfx(Stat|FlagInfinite).*' --ignore-functions \
    --blocklist-item kOfxStatOK \
    -- -I "$headers" -I . |
    sed 's/^pub const \(kOfx[A-Za-z]*\)_: /pub const \1: /' > src/bindings.rs

python3 generate.py "$checkout" > src/properties.rs
rustfmt --edition 2024 --config-path ../../rustfmt.toml src/bindings.rs src/properties.rs
