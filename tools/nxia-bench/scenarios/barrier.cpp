// SPDX-License-Identifier: GPL-2.0-only
#include "barrier.h"

#include "platform.h"

namespace bench {

Barrier::Barrier(unsigned parties)
    : memory_(takeShared(sizeof(pthread_barrier_t))),
      shared_(reinterpret_cast<pthread_barrier_t*>(memory_.data())) {
    pthread_barrierattr_t attributes;
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(shared_, &attributes, parties);
}

Barrier::~Barrier() {
    giveBack(memory_);
}

} // namespace bench
