// The package's model file, run by onnxruntime: three networks in one file.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/features.hpp"

using Floats = std::vector<float>;

/// The maps of an (H, W) image; see ssld::find_keypoints.
struct DenseMaps {
    Floats peak;  // (H, W)
    Floats rank;  // (ceil(H/4), ceil(W/4))
};

/// Each input of the file has a tiny default, so a run feeds the one it needs.
class OnnxModel {
  public:
    /// Throws Ort::Exception if the file cannot be read, std::runtime_error if it is none of ours.
    OnnxModel(const std::string& path, int num_threads)
        : env_(ORT_LOGGING_LEVEL_ERROR),
          session_(env_, std::filesystem::path(path).c_str(), make_options(num_threads)) {
        Ort::AllocatorWithDefaultOptions allocator;
        const auto format =
            session_.GetModelMetadata().LookupCustomMetadataMapAllocated("format", allocator);
        const auto dim =
            session_.GetModelMetadata().LookupCustomMetadataMapAllocated("dim", allocator);
        if (!format || !dim || std::string(format.get()) != "2") {
            throw std::runtime_error(path + " is no ssldescriptor model of format 2");
        }
        dim_ = std::stoll(dim.get());
        for (std::size_t i = 0; i < session_.GetOverridableInitializerCount(); ++i) {
            if (std::string(session_.GetOverridableInitializerNameAllocated(i, allocator).get()) ==
                "patches") {
                const Ort::TypeInfo patches = session_.GetOverridableInitializerTypeInfo(i);
                grids_ = patches.GetTensorTypeAndShapeInfo().GetShape().at(1);
            }
        }
    }

    /// Length of a descriptor.
    std::int64_t dim() const { return dim_; }

    /// Patches of a keypoint.
    int grids() const { return static_cast<int>(grids_); }

    /// Values of a keypoint's patches.
    std::int64_t patch_floats() const { return grids_ * ssld::kPatchSize * ssld::kPatchSize; }

    /// Runs the dense network on a locally normalised image of any size: its sides are filled up to
    /// multiples of 32 by repeating the border, and the maps are cut back.
    DenseMaps dense(const Floats& contrast, std::int64_t height, std::int64_t width) {
        const std::int64_t high = (height + 31) / 32 * 32;
        const std::int64_t wide = (width + 31) / 32 * 32;
        Floats padded;
        padded.reserve(static_cast<std::size_t>(high * wide));
        for (std::int64_t y = 0; y < high; ++y) {
            const float* row = contrast.data() + std::min(y, height - 1) * width;
            padded.insert(padded.end(), row, row + width);
            padded.insert(padded.end(), static_cast<std::size_t>(wide - width), row[width - 1]);
        }
        const auto maps = run("image", padded, {1, 1, high, wide}, {"peak", "rank"});
        return {cut(maps[0], wide, height, width),
                cut(maps[1], wide / 4, (height + 3) / 4, (width + 3) / 4)};
    }

    /// (N, 12, 32) rings, N > 0, to (N, 32) logits over directions, (N,) sizes and (N, 2) offsets,
    /// both in pixels.
    std::vector<Floats> frame(Floats& rings) {
        const auto count = static_cast<std::int64_t>(rings.size()) / ssld::kRingFloats;
        return run("rings", rings, {count, ssld::kRings, ssld::kRingSamples},
                   {"direction", "size", "offset"});
    }

    /// (N, grids, 24, 24) patches to (N, dim) unit rows; N > 0.
    Floats describe(Floats& patches) {
        const auto count = static_cast<std::int64_t>(patches.size()) / patch_floats();
        return run("patches", patches, {count, grids_, ssld::kPatchSize, ssld::kPatchSize},
                   {"descriptors"})[0];
    }

  private:
    static Ort::SessionOptions make_options(int num_threads) {
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(num_threads);
        // Threads that wait in a loop take processor time from everybody else.
        options.AddConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    std::vector<Floats> run(const char* input, Floats& values,
                            const std::vector<std::int64_t>& shape,
                            const std::vector<const char*>& outputs) {
        const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
        const auto tensor = Ort::Value::CreateTensor<float>(memory, values.data(), values.size(),
                                                            shape.data(), shape.size());
        const auto found = session_.Run(Ort::RunOptions{nullptr}, &input, &tensor, 1,
                                        outputs.data(), outputs.size());
        std::vector<Floats> all;
        for (const Ort::Value& value : found) {
            const float* data = value.GetTensorData<float>();
            all.emplace_back(data, data + value.GetTensorTypeAndShapeInfo().GetElementCount());
        }
        return all;
    }

    /// The left upper part of a map whose rows are `stride` long.
    static Floats cut(const Floats& map, std::int64_t stride, std::int64_t height,
                      std::int64_t width) {
        Floats part;
        part.reserve(static_cast<std::size_t>(height * width));
        for (std::int64_t y = 0; y < height; ++y)
            part.insert(part.end(), map.begin() + y * stride, map.begin() + y * stride + width);
        return part;
    }

    Ort::Env env_;
    Ort::Session session_;
    std::int64_t dim_ = 0;
    std::int64_t grids_ = ssld::kPatchGrids;
};
