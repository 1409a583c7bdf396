# Kernel files: one text per kernel, one small file per instruction set, each with
# its own flags. Dispatch happens at run time, so the rest of the build stays at the baseline.

# What the compiler builds for, as the sources ask: CMAKE_SYSTEM_PROCESSOR names the same processor
# differently from system to system, and under macOS the machine, not the target.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(__x86_64__ cstddef SSLD_X86_64)
check_cxx_symbol_exists(__aarch64__ cstddef SSLD_AARCH64)

set(SSLD_AVX512 -mavx512f -mavx512bw -mavx512vl -mavx512dq)

function(ssld_kernel_files level)
  foreach(file IN LISTS ARGN)
    target_sources(ssld PRIVATE src/kernels/${file})
    # Passing wide vectors between functions would break the ABI; here they are all inlined.
    set_source_files_properties(src/kernels/${file} PROPERTIES
      COMPILE_OPTIONS "-O3;-Wno-psabi;${SSLD_FLAGS_${level}}")
  endforeach()
endfunction()

set(SSLD_FLAGS_baseline "")
set(SSLD_FLAGS_avx2 -mavx2 -mfma)
# GCC 12 warns about its own _mm512_undefined_epi32.
set(SSLD_FLAGS_avx512 ${SSLD_AVX512} -Wno-maybe-uninitialized -Wno-uninitialized)
set(SSLD_FLAGS_avx512_popcnt ${SSLD_FLAGS_avx512} -mavx512vpopcntdq)
set(SSLD_FLAGS_avx512_vnni ${SSLD_FLAGS_avx512} -mavx512vnni)
set(SSLD_FLAGS_neon "")

ssld_kernel_files(baseline nearest2_baseline.cpp integers_baseline.cpp hamming_baseline.cpp
  sample_patch_baseline.cpp sample_rings_baseline.cpp)
if(SSLD_X86_64)
  ssld_kernel_files(avx2 nearest2_avx2.cpp integers_avx2.cpp hamming_avx2.cpp
    sample_patch_avx2.cpp sample_rings_avx2.cpp)
  ssld_kernel_files(avx512 nearest2_avx512.cpp hamming_avx512.cpp)
  ssld_kernel_files(avx512_popcnt hamming_avx512_popcnt.cpp)
  ssld_kernel_files(avx512_vnni integers_avx512_vnni.cpp bytes_avx512_vnni.cpp)
elseif(SSLD_AARCH64)
  ssld_kernel_files(neon nearest2_neon.cpp hamming_neon.cpp)
endif()
