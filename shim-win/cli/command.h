// SPDX-License-Identifier: MIT
#pragma once

#include "verbs.h"

#include <CLI/CLI.hpp>

namespace cli {

/// A command line, parsed. The same verbs serve the program and its shell.
class Command {
public:
    enum class Place { PROGRAM, SHELL };

    explicit Command(Place place);

    /// Parses arguments (without the program's name). Returns no value if there is something to be
    /// done, or the exit status: help asked for, or an error, which has been printed.
    std::optional<Exit> parse(std::vector<std::string> arguments);

    /// Runs the verb. Errors are printed, and told by the exit status.
    Exit run(nxia::Client& client, nxia::Store& store) const;

    bool isShell() const { return shell; }

    std::string address = "127.0.0.1:7345";
    std::string service = "store";
    uint32_t timeoutSeconds = 0;

private:
    using Verb = std::function<Exit(nxia::Client&, nxia::Store&)>;

    CLI::App* add(const char* name, const char* description, Verb verb);
    void addConnection();
    void addPut();
    void addReaders();

    CLI::App app;
    Verb chosen;
    bool shell = false;
    Put putOptions;
    std::string name;
    std::string output;
    std::string prefix;
    std::string query;
    uint32_t limit = 10;
    bool sizes = false;
};

/// Prints an error that is in flight, and gives the exit status. To be called in a catch (...).
Exit reportCaught();

/// Splits a line at blanks; double quotes keep blanks together. Backslashes are ordinary.
std::vector<std::string> splitLine(const std::string& line);

/// Runs the commands on stdin, one a line, on one connection. After each, a line "status N" tells
/// its exit status. Returns that of the last.
Exit runShell(nxia::Client& client, nxia::Store& store);

} // namespace cli
