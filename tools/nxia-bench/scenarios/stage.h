// SPDX-License-Identifier: GPL-2.0-only
//
// What the clients of one measurement write down.
#pragma once

#include "barrier.h"
#include "clock.h"
#include "platform.h"

#include <cstddef>
#include <span>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Memory that all processes of a measurement share; its pages are there before anything is timed.
class Stage {
public:
    /// For `clients`, of `samples` each.
    Stage(unsigned clients, std::size_t samples);
    ~Stage();
    Stage(const Stage&) = delete;

    /// Whose context switches count beside those of the clients.
    void setServer(pid_t server) { server_ = server; }

    /// In the process of client `number`. Between begin() and end() it writes down its samples.
    class Role {
    public:
        Role(Stage& stage, unsigned number) : stage_(stage), number_(number) {}

        unsigned number() const { return number_; }

        /// Sleeps until all clients have come here; from here on time counts.
        void begin();

        /// How many samples there is room for.
        std::size_t room() const { return stage_.samples_; }

        void sample(double value);

        /// Sleeps until all clients have come here.
        void end();

        /// Tells the other clients that it is over, for those who go on until then.
        void stop();
        bool stopped() const;

    private:
        friend class Stage;

        Stage& stage_;
        unsigned number_;
        std::size_t count_ = 0;
        Switches switches_;
    };

    /// Where one process writes down samples of several things, each on a stage of its own.
    void add(double value);

    /// Samples of client `number`.
    std::span<const double> samples(unsigned number) const;

    /// From the first begin() to the last end() of them.
    double elapsed() const;

    /// Context switches of all processes between begin() and end().
    double switches() const;

private:
    struct Record {
        Clock::time_point begin;
        Clock::time_point end;
        double switches;
        std::size_t count;
    };

    Switches switchesNow(bool ofServer) const;
    std::span<Record> records() const;
    bool& stopped() const { return *reinterpret_cast<bool*>(memory_.data()); }
    double* samplesOf(unsigned number) const;

    Barrier barrier_;
    unsigned clients_;
    std::size_t samples_;
    std::span<std::byte> memory_;
    pid_t server_ = 0;
};

} // namespace bench
