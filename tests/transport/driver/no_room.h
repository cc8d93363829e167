// SPDX-License-Identifier: Apache-2.0
// A file system that is full, for this process.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace gss::transport {

/// While it is there no file can have more than a few octets.
class NoRoom {
public:
    NoRoom() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit less = before_;
        less.rlim_cur = 16;
        ::setrlimit(RLIMIT_FSIZE, &less);
    }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;
    ~NoRoom() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    rlimit before_{};
};

} // namespace gss::transport
