#!/bin/sh
# Builds the shim for both architectures into bin/, the same bytes everywhere.
#   build.sh           builds into bin/ and writes bin/BUILD-INFO
#   build.sh --check   builds into a temporary directory and compares with bin/
# Exit codes: 0 done or equal, 1 build failed or different, 2 usage, 3 the pinned compilers are not here.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"

pinned=12.2.0
binutils=2.40
check=no
case "${1-}" in
    '') ;;
    --check) check=yes ;;
    *) echo "usage: build.sh [--check]" >&2; exit 2 ;;
esac

# The exact compiler decides the bytes: another version builds a working shim, but not this one.
require() {
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "build.sh: $1 is missing (Debian 12: apt-get install gcc gcc-aarch64-linux-gnu); needed: $1 $pinned" >&2
        exit 3
    fi
    found=$("$1" -dumpfullversion)
    if [ "$found" != "$pinned" ]; then
        echo "build.sh: $1 is version $found; the binaries are pinned to $pinned (Debian 12)" >&2
        exit 3
    fi
    linker=$("$("$1" -print-prog-name=ld)" --version | head -n 1)
    case "$linker" in
        *" $binutils"*) ;;
        *) echo "build.sh: the linker of $1 is '$linker'; the binaries are pinned to binutils $binutils (Debian 12)" >&2; exit 3 ;;
    esac
}

x64_compiler=x86_64-linux-gnu-gcc
arm64_compiler=aarch64-linux-gnu-gcc
require "$x64_compiler"
require "$arm64_compiler"

flags="-std=gnu11 -Os -ffreestanding -fno-stack-protector -fno-pic -fno-pie -fno-asynchronous-unwind-tables -fno-unwind-tables \
 -fno-tree-loop-distribute-patterns -fno-ident -fno-strict-aliasing -ffunction-sections -fdata-sections -fno-common \
 -ffile-prefix-map=$PWD=. -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wvla -Wframe-larger-than=12288"
link="-nostdlib -nostartfiles -static -no-pie -Wl,--build-id=none -Wl,--gc-sections -Wl,-z,noexecstack -Wl,-z,noseparate-code \
 -Wl,-z,norelro -Wl,-z,max-page-size=4096 -Wl,-s"

build() { # compiler, output, further flags
    # shellcheck disable=SC2086
    "$1" $flags ${3-} $link -o "$2" source/*.c
    chmod 755 "$2"
}

into=bin
if [ "$check" = yes ]; then
    into=$(mktemp -d)
    trap 'rm -rf "$into"' EXIT
fi
mkdir -p "$into"
build "$x64_compiler" "$into/workflow-lifecycle-shim-x64" -fcf-protection=none
build "$arm64_compiler" "$into/workflow-lifecycle-shim-arm64" -mno-outline-atomics

{
    echo "The binaries beside this file are what build.sh makes of ../source with these tools."
    echo
    "$x64_compiler" --version | head -n 1
    "$arm64_compiler" --version | head -n 1
    "$("$x64_compiler" -print-prog-name=ld)" --version | head -n 1
    "$("$arm64_compiler" -print-prog-name=ld)" --version | head -n 1
    echo
    (cd "$into" && sha256sum workflow-lifecycle-shim-x64 workflow-lifecycle-shim-arm64)
    sha256sum build.sh source/*
} > "$into/BUILD-INFO"

if [ "$check" = yes ]; then
    different=no
    for name in workflow-lifecycle-shim-x64 workflow-lifecycle-shim-arm64 BUILD-INFO; do
        cmp "$into/$name" "bin/$name" || different=yes
    done
    if [ "$different" = yes ]; then
        echo "build.sh: bin/ is not what the source builds to; run build.sh and commit bin/" >&2
        exit 1
    fi
    echo "build.sh: bin/ is what the source builds to"
fi
