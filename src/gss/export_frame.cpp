// SPDX-License-Identifier: Apache-2.0
#include "export_frame.h"

#include "crc32.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gss::inline v0::detail {

namespace {

constexpr std::size_t magic_size = 8;
constexpr std::byte format_version{1};
constexpr std::size_t fixed_prefix = 8 + 1 + 1; // magic, version, length of the backend's name
constexpr std::size_t length_size = 8;
constexpr std::size_t checksum_size = 4;
constexpr std::size_t max_name_size = 64;

Error damaged(const FrameKind& kind, std::string message) {
    return {ErrorCode::damaged_export, "read " + std::string(kind.thing), std::move(message)};
}

void put_big_endian(MutableBytes out, std::uint64_t value) noexcept {
    for (std::size_t index = out.size(); index-- > 0; value >>= 8U) {
        out[index] = static_cast<std::byte>(value & 0xffU);
    }
}

std::uint64_t get_big_endian(BytesView octets) noexcept {
    std::uint64_t value = 0;
    for (const std::byte octet : octets) {
        value = (value << 8U) | std::to_integer<std::uint64_t>(octet);
    }
    return value;
}

/// Where the native token begins, for a frame whose prefix is there.
std::size_t token_offset(BytesView frame) noexcept {
    return fixed_prefix + std::to_integer<std::size_t>(frame[fixed_prefix - 1]) + length_size;
}

} // namespace

Result<Frame> parse_frame(const FrameKind& kind, BytesView frame) {
    if (frame.size() < fixed_prefix + length_size + checksum_size) {
        return damaged(kind,
                       "shorter than an empty frame: " + std::to_string(frame.size()) + " octets");
    }
    if (as_text(frame.first(magic_size)) != kind.magic) {
        return damaged(kind, "not " + std::string(kind.thing));
    }
    const BytesView checked = frame.first(frame.size() - checksum_size);
    if (get_big_endian(frame.last(checksum_size)) != crc32(checked)) {
        return damaged(kind, "cut or altered: the checksum does not fit");
    }
    if (frame[magic_size] != format_version) {
        return damaged(kind, "unknown version of the frame");
    }
    const std::size_t offset = token_offset(frame);
    if (checked.size() < offset ||
        get_big_endian(frame.subspan(offset - length_size, length_size)) !=
            checked.size() - offset ||
        checked.size() == offset || offset == fixed_prefix + length_size) {
        return damaged(kind, "lengths do not fit the octets");
    }
    const std::size_t name_size = offset - length_size - fixed_prefix;
    if (name_size > max_name_size) {
        return damaged(kind, "the name of its backend is too long");
    }
    return Frame{SecretBytes(frame), std::string(as_text(frame.subspan(fixed_prefix, name_size)))};
}

Result<Frame> make_frame(const FrameKind& kind, std::string_view backend, BytesView native_token) {
    if (backend.empty() || backend.size() > max_name_size || native_token.empty()) {
        return Error(ErrorCode::malformed_parameter, "frame " + std::string(kind.thing),
                     native_token.empty() ? "an empty token" : "a backend name of no fit length");
    }
    SecretBytes frame(fixed_prefix + backend.size() + length_size + native_token.size() +
                      checksum_size);
    const MutableBytes out = frame.mutable_view();
    const auto copy = [&out](BytesView from, std::size_t offset) {
        std::copy(from.begin(), from.end(), out.begin() + static_cast<std::ptrdiff_t>(offset));
    };
    copy(as_bytes(kind.magic), 0);
    out[magic_size] = format_version;
    out[magic_size + 1] = static_cast<std::byte>(backend.size());
    copy(as_bytes(backend), fixed_prefix);
    put_big_endian(out.subspan(fixed_prefix + backend.size(), length_size), native_token.size());
    copy(native_token, fixed_prefix + backend.size() + length_size);
    put_big_endian(out.last(checksum_size), crc32(out.first(out.size() - checksum_size)));
    return Frame{std::move(frame), std::string(backend)};
}

BytesView token_of_frame(BytesView all) noexcept {
    if (all.empty()) {
        return {};
    }
    const std::size_t offset = token_offset(all);
    return all.subspan(offset, all.size() - offset - checksum_size);
}

} // namespace gss::inline v0::detail
