// SPDX-License-Identifier: GPL-2.0-only
//
// Figures as people read them.
#pragma once

#include <string>

namespace bench {

enum class Quantity { instructions, nanoseconds, bytes, bytesPerSecond, perSecond, clients, count };

/// Three digits and a unit, or a metric prefix: "5.76 k", "1.2 µs", "64 KiB", "1.5 GB/s".
std::string shortText(double value, Quantity quantity);

/// All digits before the point, in groups of three: "5,762". Of what is below 100, three digits.
std::string fullText(double value);

/// "0.62": a factor of anything.
std::string factorText(double factor);

/// "+1.3 %": by how much `after` is more than `before`, which is not 0.
std::string changeText(double before, double after);

} // namespace bench
