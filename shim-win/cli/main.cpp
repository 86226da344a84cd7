// SPDX-License-Identifier: MIT
#include "command.h"

#include <cstdio>
#include <fcntl.h>
#include <io.h>
#include <windows.h>

namespace {

/// The arguments in UTF-8, without the program's name.
std::vector<std::string> arguments(CLI::App& app, int argc, char** argv) {
    argv = app.ensure_utf8(argv);
    return {argv + 1, argv + argc};
}

/// Documents are bytes, and text is UTF-8.
void setUpStreams() {
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    SetConsoleOutputCP(CP_UTF8);
}

} // namespace

int main(int argc, char** argv) {
    setUpStreams();
    CLI::App utf8;
    cli::Command command(cli::Command::Place::PROGRAM);
    if (auto done = command.parse(arguments(utf8, argc, argv))) {
        return *done;
    }
    try {
        nxia::Client client(command.address, 0, command.timeoutSeconds * 1000);
        nxia::Store store(client, command.service.c_str());
        return command.isShell() ? cli::runShell(client, store) : command.run(client, store);
    } catch (...) {
        return cli::reportCaught();
    }
}
