// Feature functions of the core: image -> contrast map, score maps -> keypoints, keypoints ->
// patches. Plain pointers in and out, no allocation visible to the caller; the bindings and the C++
// tests include this header. All functions are re-entrant and give the same bits for any thread
// count. Coordinates: x right, y down, the centre of a pixel at the integer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ssld {

/// A gray image of `height` rows of `width` bytes without padding between the rows.
struct GrayImage {
    const std::uint8_t* data;
    std::ptrdiff_t height;
    std::ptrdiff_t width;
};

/// A row-major map of floats without padding between the rows.
struct FloatMap {
    const float* data;
    std::ptrdiff_t height;
    std::ptrdiff_t width;
};

/// Keypoints as columns: `xy` holds x, y pairs; `size` is a diameter in pixels; `angle_deg` runs
/// clockwise on screen, negative means upright. Any value is allowed, see sample_patches.
struct KeypointColumns {
    const float* xy;
    const float* size;
    const float* angle_deg;
    std::ptrdiff_t count;
};

struct ScoredPoint {
    float x;
    float y;
    float score;
};

/// What find_keypoints looks for. Radius and border are in pixels and not negative;
/// max_keypoints <= 0 keeps all.
struct KeypointSearch {
    int radius = 2;
    int border = 4;
    std::int64_t max_keypoints = 0;
};

inline constexpr int kPatchSize = 24;
inline constexpr int kPatchGrids = 2;  // of most models
inline constexpr int kMaxPatchGrids = 3;
inline constexpr std::ptrdiff_t kPatchFloats = kPatchGrids * kPatchSize * kPatchSize;

inline constexpr int kRings = 12;
inline constexpr int kRingSamples = 32;
inline constexpr std::ptrdiff_t kRingFloats = kRings * kRingSamples;

/// Subtracts the mean of the (2 radius + 1)^2 box around each pixel and divides by
/// sqrt(variance + epsilon^2). Only pixels inside the image count.
/// Throws std::invalid_argument if the image has no pixel, radius is not in [0, 2047] or epsilon is
/// below 0.001 or not finite.
void local_contrast(GrayImage image, int radius, float epsilon, float* out);

/// Finds the local maxima of `peak` (H, W), refines them to sub-pixel positions and scores them by
/// the `rank` map (ceil(H/4), ceil(W/4)) plus a tenth of their height. Best first; equal scores in
/// row-major order. `mask` is null or (H, W) bytes, zero where no keypoint may lie. Throws
/// std::invalid_argument if a shape does not fit or an option is negative.
std::vector<ScoredPoint> find_keypoints(FloatMap peak, FloatMap rank, const std::uint8_t* mask,
                                        const KeypointSearch& search);

/// Chooses points `xy` one by one, leaving out those nearer than `min_distance` to one chosen
/// before; returns their indices, ascending. Throws std::invalid_argument if min_distance is not
/// positive and finite, or a point not finite.
std::vector<std::int64_t> far_apart(const float* xy, std::ptrdiff_t count, double min_distance);

/// Samples the first `num_grids` of three 24 x 24 grids at each keypoint, spaced by 0.25, 0.75 and
/// 1.75 times its size and turned by its angle, from an image pyramid; each patch is then
/// standardised: (p - mean) / sqrt(variance + 2^2). `out` holds count x num_grids x 24 x 24 values,
/// kPatchFloats a keypoint where num_grids is left out.
/// Samples outside the image repeat its border. Non-finite coordinates are read as 0, sizes as 4,
/// angles as 0; sizes are limited to [2, 512].
/// Throws std::invalid_argument if num_grids is not in [1, kMaxPatchGrids].
void sample_patches(GrayImage image, const KeypointColumns& keypoints, int num_threads, float* out,
                    int num_grids = kPatchGrids);

/// The same for `num_images` images of one shape, stored one after the other from `images.data`;
/// keypoint i belongs to image image_index[i].
/// Throws std::invalid_argument if an index is outside [0, num_images).
void sample_patches_batch(GrayImage images, std::ptrdiff_t num_images,
                          const std::int32_t* image_index, const KeypointColumns& keypoints,
                          int num_threads, float* out, int num_grids = kPatchGrids);

/// Samples 12 rings of 32 at each of `count` points `xy`, for its angle and size, from the same
/// pyramid. Ring k has the radius 2 * 2^(k / 2.5) pixels; its sample j lies 360 j / 32 degrees
/// clockwise on screen from the x axis. The 384 values of a point are standardised together:
/// (p - mean) / sqrt(variance + 2^2). `out` holds count x kRingFloats values.
/// Samples outside the image repeat its border. Non-finite coordinates are read as 0.
void sample_rings(GrayImage image, const float* xy, std::ptrdiff_t count, int num_threads,
                  float* out);

/// The same for several images, see sample_patches_batch.
void sample_rings_batch(GrayImage images, std::ptrdiff_t num_images,
                        const std::int32_t* image_index, const float* xy, std::ptrdiff_t count,
                        int num_threads, float* out);

}  // namespace ssld
