// SPDX-License-Identifier: Apache-2.0
// Packets under each cipher: a stream that was really sealed, then damaged, read in different cuts.
//
//   A payload comes out only when every octet of the stream up to its end is as it was sealed; a
//   fault is terminal; how the stream is cut changes nothing; what waits is bounded by the longest
//   packet that is taken, and memory by what has come.
//
// Octets: suite, flags (bit 0: an identification goes first, its octets follow as a string; bit 1:
// of a server; bit 2: small packets only; bit 3: sequence numbers restart with new keys), then
// steps:
//   0 seal    a payload (string); beginning with 21, new keys of the suite that its second octet
//             names come after it
//   1 alter   piece, offset (2), mask
//   2 cut     piece, octets that are left of it (2)
//   3 repeat  piece
//   4 swap    piece, piece
//   5 insert  octets (string) as a piece
//   6 cuts    sizes of the reads (string)
#include "transport_targets.h"

#include "fuzz_input.h"
#include "messages.h"
#include "suites.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
namespace reason = transport::detail::reason;

constexpr std::size_t most_pieces = 64;
constexpr unsigned most_epochs = 8;
constexpr std::size_t small_packet = 256;
constexpr std::size_t full_packet = 35000;

struct Options {
    std::size_t suite = 0;
    bool identifies = false;
    bool of_server = false;
    bool restarts = false;
    std::size_t most_packet = full_packet;
    Bytes identification;
};

const Suite& suite_of(std::size_t number) {
    return suites()[number % suites().size()];
}

/// Which suite comes after that payload; none after most payloads.
std::optional<std::size_t> next_suite(BytesView payload) {
    if (std::to_integer<std::uint8_t>(payload[0]) != message::newkeys || payload.size() < 2) {
        return std::nullopt;
    }
    return std::to_integer<std::size_t>(payload[1]);
}

/// What was sealed, and what becomes of it on its way.
struct Stream {
    std::vector<Bytes> payloads;
    std::vector<std::size_t> ends; ///< of each packet in `sealed`
    Bytes sealed;
    std::vector<Bytes> pieces; ///< on the way
    Bytes reads;               ///< their sizes
    bool protected_all = true; ///< no packet travels without protection

    [[nodiscard]] Bytes arriving() const {
        Bytes all;
        for (const Bytes& piece : pieces) {
            all.insert(all.end(), piece.begin(), piece.end());
        }
        return all;
    }
};

class Sender {
public:
    Sender(const Options& options, Stream& stream) : options_(options), stream_(stream) {
        protect(options.suite);
    }

    void run(Cursor& cursor) {
        while (!cursor.empty()) {
            step(cursor);
        }
    }

private:
    void protect(std::size_t number) {
        const Suite& suite = suite_of(number);
        stream_.protected_all = stream_.protected_all && !suite.cipher.empty();
        writer_.use(suite.make(PacketProtection::Direction::seal, epoch_++));
    }

    void seal(BytesView payload) {
        if (payload.empty() || epoch_ >= most_epochs) {
            return;
        }
        writer_.write(payload);
        const BytesView packet = writer_.output();
        stream_.pieces.emplace_back(packet.begin(), packet.end());
        stream_.sealed.insert(stream_.sealed.end(), packet.begin(), packet.end());
        stream_.ends.push_back(stream_.sealed.size());
        stream_.payloads.emplace_back(payload.begin(), payload.end());
        writer_.sent(packet.size());
        if (const auto next = next_suite(payload)) {
            protect(*next);
            if (options_.restarts) {
                writer_.restart_sequence();
            }
        }
    }

    void step(Cursor& cursor) {
        const unsigned what = cursor.byte() % 7;
        if (what == 6) {
            const BytesView sizes = cursor.string();
            stream_.reads.assign(sizes.begin(), sizes.end());
            return;
        }
        if (what == 0 || what == 5) {
            const BytesView octets = cursor.string();
            if (stream_.pieces.size() >= most_pieces) {
                return;
            }
            what == 0
                ? seal(octets)
                : static_cast<void>(stream_.pieces.emplace_back(octets.begin(), octets.end()));
            return;
        }
        damage(what, cursor);
    }

    void damage(unsigned what, Cursor& cursor) {
        const std::size_t which = cursor.byte();
        if (stream_.pieces.empty()) {
            return;
        }
        Bytes& piece = stream_.pieces[which % stream_.pieces.size()];
        if (what == 1) {
            const std::size_t offset = cursor.uint16();
            const std::byte mask{cursor.byte()};
            if (!piece.empty()) {
                piece[offset % piece.size()] ^= mask;
            }
        } else if (what == 2) {
            piece.resize(std::min<std::size_t>(piece.size(), cursor.uint16()));
        } else if (what == 3) {
            if (stream_.pieces.size() < most_pieces) {
                stream_.pieces.push_back(Bytes(piece));
            }
        } else {
            std::swap(piece, stream_.pieces[cursor.byte() % stream_.pieces.size()]);
        }
    }

    const Options& options_;
    Stream& stream_;
    PacketWriter writer_;
    unsigned epoch_ = 0;
};

/// What a reader makes of the stream.
struct Reading {
    std::optional<std::string> identification;
    std::vector<Bytes> payloads;
    std::optional<std::pair<std::uint32_t, std::string>> fault;
};

class Receiver {
public:
    Receiver(const Options& options, const Stream& stream)
        : options_(options), stream_(stream), reader_(options.most_packet) {
        protect(options.suite);
    }

    /// @p sizes of the reads, over and over; none: everything at once.
    Reading read(BytesView arriving, BytesView sizes) {
        std::size_t turn = 0;
        std::size_t come = 0;
        while (come < arriving.size()) {
            std::size_t size = arriving.size() - come;
            if (!sizes.empty()) {
                size =
                    std::min(size, 1 + std::to_integer<std::size_t>(sizes[turn++ % sizes.size()]));
            }
            feed(reader_, arriving.subspan(come, size));
            come += size;
            take();
            if (reading_.fault) {
                check_end();
                break;
            }
            check_memory(come, size);
        }
        return std::move(reading_);
    }

private:
    void protect(std::size_t number) {
        protected_ = !suite_of(number).cipher.empty();
        reader_.use(suite_of(number).make(PacketProtection::Direction::open,
                                          std::min(epoch_++, most_epochs)));
    }

    void take() {
        try {
            if (options_.identifies && !reading_.identification) {
                reading_.identification = reader_.identification(options_.of_server);
                if (!reading_.identification) {
                    return;
                }
                hold_shown(*reading_.identification);
                hold(reading_.identification->starts_with("SSH-"), "an identification is one");
                hold(reading_.identification->size() <= 254, "an identification is short");
            }
            while (const auto payload = reader_.next()) {
                take_payload(*payload);
            }
        } catch (const SessionFault& fault) {
            reading_.fault.emplace(fault.disconnect_reason(), fault.text());
        }
    }

    void take_payload(BytesView payload) {
        const std::size_t number = reading_.payloads.size();
        hold(!payload.empty() && payload.size() < options_.most_packet,
             "no payload is empty or longer than is taken");
        hold(reader_.sequence() == sequence_++, "packets are numbered one after another");
        reading_.payloads.emplace_back(payload.begin(), payload.end());
        if (stream_.protected_all) {
            hold(number < stream_.payloads.size() &&
                     reading_.payloads.back() == stream_.payloads[number],
                 "a payload comes out that was sealed in that place");
        }
        if (const auto next = next_suite(payload)) {
            protect(*next);
            if (options_.restarts) {
                reader_.restart_sequence();
                sequence_ = 0;
            }
        }
    }

    /// A failed check is terminal, whatever comes behind it.
    void check_end() {
        const std::uint32_t why = reading_.fault->first;
        const bool of_packets = !options_.identifies || reading_.identification;
        if (!of_packets) {
            hold(why == reason::protocol_error || why == reason::version_not_supported,
                 "the fault of an identification");
            return;
        }
        hold(why == (protected_ ? reason::mac_error : reason::protocol_error),
             "who cannot vouch for a packet learns nothing else of it");
        for (const Bytes& more : {Bytes{}, stream_.sealed}) {
            feed(reader_, more);
            hold(fault_of([&] { static_cast<void>(reader_.next()); }).has_value(),
                 "nothing comes after a fault");
        }
    }

    /// After everything was taken that could be.
    void check_memory(std::size_t come, std::size_t last_read) const {
        constexpr std::size_t around = 4 + 64; // length and tag
        constexpr std::size_t longest_line = 1024;
        hold(reader_.waiting() <= std::max(options_.most_packet + around, longest_line) + last_read,
             "no more waits than one packet");
        hold(reader_.buffer().capacity() <= 4 * come + 256, "memory is for what has come");
    }

    const Options& options_;
    const Stream& stream_;
    PacketReader reader_;
    Reading reading_;
    unsigned epoch_ = 0;
    std::uint32_t sequence_ = 0;
    bool protected_ = false;
};

/// Of the packets that came out, every octet on the wire was what had been sealed.
void check_prefix(const Stream& stream, BytesView packets, const Reading& reading) {
    const std::size_t count = reading.payloads.size();
    if (count == 0 || !stream.protected_all) {
        return;
    }
    const std::size_t end = stream.ends[count - 1];
    hold(packets.size() >= end &&
             std::ranges::equal(packets.first(end), BytesView(stream.sealed).first(end)),
         "nothing comes out of a stream that was changed before its end");
}

/// What was not touched comes out whole.
void check_untouched(const Stream& stream, const Options& options, BytesView packets,
                     const Reading& reading) {
    const bool fits = std::ranges::all_of(stream.payloads, [&](const Bytes& payload) {
        return payload.size() + 64 < options.most_packet;
    });
    if (fits && std::ranges::equal(packets, stream.sealed) &&
        (!options.identifies || reading.identification)) {
        hold(reading.payloads == stream.payloads && !reading.fault,
             "a stream that was not changed comes out whole");
    }
}

Options options_from(Cursor& cursor) {
    Options options;
    options.suite = cursor.byte();
    const unsigned flags = cursor.byte();
    options.identifies = (flags & 1U) != 0;
    options.of_server = (flags & 2U) != 0;
    options.most_packet = (flags & 4U) != 0 ? small_packet : full_packet;
    options.restarts = (flags & 8U) != 0;
    if (options.identifies) {
        const BytesView octets = cursor.string();
        options.identification.assign(octets.begin(), octets.end());
    }
    return options;
}

} // namespace

void fuzz_packets(BytesView input) {
    Cursor cursor(input);
    const Options options = options_from(cursor);
    Stream stream;
    Sender(options, stream).run(cursor);

    const Bytes packets = stream.arriving();
    Bytes arriving = options.identification;
    arriving.insert(arriving.end(), packets.begin(), packets.end());
    const Reading whole = Receiver(options, stream).read(arriving, {});
    // Where the packets begin is plain.
    const std::string_view line = as_text(options.identification);
    if (!options.identifies || (line.starts_with("SSH-") && line.find('\n') == line.size() - 1)) {
        check_prefix(stream, packets, whole);
        check_untouched(stream, options, packets, whole);
    }
    const Bytes single{std::byte{0}};
    const Bytes& mixed = stream.reads.empty() ? single : stream.reads;
    for (const Bytes& sizes : {single, mixed}) {
        const Reading cut = Receiver(options, stream).read(arriving, sizes);
        hold(cut.identification == whole.identification && cut.payloads == whole.payloads &&
                 cut.fault == whole.fault,
             "how the stream is cut changes nothing");
    }
}

} // namespace gss::test::fuzz
