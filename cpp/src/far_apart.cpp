// Points of which no two are near: the best first, by cells as large as the distance.

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "ssld/features.hpp"

namespace ssld {

namespace {

/// Whole numbers, as doubles: they do not overflow, however small the distance.
struct Cell {
    double column;
    double row;

    bool operator==(const Cell& other) const { return column == other.column && row == other.row; }
};

struct CellHash {
    std::size_t operator()(const Cell& cell) const {
        const std::hash<double> hash;
        return hash(cell.column) * 31 + hash(cell.row);
    }
};

struct Point {
    double x;
    double y;
};

class Crowd {
  public:
    explicit Crowd(double min_distance) : min_distance_(min_distance) {}

    bool has_room_for(const Point& point) const {
        const Cell middle = cell_of(point);
        for (const double column : {middle.column - 1, middle.column, middle.column + 1}) {
            for (const double row : {middle.row - 1, middle.row, middle.row + 1}) {
                const auto found = points_.find({column, row});
                if (found == points_.end()) continue;
                for (const Point& other : found->second) {
                    if (std::hypot(point.x - other.x, point.y - other.y) < min_distance_)
                        return false;
                }
            }
        }
        return true;
    }

    void add(const Point& point) { points_[cell_of(point)].push_back(point); }

  private:
    Cell cell_of(const Point& point) const {
        return {std::floor(point.x / min_distance_), std::floor(point.y / min_distance_)};
    }

    double min_distance_;
    std::unordered_map<Cell, std::vector<Point>, CellHash> points_;
};

}  // namespace

std::vector<std::int64_t> far_apart(const float* xy, std::ptrdiff_t count, double min_distance) {
    if (!(min_distance > 0) || !std::isfinite(min_distance)) {
        throw std::invalid_argument("min_distance must be positive and finite, got " +
                                    std::to_string(min_distance));
    }
    Crowd crowd(min_distance);
    std::vector<std::int64_t> chosen;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const Point point{xy[2 * i], xy[2 * i + 1]};
        if (!std::isfinite(point.x) || !std::isfinite(point.y))
            throw std::invalid_argument("point " + std::to_string(i) + " of xy is not finite");
        if (crowd.has_room_for(point)) {
            crowd.add(point);
            chosen.push_back(i);
        }
    }
    return chosen;
}

}  // namespace ssld
