// SPDX-License-Identifier: GPL-2.0-only
#include "nxia-store/budget.h"
#include "nxia-store/error.h"

#include <catch2/catch_test_macros.hpp>

using namespace nxia::store;

TEST_CASE("a reservation is given back") {
    Budget budget(100);
    {
        Reservation reservation(budget);
        reservation.add(60);
        reservation.add(40);
        CHECK(budget.used() == 100);
        CHECK_THROWS_AS(reservation.add(1), StoreError);
        CHECK(budget.used() == 100);
    }
    CHECK(budget.used() == 0);
}

TEST_CASE("one client has a share, and all together have a limit") {
    Budget all(100);
    Budget first(80, &all);
    Budget second(80, &all);
    Reservation a(first);
    Reservation b(second);
    a.add(80);
    CHECK_THROWS_AS(a.add(1), StoreError);
    CHECK_THROWS_AS(b.add(21), StoreError);
    CHECK(second.used() == 0);
    b.add(20);
    CHECK(all.used() == 100);
}

TEST_CASE("a very large reservation does not wrap around") {
    Budget budget(100);
    Reservation reservation(budget);
    reservation.add(50);
    CHECK_THROWS_AS(reservation.add(SIZE_MAX), StoreError);
    CHECK(budget.used() == 50);
}
