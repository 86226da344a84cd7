// SPDX-License-Identifier: GPL-2.0-only
#include "binder-process.h"

#include "sys.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

namespace bench {
namespace {

constexpr std::size_t room = 4 << 20; // the most that the driver takes

} // namespace

BinderProcess::BinderProcess(const char* device)
    : file_(check(::open(device, O_RDWR | O_CLOEXEC), device)),
      mapping_(::mmap(nullptr, room, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, file_.get(), 0)) {
    if (mapping_ == MAP_FAILED)
        fail("mmap of binder");
}

BinderProcess::~BinderProcess() {
    ::munmap(mapping_, room);
}

void BinderProcess::becomeContextManager() {
    check(::ioctl(file_.get(), BINDER_SET_CONTEXT_MGR, 0), "BINDER_SET_CONTEXT_MGR");
}

void BinderProcess::talk() {
    binder_write_read call{.write_size = written_,
                           .write_consumed = 0,
                           .write_buffer = reinterpret_cast<binder_uintptr_t>(out_.data()),
                           .read_size = in_.size(),
                           .read_consumed = 0,
                           .read_buffer = reinterpret_cast<binder_uintptr_t>(in_.data())};
    check(::ioctl(file_.get(), BINDER_WRITE_READ, &call), "BINDER_WRITE_READ");
    written_ = 0;
    read_ = 0;
    there_ = call.read_consumed;
}

std::uint32_t BinderProcess::next() {
    while (read_ < there_) {
        auto command = argument<std::uint32_t>();
        if (command != BR_NOOP && command != BR_TRANSACTION_COMPLETE && command != BR_SPAWN_LOOPER)
            return command;
    }
    return 0;
}

} // namespace bench
