// SPDX-License-Identifier: GPL-2.0-only
#include "stage.h"

#include <algorithm>

namespace bench {
namespace {

constexpr std::size_t headRoom = 64; // for what all have together

// A thread that has ended in between has taken its own along.
double since(const Switches& before, const Switches& now) {
    double total = 0;
    for (auto [thread, count] : now)
        total += count - (before.contains(thread) ? before.at(thread) : 0);
    return total;
}

} // namespace

Stage::Stage(unsigned clients, std::size_t samples)
    : barrier_(clients), clients_(clients), samples_(samples),
      memory_(takeShared(headRoom + clients * (sizeof(Record) + samples * sizeof(double)))) {}

Stage::~Stage() {
    giveBack(memory_);
}

std::span<Stage::Record> Stage::records() const {
    return {reinterpret_cast<Record*>(&memory_[headRoom]), clients_};
}

double* Stage::samplesOf(unsigned number) const {
    std::byte* first = &memory_[headRoom + clients_ * sizeof(Record)];
    return reinterpret_cast<double*>(first) + number * samples_;
}

void Stage::add(double value) {
    samplesOf(0)[records()[0].count++] = value;
}

std::span<const double> Stage::samples(unsigned number) const {
    return {samplesOf(number), records()[number].count};
}

double Stage::elapsed() const {
    auto begin = std::ranges::min(records(), {}, &Record::begin).begin;
    auto end = std::ranges::max(records(), {}, &Record::end).end;
    return nanoseconds(end - begin);
}

double Stage::switches() const {
    double total = 0;
    for (const Record& record : records())
        total += record.switches;
    return total;
}

Switches Stage::switchesNow(bool ofServer) const {
    return contextSwitches(ofServer ? server_ : 0);
}

void Stage::Role::begin() {
    // Touched once, so that no sample pays for this process's first look at its page.
    std::fill_n(stage_.samplesOf(number_), stage_.samples_, 0.0);
    switches_ = stage_.switchesNow(number_ == 0);
    stage_.barrier_.wait();
    stage_.records()[number_].begin = Clock::now();
}

void Stage::Role::sample(double value) {
    stage_.samplesOf(number_)[count_++] = value;
}

void Stage::Role::end() {
    Record& record = stage_.records()[number_];
    record.end = Clock::now();
    // Who counts keeps no one else waiting.
    stage_.barrier_.wait();
    record.switches = since(switches_, stage_.switchesNow(number_ == 0));
    record.count = count_;
}

void Stage::Role::stop() {
    __atomic_store_n(&stage_.stopped(), true, __ATOMIC_RELEASE);
}

bool Stage::Role::stopped() const {
    return __atomic_load_n(&stage_.stopped(), __ATOMIC_ACQUIRE);
}

} // namespace bench
