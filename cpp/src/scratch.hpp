// Working memory that outlives a call. On virtual machines the first touch of fresh pages costs
// more than the arithmetic, so each calling thread keeps the buffers of its last call.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

namespace ssld {

/// A 64-byte aligned buffer that grows and is not initialised. A thread keeps at most kKept bytes.
class Scratch {
  public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::free(data_); }

    template <typename T>
    T* get(std::size_t count) {
        const std::size_t bytes = (count * sizeof(T) + 63) / 64 * 64 + 64;
        if (bytes > capacity_) {
            std::free(data_);
            capacity_ = 0;
            data_ = std::aligned_alloc(64, bytes);
            if (data_ == nullptr) throw std::bad_alloc();
            capacity_ = bytes;
        }
        return static_cast<T*>(data_);
    }

    /// Give a large buffer back to the system.
    void trim() {
        if (capacity_ <= kKept) return;
        std::free(data_);
        data_ = nullptr;
        capacity_ = 0;
    }

  private:
    static constexpr std::size_t kKept = std::size_t{64} << 20;
    void* data_ = nullptr;
    std::size_t capacity_ = 0;
};

}  // namespace ssld
