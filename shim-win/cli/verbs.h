// SPDX-License-Identifier: MIT
#pragma once

#include "files.h"
#include "nxia.hpp"

#include <optional>
#include <string>

/// What nxia.exe can do with a store. Each prints its result on stdout and returns the exit status;
/// nxia::Error and std::runtime_error come through.
namespace cli {

enum Exit { OK = 0, FAILED = 1, NO_DOCUMENT = 2, REVOKED = 3, USAGE = 64 };

/// The exit status that a failed call stands for.
Exit exitOf(nxia_result result);

struct Put {
    Selection selection;
    std::string as; ///< name of the document, for one file; empty: from the selection
};
Exit put(nxia::Store& store, const Put& options);

/// To `output`, or to stdout if that is empty.
Exit get(nxia::Store& store, const std::string& name, const std::string& output);

/// One name a line; with `sizes`, after its size and a tab.
Exit list(nxia::Store& store, const std::string& prefix, bool sizes);

Exit search(nxia::Store& store, const std::string& query, uint32_t limit);
Exit remove(nxia::Store& store, const std::string& name);
Exit status(nxia::Client& client, nxia::Store& store, const std::string& address);

} // namespace cli
