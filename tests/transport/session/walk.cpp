// SPDX-License-Identifier: Apache-2.0
#include "walk.h"

#include <sys/wait.h>
#include <unistd.h>

namespace gss::test {

namespace {

using transport::Event;

transport::Algorithms algorithms(const Course& course) {
    transport::Algorithms some;
    some.key_exchange = {course.key_exchange};
    some.host_keys = {"ssh-ed25519"};
    some.ciphers = {"aes128-gcm@openssh.com"};
    some.macs = {"hmac-sha2-256"};
    some.legacy = true;
    return some;
}

} // namespace

Course::Wish rekey_by(End who) {
    return [who](PlainPair& pair) { pair.at(who).session.rekey().value(); };
}

transport::AuthMethod method_of(const std::string& name) {
    if (name == "none") {
        return transport::WithNone{};
    }
    if (name == "password") {
        return transport::WithPassword{SecretBytes(as_bytes("a password"))};
    }
    if (name == "publickey") {
        return transport::WithPublicKey{test_key()};
    }
    if (name == "gssapi-with-mic") {
        return transport::WithGssapiMic{};
    }
    return transport::WithGssapiKeyex{};
}

transport::ClientOptions client_options(const Course& course) {
    transport::ClientOptions options;
    options.algorithms = algorithms(course);
    options.strict = course.strict;
    options.group = {2048, 2048, 2048};
    return options;
}

transport::ServerOptions server_options(const Course& course) {
    transport::ServerOptions options;
    options.algorithms = algorithms(course);
    options.strict = course.strict;
    options.host_keys = {test_key()};
    options.other_methods = {"publickey", "password"};
    return options;
}

Walk::Walk(const Course& course)
    : course_(course), pair_(client_options(course), server_options(course)),
      model_(course.target) {
    pair_.at(End::server).answer = [](Event& event) -> std::optional<transport::Answer> {
        if (std::holds_alternative<transport::NoneRequest>(event)) {
            ssh::AuthorizeAnswer allowed;
            allowed.decision = ssh::AuthorizeAnswer::Decision::allow;
            return allowed;
        }
        return std::nullopt;
    };
    move_others();
}

void Walk::move_others() {
    pair_.collect();
    pair_.deliver_all(other(course_.target));
    const std::vector<Bytes>& all = pair_.sent(course_.target);
    for (; noted_ < all.size(); ++noted_) {
        model_.sent(all[noted_]);
    }
}

bool Walk::step() {
    if (!pair_.queue(course_.target).empty()) {
        const Sent next = pair_.queue(course_.target).front();
        pair_.deliver(course_.target);
        model_.received(next.payload);
    } else if (wishes_ == 0) {
        ++wishes_;
        if (!pair_.pair().client().authenticate("alice", method_of(course_.method))) {
            return false; // it has ended
        }
    } else if (wishes_ <= course_.wishes.size() && authenticated()) {
        course_.wishes[wishes_++ - 1](pair_);
    } else {
        return false;
    }
    move_others();
    return true;
}

bool Walk::authenticated() {
    return pair_.at(End::client).session.is_authenticated() &&
           pair_.at(End::server).session.is_authenticated();
}

bool Walk::complete() {
    return authenticated() && wishes_ == course_.wishes.size() + 1 &&
           pair_.at(End::client).session.is_active() && pair_.at(End::server).session.is_active() &&
           pair_.at(End::client).count<transport::KeysExchanged>() ==
               pair_.at(End::server).count<transport::KeysExchanged>();
}

char Walk::put_in(BytesView payload) {
    SessionEnd& end = target();
    const std::size_t events = end.events.size();
    const std::size_t sent = pair_.sent(course_.target).size();
    const bool before = end.session.is_authenticated();
    pair_.inject(course_.target, payload);
    const std::vector<Bytes>& all = pair_.sent(course_.target);
    const BytesView last = all.size() > sent ? BytesView(all.back()) : BytesView();
    // Who has not sent the message shall not get its answer.
    pair_.queue(other(course_.target)).clear();
    return outcome_of(end, events, before, all.size() - sent, last);
}

char in_a_copy(const std::function<char()>& call) {
    const pid_t child = fork();
    if (child == 0) {
        char result = '!';
        try {
            result = call();
        } catch (...) {
            result = '?';
        }
        _exit(result);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        return 'X';
    }
    return static_cast<char>(WEXITSTATUS(status));
}

} // namespace gss::test
