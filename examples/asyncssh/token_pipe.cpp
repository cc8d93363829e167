// SPDX-License-Identifier: Apache-2.0
#include "token_pipe.h"

#include <cstdint>
#include <sstream>
#include <utility>

namespace gss::example {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

std::string to_hex(BytesView octets) {
    if (octets.empty()) {
        return "-";
    }
    std::string text;
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<unsigned>(octet) >> 4];
        text += digits[std::to_integer<unsigned>(octet) & 15U];
    }
    return text;
}

/// Nothing when the text is not hexadecimal.
std::optional<Bytes> from_hex(std::string_view text) {
    Bytes octets;
    if (text == "-") {
        return octets;
    }
    for (std::size_t index = 0; index + 1 < text.size(); index += 2) {
        const std::size_t high = digits.find(text[index]);
        const std::size_t low = digits.find(text[index + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) {
            return std::nullopt;
        }
        octets.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return text.size() % 2 == 0 ? std::optional(std::move(octets)) : std::nullopt;
}

/// Texts come from strangers, too: one with the end of a line inside would be two answers, the
/// second of them to the next question. Nothing of it is obeyed by terminals either.
std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& letter : line) {
        letter = static_cast<unsigned char>(letter) < ' ' || letter == '\x7f' ? '?' : letter;
    }
    return line;
}

std::string no(std::string_view why) {
    return "no " + one_line(why);
}

ssh::Authorizer authorizer_of(const PipeOptions& options) {
    std::vector<ssh::PrincipalRule> principals;
    for (const std::string& text : options.principals) {
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos) {
            principals.push_back({text.substr(0, equals), text.substr(equals + 1)});
        }
    }
    std::vector<ssh::RealmRule> realms;
    for (const std::string& realm : options.realms) {
        realms.push_back({realm, {}});
    }
    return ssh::any_of({ssh::authorize_principals(std::move(principals)),
                        ssh::authorize_realms(std::move(realms))});
}

} // namespace

TokenPipe::TokenPipe(Backend backend, Name host, std::optional<Credentials> credentials,
                     ssh::Authorizer authorizer, const PipeOptions& options)
    : backend_(std::move(backend)), host_(std::move(host)), credentials_(std::move(credentials)),
      authorizer_(std::move(authorizer)), initiate_(options.initiate), delegate_(options.delegate) {
}

Result<TokenPipe> TokenPipe::create(const PipeOptions& options) {
    Result<Backend> backend =
        options.backend.empty() ? Backend::open_default() : Backend::open(options.backend);
    if (!backend) {
        return backend.error();
    }
    Result<Name> host = ssh::target_name(*backend, options.host);
    if (!host) {
        return host.error();
    }
    std::optional<Credentials> credentials;
    if (!options.initiate) {
        AcquireOptions acquire;
        acquire.name = &*host;
        acquire.mechanisms = {mechanism::krb5()};
        Result<AcquiredCredentials> acquired =
            Credentials::acquire(*backend, CredentialUsage::accept, acquire);
        if (!acquired) {
            return acquired.error();
        }
        credentials = std::move(acquired->credentials);
    }
    return TokenPipe(*std::move(backend), *std::move(host), std::move(credentials),
                     authorizer_of(options), options);
}

std::string TokenPipe::answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    std::string first;
    std::string second;
    words >> verb >> first >> second;
    if (verb == "mechs") {
        return mechanisms();
    }
    if (verb == "reset") {
        reset();
        return "ok";
    }
    if (verb == "step") {
        return step(first);
    }
    if (verb == "sign") {
        return sign(first);
    }
    if (verb == "verify") {
        return verify(first, second);
    }
    if (verb == "peer") {
        return peer();
    }
    return verb == "authorize" ? authorize(first) : no("there is no such request");
}

std::string TokenPipe::mechanisms() const {
    const Result<OidSet> offered = ssh::offered_mechanisms(backend_, {});
    if (!offered) {
        return no(offered.error().text());
    }
    std::string text = "ok";
    for (const Oid& oid : *offered) {
        text += " " + to_hex(oid.to_der());
    }
    return text;
}

void TokenPipe::reset() {
    initiator_.reset();
    acceptor_.reset();
    context_.reset();
    peer_.reset();
    flags_ = {};
}

Result<Step> TokenPipe::take_step(BytesView token) {
    if (initiate_) {
        if (!initiator_) {
            ssh::TokenInitiatorOptions options;
            options.delegate = delegate_;
            Result<ssh::TokenInitiator> made = ssh::TokenInitiator::create(host_, options);
            if (!made) {
                return made.error();
            }
            initiator_ = *std::move(made);
        }
        return initiator_->step(token);
    }
    if (!acceptor_) {
        ssh::TokenAcceptorOptions options;
        options.credentials = &*credentials_;
        Result<ssh::TokenAcceptor> made = ssh::TokenAcceptor::create(backend_, options);
        if (!made) {
            return made.error();
        }
        acceptor_ = *std::move(made);
    }
    return acceptor_->step(token);
}

std::string TokenPipe::step(const std::string& text) {
    const std::optional<Bytes> token = from_hex(text);
    if (!token) {
        return "failed 0 0 - the token is not hexadecimal";
    }
    Result<Step> step = take_step(*token);
    if (!step) {
        return "failed 0 0 - " + one_line(step.error().text());
    }
    std::optional<Error> failed = std::move(step->error);
    if (!failed && step->done()) {
        failed = settle();
    }
    if (failed) {
        const NativeStatus status = failed->native().value_or(NativeStatus{});
        return "failed " + std::to_string(status.major) + " " + std::to_string(status.minor) + " " +
               to_hex(step->token) + " " + one_line(failed->text());
    }
    return step->done() ? "done " + to_hex(step->token) + " " + std::to_string(flags_.bits())
                        : "more " + to_hex(step->token);
}

std::optional<Error> TokenPipe::settle() {
    if (initiate_) {
        flags_ = initiator_->flags();
        Result<SecurityContext> context = initiator_->finish();
        if (!context) {
            return context.error();
        }
        context_ = *std::move(context);
        return std::nullopt;
    }
    flags_ = acceptor_->flags();
    Result<AcceptedContext> accepted = acceptor_->finish();
    if (!accepted) {
        return accepted.error();
    }
    context_ = std::move(accepted->context);
    peer_ = std::move(accepted->initiator);
    return std::nullopt;
}

std::string TokenPipe::sign(const std::string& text) {
    const std::optional<Bytes> data = from_hex(text);
    if (!data || !context_) {
        return no("there is nothing to sign with");
    }
    const Result<Buffer> mic = context_->get_mic(*data);
    return mic ? "ok " + to_hex(*mic) : no(mic.error().text());
}

std::string TokenPipe::verify(const std::string& text, const std::string& mic_text) {
    const std::optional<Bytes> data = from_hex(text);
    const std::optional<Bytes> mic = from_hex(mic_text);
    if (!data || !mic || !context_) {
        return no("there is nothing to verify with");
    }
    const Result<VerifiedMic> verified = context_->verify_mic(*data, *mic);
    return verified ? "ok" : no(verified.error().text());
}

std::string TokenPipe::peer() const {
    if (!peer_) {
        return no("nobody has been authenticated");
    }
    const Result<DisplayedName> name = peer_->display();
    return name ? "ok " + to_hex(as_bytes(name->text)) : no(name.error().text());
}

std::string TokenPipe::authorize(const std::string& user_text) {
    const std::optional<Bytes> user = from_hex(user_text);
    if (!user || !peer_ || !context_) {
        return no("nobody has been authenticated");
    }
    const Result<DisplayedName> shown = peer_->display();
    const Result<Buffer> exported = peer_->export_name();
    if (!shown || !exported) {
        return no("the principal has no name that can be compared");
    }
    ssh::AuthorizationRequest request{.user = std::string(as_text(*user)),
                                      .service = std::string(ssh::connection_service),
                                      .method = std::string(ssh::with_mic_method),
                                      .principal = *peer_,
                                      .principal_text = shown->text,
                                      .exported_name =
                                          Bytes(exported->view().begin(), exported->view().end()),
                                      .mechanism = context_->mechanism(),
                                      .flags = flags_,
                                      .delegated = nullptr};
    const ssh::AuthorizeAnswer answer = authorizer_(request);
    return answer.decision == ssh::AuthorizeAnswer::Decision::allow ? "ok" : no(answer.reason);
}

} // namespace gss::example
