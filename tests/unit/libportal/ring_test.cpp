// SPDX-License-Identifier: GPL-2.0-only
//
// The rings of a channel, over plain memory: no kernel is needed.

#include "core/ring.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>
#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <unistd.h>

using namespace portal::core;

namespace {

constexpr std::uint64_t ringSize = 4096;
constexpr std::size_t recordMax = ringSize / 2 - 8; // payload of the longest record

// Memory of a ring as the kernel lays it out, its data mapped twice.
class Memory {
public:
    Memory() {
        int fd = ::memfd_create("ring", MFD_CLOEXEC);
        REQUIRE(fd >= 0);
        REQUIRE(::ftruncate(fd, ringSize) == 0);
        void* place = ::mmap(nullptr, 2 * ringSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        data = static_cast<std::byte*>(place);
        for (std::byte* half : {data, data + ringSize})
            REQUIRE(::mmap(half, ringSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
                    half);
        ::close(fd);
    }
    Memory(const Memory&) = delete;
    ~Memory() { ::munmap(data, 2 * ringSize); }

    RingMemory ring() { return {&producer, &consumer, data, ringSize}; }

    // Puts a record in the ring as a hostile producer would, whatever it claims.
    void forge(std::uint64_t at, RecordHeader header) {
        std::memcpy(data + at % ringSize, &header, sizeof header);
    }

    nxia_index producer = {};
    nxia_index consumer = {};
    std::byte* data;
};

std::vector<std::byte> pattern(std::size_t size, unsigned seed = 1) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::byte>((seed = seed * 1103515245 + 12345) >> 16);
    return bytes;
}

// One message to send, with the memory that it needs.
struct Sent {
    explicit Sent(std::size_t size, std::uint16_t capabilities = 0)
        : bytes(pattern(size)), piece(bytes),
          message{.payload = Gather({&piece, 1}), .capabilities = capabilities} {}

    std::vector<std::byte> bytes;
    Bytes piece;
    Outgoing message;
};

struct Pair {
    Memory memory;
    RingWriter writer{memory.ring()};
    RingReader reader{memory.ring()};
    std::vector<std::byte> got;
    std::uint16_t capabilities = 0;
};

template <typename T>
int codeOf(const Result<T>& result) {
    return result ? 0 : result.error().code();
}

} // namespace

TEST_CASE("a message comes out as it went in", "[ring]") {
    Pair pair;
    auto size = GENERATE(std::size_t{0}, 1, 7, 8, 9, 100, recordMax - 1, recordMax, recordMax + 1,
                         ringSize - 16);
    auto capabilities = GENERATE(std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{16});
    Sent sent(size, capabilities);
    REQUIRE(pair.writer.write(sent.message) == true);
    REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
    CHECK(pair.got == sent.bytes);
    CHECK(pair.capabilities == capabilities);
    CHECK(pair.reader.read(pair.got, pair.capabilities) == false);
    CHECK(pair.memory.producer.index == pair.memory.consumer.index);
    CHECK(pair.memory.producer.index % 8 == 0);
}

TEST_CASE("messages pass the end of the data whole", "[ring]") {
    Pair pair;
    for (unsigned i = 0; i < 5000; i++) {
        Sent sent(i % 700);
        REQUIRE(pair.writer.write(sent.message) == true);
        REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
        REQUIRE(pair.got == sent.bytes);
    }
    CHECK(pair.memory.producer.index > 100 * ringSize);
}

TEST_CASE("indices run freely past 2^64", "[ring]") {
    // Both sides begin at 0, so a full turn is not reached by writing: a difference is what counts.
    Memory memory;
    RingReader reader(memory.ring());
    std::vector<std::byte> got;
    std::uint16_t capabilities;
    memory.producer.index = std::uint64_t(-8);
    CHECK(codeOf(reader.read(got, capabilities)) == EBADMSG);
}

TEST_CASE("a message longer than the ring goes in fragments", "[ring]") {
    Pair pair;
    auto size = GENERATE(ringSize - 15, ringSize, 10 * ringSize, 10 * ringSize + 5, 1 << 20);
    Sent sent(static_cast<std::size_t>(size), 3);
    bool whole = false;
    unsigned rounds = 0;
    while (!whole) {
        REQUIRE(rounds++ < 10000);
        auto written = pair.writer.write(sent.message);
        REQUIRE(written);
        auto read = pair.reader.read(pair.got, pair.capabilities);
        REQUIRE(read);
        REQUIRE(*read == *written);
        whole = *read;
    }
    CHECK(pair.got == sent.bytes);
    CHECK(pair.capabilities == 3);
}

TEST_CASE("a full ring takes nothing more, and goes on where it stopped", "[ring]") {
    Pair pair;
    Sent first(recordMax);
    Sent second(recordMax);
    Sent third(1);
    REQUIRE(pair.writer.write(first.message) == true);
    REQUIRE(pair.writer.write(second.message) == true);
    CHECK(pair.memory.producer.index - pair.memory.consumer.index == ringSize);
    CHECK(pair.writer.write(third.message) == false);
    CHECK_FALSE(third.message.started);
    CHECK(pair.writer.fits(1) == false);
    REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
    CHECK(pair.writer.fits(1) == true);
    CHECK(pair.writer.write(third.message) == true);
    REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
    REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
    CHECK(pair.got == third.bytes);
}

TEST_CASE("what would never fit is told apart from what does not fit now", "[ring]") {
    Pair pair;
    CHECK(pair.writer.fits(2 * recordMax) == true);
    CHECK(codeOf(pair.writer.fits(2 * recordMax + 1)) == EMSGSIZE);
    CHECK(codeOf(pair.writer.fits(SIZE_MAX)) == EMSGSIZE);
    Sent sent(0);
    REQUIRE(pair.writer.write(sent.message) == true);
    CHECK(pair.writer.fits(2 * recordMax) == false);
    CHECK(pair.writer.fits(0) == true);
}

TEST_CASE("pieces are sent as one message", "[ring]") {
    Pair pair;
    auto bytes = pattern(5000);
    Bytes all(bytes);
    std::vector<Bytes> pieces = {all.first(0), all.first(1), all.subspan(1, 2999),
                                 all.subspan(3000, 0), all.subspan(3000, 2000)};
    Outgoing message{.payload = Gather(pieces)};
    bool whole = false;
    while (!whole) {
        REQUIRE(pair.writer.write(message));
        whole = pair.reader.read(pair.got, pair.capabilities).value();
    }
    CHECK(pair.got == bytes);
}

TEST_CASE("a reader believes no impossible index", "[ring][hostile]") {
    Pair pair;
    auto jump = GENERATE(std::uint64_t{1}, 4, 7, ringSize + 1, ringSize + 8, 2 * ringSize,
                         std::uint64_t{1} << 32, std::uint64_t{1} << 63, UINT64_MAX);
    pair.memory.producer.index = jump;
    CHECK(codeOf(pair.reader.read(pair.got, pair.capabilities)) == EBADMSG);
    CHECK(pair.memory.consumer.index == 0);
    // For good, even if the peer takes it back.
    pair.memory.producer.index = 0;
    CHECK(codeOf(pair.reader.read(pair.got, pair.capabilities)) == EBADMSG);
    CHECK(codeOf(pair.reader.empty()) == EBADMSG);
    CHECK(codeOf(pair.reader.mustRing()) == EBADMSG);
}

TEST_CASE("a writer believes no impossible index", "[ring][hostile]") {
    Pair pair;
    Sent full(2 * recordMax); // all is in use: the writer must look
    REQUIRE(pair.writer.write(full.message) == true);
    auto index = GENERATE(ringSize + 1, 2 * ringSize, std::uint64_t{1} << 63, UINT64_MAX);
    pair.memory.consumer.index = index;
    Sent second(8);
    CHECK(codeOf(pair.writer.write(second.message)) == EBADMSG);
    CHECK_FALSE(second.message.started);
    // For good, even if the peer takes it back.
    pair.memory.consumer.index = 0;
    CHECK(codeOf(pair.writer.write(second.message)) == EBADMSG);
    CHECK(codeOf(pair.writer.mustRing()) == EBADMSG);
    CHECK(codeOf(pair.writer.fits(1)) == EBADMSG);
    CHECK(pair.memory.producer.index == ringSize);
}

TEST_CASE("a reader believes no impossible record", "[ring][hostile]") {
    struct Forged {
        const char* what;
        std::uint64_t used;
        RecordHeader header;
    };
    auto forged = GENERATE(values<Forged>({
        {"longer than what is there", 16, {9, 0, 0}},
        {"as long as the ring", ringSize, {ringSize, 0, 0}},
        {"the longest", ringSize, {UINT32_MAX, 0, 0}},
        {"wraps when it is rounded up", ringSize, {UINT32_MAX - 6, 0, 0}},
        {"one byte too long", ringSize, {ringSize - 7, 0, 0}},
        {"unknown flag", 16, {8, 2, 0}},
        {"all flags", 16, {8, UINT16_MAX, 0}},
        {"more follows nothing", 16, {0, moreFollows, 0}},
        {"too many capabilities", 16, {8, 0, NXIA_TRANSFER_MAX + 1}},
        {"very many capabilities", 16, {8, 0, UINT16_MAX}},
    }));
    CAPTURE(forged.what);
    Pair pair;
    pair.memory.forge(0, forged.header);
    pair.memory.producer.index = forged.used;
    CHECK(codeOf(pair.reader.read(pair.got, pair.capabilities)) == EBADMSG);
    CHECK(pair.memory.consumer.index == 0);
    CHECK(codeOf(pair.reader.read(pair.got, pair.capabilities)) == EBADMSG);
}

TEST_CASE("capabilities are told of once", "[ring][hostile]") {
    Pair pair;
    pair.memory.forge(0, {8, moreFollows, 1});
    pair.memory.forge(16, {8, 0, 1});
    pair.memory.producer.index = 32;
    CHECK(codeOf(pair.reader.read(pair.got, pair.capabilities)) == EBADMSG);
}

TEST_CASE("a message may not be longer than the limit", "[ring][hostile]") {
    Memory memory;
    RingWriter writer(memory.ring());
    RingReader reader(memory.ring(), 1000);
    std::vector<std::byte> got;
    std::uint16_t capabilities;
    Sent fits(1000);
    REQUIRE(writer.write(fits.message) == true);
    CHECK(reader.read(got, capabilities) == true);
    SECTION("in one record") {
        Sent longer(1001);
        REQUIRE(writer.write(longer.message) == true);
        CHECK(codeOf(reader.read(got, capabilities)) == EBADMSG);
    }
    SECTION("in fragments") {
        memory.forge(memory.producer.index, {504, moreFollows, 0});
        memory.forge(memory.producer.index + 512, {504, 0, 0});
        memory.producer.index += 1024;
        CHECK(codeOf(reader.read(got, capabilities)) == EBADMSG);
    }
}

TEST_CASE("a side that is awake is not rung, one that sleeps is when it has what it wants",
          "[ring]") {
    Pair pair;
    Sent sent(24); // a record of 32 bytes
    REQUIRE(pair.writer.write(sent.message) == true);

    SECTION("the reader") {
        auto [want, ring] = GENERATE(table<std::uint64_t, bool>({{0, false},
                                                                 {1, true},
                                                                 {32, true},
                                                                 {33, false},
                                                                 {ringSize, false},
                                                                 {UINT64_MAX, false}}));
        CAPTURE(want);
        pair.memory.consumer.want = want;
        CHECK(pair.writer.mustRing() == ring);
    }
    SECTION("the writer") {
        auto [want, ring] = GENERATE(table<std::uint64_t, bool>({{0, false},
                                                                 {1, true},
                                                                 {ringSize - 32, true},
                                                                 {ringSize - 31, false},
                                                                 {UINT64_MAX, false}}));
        CAPTURE(want);
        pair.memory.producer.want = want;
        CHECK(pair.reader.mustRing() == ring);
    }
    SECTION("a want beyond the size means the size") {
        pair.memory.producer.want = UINT64_MAX;
        REQUIRE(pair.reader.read(pair.got, pair.capabilities) == true);
        CHECK(pair.reader.mustRing() == true);
    }
}

TEST_CASE("arming says how much is waited for", "[ring]") {
    Pair pair;
    Sent sent(20);
    pair.writer.arm(sent.message);
    CHECK(pair.memory.producer.want == 32);
    pair.writer.disarm();
    CHECK(pair.memory.producer.want == 0);
    pair.reader.arm();
    CHECK(pair.memory.consumer.want == 1);
    pair.reader.disarm();
    CHECK(pair.memory.consumer.want == 0);
}

TEST_CASE("each page has one writer", "[ring]") {
    // The writer gets a consumer page, and the reader a producer page and data, that cannot be
    // written: an attempt would end the test with SIGSEGV.
    auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    Memory memory;
    auto other = static_cast<nxia_index*>(
        ::mmap(nullptr, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    SECTION("the writer") {
        RingMemory ring = memory.ring();
        ring.consumer = other;
        RingWriter writer(ring);
        Sent sent(ringSize);
        CHECK(writer.write(sent.message) == false);
        CHECK(writer.mustRing() == false);
        writer.arm(sent.message);
        writer.disarm();
    }
    SECTION("the reader") {
        RingWriter writer(memory.ring());
        Sent sent(100);
        REQUIRE(writer.write(sent.message) == true);
        ::munmap(other, page);
        other = static_cast<nxia_index*>(
            ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        *other = memory.producer;
        REQUIRE(::mprotect(other, page, PROT_READ) == 0);
        REQUIRE(::mprotect(memory.data, 2 * ringSize, PROT_READ) == 0);
        RingMemory ring = memory.ring();
        ring.producer = other;
        RingReader reader(ring);
        std::vector<std::byte> got;
        std::uint16_t capabilities;
        CHECK(reader.read(got, capabilities) == true);
        CHECK(reader.mustRing() == false);
        reader.arm();
        reader.disarm();
    }
    ::munmap(other, page);
}
