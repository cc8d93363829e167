// SPDX-License-Identifier: Apache-2.0
// What a Kerberos context tells beyond RFC 2743, after a conversation between two threads.
//
//   gssxx-realm run -- context_facts            with the first library that there is
//   gssxx-realm run -- context_facts heimdal
#include <gssxx/gssxx.h>
#include <gssxx/krb5/context.h>

#include <deque>
#include <future>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

namespace {

/// One direction of the conversation; a socket would do as well.
class Direction {
public:
    gss::Result<void> send(gss::BytesView token) {
        const std::lock_guard lock(mutex_);
        tokens_.emplace_back(token.begin(), token.end());
        return {};
    }
    gss::Result<gss::Bytes> receive() {
        for (int tries = 0; tries < 1000; ++tries) {
            {
                const std::lock_guard lock(mutex_);
                if (!tokens_.empty()) {
                    gss::Bytes token = std::move(tokens_.front());
                    tokens_.pop_front();
                    return token;
                }
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return gss::Error(gss::ErrorCode::timed_out, "receive", "the peer says nothing");
    }

private:
    std::mutex mutex_;
    std::deque<gss::Bytes> tokens_;
};

template <typename T>
void show(std::string_view what, const gss::Result<T>& fact,
          const std::function<std::string(const T&)>& text) {
    std::cout << what << ": " << (fact ? text(*fact) : fact.error().text()) << "\n";
}

void show_facts(std::string_view side, const gss::SecurityContext& context) {
    std::cout << side << "\n";
    show<gss::krb5::Key>("  session key", gss::krb5::session_key(context),
                         [](const gss::krb5::Key& key) {
                             return std::string(gss::krb5::to_string(key.enctype)) + ", " +
                                    std::to_string(key.octets.size()) + " octets";
                         });
    show<gss::krb5::TicketFlags>(
        "  forwardable", gss::krb5::ticket_flags(context), [](const gss::krb5::TicketFlags& flags) {
            return std::string(flags.contains(gss::krb5::TicketFlag::forwardable) ? "yes" : "no");
        });
    show<std::chrono::system_clock::time_point>(
        "  logged in", gss::krb5::authentication_time(context),
        [](const std::chrono::system_clock::time_point& when) {
            const auto ago = std::chrono::system_clock::now() - when;
            return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ago).count()) +
                   " s ago";
        });
    show<std::optional<gss::Buffer>>(
        "  PAC", gss::krb5::authorization_data(context, gss::krb5::ad_win2k_pac),
        [](const std::optional<gss::Buffer>& pac) {
            return pac ? std::to_string(pac->size()) + " octets" : std::string("none");
        });
}

int run(const gss::Backend& backend) {
    const gss::Name target =
        gss::Name::import_name(backend, "host@localhost", gss::name_type::hostbased_service())
            .value();
    Direction to_acceptor;
    Direction to_initiator;
    auto accepting = std::async(std::launch::async, [&] {
        gss::Acceptor acceptor = gss::Acceptor::create(backend).value();
        return gss::converse(
            acceptor, [&](gss::BytesView token) { return to_initiator.send(token); },
            [&] { return to_acceptor.receive(); });
    });
    gss::Initiator initiator = gss::Initiator::create(target).value();
    gss::Result<gss::SecurityContext> initiated = gss::converse(
        initiator, [&](gss::BytesView token) { return to_acceptor.send(token); },
        [&] { return to_initiator.receive(); });
    gss::Result<gss::AcceptedContext> accepted = accepting.get();
    show_facts("initiator", initiated.value());
    show_facts("acceptor", accepted.value().context);

    // Last, because it takes the context away: the keys for who protects messages by himself.
    const gss::krb5::LucidContext lucid =
        gss::krb5::export_lucid(std::move(initiated.value())).value();
    std::cout << "tokens of "
              << (std::holds_alternative<gss::krb5::CfxKeys>(lucid.keys) ? "RFC 4121" : "RFC 1964")
              << "\n";
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        const gss::Result<gss::Backend> backend =
            argc > 1 ? gss::Backend::open(argv[1]) : gss::Backend::open_default();
        return run(backend.value());
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
