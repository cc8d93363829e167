// SPDX-License-Identifier: Apache-2.0
// What tools/demo shows: both backends at work with each other, and what they refuse. Needs a
// ticket and a keytab with a key for host@localhost.
#include "describe.h"
#include "in_process.h"

#include <gssxx/gssxx.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view service = "host@localhost";
constexpr std::string_view greeting = "the quick brown fox jumps over the lazy dog";

/// Prints one fact per line and remembers whether all was as it must be.
class Report {
public:
    static void title(const std::string& text) { std::cout << '\n' << text << '\n'; }

    static void line(std::string label, const std::string& text) {
        constexpr std::size_t column = 22;
        label.resize(std::max(column, label.size() + 1), ' ');
        std::cout << "  " << label << text << '\n';
    }

    void expect(const std::string& label, bool as_it_must_be, const std::string& text) {
        line(label, (as_it_must_be ? "" : "WRONG: ") + text);
        all_well_ = all_well_ && as_it_must_be;
    }

    /// For what has to fail with @p code.
    template <typename T>
    void expect_refused(const std::string& label, const gss::Result<T>& result,
                        gss::ErrorCode code) {
        if (result) {
            expect(label, false, "accepted");
        } else {
            expect(label, result.error().code() == code, "refused: " + result.error().text());
        }
    }

    [[nodiscard]] bool all_well() const noexcept { return all_well_; }

private:
    bool all_well_ = true;
};

std::string sizes(const std::vector<std::size_t>& tokens) {
    std::string text;
    for (const std::size_t size : tokens) {
        text += (text.empty() ? "" : " + ") + std::to_string(size);
    }
    return text.empty() ? "none" : text + " octets";
}

void show_context(const example::Pair& pair) {
    const gss::ContextInfo info = pair.acceptor.context.inquire().value();
    Report::line("from", example::describe(pair.acceptor.initiator));
    Report::line("to", example::describe(info.target_name));
    Report::line("mechanism", example::describe(pair.initiator.mechanism()));
    Report::line("flags, initiator", example::describe(pair.initiator.flags()));
    Report::line("flags, acceptor", example::describe(pair.acceptor.context.flags()));
    Report::line("lifetime", example::describe(info.lifetime));
    Report::line("tokens, initiator", sizes(pair.initiator_tokens));
    Report::line("tokens, acceptor", sizes(pair.acceptor_tokens));
}

void show_sealing(Report& report, example::Pair& pair) {
    const gss::BytesView message = gss::as_bytes(greeting);
    const gss::Wrapped wrapped = pair.initiator.wrap(message).value();
    const bool hidden = gss::as_text(wrapped.token).find(greeting) == std::string_view::npos;
    report.expect("message sealed", wrapped.sealed && hidden,
                  std::to_string(message.size()) + " octets in a token of " +
                      std::to_string(wrapped.token.size()));
    const gss::Unwrapped opened = pair.acceptor.context.unwrap(wrapped.token).value();
    report.expect("message opened", opened.sealed && opened.message.text() == greeting,
                  '"' + example::printable(opened.message.text()) + '"');
    report.expect_refused("message replayed", pair.acceptor.context.unwrap(wrapped.token),
                          gss::ErrorCode::duplicate_token);
}

void show_mic(Report& report, example::Pair& pair) {
    const gss::BytesView message = gss::as_bytes(greeting);
    const gss::Buffer mic = pair.acceptor.context.get_mic(message).value();
    const gss::Result<gss::VerifiedMic> good = pair.initiator.verify_mic(message, mic);
    report.expect("MIC checked", good.has_value(),
                  good ? std::to_string(mic.size()) + " octets, good" : good.error().text());
    gss::Buffer altered = pair.acceptor.context.get_mic(message).value();
    altered.mutable_view().back() ^= std::byte{1};
    report.expect_refused("MIC altered", pair.initiator.verify_mic(message, altered),
                          gss::ErrorCode::bad_mic);
}

/// The acceptor's answer to a first token, as a Result.
gss::Result<void> accept_first(const gss::Backend& backend, gss::BytesView token) {
    gss::AcceptOptions options;
    options.required = gss::require_integrity_only;
    gss::Step step = gss::Acceptor::create(backend, options).value().step(token);
    return step.failed() ? gss::Result<void>(*std::move(step.error)) : gss::Result<void>();
}

/// Without mutual authentication the first token is the only one, and whoever has seen it could
/// send it again: only a replay cache notices.
void show_first_token_replay(Report& report, const gss::Backend& initiator,
                             const gss::Backend& acceptor) {
    gss::InitiateOptions options;
    options.flags.erase(gss::ContextFlag::mutual);
    options.required = gss::require_integrity_only;
    const gss::Name target =
        gss::Name::import_name(initiator, service, gss::name_type::hostbased_service()).value();
    const gss::Step first = gss::Initiator::create(target, options).value().step();
    if (first.failed()) {
        gss::throw_exception(*first.error);
    }
    const gss::Result<void> once = accept_first(acceptor, first.token);
    report.expect("one-way first token", once.has_value(),
                  once ? std::to_string(first.token.size()) + " octets, accepted"
                       : once.error().text());
    const gss::Result<void> again = accept_first(acceptor, first.token);
    if (acceptor.supports(gss::Capability::replay_cache)) {
        report.expect_refused("first token replayed", again, gss::ErrorCode::replayed_token);
    } else {
        report.expect("first token replayed", again.has_value(),
                      again ? "accepted: this library has no replay cache, so a server on it must "
                              "insist on mutual authentication"
                            : again.error().text());
    }
}

void show_pair(Report& report, const gss::Backend& initiator, const gss::Backend& acceptor) {
    Report::title("=== initiator on " + std::string(initiator.name()) + ", acceptor on " +
                  std::string(acceptor.name()));
    example::Pair pair = example::establish(initiator, acceptor, service);
    show_context(pair);
    show_sealing(report, pair);
    show_mic(report, pair);
    show_first_token_replay(report, initiator, acceptor);
}

} // namespace

int main() {
    Report report;
    try {
        std::vector<gss::Backend> backends;
        Report::title("gssxx " + std::string(gss::version()) + ", backends:");
        for (const gss::BackendStatus& status : gss::Backend::available()) {
            report.expect(status.name, status.available,
                          status.available ? status.library : status.reason);
            if (status.available) {
                backends.push_back(gss::Backend::open(status.name).value());
            }
        }
        for (const gss::Backend& initiator : backends) {
            for (const gss::Backend& acceptor : backends) {
                show_pair(report, initiator, acceptor);
            }
        }
    } catch (const gss::Exception& failure) {
        std::cout << std::flush;
        std::cerr << "gssxx_demo: " << failure.error().text() << std::endl;
        return 1;
    }
    Report::title(report.all_well() ? "All was as it must be."
                                    : "Not all was as it must be: see the lines marked WRONG.");
    return report.all_well() ? 0 : 1;
}
