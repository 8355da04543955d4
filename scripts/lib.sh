# Sourced by every script here: where things live and which toolchain is used. Only `scripts/setup` decides; the others read.
# shellcheck shell=bash

FLORIN_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools and build outputs live outside the checkout, so that a fresh clone starts warm.
FLORIN_HOME=${FLORIN_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/florin}
FLORIN_TOOLS=$FLORIN_HOME/tools
export FLORIN_ROOT FLORIN_HOME

# Versions that belong together; a change here is a change of toolchain.
CARGO_CONTRACT_VERSION=6.0.0-beta.2
RUSTUP_TOOLCHAIN_VERSION=1.95.0
WASM_TARGET=wasm32v1-none

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# One environment for every build, so that every build shares one set of compiled dependencies.
use_toolchain() {
    case $(cat "$FLORIN_HOME/toolchain" 2>/dev/null || true) in
        rustup) export RUSTUP_TOOLCHAIN=$RUSTUP_TOOLCHAIN_VERSION PATH="$FLORIN_TOOLS/bin:$HOME/.cargo/bin:$PATH" ;;
        debian) export PATH="$FLORIN_TOOLS/bin:/usr/bin:$PATH" ;;
        *) die "no toolchain is set up; run scripts/setup" ;;
    esac
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$FLORIN_HOME/target}
    export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
    # cargo 1.95 and later ask for it where a target is a JSON file, as PolkaVM's is.
    export CARGO_UNSTABLE_JSON_TARGET_SPEC=true
    if command -v mold >/dev/null 2>&1; then
        export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-Clink-arg=-fuse-ld=mold"
    fi
    # The runtime's Wasm: speed of compilation over size. ARCHITECTURE.md has the measurement.
    export WASM_BUILD_TYPE=release
    export WASM_BUILD_NO_COLOR=1
    own_the_target
}

# Checkouts share what is built, and cargo compares times: sources older than what another checkout has built of its own would
# pass for built. So where another one was built last, all sources of this one become new.
own_the_target() {
    local stamp=$CARGO_TARGET_DIR/checkout
    [ "$(cat "$stamp" 2>/dev/null || true)" != "$FLORIN_ROOT" ] || return 0
    find "$FLORIN_ROOT" \( -name target -o -name .git \) -prune -o -type f -exec touch {} +
    mkdir -p "$CARGO_TARGET_DIR"
    printf '%s' "$FLORIN_ROOT" >"$stamp"
}

# The contracts, in the order in which they are deployed, and the ones that only tests use.
CONTRACTS=(token oracle vaults vaults_importer votes governor title arbitration escrow)
TEST_CONTRACTS=(testing/hostile_token)

# Builds all host code with its tests. clippy stands in for the compiler of the workspace's own crates, so that lints cost no
# second build of the dependencies; a warning is an error.
lint_as_you_build() {
    export RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS="-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"
    RUSTC_WORKSPACE_WRAPPER=$(command -v clippy-driver) || die "clippy is missing; run scripts/setup --force"
}
# The contracts are built by cargo-contract, for another machine and without lints: they are linted as host code. What the contract
# macro generates has no documentation, so that missing documentation is no error here.
lint_contracts() {
    local packages=(-p florin-shell -p florin-hostile-token) name
    for name in "${CONTRACTS[@]}"; do packages+=(-p "florin-${name//_/-}"); done
    cargo clippy --quiet "${packages[@]}" -- -D warnings -A missing-docs
}
build_host() {
    lint_as_you_build
    cargo build --quiet --all-targets
}
