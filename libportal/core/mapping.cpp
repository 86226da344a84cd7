// SPDX-License-Identifier: MIT
#include "mapping.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <sys/mman.h>
#include <utility>

namespace portal::core {

// What the signal handler needs to know of a Mapping. Slots are made, and used again, but never
// freed, so that the handler can walk their list at any time.
struct Mapping::Slot {
    std::atomic<std::byte*> data = nullptr; // no Mapping without it
    std::atomic<bool> taken = false;
    std::atomic<bool> lost = false;
    std::size_t size = 0;
    int protection = 0;
    Slot* next = nullptr;
};

struct MappingSignal {
    using Slot = Mapping::Slot;

    static inline std::atomic<Slot*> slots = nullptr;
    static inline struct sigaction before = {};

    static void install() {
        struct sigaction action = {};
        action.sa_sigaction = handle;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
        sigfillset(&action.sa_mask);
        ::sigaction(SIGBUS, &action, &before);
    }

    static Slot* find(const void* address) {
        auto at = static_cast<const std::byte*>(address);
        for (Slot* slot = slots.load(); slot; slot = slot->next) {
            std::byte* data = slot->data.load();
            if (data && at >= data && at < data + slot->size)
                return slot;
        }
        return nullptr;
    }

    static void handle(int signal, siginfo_t* info, void* context) {
        int savedErrno = errno;
        Slot* slot = find(info->si_addr);
        if (slot && replace(*slot))
            slot->lost = true;
        else
            handOn(signal, info, context);
        errno = savedErrno;
    }

    static bool replace(const Slot& slot) {
        return ::mmap(slot.data, slot.size, slot.protection,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    }

    static void handOn(int signal, siginfo_t* info, void* context) {
        if (before.sa_flags & SA_SIGINFO)
            before.sa_sigaction(signal, info, context);
        else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
            before.sa_handler(signal);
        else
            ::signal(signal, SIG_DFL); // the access is made again, and kills
    }

    static Slot* take() {
        for (Slot* slot = slots.load(); slot; slot = slot->next)
            if (!slot->taken.exchange(true))
                return slot;
        auto slot = new Slot;
        slot->taken = true;
        slot->next = slots.load();
        while (!slots.compare_exchange_weak(slot->next, slot))
            ;
        return slot;
    }
};

Mapping::Mapping(Slot* slot, std::byte* data, std::size_t size)
    : slot_(slot), data_(data), size_(size) {}

Result<Mapping> Mapping::map(int fd, std::uint64_t offset, std::size_t length, int protection) {
    static std::once_flag installed;
    std::call_once(installed, MappingSignal::install);

    void* data = ::mmap(nullptr, length, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (data == MAP_FAILED)
        return failure(errno, "mmap");
    Slot* slot = MappingSignal::take();
    slot->lost = false;
    slot->size = length;
    slot->protection = protection;
    slot->data = static_cast<std::byte*>(data);
    return Mapping(slot, slot->data, length);
}

Mapping::Mapping(Mapping&& other) noexcept
    : slot_(std::exchange(other.slot_, nullptr)), data_(other.data_), size_(other.size_) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    if (this != &other) {
        unmap();
        slot_ = std::exchange(other.slot_, nullptr);
        data_ = other.data_;
        size_ = other.size_;
    }
    return *this;
}

Mapping::~Mapping() {
    unmap();
}

void Mapping::unmap() {
    if (!slot_)
        return;
    slot_->data = nullptr;
    ::munmap(data_, size_);
    slot_->taken = false;
    slot_ = nullptr;
}

bool Mapping::lost() const {
    return slot_->lost.load(std::memory_order_relaxed);
}

} // namespace portal::core
