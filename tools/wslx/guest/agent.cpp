// SPDX-License-Identifier: GPL-2.0-only
//
// The guest's end of the command channel: runs commands that the host sends over a virtio-serial
// port of its own and relays their output and status. As PID 1 (--no-services) it also reaps.
//
// A frame is { u32 type, u32 id, u32 length } in little endian and `length` bytes. The id is the
// host's and names one command; several run side by side.

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::string_view PORT_NAME = "wslx.exec";
constexpr uint32_t MAX_PAYLOAD = 1 << 20;

enum class FrameType : uint32_t {
    RUN = 1,      // host: payload is the argument vector, each word ended by NUL
    POWEROFF = 2, // host: sync and power off
    KILL = 3,     // host: payload is a u32 signal for the command's process group
    READY = 16,   // guest: the channel is up
    OUT = 17,     // guest: bytes of standard output
    ERR = 18,     // guest: bytes of standard error
    EXIT = 19,    // guest: payload is the u32 wait status; the last frame of this id
};

struct Header {
    uint32_t type;
    uint32_t id;
    uint32_t length;
};

struct Command {
    uint32_t id;
    pid_t pid;
    int out;
    int err;
};

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "wslx-agent: %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

bool readAll(int fd, std::span<char> into) {
    while (!into.empty()) {
        ssize_t got = read(fd, into.data(), into.size());
        if (got == 0)
            return false;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail("reading from the host");
        into = into.subspan(static_cast<size_t>(got));
    }
    return true;
}

void writeAll(int fd, std::span<const char> from) {
    while (!from.empty()) {
        ssize_t put = write(fd, from.data(), from.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            fail("writing to the host");
        from = from.subspan(static_cast<size_t>(put));
    }
}

// Without udev there are no names in /dev/virtio-ports; sysfs has them.
std::optional<std::string> findPort() {
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/virtio-ports")) {
        std::ifstream file(entry.path() / "name");
        std::string name;
        if (std::getline(file, name) && name == PORT_NAME)
            return "/dev/" + entry.path().filename().string();
    }
    return std::nullopt;
}

std::vector<char*> splitWords(std::vector<char>& payload) {
    std::vector<char*> words;
    for (size_t at = 0; at < payload.size(); at += std::strlen(&payload[at]) + 1)
        words.push_back(&payload[at]);
    words.push_back(nullptr);
    return words;
}

[[noreturn]] void execCommand(std::vector<char>& payload, int out, int err) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setsid();
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (chdir("/root") != 0)
        std::perror("chdir /root");
    auto words = splitWords(payload);
    execvp(words[0], words.data());
    std::fprintf(stderr, "%s: %s\n", words[0], std::strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

class Agent {
public:
    explicit Agent(int port) : port_(port), signals_(openSignals()) {}

    void run() {
        send(FrameType::READY, 0, {});
        for (;;)
            step();
    }

private:
    int port_;
    int signals_;
    std::list<Command> commands_;

    static int openSignals() {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    }

    void send(FrameType type, uint32_t id, std::span<const char> payload) {
        Header header{static_cast<uint32_t>(type), id, static_cast<uint32_t>(payload.size())};
        writeAll(port_, {reinterpret_cast<const char*>(&header), sizeof(header)});
        writeAll(port_, payload);
    }

    // A closed stream's descriptor is -1, which poll ignores.
    void step() {
        std::vector<pollfd> fds{{port_, POLLIN, 0}, {signals_, POLLIN, 0}};
        for (const auto& command : commands_) {
            fds.push_back({command.out, POLLIN, 0});
            fds.push_back({command.err, POLLIN, 0});
        }
        if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR)
            fail("poll");
        size_t at = 2;
        for (auto& command : commands_) {
            if (fds[at++].revents)
                relay(command.out, FrameType::OUT, command.id);
            if (fds[at++].revents)
                relay(command.err, FrameType::ERR, command.id);
        }
        if (fds[1].revents)
            reap();
        // A host that is not connected shows as POLLHUP: nothing to read, look again later.
        if (fds[0].revents & POLLIN)
            receive();
        else if (fds[0].revents & POLLHUP)
            usleep(20000);
    }

    // Reads once; true while there may be more.
    bool relay(int& fd, FrameType type, uint32_t id) {
        if (fd < 0)
            return false;
        std::array<char, 65536> buffer;
        ssize_t got = read(fd, buffer.data(), buffer.size());
        if (got > 0) {
            send(type, id, {buffer.data(), static_cast<size_t>(got)});
            return true;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(fd);
            fd = -1;
        }
        return false;
    }

    void reap() {
        signalfd_siginfo ignored;
        while (read(signals_, &ignored, sizeof(ignored)) > 0) {
        }
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
            auto command = std::ranges::find(commands_, pid, &Command::pid);
            if (command != commands_.end())
                finish(command, static_cast<uint32_t>(status));
        }
    }

    // What the command wrote before it ended is relayed; children it left behind are not waited
    // for.
    void finish(std::list<Command>::iterator command, uint32_t status) {
        while (relay(command->out, FrameType::OUT, command->id)) {
        }
        while (relay(command->err, FrameType::ERR, command->id)) {
        }
        if (command->out >= 0)
            close(command->out);
        if (command->err >= 0)
            close(command->err);
        send(FrameType::EXIT, command->id,
             {reinterpret_cast<const char*>(&status), sizeof(status)});
        commands_.erase(command);
    }

    void receive() {
        Header header;
        if (!readAll(port_, {reinterpret_cast<char*>(&header), sizeof(header)}))
            return;
        if (header.length > MAX_PAYLOAD)
            fail("a frame beyond the limit");
        std::vector<char> payload(header.length);
        if (!readAll(port_, payload))
            return;
        payload.push_back('\0');
        switch (static_cast<FrameType>(header.type)) {
        case FrameType::RUN:
            start(header.id, payload);
            break;
        case FrameType::KILL:
            signal(header.id, payload);
            break;
        case FrameType::POWEROFF:
            powerOff();
        default:
            fail("a frame of unknown type");
        }
    }

    void start(uint32_t id, std::vector<char>& payload) {
        int out[2], err[2];
        if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
            fail("pipe");
        payload.pop_back();
        pid_t pid = fork();
        if (pid < 0)
            fail("fork");
        if (pid == 0)
            execCommand(payload, out[1], err[1]);
        close(out[1]);
        close(err[1]);
        fcntl(out[0], F_SETFL, O_NONBLOCK);
        fcntl(err[0], F_SETFL, O_NONBLOCK);
        commands_.push_back({id, pid, out[0], err[0]});
    }

    void signal(uint32_t id, const std::vector<char>& payload) {
        uint32_t number = 0;
        if (payload.size() < sizeof(number))
            return;
        std::memcpy(&number, payload.data(), sizeof(number));
        auto command = std::ranges::find(commands_, id, &Command::id);
        if (command != commands_.end())
            kill(-command->pid, static_cast<int>(number));
    }

    // A restart ends QEMU (-no-reboot); our kernels have no ACPI to power off with.
    [[noreturn]] static void powerOff() {
        sync();
        reboot(RB_AUTOBOOT);
        fail("restart");
    }
};

} // namespace

int main() {
    std::signal(SIGPIPE, SIG_IGN);
    auto path = findPort();
    if (!path) {
        std::fprintf(stderr, "wslx-agent: no virtio-serial port named %s\n", PORT_NAME.data());
        return 1;
    }
    int port = open(path->c_str(), O_RDWR | O_CLOEXEC);
    if (port < 0)
        fail(path->c_str());
    Agent(port).run();
}
