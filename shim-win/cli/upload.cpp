// SPDX-License-Identifier: MIT
#include "upload.h"

#include <condition_variable>
#include <cstdio>
#include <mutex>

namespace cli {
namespace {

// So much may be under way: enough to hide the way there and back, little enough to stay small.
constexpr size_t MAX_CALLS = 64;
constexpr uint64_t MAX_BYTES = 4 << 20;

bool isHopeless(nxia_result result) {
    return result == NXIA_E_CONNECTION || result == NXIA_E_REVOKED || result == NXIA_E_TIMEOUT ||
           result == NXIA_E_UNAVAILABLE || result == NXIA_E_REFUSED;
}

/// The puts under way. Completions come on the client's thread.
class Window {
public:
    explicit Window(nxia::Store& store) : store(store) {}
    ~Window() { drain(); }

    bool hopeless() const {
        std::lock_guard lock(mutex);
        return isHopeless(report.worst);
    }

    /// Sends a document when there is room.
    void send(const Upload& upload, std::string content) {
        auto size = content.size();
        {
            std::unique_lock lock(mutex);
            room.wait(lock, [&] {
                return calls == 0 || (calls < MAX_CALLS && bytes + size <= MAX_BYTES);
            });
            calls++;
            bytes += size;
        }
        auto held = std::make_shared<std::string>(std::move(content));
        try {
            store.putAsync(upload.name, *held, [this, &upload, held](auto result, auto message) {
                finish(upload, held->size(), result, message);
            });
        } catch (const nxia::Error& e) {
            finish(upload, size, e.result(), e.what());
        }
    }

    /// Counts a file that was not sent.
    void fail(nxia_result result, const std::string& message) {
        std::lock_guard lock(mutex);
        count(result, message);
    }

    /// Waits for all.
    UploadReport drain() {
        std::unique_lock lock(mutex);
        room.wait(lock, [&] { return calls == 0; });
        return report;
    }

private:
    void finish(const Upload& upload, uint64_t size, nxia_result result, const char* message) {
        std::lock_guard lock(mutex);
        if (result == NXIA_OK) {
            report.documents++;
            report.bytes += size;
        } else {
            count(result, "cannot put '" + textOf(upload.path) + "': " + message);
        }
        calls--;
        bytes -= size;
        room.notify_all();
    }

    void count(nxia_result result, const std::string& message) {
        // When all fail for one reason, the first says it for all.
        if (!isHopeless(report.worst)) {
            fprintf(stderr, "nxia: %s\n", message.c_str());
        }
        report.failed++;
        if (report.worst == NXIA_OK || isHopeless(result)) {
            report.worst = result;
        }
    }

    nxia::Store& store;
    mutable std::mutex mutex;
    std::condition_variable room;
    size_t calls = 0;
    uint64_t bytes = 0;
    UploadReport report;
};

} // namespace

UploadReport upload(nxia::Store& store, const std::vector<Upload>& uploads) {
    Window window(store);
    size_t tried = 0;
    for (auto& upload : uploads) {
        if (window.hopeless()) {
            break;
        }
        tried++;
        try {
            window.send(upload, readFile(upload.path));
        } catch (const std::runtime_error& e) {
            window.fail(NXIA_E_FAILED, e.what());
        }
    }
    auto report = window.drain();
    report.failed += uploads.size() - tried;
    return report;
}

} // namespace cli
