// SPDX-License-Identifier: MIT
#include "command.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace cli {
namespace {

constexpr char ABOUT[] =
    "Documents in WSLX.\n\n"
    "Exit status: 0 done; 1 failure, as of the connection; 2 no such document;\n"
    "3 the capability to the store has been revoked; 64 wrong arguments.";

} // namespace

Command::Command(Place place) : app(ABOUT, place == Place::PROGRAM ? "nxia" : "") {
    app.allow_windows_style_options(false); // /x is a path, or part of a name
    app.require_subcommand(1);
    addPut();
    addReaders();
    if (place == Place::PROGRAM) {
        addConnection();
    }
}

CLI::App* Command::add(const char* verbName, const char* description, Verb verb) {
    auto sub = app.add_subcommand(verbName, description);
    sub->callback([this, verb = std::move(verb)] { chosen = verb; });
    return sub;
}

void Command::addConnection() {
    app.add_option("--connect", address, "where WSLX is reached: HOST:PORT")
        ->envname("NXIA_CONNECT")
        ->capture_default_str();
    app.add_option("--service", service, "the store to talk to")->capture_default_str();
    app.add_option("--timeout", timeoutSeconds, "most seconds for one call; 0: no limit")
        ->check(CLI::Range(0u, 86400u))
        ->capture_default_str();
    app.add_subcommand("shell", "run the commands on the standard input, one a line, on one "
                                "connection; a line 'status N' follows each")
        ->callback([this] { shell = true; });
}

void Command::addPut() {
    auto sub = add("put", "store files as documents",
                   [this](auto&, auto& store) { return put(store, putOptions); });
    auto& selection = putOptions.selection;
    sub->add_option("FILE", selection.files, "files, and folders to be searched")->required();
    auto as = sub->add_option("--as", putOptions.as, "name of the document, for one file");
    sub->add_option("--base", selection.base,
                    "names are relative to this folder; default: to the one that FILE is in")
        ->excludes(as);
    sub->add_option("--match", selection.match, "of the files in folders, only such: '*.rst'");
}

void Command::addReaders() {
    auto sub = add("get", "read a document",
                   [this](auto&, auto& store) { return get(store, name, output); });
    sub->add_option("NAME", name, "of the document")->required();
    sub->add_option("-o,--output", output, "file to write, as a whole or not at all");

    sub = add("list", "list the names of the documents",
              [this](auto&, auto& store) { return list(store, prefix, sizes); });
    sub->add_option("--prefix", prefix, "only names that begin so");
    sub->add_flag("--sizes", sizes, "with their sizes in bytes");

    sub = add("search", "find documents by their words, the best first",
              [this](auto&, auto& store) { return search(store, query, limit); });
    sub->add_option("QUERY", query, "words that must all be in the document")->required();
    sub->add_option("--limit", limit, "most documents to show")
        ->check(CLI::Range(1u, 1000u))
        ->capture_default_str();

    sub = add("delete", "delete a document",
              [this](auto&, auto& store) { return remove(store, name); });
    sub->add_option("NAME", name, "of the document")->required();

    add("status", "show what is at the other end",
        [this](auto& client, auto& store) { return status(client, store, address); });
}

std::optional<Exit> Command::parse(std::vector<std::string> arguments) {
    if (!arguments.empty() && !arguments[0].starts_with('-') &&
        app.get_subcommands([&](auto* sub) { return sub->check_name(arguments[0]); }).empty()) {
        fprintf(stderr, "nxia: unknown command '%s' (--help lists them)\n", arguments[0].c_str());
        return USAGE;
    }
    std::ranges::reverse(arguments); // CLI11 takes them from the back
    try {
        app.parse(std::move(arguments));
        return std::nullopt;
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? OK : USAGE;
    }
}

Exit Command::run(nxia::Client& client, nxia::Store& store) const {
    try {
        return chosen(client, store);
    } catch (...) {
        return reportCaught();
    }
}

Exit reportCaught() {
    try {
        throw;
    } catch (const nxia::Error& e) {
        fprintf(stderr, "nxia: %s\n", e.what());
        return exitOf(e.result());
    } catch (const std::exception& e) {
        fprintf(stderr, "nxia: %s\n", e.what());
        return FAILED;
    }
}

std::vector<std::string> splitLine(const std::string& line) {
    std::vector<std::string> words;
    bool quoted = false;
    bool inWord = false;
    for (char c : line) {
        bool blank = c == ' ' || c == '\t' || c == '\r';
        if (blank && !quoted) {
            inWord = false;
            continue;
        }
        if (!inWord) {
            words.emplace_back();
            inWord = true;
        }
        if (c == '"') {
            quoted = !quoted;
        } else {
            words.back() += c;
        }
    }
    return words;
}

Exit runShell(nxia::Client& client, nxia::Store& store) {
    auto last = OK;
    for (std::string line; std::getline(std::cin, line);) {
        auto words = splitLine(line);
        if (words.empty()) {
            continue;
        }
        Command command(Command::Place::SHELL);
        auto done = command.parse(std::move(words));
        last = done ? *done : command.run(client, store);
        printf("status %d\n", last);
        fflush(stdout);
    }
    return last;
}

} // namespace cli
