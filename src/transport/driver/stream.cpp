// SPDX-License-Identifier: Apache-2.0
// Streams over descriptors.
#include <gssxx/transport/stream.h>

#include "addresses.h"
#include "descriptor.h"
#include "quiet_write.h"
#include "waiting.h"

#include <cerrno>
#include <memory>

namespace gss::inline v0::transport {

namespace {

Error lost(std::string_view operation, int error) {
    return {ErrorCode::unavailable, std::string(operation), detail::system_text(error)};
}

class DescriptorStream final : public Stream {
public:
    DescriptorStream(int read, int write, Ownership ownership)
        : read_(read), write_(write), read_kind_(detail::kind_of(read)),
          write_kind_(detail::kind_of(write)) {
        if (ownership == Ownership::owned) {
            owned_read_ = Descriptor(read);
            if (write != read) {
                owned_write_ = Descriptor(write);
            }
        }
    }

    Result<Read> read(MutableBytes room, Limit limit) override {
        for (int attempt = 0; attempt < 2; ++attempt) {
            const ssize_t octets = detail::read_now(read_, read_kind_, room);
            if (octets >= 0) {
                return Read{static_cast<std::size_t>(octets), octets == 0};
            }
            if (errno == ECONNRESET || errno == EIO) {
                return Read{0, true}; // a peer that is gone, and a terminal that is
            }
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                return lost("read from the peer", errno);
            }
            if (attempt > 0 || limit.count() == 0 || detail::wait_for(read_, POLLIN, limit) == 0) {
                break;
            }
        }
        return Read{};
    }

    Result<std::size_t> write(BytesView data, Limit limit) override {
        for (int attempt = 0; attempt < 2; ++attempt) {
            const ssize_t octets = detail::write_now(write_, write_kind_, data);
            if (octets >= 0) {
                return static_cast<std::size_t>(octets);
            }
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) {
                return lost("write to the peer", errno);
            }
            if (attempt > 0 || limit.count() == 0 ||
                detail::wait_for(write_, POLLOUT, limit) == 0) {
                break;
            }
        }
        return std::size_t{0};
    }

    [[nodiscard]] int read_descriptor() const noexcept override { return read_; }
    [[nodiscard]] int write_descriptor() const noexcept override { return write_; }
    [[nodiscard]] std::optional<Endpoints> endpoints() const override {
        return detail::endpoints_of(read_);
    }

private:
    int read_;
    int write_;
    detail::Kind read_kind_;
    detail::Kind write_kind_;
    Descriptor owned_read_;
    Descriptor owned_write_;
};

} // namespace

Stream::~Stream() = default;

std::unique_ptr<Stream> descriptor_stream(int read, int write, Ownership ownership) {
    return std::make_unique<DescriptorStream>(read, write, ownership);
}

} // namespace gss::inline v0::transport
