// SPDX-License-Identifier: GPL-2.0-only
#include "parse.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <format>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

namespace nxia::policy {

namespace {

/// Of the kernel: domains that one line's kind may name in a domain or service.
constexpr std::size_t listMax = 1024;
constexpr std::size_t shownMax = 64;

constexpr std::string_view nameRule =
    "1 to 31 of a-z 0-9 . - _, beginning with a letter or a digit";
constexpr std::string_view sinkList = "net, loopback, vsock, hostfs, disk or tty";

struct Line {
    std::size_t source; ///< index
    int number;
    std::vector<std::string> words;
};

struct Block {
    Line header;
    std::string name;
    std::vector<Line> lines{};
    bool good = true; ///< it has a name of its own
};

/// A word as an error may show it: files can hold anything.
std::string shown(std::string_view word) {
    std::string text(word.substr(0, shownMax));
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
    return word.size() > shownMax ? text + "..." : text;
}

std::vector<std::string> wordsOf(std::string_view line) {
    std::istringstream stream(std::string(line.substr(0, line.find('#'))));
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool isTopLevel(const std::string& word) {
    return word == "tag" || word == "sink" || word == "domain" || word == "service";
}

std::optional<unsigned> sinkOf(std::string_view name) {
    const auto found = std::ranges::find(sinkNames, name);
    if (found == sinkNames.end())
        return {};
    return static_cast<unsigned>(found - sinkNames.begin());
}

/// Takes the lines first, and then looks up what they name: a name may be used before its line.
class Parser {
public:
    explicit Parser(std::span<const Source> sources) : sources_(sources) {}

    Policy parse() {
        for (std::size_t i = 0; i < sources_.size(); ++i)
            takeSource(i);
        for (const Line& line : sinkLines_)
            readSink(line);
        for (const Block& block : domains_)
            readDomain(block);
        for (const Block& block : services_)
            readService(block);
        if (!mistakes_.empty())
            throw PolicyError(sorted());
        return std::move(policy_);
    }

private:
    using Known = std::map<std::string, const Line*, std::less<>>;

    template <typename... Arguments>
    void mistake(const Line& line, std::format_string<Arguments...> format,
                 Arguments&&... arguments) {
        mistakes_.emplace_back(line.source,
                               Mistake{sources_[line.source].file, line.number,
                                       std::format(format, std::forward<Arguments>(arguments)...)});
    }

    std::vector<Mistake> sorted() {
        std::ranges::stable_sort(mistakes_, {},
                                 [](const auto& m) { return std::pair(m.first, m.second.line); });
        std::vector<Mistake> mistakes;
        for (auto& [source, mistake] : mistakes_)
            mistakes.push_back(std::move(mistake));
        return mistakes;
    }

    std::string placeOf(const Line& line) const {
        return std::format("{}:{}", sources_[line.source].file, line.number);
    }

    // ---- lines ----

    void takeSource(std::size_t source) {
        std::istringstream lines(sources_[source].text);
        std::vector<Block>* kind = nullptr; // of the block that is open
        int number = 0;
        for (std::string text; std::getline(lines, text);) {
            Line line{source, ++number, wordsOf(text)};
            if (line.words.empty())
                continue;
            if (kind && isTopLevel(line.words[0])) {
                mistake(line,
                        "'{}' inside of {} '{}', which begins in line {}: is its '}}' missing?",
                        line.words[0], kind->back().header.words[0], shown(kind->back().name),
                        kind->back().header.number);
                kind = nullptr;
            }
            if (!kind)
                kind = takeTopLevel(std::move(line));
            else if (line.words[0] == "}")
                kind = endBlock(line);
            else
                kind->back().lines.push_back(std::move(line));
        }
        if (kind)
            mistake(kind->back().header, "{} '{}' has no end: write '}}' on a line of its own",
                    kind->back().header.words[0], shown(kind->back().name));
    }

    /// The kind of block that begins here, if one does.
    std::vector<Block>* takeTopLevel(Line line) {
        const std::string word = line.words[0];
        if (word == "tag")
            takeTags(line);
        else if (word == "sink")
            sinkLines_.push_back(std::move(line));
        else if (word == "domain")
            return beginBlock(domains_, domainNames_, std::move(line));
        else if (word == "service")
            return beginBlock(services_, serviceNames_, std::move(line));
        else if (word == "}")
            mistake(line, "'}}' without a domain or service that it ends");
        else if (word == "label" || word == "may-drop" || word == "enter" || word == "authority")
            mistake(line, "'{}' outside of a domain: write it between 'domain NAME {{' and '}}'",
                    word);
        else if (word == "register" || word == "open" || word == "remote")
            mistake(line, "'{}' outside of a {}: write it between '{} NAME {{' and '}}'", word,
                    word == "remote" ? "domain or service" : "service",
                    word == "remote" ? "domain" : "service");
        else
            mistake(line, "unknown statement '{}': expected tag, sink, domain or service",
                    shown(word));
        return nullptr;
    }

    std::vector<Block>* endBlock(const Line& line) {
        if (line.words.size() != 1)
            mistake(line, "'}}' is followed by '{}': write it on a line of its own",
                    shown(line.words[1]));
        return nullptr;
    }

    std::vector<Block>* beginBlock(std::vector<Block>& blocks, Known& names, Line line) {
        const std::string keyword = line.words[0];
        if (line.words.size() < 2 || line.words[1] == "{") {
            mistake(line, "{} without a name: expected '{} NAME {{'", keyword, keyword);
            blocks.push_back({std::move(line), "", {}, false});
            return &blocks;
        }
        const std::string name = line.words[1];
        const bool opens = line.words.size() == 3 && line.words[2] == "{";
        if (!opens)
            mistake(line, "expected '{} NAME {{', and its lines and '}}' below", keyword);
        const bool good = checkNewName(keyword, name, names, line);
        blocks.push_back({std::move(line), name, {}, good});
        // The map must outlast the vector's moves: it points to a copy.
        if (good)
            names.emplace(name, &headers_.emplace_back(blocks.back().header));
        // A line that forgot its brace has what belongs to it below all the same.
        return &blocks;
    }

    /// Says what is wrong with a name that is to be a new one.
    bool checkNewName(const std::string& kind, const std::string& name, const Known& names,
                      const Line& line) {
        if (!isName(name)) {
            mistake(line, "'{}' is no name of a {}: {}", shown(name), kind, nameRule);
            return false;
        }
        if (kind == "domain" && sinkOf(name)) {
            mistake(line, "a domain cannot be called '{}': that is a sink", name);
            return false;
        }
        if (const auto known = names.find(name); known != names.end()) {
            mistake(line, "{} '{}' comes twice: it is at {} already", kind, name,
                    placeOf(*known->second));
            return false;
        }
        return true;
    }

    void takeTags(const Line& line) {
        if (line.words.size() < 2)
            mistake(line, "expected 'tag NAME...'");
        for (std::size_t i = 1; i < line.words.size(); ++i) {
            const std::string& name = line.words[i];
            if (!checkNewName("tag", name, tagNames_, line))
                continue;
            if (policy_.tags.size() == NXIA_TAGS_MAX)
                mistake(line, "tag '{}' is one too many: there can be {}", name, NXIA_TAGS_MAX);
            else
                policy_.tags.push_back({name, static_cast<unsigned>(policy_.tags.size())});
            tagNames_.emplace(name, &headers_.emplace_back(line));
        }
    }

    // ---- what lines name ----

    /// The tags after the first `skip` words.
    Label readTags(const Line& line, std::size_t skip) {
        Label label = 0;
        for (std::size_t i = skip; i < line.words.size(); ++i) {
            const std::string& name = line.words[i];
            const Tag* tag = policy_.findTag(name);
            if (!tag && !tagNames_.contains(name))
                mistake(line, "unknown tag '{}': declare it by 'tag {}'", shown(name), shown(name));
            else if (tag && (label & (1ULL << tag->bit)))
                mistake(line, "tag '{}' comes twice in this line", name);
            if (tag)
                label |= 1ULL << tag->bit;
        }
        return label;
    }

    void readSink(const Line& line) {
        if (line.words.size() < 2)
            return mistake(line, "sink without a name: expected 'sink SINK TAG...', {}", sinkList);
        const auto sink = sinkOf(line.words[1]);
        const Label label = readTags(line, 2);
        if (!sink)
            return mistake(line, "unknown sink '{}': it is one of {}", shown(line.words[1]),
                           sinkList);
        const auto [known, fresh] = sinkNames_.emplace(line.words[1], &line);
        if (!fresh)
            return mistake(line, "sink '{}' comes twice: it is at {} already", line.words[1],
                           placeOf(*known->second));
        policy_.sinks[*sink] = label;
    }

    /// Adds the domains of a line; `into` may have some of an earlier one.
    void readDomains(const Line& line, std::vector<std::string>& into) {
        if (line.words.size() < 2)
            mistake(line, "expected '{} DOMAIN...'", line.words[0]);
        for (std::size_t i = 1; i < line.words.size(); ++i) {
            const std::string& name = line.words[i];
            if (name != unconfined && !domainNames_.contains(name))
                mistake(line, "unknown domain '{}': declare it by 'domain {} {{'", shown(name),
                        shown(name));
            else if (std::ranges::find(into, name) != into.end())
                mistake(line, "'{} {}' comes twice", line.words[0], name);
            else
                into.push_back(name);
        }
        if (into.size() > listMax) {
            mistake(line, "'{}' names too many domains: there can be {}", line.words[0], listMax);
            into.clear();
        }
    }

    /// Adds the tags of a line in a domain.
    void addTags(const Line& line, Label& label) {
        if (line.words.size() < 2)
            mistake(line, "expected '{} TAG...'", line.words[0]);
        const Label more = readTags(line, 1);
        if (label & more)
            mistake(line, "'{} {}' comes twice", line.words[0], printLabel(policy_, label & more));
        label |= more;
    }

    void addFlag(const Line& line, std::uint32_t& flags, std::uint32_t flag) {
        if (line.words.size() != 1)
            mistake(line, "'{}' takes no '{}'", line.words[0], shown(line.words[1]));
        if (flags & flag)
            mistake(line, "'{}' comes twice", line.words[0]);
        flags |= flag;
    }

    void readDomain(const Block& block) {
        Domain domain{.name = block.name};
        for (const Line& line : block.lines)
            readDomainLine(line, domain);
        checkDomain(block, domain);
        if (block.good)
            policy_.domains.push_back(std::move(domain));
    }

    void readDomainLine(const Line& line, Domain& domain) {
        const std::string& word = line.words[0];
        if (domain.name == unconfined && word != "enter")
            mistake(line,
                    "domain 'unconfined' can have 'enter' and nothing else: it is that of tasks "
                    "without a domain");
        else if (word == "label")
            addTags(line, domain.label);
        else if (word == "may-drop")
            addTags(line, domain.mayDrop);
        else if (word == "enter")
            readEnter(line, domain);
        else if (word == "remote")
            addFlag(line, domain.flags, NXIA_DOMAIN_REMOTE);
        else if (word == "authority")
            addFlag(line, domain.flags, NXIA_DOMAIN_AUTHORITY);
        else
            mistake(line,
                    "unknown rule '{}' in a domain: expected label, may-drop, enter, remote or "
                    "authority",
                    shown(word));
    }

    void readEnter(const Line& line, Domain& domain) {
        readDomains(line, domain.enter);
        if (std::erase(domain.enter, unconfined))
            mistake(line, "'enter unconfined' is not possible: a domain is left for another one "
                          "only");
    }

    void checkDomain(const Block& block, const Domain& domain) {
        for (const Line& line : block.lines) {
            if (line.words[0] != "may-drop")
                continue;
            // Those of this line, without telling its other mistakes again.
            for (std::size_t i = 1; i < line.words.size(); ++i)
                if (const Tag* tag = policy_.findTag(line.words[i]);
                    tag && !(domain.label & (1ULL << tag->bit)))
                    mistake(line, "'may-drop {}', but '{}' is not in the label of domain '{}'",
                            tag->name, tag->name, domain.name);
        }
        if (domain.remote() && (domain.flags & NXIA_DOMAIN_AUTHORITY))
            mistake(block.header, "domain '{}' is both remote and an authority: take one away",
                    domain.name);
        if (block.good && domain.name != unconfined && ++domainCount_ > NXIA_DOMAINS_MAX)
            mistake(block.header, "domain '{}' is one too many: there can be {}", domain.name,
                    NXIA_DOMAINS_MAX);
    }

    void readService(const Block& block) {
        Service service{.name = block.name};
        for (const Line& line : block.lines)
            readServiceLine(line, service);
        if (!service.remote())
            checkLocalOnly(block, service);
        if (block.good)
            policy_.services.push_back(std::move(service));
    }

    void readServiceLine(const Line& line, Service& service) {
        const std::string& word = line.words[0];
        if (word == "register")
            readDomains(line, service.offerers);
        else if (word == "open")
            readDomains(line, service.openers);
        else if (word == "remote")
            addFlag(line, service.flags, NXIA_SERVICE_REMOTE);
        else
            mistake(line, "unknown rule '{}' in a service: expected register, open or remote",
                    shown(word));
    }

    void checkLocalOnly(const Block& block, const Service& service) {
        for (const std::string& name : service.openers)
            if (const Domain* domain = policy_.findDomain(name); domain && domain->remote())
                mistake(block.header,
                        "service '{}' may be opened from '{}', which is remote, but is "
                        "local-only: add 'remote' to the service, or take '{}' from its 'open'",
                        service.name, name, name);
    }

    std::span<const Source> sources_;
    std::vector<std::pair<std::size_t, Mistake>> mistakes_;
    std::vector<Line> sinkLines_;
    std::vector<Block> domains_;
    std::vector<Block> services_;
    std::deque<Line> headers_; ///< what the maps point to
    Known tagNames_;
    Known sinkNames_;
    Known domainNames_;
    Known serviceNames_;
    std::size_t domainCount_ = 0;
    Policy policy_;
};

std::string joined(const std::vector<Mistake>& mistakes) {
    std::string text;
    for (const Mistake& mistake : mistakes)
        text += (text.empty() ? "" : "\n") + mistake.text();
    return text;
}

std::string readFile(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw std::runtime_error(std::format("{}: is a folder, not a file", path.string()));
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        throw std::runtime_error(std::format("{}: {}", path.string(),
                                             errno ? std::generic_category().message(errno)
                                                   : std::string("cannot be read")));
    return text;
}

} // namespace

std::string Mistake::text() const {
    return std::format("{}:{}: {}", file, line, reason);
}

PolicyError::PolicyError(std::vector<Mistake> mistakes)
    : std::runtime_error(joined(mistakes)), mistakes_(std::move(mistakes)) {}

Policy parse(std::span<const Source> sources) {
    return Parser(sources).parse();
}

std::vector<Source> readFiles(const std::vector<std::filesystem::path>& files) {
    std::vector<Source> sources;
    for (const auto& file : files)
        sources.push_back({file.string(), readFile(file)});
    return sources;
}

std::vector<Source> readFolder(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (entry.path().extension() == ".policy")
            files.push_back(entry.path());
    if (error && error != std::errc::no_such_file_or_directory)
        throw std::runtime_error(std::format("{}: {}", folder.string(), error.message()));
    std::ranges::sort(files);
    return readFiles(files);
}

} // namespace nxia::policy
