// SPDX-License-Identifier: Apache-2.0
// What the blocking drivers read from and write to: sockets, pipes, or whatever the caller has.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::transport {

/// The two ends of a connection over a network.
struct Endpoints {
    std::string peer_address; ///< numeric
    std::uint16_t peer_port = 0;
    std::string local_address;
    std::uint16_t local_port = 0;
};

/// A stream of octets, both ways. One thread at a time. A stream whose peer is gone reports an
/// error and never sends SIGPIPE.
class GSSXX_EXPORT Stream {
public:
    /// For how long a call may wait: not at all with zero, for ever with a negative value.
    using Limit = std::chrono::milliseconds;

    /// What a read came to: some octets, none within the limit, or the end.
    struct Read {
        std::size_t octets = 0;
        bool ended = false;
    };

    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream();

    /// Reads what is there, up to the size of @p room, which is not empty. Waits for the first
    /// octet, not for all.
    [[nodiscard]] virtual Result<Read> read(MutableBytes room, Limit limit) = 0;
    /// Writes as much of @p data as can be written without waiting, and says how much that was; as
    /// long as that would be nothing it waits, up to @p limit.
    [[nodiscard]] virtual Result<std::size_t> write(BytesView data, Limit limit) = 0;

    /// Descriptors that poll(2) knows, for waiting for several things at once; -1 when there is
    /// none, or when octets may be there that a descriptor does not show. A driver then asks the
    /// stream itself, often.
    [[nodiscard]] virtual int read_descriptor() const noexcept { return -1; }
    [[nodiscard]] virtual int write_descriptor() const noexcept { return -1; }
    /// Nothing where there is no network.
    [[nodiscard]] virtual std::optional<Endpoints> endpoints() const { return std::nullopt; }
};

/// Whether a stream closes its descriptors when it goes.
enum class Ownership : bool { borrowed, owned };

/// A stream over a socket, a terminal, or a pair of pipes; both may be the same descriptor. Their
/// flags are left as they are: others may share them.
[[nodiscard]] GSSXX_EXPORT std::unique_ptr<Stream> descriptor_stream(int read, int write,
                                                                     Ownership ownership);

/// A host and a port.
struct HostAndPort {
    std::string host; ///< without brackets
    std::uint16_t port = 0;
};

/// "host", "host:port", "address", "[address]:port", "[address]"; text with several colons and no
/// brackets is an IPv6 address. Fails with malformed_parameter when there is no host, the port is
/// no number up to 65535, or a control character or space is within.
[[nodiscard]] GSSXX_EXPORT Result<HostAndPort> parse_host_and_port(std::string_view text,
                                                                   std::uint16_t default_port = 22);

/// Connects to "host" or "host:port": all addresses of the host, one after the other, within the
/// limit all together (the resolver's own time comes on top). The socket is without Nagle's delay.
/// Fails with unavailable, or with timed_out, naming the host.
[[nodiscard]] GSSXX_EXPORT Result<std::unique_ptr<Stream>>
connect_tcp(std::string_view destination, Stream::Limit limit = std::chrono::seconds(30),
            std::uint16_t default_port = 22);

/// A listening socket. Threads may share one for accept().
class GSSXX_EXPORT Listener {
public:
    /// Listens on "address:port"; port 0 takes a free one. A name stands for its first address.
    [[nodiscard]] static Result<Listener> open(std::string_view address);
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&& other) noexcept;
    ~Listener();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// The next connection; null when none came within the limit or it was gone again.
    [[nodiscard]] Result<std::unique_ptr<Stream>> accept(Stream::Limit limit) const;

private:
    Listener(int descriptor, std::uint16_t port) noexcept : descriptor_(descriptor), port_(port) {}
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace gss::inline v0::transport
