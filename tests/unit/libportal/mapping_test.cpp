// SPDX-License-Identifier: GPL-2.0-only
//
// Mappings that are taken away. A file that shrinks does to a mapping what revoking a channel does.

#include "core/mapping.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using portal::core::Mapping;

namespace {

constexpr std::size_t size = 16384;

struct File {
    File() : fd(::memfd_create("mapping", MFD_CLOEXEC)) { REQUIRE(::ftruncate(fd, size) == 0); }
    File(const File&) = delete;
    ~File() { ::close(fd); }
    void shrink() const { REQUIRE(::ftruncate(fd, 0) == 0); }
    int fd;
};

Mapping map(const File& file) {
    auto mapping = Mapping::map(file.fd, 0, size, PROT_READ | PROT_WRITE);
    REQUIRE(mapping);
    return std::move(*mapping);
}

volatile std::byte& at(const Mapping& mapping, std::size_t place) {
    return mapping.data()[place];
}

} // namespace

TEST_CASE("a mapping shows the file", "[mapping]") {
    File file;
    Mapping first = map(file);
    Mapping second = map(file);
    at(first, 5) = std::byte{42};
    CHECK(at(second, 5) == std::byte{42});
    CHECK(first.size() == size);
    CHECK_FALSE(first.lost());
}

TEST_CASE("an access to a mapping that was taken away finds zeros, and is remembered",
          "[mapping]") {
    File file;
    File otherFile;
    Mapping mapping = map(file);
    Mapping other = map(otherFile);
    at(mapping, 8000) = std::byte{1};
    file.shrink();
    CHECK_FALSE(mapping.lost());
    CHECK(at(mapping, 8000) == std::byte{0});
    CHECK(mapping.lost());
    CHECK_FALSE(other.lost());
    at(mapping, 12000) = std::byte{1}; // goes nowhere, and does no harm
    Mapping moved = std::move(mapping);
    CHECK(moved.lost());
}

TEST_CASE("a mapping starts anew where a lost one was", "[mapping]") {
    File file;
    {
        Mapping lost = map(file);
        file.shrink();
        CHECK(at(lost, 0) == std::byte{0});
        REQUIRE(lost.lost());
    }
    File again;
    CHECK_FALSE(map(again).lost());
}

TEST_CASE("what cannot be mapped is an error", "[mapping]") {
    auto mapping = Mapping::map(-1, 0, size, PROT_READ);
    REQUIRE_FALSE(mapping);
    CHECK(mapping.error().code() == EBADF);
}

TEST_CASE("SIGBUS elsewhere still kills", "[mapping]") {
    File file;
    Mapping mapping = map(file); // sets the handler
    File foreign;
    void* place = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, foreign.fd, 0);
    REQUIRE(place != MAP_FAILED);
    foreign.shrink();
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::signal(SIGALRM, SIG_DFL);
        ::alarm(10);
        (void)*static_cast<volatile char*>(place);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGBUS);
    ::munmap(place, size);
}
