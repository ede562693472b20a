#!/usr/bin/env bash
# Checks on an x86-64 Debian machine that the NEON kernels give the bits of all others: builds
# kernel-bits.c for both processors and runs the arm64 one in an emulator.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "install first: apt-get install ${missing[*]}" >&2
  exit 1
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
include=Sources/CKernels/include
sources=(Sources/CKernels/*.c Scripts/arm64/kernel-bits.c)
clang -O2 -I "$include" "${sources[@]}" -lm -o "$build/x86"
for source in "${sources[@]}"; do
  # clang compiles (it honours FP_CONTRACT OFF, gcc does not), gcc's linker knows the cross libraries.
  clang -O2 --target=aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include -I "$include" \
    -c "$source" -o "$build/$(basename "$source" .c).o"
done
aarch64-linux-gnu-gcc -static "$build"/*.o -lm -o "$build/arm64"

results=$(
  for kernels in scalar avx2 avx512; do "$build/x86" "$kernels" 2>/dev/null || true; done
  for kernels in scalar neon; do qemu-aarch64-static "$build/arm64" "$kernels"; done
)
echo "$results"
if [[ $(echo "$results" | cut -d' ' -f2 | sort -u | wc -l) -ne 1 ]]; then
  echo "the instruction sets disagree" >&2
  exit 1
fi
echo "one hash: all instruction sets agree"
