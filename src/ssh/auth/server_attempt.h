// SPDX-License-Identifier: Apache-2.0
// One attempt of a client to log in, as the server sees it, and what it may do to its session.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/ssh/user_auth.h>

#include "server_table.h"

#include <optional>
#include <string>

namespace gss::inline v0::ssh::detail {

/// The request in force. Its names are what MICs and decisions are about (RFC 4252 s5: the server
/// "MUST carefully check them in every message").
struct Request {
    std::string user;
    std::string service;
    std::string method;
};

/// How an attempt ends that ends badly.
struct Refusal {
    std::string reason; ///< for logs
    /// RFC 4462 s3.9: a server that gets an error token "MUST NOT send an SSH_MSG_USERAUTH_FAILURE
    /// in reply".
    bool answered = true;
    /// The failed GSS call, to be told to the client where policy allows it.
    std::optional<StepAnswer> step;
};
/// Nothing: the attempt goes on.
using Verdict = std::optional<Refusal>;

/// What attempts ask of the session.
class AttemptHost {
public:
    virtual void send_message(Bytes payload) = 0;
    /// The attempt's context exists from now on: it must be released.
    virtual void made(const ContextName& context) = 0;
    virtual void ask_step(GssStep question) = 0;
    virtual void ask_verify(VerifyMic question) = 0;
    virtual void ask_authorize(Authorize question) = 0;
    [[nodiscard]] virtual BytesView session_id() const noexcept = 0;

protected:
    AttemptHost() = default;
    AttemptHost(const AttemptHost&) = default;
    AttemptHost& operator=(const AttemptHost&) = default;
    ~AttemptHost() = default;
};

/// An attempt of one of our methods.
class Attempt {
public:
    Attempt(AttemptHost& host, Request request) : host_(host), request_(std::move(request)) {}
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    virtual ~Attempt() = default;

    [[nodiscard]] const Request& request() const noexcept { return request_; }
    /// What was proven, once authorisation has been asked for.
    [[nodiscard]] virtual const KexContext& proven() const noexcept = 0;
    [[nodiscard]] virtual ServerState state() const noexcept = 0;

    /// Looks at the method's own part of the request.
    [[nodiscard]] virtual Verdict begin(BytesView rest) = 0;
    [[nodiscard]] virtual Verdict message(ServerCell cell, BytesView payload) = 0;
    [[nodiscard]] virtual Verdict stepped(StepAnswer&& answer) = 0;
    /// A good MIC leads to the question whether the principal may use the account, and nothing
    /// else does (RFC 4462 s3.1, s4).
    [[nodiscard]] Verdict verified(const VerifyAnswer& answer);

protected:
    void ask_for_mic_check(const ContextName& context, BytesView mic);
    void ask_for_authorization();

    AttemptHost& host_;

private:
    Request request_;
};

} // namespace gss::inline v0::ssh::detail
