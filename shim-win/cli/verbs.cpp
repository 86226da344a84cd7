// SPDX-License-Identifier: MIT
#include "verbs.h"

#include "upload.h"

#include <chrono>
#include <cstdio>

namespace cli {
namespace {

/// Runs a call on one document, with the sentence that users know for its absence.
template <typename Call>
Exit onDocument(const std::string& name, Call&& call) {
    try {
        call();
        return OK;
    } catch (const nxia::Error& e) {
        if (e.result() != NXIA_E_NOT_FOUND) {
            throw;
        }
        fprintf(stderr, "no document named '%s'\n", name.c_str());
        return NO_DOCUMENT;
    }
}

void writeOut(std::string_view bytes) {
    if (fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() || fflush(stdout) != 0) {
        throw std::runtime_error("cannot write to the standard output");
    }
}

/// On one line, with the words found in brackets.
std::string readable(const std::string& snippet) {
    std::string line;
    for (char c : snippet) {
        bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (blank && (line.empty() || line.back() == ' ')) {
            continue;
        }
        line += blank ? ' ' : c == '\x02' ? '[' : c == '\x03' ? ']' : c;
    }
    return line;
}

} // namespace

Exit exitOf(nxia_result result) {
    switch (result) {
    case NXIA_OK:
        return OK;
    case NXIA_E_REVOKED:
        return REVOKED;
    default:
        return FAILED;
    }
}

Exit put(nxia::Store& store, const Put& options) {
    auto uploads = collect(options.selection);
    if (!options.as.empty()) {
        if (uploads.size() != 1) {
            throw std::runtime_error("--as names one document, but there are " +
                                     std::to_string(uploads.size()) + " files");
        }
        uploads[0].name = options.as;
    }
    auto start = std::chrono::steady_clock::now();
    auto report = upload(store, uploads);
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    printf("%zu documents, %.1f MB stored in %.1f s\n", report.documents, report.bytes / 1e6,
           took.count());
    if (report.failed > 0) {
        fprintf(stderr, "nxia: %zu of %zu documents not stored\n", report.failed, uploads.size());
    }
    return exitOf(report.worst);
}

Exit get(nxia::Store& store, const std::string& name, const std::string& output) {
    return onDocument(name, [&] {
        auto content = store.get(name);
        if (output.empty()) {
            writeOut(content);
        } else {
            replaceFile(pathOf(output), content);
        }
    });
}

Exit list(nxia::Store& store, const std::string& prefix, bool sizes) {
    std::string lines;
    for (auto& entry : store.list(prefix)) {
        if (sizes) {
            lines += std::to_string(entry.size) + '\t';
        }
        lines += entry.name + '\n';
    }
    writeOut(lines);
    return OK;
}

Exit search(nxia::Store& store, const std::string& query, uint32_t limit) {
    std::string lines;
    size_t place = 0;
    for (auto& hit : store.search(query, limit)) {
        char rank[32];
        snprintf(rank, sizeof(rank), "%.2f", hit.rank);
        lines += std::to_string(++place) + ". " + hit.name + "  (" + rank + ")\n   " +
                 readable(hit.snippet) + '\n';
    }
    writeOut(place == 0 ? "nothing found\n" : lines);
    return OK;
}

Exit remove(nxia::Store& store, const std::string& name) {
    return onDocument(name, [&] { store.remove(name); });
}

Exit status(nxia::Client& client, nxia::Store& store, const std::string& address) {
    uint64_t bytes = 0;
    auto entries = store.list();
    for (auto& entry : entries) {
        bytes += entry.size;
    }
    printf("connected to %s\nserver       %s, protocol %u\nstore        %zu documents, %.1f MB\n",
           address.c_str(), client.server().c_str(), client.protocol(), entries.size(),
           bytes / 1e6);
    return OK;
}

} // namespace cli
