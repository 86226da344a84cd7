// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>

namespace nxia::store {

/// Bounds how much memory documents on their way take: those of all clients, or of one of them.
/// A budget must outlive its children and its reservations.
class Budget {
public:
    explicit Budget(std::size_t limit, Budget* parent = nullptr) : limit_(limit), parent_(parent) {}
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    std::size_t used() const { return used_; }

private:
    friend class Reservation;
    bool take(std::size_t bytes);
    void give(std::size_t bytes);

    std::size_t limit_;
    std::size_t used_ = 0;
    Budget* parent_;
};

/// A part of a budget, given back by the destructor.
class Reservation {
public:
    explicit Reservation(Budget& budget) : budget_(budget) {}
    ~Reservation() { budget_.give(bytes_); }
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;

    /// Takes more; throws StoreError(busy), and keeps what it has, if that is too much.
    void add(std::size_t bytes);

private:
    Budget& budget_;
    std::size_t bytes_ = 0;
};

} // namespace nxia::store
