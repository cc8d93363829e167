// SPDX-License-Identifier: Apache-2.0
#include <gssxx/krb5/renewer.h>

#include <gssxx/credentials.h>

#include "access.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0 {

namespace {

constexpr std::string_view renewer = "krb5::Renewer";

Error absent(std::string_view backend, std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = renewer;
    details.backend = backend;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

} // namespace

namespace detail {

Result<krb5::RenewalSource>
RenewalCalls::renew_ticket(const krb5::RenewerOptions& /*options*/) const {
    const auto* backend = dynamic_cast<const BackendInterface*>(this);
    return absent(backend == nullptr ? "" : backend->name(), "the backend renews no tickets");
}

} // namespace detail

namespace krb5 {

namespace {

/// False for what no library would take.
bool is_name(const std::string& text) noexcept {
    return !text.empty() && text.find('\0') == std::string::npos;
}

std::optional<Error> refuse(const RenewerOptions& options) {
    const auto malformed = [](const char* what) {
        return Error(ErrorCode::malformed_parameter, std::string(renewer), what);
    };
    if (!is_name(options.ccache)) {
        return malformed("the name of the cache is empty or has a NUL inside");
    }
    if (options.keytab && !is_name(*options.keytab)) {
        return malformed("the name of the keytab is empty or has a NUL inside");
    }
    if (options.principal && !is_name(*options.principal)) {
        return malformed("the principal is empty or has a NUL inside");
    }
    if (options.margin.count() <= 0 || options.retry.count() <= 0) {
        return malformed("margin and retry are not above zero");
    }
    return std::nullopt;
}

/// @p pause after @p now, or the end of time, which a long pause is not added to but is.
Renewer::Clock::time_point after(Renewer::Clock::time_point now, std::chrono::seconds pause) {
    constexpr Renewer::Clock::time_point end = Renewer::Clock::time_point::max();
    return pause < std::chrono::floor<std::chrono::seconds>(end - now) ? now + pause : end;
}

/// What is in a cache that can be filled nevertheless.
bool is_refillable(ErrorCode code) noexcept {
    return code == ErrorCode::ccache_not_found || code == ErrorCode::credentials_expired;
}

} // namespace

Result<Renewer> Renewer::create(const Backend& backend, RenewerOptions options) {
    if (!detail::Access::of(backend)) {
        return detail::empty_object(renewer);
    }
    if (std::optional<Error> refused = refuse(options)) {
        return *std::move(refused);
    }
    if (!backend.supports(Capability::renewal, mechanism::krb5())) {
        return absent(backend.name(), "the backend renews no tickets");
    }
    if (options.trace && !backend.supports(Capability::renewal_trace, mechanism::krb5())) {
        return absent(backend.name(), "the library has no krb5_set_trace_callback");
    }
    Renewer made(backend, std::move(options));
    const Result<void> looked = made.look();
    const bool can_fill = made.options_.keytab && made.options_.principal;
    if (!looked && !(is_refillable(looked.error().code()) &&
                     (can_fill || looked.error().code() == ErrorCode::credentials_expired))) {
        return looked.error();
    }
    return made;
}

Result<void> Renewer::look() {
    AcquireOptions acquire;
    const Result<void> set = acquire.store.set("ccache", options_.ccache);
    if (!set) {
        return set.error();
    }
    acquire.mechanisms = {mechanism::krb5()};
    const Result<AcquiredCredentials> found =
        Credentials::acquire(backend_, CredentialUsage::initiate, acquire);
    const Clock::time_point now = Clock::now();
    end_ = next_due_ = now; // unless there is more to say
    if (!found) {
        return found.error();
    }
    const std::chrono::seconds left = found->lifetime.duration().value_or(std::chrono::seconds(0));
    if (left.count() == 0) {
        return Error(ErrorCode::credentials_expired, std::string(renewer),
                     "the ticket in " + options_.ccache + " has expired");
    }
    end_ = now + left;
    next_due_ = end_ - std::min(options_.margin, left / 2);
    return {};
}

Result<Renewal> Renewer::renew() {
    const detail::BackendPtr& native = detail::Access::of(backend_);
    if (!native) {
        return detail::empty_object(renewer);
    }
    const Result<RenewalSource> source = native->renew_ticket(options_);
    if (!source) {
        next_due_ = after(Clock::now(), options_.retry);
        return source.error();
    }
    const Result<void> looked = look();
    if (!looked) {
        next_due_ = after(Clock::now(), options_.retry);
        return looked.error();
    }
    return Renewal{*source, end_};
}

Result<std::optional<Renewal>> Renewer::poll(Clock::time_point now) {
    if (now < next_due_) {
        return std::optional<Renewal>();
    }
    if (options_.before_expiry) {
        next_due_ = after(now, options_.retry); // also when it throws
        if (!options_.before_expiry(end_)) {
            return std::optional<Renewal>();
        }
    }
    Result<Renewal> renewed = renew();
    if (!renewed) {
        return renewed.error();
    }
    return std::optional(*renewed);
}

} // namespace krb5

} // namespace gss::inline v0
