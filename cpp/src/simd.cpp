#include "ssld/simd.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "dispatch.hpp"

namespace ssld {

namespace {

struct Level {
    const char* name;
    bool (*runs_here)();
    KernelSet (*kernels)();
};

#if defined(__x86_64__)

bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

KernelSet kernels_avx512() {
    KernelSet set{&kernels::kFloatAvx512, nullptr, nullptr, &kernels::kHammingAvx512};
    if (__builtin_cpu_supports("avx512vnni")) {
        set.halves = &kernels::kIntegerAvx512Vnni;
        set.bytes = &kernels::kByteAvx512Vnni;
    }
    if (__builtin_cpu_supports("avx512vpopcntdq")) set.hamming = &kernels::kHammingAvx512Popcnt;
    return set;
}

#endif

KernelSet kernels_baseline() {
    return {&kernels::kFloatBaseline, &kernels::kIntegerBaseline, nullptr,
            &kernels::kHammingBaseline};
}

const Level kLevels[] = {
    {"baseline", [] { return true; }, kernels_baseline},
#if defined(__x86_64__)
    {"avx2", has_avx2,
     [] {
         return KernelSet{&kernels::kFloatAvx2, &kernels::kIntegerAvx2, nullptr,
                          &kernels::kHammingAvx2};
     }},
    {"avx512", has_avx512, kernels_avx512},
#elif defined(__aarch64__)
    {"neon", [] { return true; },
     [] { return KernelSet{&kernels::kFloatNeon, nullptr, nullptr, &kernels::kHammingNeon}; }},
#endif
};

std::atomic<const Level*> active_level{nullptr};

const Level& find_level(const std::string& name, const std::string& source) {
    std::string known;
    for (const Level& level : kLevels) {
        if (!level.runs_here()) continue;
        if (name == level.name) return level;
        known += std::string(known.empty() ? "" : ", ") + level.name;
    }
    throw std::invalid_argument(source + " '" + name + "' cannot run here; available: " + known);
}

const Level& current_level() {
    if (const Level* level = active_level.load(std::memory_order_acquire)) return *level;
    const char* wanted = std::getenv("SSLD_SIMD_LEVEL");
    const std::string name = wanted != nullptr && *wanted != 0 ? wanted : simd_levels().back();
    const Level& level = find_level(name, "SSLD_SIMD_LEVEL");
    active_level.store(&level, std::memory_order_release);
    return level;
}

}  // namespace

std::vector<std::string> simd_levels() {
    std::vector<std::string> names;
    for (const Level& level : kLevels) {
        if (level.runs_here()) names.emplace_back(level.name);
    }
    return names;
}

std::string simd_level() {
    return current_level().name;
}

void set_simd_level(const std::string& name) {
    active_level.store(&find_level(name, "SIMD level"), std::memory_order_release);
}

KernelSet active_kernels() {
    return current_level().kernels();
}

}  // namespace ssld
