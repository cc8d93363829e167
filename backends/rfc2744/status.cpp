// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include "classify.h"
#include "convert.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::size_t max_messages = 8;
constexpr std::size_t max_text = 4096;

/// A context of the library's own libkrb5, for one question.
class Krb5Context {
public:
    explicit Krb5Context(const Krb5Functions& krb5) noexcept : krb5_(krb5) {
        if (krb5.init_context == nullptr || krb5.free_context == nullptr ||
            krb5.init_context(&context_) != 0) {
            context_ = nullptr;
        }
    }
    ~Krb5Context() {
        if (context_ != nullptr) {
            krb5_.free_context(context_);
        }
    }
    Krb5Context(const Krb5Context&) = delete;
    Krb5Context& operator=(const Krb5Context&) = delete;
    [[nodiscard]] void* get() const noexcept { return context_; }

private:
    const Krb5Functions& krb5_;
    void* context_ = nullptr;
};

void append_messages(std::vector<std::string>& messages, const Library& library, std::uint32_t code,
                     int native_kind, const std::optional<Oid>& mechanism) {
    Result<std::vector<std::string>> texts = display_status(library, code, native_kind, mechanism);
    if (texts) {
        for (std::string& text : *texts) {
            if (!text.empty() &&
                std::find(messages.begin(), messages.end(), text) == messages.end()) {
                messages.push_back(std::move(text));
            }
        }
    }
}

} // namespace

Result<std::vector<std::string>> display_status(const Library& library, std::uint32_t code,
                                                int native_kind,
                                                const std::optional<Oid>& mechanism) {
    std::vector<std::string> messages;
    OidArgument oid(mechanism);
    abi::Uint32 message_context = 0;
    std::size_t room = max_text;
    do {
        OutputBuffer text(library);
        NativeStatus status;
        status.major = library.call().display_status(&status.minor, code, native_kind, oid.get(),
                                                     &message_context, text.get());
        if (status.major != abi::status_complete) {
            if (!messages.empty()) {
                break;
            }
            ErrorDetails details;
            details.code = classify(library.traits, status, Operation::other);
            details.native = status;
            details.operation = "gss_display_status";
            details.mechanism = mechanism;
            details.backend = library.traits.name;
            details.messages.push_back("no text for status " + std::to_string(code));
            return Error(std::move(details));
        }
        const std::string_view shown = as_text(text.view()).substr(0, room);
        room -= shown.size();
        messages.emplace_back(shown);
    } while (message_context != 0 && messages.size() < max_messages && room != 0);
    return messages;
}

Error make_error(const Library& library, Failure failure) {
    ErrorDetails details;
    details.code = classify(library.traits, failure.status, failure.kind);
    details.native = failure.status;
    details.operation = failure.operation;
    details.backend = library.traits.name;
    details.subject = std::move(failure.subject);
    details.mechanism = failure.mechanism ? std::move(failure.mechanism) : mechanism::krb5();
    append_messages(details.messages, library, failure.status.major, abi::status_kind_gss,
                    std::nullopt);
    if (failure.status.minor != 0) {
        append_messages(details.messages, library, failure.status.minor, abi::status_kind_mechanism,
                        details.mechanism);
    }
    return Error(std::move(details));
}

std::string default_cache(const Library& library) {
    const Krb5Functions& krb5 = library.loaded.krb5;
    const Krb5Context context(krb5);
    const char* name = context.get() == nullptr || krb5.cc_default_name == nullptr
                           ? nullptr
                           : krb5.cc_default_name(context.get());
    return name == nullptr ? "default cache" : "default cache " + std::string(name);
}

std::string default_keytab(const Library& library) {
    const Krb5Functions& krb5 = library.loaded.krb5;
    const Krb5Context context(krb5);
    std::array<char, 1024> name{};
    const bool known =
        context.get() != nullptr && krb5.kt_default_name != nullptr &&
        krb5.kt_default_name(context.get(), name.data(), static_cast<int>(name.size()) - 1) == 0;
    return known ? "default keytab " + std::string(name.data()) : "default keytab";
}

} // namespace gss::inline v0::rfc2744
