#!/bin/sh
# Build the core and its tests for AArch64 and run them under emulation: cpp/tests/run_neon.sh [BUILD_DIR]
# Debian: apt-get install g++-aarch64-linux-gnu qemu-user doctest-dev cmake ninja-build
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$here/build/neon}
for tool in aarch64-linux-gnu-g++ qemu-aarch64 cmake ninja; do
    command -v "$tool" >/dev/null || { echo "error: $tool is missing (see $0)" >&2; exit 1; }
done

# doctest alone, not the rest of the host's /usr/include.
mkdir -p "$build/doctest/include"
ln -sfn "${DOCTEST_INCLUDE:-/usr/include/doctest}" "$build/doctest/include/doctest"
cat > "$build/doctest/doctestConfig.cmake" <<'END'
add_library(doctest::doctest INTERFACE IMPORTED)
target_include_directories(doctest::doctest INTERFACE ${CMAKE_CURRENT_LIST_DIR}/include)
END

cmake -S "$here" -B "$build" -G Ninja -DSSLD_BUILD_TESTS=ON -DSSLD_WERROR=ON \
    -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
    -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
    -DCMAKE_CROSSCOMPILING_EMULATOR="qemu-aarch64;-L;/usr/aarch64-linux-gnu" \
    -Ddoctest_DIR="$build/doctest" >/dev/null
cmake --build "$build"
ctest --test-dir "$build" --output-on-failure
