// SPDX-License-Identifier: GPL-2.0-only
//
// What is done by means of a transport.
#pragma once

#include "measure.h"

#include <span>
#include <string_view>

namespace bench {

struct Scenario {
    std::string_view name;
    std::string_view about; ///< one line for a human being
    void (*run)(const Conditions& conditions, const Report& report);
};

/// All of them, in the order in which they run.
std::span<const Scenario> scenarios();

void runRpc(const Conditions& conditions, const Report& report);
void runOpenLoop(const Conditions& conditions, const Report& report);
void runBulk(const Conditions& conditions, const Report& report);
void runSplit(const Conditions& conditions, const Report& report);
void runClients(const Conditions& conditions, const Report& report);
void runSizes(const Conditions& conditions, const Report& report);
void runConnect(const Conditions& conditions, const Report& report);
void runCapabilities(const Conditions& conditions, const Report& report);
void runHandOver(const Conditions& conditions, const Report& report);
void runBusy(const Conditions& conditions, const Report& report);

} // namespace bench
