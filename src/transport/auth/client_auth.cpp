// SPDX-License-Identifier: Apache-2.0
// User authentication of a client: the service, one attempt at a time, banners.
#include "client_auth.h"

#include "auth_messages.h"
#include "escape.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view auth_service = "ssh-userauth";
/// What a server may show before somebody is logged in.
constexpr std::size_t most_banners = 32;
constexpr std::size_t most_banner_octets = std::size_t{128} * 1024;

/// RFC 4252 s5.4: "The 'message' may consist of multiple lines, with line breaks indicated by CRLF
/// pairs." "If the 'message' string is displayed, control character filtering [...] SHOULD be
/// used".
std::string shown_banner(std::string_view text) {
    std::string shown;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find_first_of("\n\t", begin), text.size());
        std::string_view part = text.substr(begin, end - begin);
        const bool line = end < text.size() && text[end] == '\n';
        if (line && part.ends_with('\r')) {
            part.remove_suffix(1);
        }
        shown += escape_control_characters(part);
        if (end < text.size()) {
            shown += text[end];
        }
        begin = end + 1;
    }
    return shown;
}

bool is_user_name(std::string_view user) noexcept {
    return user.size() <= ssh::wire::max_user_size && user.find('\0') == std::string_view::npos &&
           is_utf8(user);
}

} // namespace

std::optional<ssh::KexContext> kex_context(const AuthGround& ground) {
    if (ground.key_exchange == nullptr) {
        return std::nullopt;
    }
    const ssh::KexDone& done = *ground.key_exchange;
    return ssh::KexContext{done.context, done.mechanism, done.flags};
}

ClientAuth::ClientAuth(const ClientOptions& options, Outlet& outlet)
    : options_(options), outlet_(outlet) {}

ClientAuth::~ClientAuth() = default;

std::string_view ClientAuth::misuse_in(std::string_view user, const AuthMethod& method) const {
    if (phase_ == Phase::done) {
        return "somebody is logged in already";
    }
    if (attempt_ || wish_) {
        return "an attempt is under way";
    }
    if (!is_user_name(user)) {
        return "the user name must be UTF-8 without NUL, of at most 1024 octets";
    }
    // RFC 4252 s5: "If it is unable to flush an authentication state, it MUST disconnect if the
    // 'user name' or 'service name' changes."
    if (partly_ && *partly_ != user) {
        return "another user than the one who has succeeded in part";
    }
    if (std::holds_alternative<WithGssapiKeyex>(method)) {
        if (phase_ != Phase::keys && !key_exchange_) {
            return "gssapi-keyex without a GSS key exchange";
        }
        // RFC 4462 s4: "The client SHOULD NOT try this method more than once per session."
        if (keyex_tried_) {
            return "gssapi-keyex was tried already";
        }
    }
    return {};
}

Result<void> ClientAuth::authenticate(std::string_view user, AuthMethod method) {
    if (const auto why = misuse_in(user, method); !why.empty()) {
        return Error(ErrorCode::misuse, "authenticate", std::string(why));
    }
    keyex_tried_ = keyex_tried_ || std::holds_alternative<WithGssapiKeyex>(method);
    wish_.emplace(Wish{std::string(user), std::move(method)});
    if (phase_ == Phase::service) {
        ask_for_service();
    } else if (phase_ == Phase::open) {
        begin();
    }
    return {};
}

void ClientAuth::ready(AuthGround ground) {
    session_id_ = SecretBytes(BytesView(ground.session_id));
    secure_wipe(ground.session_id);
    key_exchange_ = kex_context(ground);
    peer_version_ = std::move(ground.peer_version);
    phase_ = Phase::service;
    if (wish_) {
        ask_for_service();
    }
}

// RFC 4253 s10: "after a key exchange with implicit server authentication, the client MUST wait for
// a response to its service request before sending any further data." All of ours have the server
// prove itself in the exchange (s7: "explicit"). Where the first request depends on nothing that
// the server may say before, it follows at once and saves a round trip.
void ClientAuth::ask_for_service() {
    phase_ = Phase::asked;
    outlet_.send(ssh::wire::Writer(message::service_request).text(auth_service).octets());
    if (std::holds_alternative<WithGssapiKeyex>(wish_->method) && key_exchange_) {
        begin();
    }
}

void ClientAuth::signature_algorithms(std::vector<std::string> names) {
    signature_algorithms_ = std::move(names);
}

void ClientAuth::begin() {
    Wish wish = *std::exchange(wish_, std::nullopt);
    const ClientMethod& method = client_method(wish.method);
    method_ = method.name;
    ClientNeeds needs{
        options_, outlet_, session_id_.view(), peer_version_, key_exchange_, signature_algorithms_,
        {},       {},      ++attempts_};
    needs.user = std::move(wish.user);
    needs.service = ssh::connection_service;
    attempt_ = method.make(std::move(needs), std::move(wish.method));
    attempt_->begin();
    settle();
}

bool ClientAuth::expects_answer() const noexcept {
    return phase_ == Phase::asked || (attempt_ && attempt_->expects_answer());
}

void ClientAuth::receive(BytesView payload) {
    if (payload.empty()) {
        protocol_fault("an empty message");
    }
    switch (const auto number = std::to_integer<std::uint8_t>(payload[0])) {
    case message::unimplemented:
        return take_unimplemented(payload);
    case message::service_accept:
        return take_service_accept(payload);
    case message::userauth_banner:
        return take_banner(payload);
    case message::userauth_failure:
    case message::userauth_success:
        return take_result(payload);
    default:
        if (number < message::userauth_first || number > message::userauth_last) {
            message_out_of_place(number);
        }
        return take_result(payload);
    }
}

void ClientAuth::take_unimplemented(BytesView payload) {
    if (!ssh::wire::parse_unimplemented(payload)) {
        protocol_fault("a damaged UNIMPLEMENTED");
    }
    if (phase_ == Phase::asked) {
        throw SessionFault(reason::service_not_available,
                           "the server does not know SERVICE_REQUEST");
    }
    if (attempt_ && attempt_->expects_answer()) {
        attempt_->receive(payload);
        settle();
    }
}

void ClientAuth::take_service_accept(BytesView payload) {
    if (phase_ != Phase::asked) {
        message_out_of_place(message::service_accept);
    }
    ssh::wire::Reader reader(payload.subspan(1));
    const std::string_view service = reader.text(ssh::wire::max_name_size);
    if (!reader.done() || service != auth_service) {
        protocol_fault("a SERVICE_ACCEPT of another service than the one that was asked for");
    }
    phase_ = Phase::open;
    if (wish_) {
        begin();
    }
}

void ClientAuth::take_banner(BytesView payload) {
    // RFC 4252 s5.4: "at any time after this authentication protocol starts and before
    // authentication is successful."
    if (phase_ != Phase::open) {
        message_out_of_place(message::userauth_banner);
    }
    ssh::wire::Reader reader(payload.subspan(1));
    const std::string_view text = reader.text(most_banner_octets);
    static_cast<void>(reader.text(ssh::wire::max_name_size)); // language
    if (!reader.done()) {
        protocol_fault("a damaged USERAUTH_BANNER");
    }
    banner_octets_ += text.size();
    if (++banners_ > most_banners || banner_octets_ > most_banner_octets) {
        protocol_fault("too many banners");
    }
    outlet_.put(PeerText{PeerText::Kind::banner, shown_banner(text)});
}

void ClientAuth::take_result(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    // The service answers requests when it has been accepted.
    if (phase_ == Phase::asked) {
        message_out_of_place(number);
    }
    if (attempt_) {
        attempt_->receive(payload);
        return settle();
    }
    // Nothing was asked for: SUCCESS would log in somebody who has proven nothing. The one FAILURE
    // that may come answers what we had sent before we gave up.
    const bool late = number == message::userauth_failure && phase_ == Phase::open;
    if (!late || !std::exchange(failure_may_come_, false)) {
        message_out_of_place(number);
    }
    if (!ssh::wire::parse_failure(payload)) {
        protocol_fault("a damaged USERAUTH_FAILURE");
    }
}

void ClientAuth::settle() {
    auto end = attempt_->take_end();
    if (!end) {
        return;
    }
    // The end goes out when there is no attempt any more: what follows may begin another one.
    const auto attempt = std::exchange(attempt_, nullptr);
    failure_may_come_ = end->failure_may_come;
    if (end->success) {
        phase_ = Phase::done;
        user_ = attempt->user();
        outlet_.put(LoggedIn{user_, attempt->service(), std::string(method_), std::move(end->gss)});
        return;
    }
    if (end->partial) {
        partly_ = attempt->user();
    }
    outlet_.put(AuthFailed{std::string(method_), end->partial, std::move(end->methods),
                           std::move(end->reason)});
}

ssh::Fed ClientAuth::answer(RequestId id, Answer&& answer) {
    if (!attempt_) {
        return ssh::Fed::stale;
    }
    const ssh::Fed fed = attempt_->answer(id, std::move(answer));
    settle();
    return fed;
}

} // namespace gss::inline v0::transport::detail
