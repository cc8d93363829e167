// SPDX-License-Identifier: Apache-2.0
#include <gssxx/transport/channel_requests.h>

#include "reader.h"
#include "writer.h"

#include <utility>

namespace gss::inline v0::transport {

using ssh::wire::Reader;
using ssh::wire::Writer;

namespace {

/// The value when the reader has read all and nothing is left over.
template <typename T>
Result<T> whole(const Reader& reader, T value, std::string_view type) {
    if (!reader.done()) {
        return Error(ErrorCode::invalid_token,
                     "read the channel request \"" + std::string(type) + '"',
                     reader.failed() ? "it is damaged" : "octets are left over");
    }
    return value;
}

} // namespace

// RFC 4254 s6.5: string command
Bytes exec_data(std::string_view command) {
    return Writer().text(command).take();
}

Result<std::string> parse_exec(BytesView data) {
    Reader reader(data);
    std::string command(reader.text(data.size()));
    return whole(reader, std::move(command), "exec");
}

// RFC 4254 s6.4: string variable name, string variable value
Bytes env_data(const EnvironmentVariable& variable) {
    return Writer().text(variable.name).text(variable.value).take();
}

Result<EnvironmentVariable> parse_env(BytesView data) {
    Reader reader(data);
    EnvironmentVariable variable;
    variable.name = reader.text(data.size());
    variable.value = reader.text(data.size());
    return whole(reader, std::move(variable), "env");
}

// RFC 4254 s6.9: string signal name (without the "SIG" prefix)
Bytes signal_data(std::string_view signal) {
    return Writer().text(signal).take();
}

Result<std::string> parse_signal(BytesView data) {
    Reader reader(data);
    std::string signal(reader.text(data.size()));
    return whole(reader, std::move(signal), "signal");
}

// RFC 4254 s6.10: uint32 exit_status
Bytes exit_status_data(std::uint32_t status) {
    return Writer().uint32(status).take();
}

Result<std::uint32_t> parse_exit_status(BytesView data) {
    Reader reader(data);
    const std::uint32_t status = reader.uint32();
    return whole(reader, status, "exit-status");
}

// RFC 4254 s6.10: string signal name, boolean core dumped, string error message, string language
Bytes exit_signal_data(const ExitSignal& ended) {
    return Writer().text(ended.signal).boolean(ended.core_dumped).text(ended.text).text("").take();
}

Result<ExitSignal> parse_exit_signal(BytesView data) {
    Reader reader(data);
    ExitSignal ended;
    ended.signal = reader.text(data.size());
    ended.core_dumped = reader.boolean();
    ended.text = reader.text(data.size());
    static_cast<void>(reader.text(data.size())); // the language tag
    return whole(reader, std::move(ended), "exit-signal");
}

} // namespace gss::inline v0::transport
