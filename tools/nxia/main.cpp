// SPDX-License-Identifier: GPL-2.0-only
//
// nxia: documents for programs of Linux. The verbs and exit statuses are those of nxia.exe.
#include "client.h"
#include "rpc/fault.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <format>
#include <fstream>
#include <iostream>

namespace {

using nxia::client::Store;
using portal::rpc::FaultCode;

enum ExitStatus { done = 0, failed = 1, noDocument = 2, revoked = 3, usage = 64 };

struct Options {
    std::string service = "store";
    std::vector<std::string> files;
    std::string as;
    std::string name;
    std::string output;
    std::string prefix;
    std::string query;
    std::uint32_t limit = 10;
    bool sizes = false;
};

std::string readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(file), {});
    if (!file || std::filesystem::is_directory(path))
        throw std::runtime_error(std::format("cannot read {}", path));
    return content;
}

void write(const std::string& content, const std::string& path) {
    std::ofstream file;
    if (!path.empty())
        file.open(path, std::ios::binary | std::ios::trunc);
    std::ostream& out = path.empty() ? std::cout : file;
    out.write(content.data(), static_cast<std::streamsize>(content.size())).flush();
    if (!out)
        throw std::runtime_error(
            std::format("cannot write {}", path.empty() ? "the standard output" : path));
}

void put(Store& store, const Options& options) {
    if (!options.as.empty() && options.files.size() != 1)
        throw std::runtime_error("--as names one document, but there are several files");
    for (const auto& file : options.files) {
        const auto name =
            options.as.empty() ? std::filesystem::path(file).filename().string() : options.as;
        store.put(name.c_str(), readFile(file));
    }
    std::cout << std::format("{} {} stored\n", options.files.size(),
                             options.files.size() == 1 ? "document" : "documents");
}

void list(Store& store, const Options& options) {
    std::string lines;
    for (const auto& document : store.list(options.prefix.c_str()))
        lines += options.sizes ? std::format("{}\t{}\n", document.size, document.name)
                               : document.name + '\n';
    write(lines, "");
}

void search(Store& store, const Options& options) {
    std::string lines;
    int place = 0;
    for (auto& hit : store.search(options.query.c_str(), options.limit)) {
        std::ranges::replace(hit.snippet, '\2', '[');
        std::ranges::replace(hit.snippet, '\3', ']');
        lines += std::format("{}. {}  ({:.2f})\n   {}\n", ++place, hit.name, hit.rank, hit.snippet);
    }
    write(lines.empty() ? "nothing found\n" : lines, "");
}

using Verb = std::function<void(Store&)>;

void addVerbs(CLI::App& app, Options& options, Verb& chosen) {
    auto add = [&](const char* name, const char* description, Verb verb) {
        auto* command = app.add_subcommand(name, description);
        command->callback([&chosen, verb] { chosen = verb; });
        return command;
    };
    app.add_option("--service", options.service, "the store to talk to")->capture_default_str();
    auto* command = add("put", "store files as documents", [&](Store& s) { put(s, options); });
    command->add_option("FILE", options.files)->required();
    command->add_option("--as", options.as, "name of the document, for one file");

    command = add("get", "read a document",
                  [&](Store& s) { write(s.get(options.name.c_str()), options.output); });
    command->add_option("NAME", options.name)->required();
    command->add_option("-o,--output", options.output, "file to write");

    command = add("list", "list the names of the documents", [&](Store& s) { list(s, options); });
    command->add_option("--prefix", options.prefix, "only names that begin so");
    command->add_flag("--sizes", options.sizes, "with their sizes in bytes");

    command = add("search", "find documents by their words, the best first",
                  [&](Store& s) { search(s, options); });
    command->add_option("QUERY", options.query, "words that must all be in it")->required();
    command->add_option("--limit", options.limit, "most documents to show")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();

    command = add("delete", "delete a document", [&](Store& s) { s.remove(options.name.c_str()); });
    command->add_option("NAME", options.name)->required();
}

int report(const kj::Exception& exception) {
    const auto code = portal::rpc::codeOf(exception);
    const char* prefix = code == FaultCode::NOT_FOUND ? "" : "nxia: ";
    std::cerr << prefix << portal::rpc::messageOf(exception).cStr() << '\n';
    return code == FaultCode::NOT_FOUND ? noDocument
           : code == FaultCode::REVOKED ? revoked
                                        : failed;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Documents in NXIA's store.\n"
                 "Exit status: 0 done, 1 failure, 2 no such document, 3 the capability to the "
                 "store has been revoked, 64 wrong arguments.");
    app.require_subcommand(1);
    Options options;
    Verb chosen;
    addVerbs(app, options, chosen);
    try {
        app.parse(argc, argv);
        Store store(options.service.c_str());
        chosen(store);
        return done;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? done : usage;
    } catch (const kj::Exception& exception) {
        return report(exception);
    } catch (const std::exception& exception) {
        std::cerr << "nxia: " << exception.what() << '\n';
        return failed;
    }
}
