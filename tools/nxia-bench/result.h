// SPDX-License-Identifier: GPL-2.0-only
//
// What was measured, as result.capnp documents it, and its JSON.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// One measurement; each field as Result of result.capnp.
struct Result {
    std::string scenario;
    std::string transport;
    unsigned cpus = 1;
    double size = 0;
    double clients = 1;
    double capabilities = 0;
    double load = 0;

    std::string unit;
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;
    double least = 0;
    double most = 0;
    double mean = 0;
    double count = 0;
    double rate = 0;
    double bytesPerSecond = 0;
    double switches = 0;
    double ratio = 0;
    std::string baseline;
    std::string skipped;
};

/// A whole run; each field as Run of result.capnp.
struct Run {
    std::string kernel;
    unsigned processors = 1;
    bool instructions = false; ///< clock: instructions, not wall
    unsigned rounds = 1;
    std::vector<Result> results;
};

/// Whether both say the same thing was measured, whatever came out.
bool sameMeasurement(const Result& a, const Result& b);

/// Throws std::runtime_error, naming `path`, if it cannot be read or is no such JSON.
Run readRun(const std::string& path);

/// Throws std::system_error if it cannot be written.
void writeRun(const Run& run, const std::string& path);

} // namespace bench
