// SPDX-License-Identifier: Apache-2.0
#include "provocations.h"

#include <false_kdc.h>
#include <hostile.h>
#include <keytab_file.h>

#include <gssxx/realm/ccache_file.h>

#include <algorithm>
#include <thread>

namespace gss::test {

namespace {

template <typename T>
Outcome error_of(const Result<T>& result) {
    return result.has_value() ? Outcome() : Outcome(result.error());
}

std::string fresh(std::string_view name) {
    static int number = 0;
    return (scratch_folder("errors") / (std::string(name) + std::to_string(++number))).string();
}

Name host(const Backend& library) {
    return Name::import_name(library, "host@localhost", name_type::hostbased_service()).value();
}
Name alice(const Backend& library) {
    return Name::import_name(library, "alice@" + shared_realm().name(), name_type::krb5_principal())
        .value();
}
ContextPair pair(const Backend& library, ContextFlags flags = default_context_flags) {
    EstablishOptions options;
    options.initiate.flags = flags;
    return establish(library, library, options).value();
}

Outcome with(const Environment& environment, const std::function<Outcome()>& provoke) {
    Outcome outcome;
    with_environment(environment, [&] { outcome = provoke(); });
    return outcome;
}

/// A failure of initiating with that cache.
Outcome by_cache(const Backend& library, const std::string& cache) {
    return with({{"KRB5CCNAME", cache}}, [&] { return initiate_error(library); });
}
/// A failure of accepting a genuine token with that keytab.
Outcome by_keytab(const Backend& library, const std::string& keytab) {
    const Bytes token = first_token(library, "host@localhost").value();
    return with({{"KRB5_KTNAME", keytab}}, [&] { return accept_error(library, token); });
}
/// A failure of initiating with a KDC that answers nothing but this.
Outcome by_answer(const Backend& library, const std::string& answer, Deadline deadline = {}) {
    const FalseKdc kdc(answer);
    const auto config =
        shared_realm().config_with_kdc_port(kdc.port(), "krb5-errors.conf").value().string();
    return with({{"KRB5_CONFIG", config}},
                [&] { return initiate_error(library, "HTTP@localhost", {}, deadline); });
}

std::string element(int tag, const std::string& content) {
    std::string whole{static_cast<char>(tag), static_cast<char>(content.size())};
    return whole + content;
}
/// KRB-ERROR (RFC 4120 s5.9.1) of a KDC.
std::string kdc_error(int code) {
    const auto number = [](int tag, int value) {
        return element(tag, element(0x02, std::string(1, static_cast<char>(value))));
    };
    const auto text = [](int tag, int kind, const std::string& content) {
        return element(tag, element(kind, content));
    };
    const std::string& realm = shared_realm().name();
    const std::string service = element(
        0x30, number(0xa0, 2) +
                  element(0xa1, element(0x30, element(0x1b, "HTTP") + element(0x1b, "localhost"))));
    return element(0x7e, element(0x30, number(0xa0, 5) + number(0xa1, 30) +
                                           text(0xa4, 0x18, "20260101000000Z") + number(0xa5, 0) +
                                           number(0xa6, code) + text(0xa9, 0x1b, realm) +
                                           element(0xaa, service)));
}

Outcome bad_bindings(const Backend& library) {
    EstablishOptions options;
    options.initiate.channel_bindings = ChannelBindings::of_application_data(as_bytes("one"));
    options.accept.channel_bindings = ChannelBindings::of_application_data(as_bytes("other"));
    return error_of(establish(library, library, options));
}

Outcome altered_mic(const Backend& library) {
    ContextPair both = pair(library);
    const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
    return error_of(both.acceptor.context.verify_mic(as_bytes("n"), mic));
}

Outcome numbers(const Backend& library, ContextFlags flags, const std::vector<std::size_t>& order) {
    ContextPair both = pair(library, ContextFlag::mutual | ContextFlag::integrity | flags);
    std::vector<Buffer> mics;
    for (std::size_t made = 0; made <= *std::max_element(order.begin(), order.end()); ++made) {
        mics.push_back(both.initiator.get_mic(as_bytes("m")).value());
    }
    Outcome outcome;
    for (const std::size_t number : order) {
        outcome = error_of(both.acceptor.context.verify_mic(as_bytes("m"), mics[number]));
    }
    return outcome;
}

Outcome too_late(const Backend& library) {
    std::vector<std::size_t> order;
    for (std::size_t number = 1; number < 100; ++number) {
        order.push_back(number);
    }
    order.push_back(0);
    return numbers(library, ContextFlag::replay_detection, order);
}

Outcome expired_context(const Backend& library) {
    const std::string cache = fresh("short");
    shared_realm().kinit("alice", cache, {.lifetime = std::chrono::seconds(1)}).value();
    return with({{"KRB5CCNAME", "FILE:" + cache}}, [&] {
        ContextPair both = pair(library);
        std::this_thread::sleep_for(std::chrono::milliseconds(2100));
        return error_of(both.initiator.get_mic(as_bytes("m")));
    });
}

Outcome expired_cache(const Backend& library) {
    const std::string cache = fresh("expired");
    shared_realm().kinit_expired("alice", cache).value();
    return by_cache(library, "FILE:" + cache);
}

/// Credentials whose cache has become somebody else's.
Outcome changed_cache(const Backend& library) {
    const std::string cache = fresh("changed");
    shared_realm().kinit("alice", cache).value();
    return with({{"KRB5CCNAME", "FILE:" + cache}}, [&]() -> Outcome {
        const Name name = alice(library);
        AcquireOptions options;
        options.name = &name;
        const auto acquired =
            Credentials::acquire(library, CredentialUsage::initiate, options).value();
        shared_realm().kinit("bob", cache).value();
        InitiateOptions initiate;
        initiate.credentials = &acquired.credentials;
        return initiate_error(library, "host@localhost", initiate);
    });
}

Outcome skewed(const Backend& library) {
    const std::string cache = fresh("skewed");
    shared_realm().kinit("alice", cache).value();
    const Environment environment{{"KRB5CCNAME", "FILE:" + cache}};
    with_environment(environment, [&] {
        ASSERT_TRUE(first_token(backend("mit"), "host@localhost").has_value());
    });
    realm::set_clock_offset(cache, std::chrono::seconds(1000)).value();
    Bytes token;
    with_environment(environment,
                     [&] { token = first_token(backend("mit"), "host@localhost").value(); });
    Outcome outcome;
    in_fresh_thread([&] { outcome = accept_error(library, token); });
    return outcome;
}

Outcome replayed(const Backend& library) {
    InitiateOptions options;
    options.flags = ContextFlag::integrity;
    options.required = require_nothing;
    const Bytes token = first_token(library, "host@localhost", options).value();
    AcceptOptions accept;
    accept.required = require_nothing;
    const Outcome first = accept_error(library, token, accept);
    return first ? first : accept_error(library, token, accept);
}

Outcome unknown_client(const Backend& library) {
    const std::string keytab = fresh("stranger");
    KeytabEntry entry = read_keytab(shared_realm().keytab()).at(0);
    entry.principal = {shared_realm().name(), "stranger"};
    write_keytab(keytab, {entry});
    return with({{"KRB5_CLIENT_KTNAME", "FILE:" + keytab},
                 {"KRB5_KTNAME", "FILE:" + keytab},
                 {"KRB5CCNAME", "FILE:" + fresh("stranger")}},
                [&] {
                    return acquire_error(library, CredentialUsage::initiate,
                                         "stranger@" + shared_realm().name());
                });
}

Outcome no_realms(const Backend& library) {
    const std::string config = fresh("no-realms");
    write_octets(config, "[libdefaults]\n default_realm = " + shared_realm().name() +
                             "\n dns_lookup_kdc = false\n dns_canonicalize_hostname = false\n");
    return with({{"KRB5_CONFIG", config}},
                [&] { return initiate_error(library, "HTTP@localhost"); });
}

Outcome wrong_keys(const Backend& library) {
    std::vector<KeytabEntry> wrong = read_keytab(shared_realm().keytab());
    for (KeytabEntry& entry : wrong) {
        entry.key[0] = static_cast<char>(entry.key[0] ^ 1);
    }
    const std::string keytab = fresh("wrong-keys");
    write_keytab(keytab, wrong);
    return by_keytab(library, "FILE:" + keytab);
}

std::string folder() {
    const std::string path = fresh("folder");
    std::filesystem::create_directories(path);
    return path;
}
std::string garbage() {
    const std::string path = fresh("garbage");
    write_octets(path, "this is neither a cache nor a keytab, whatever its name says\n");
    return path;
}

} // namespace

Outcome provoke(ErrorCode code, const Backend& library) {
    switch (code) {
    case ErrorCode::parameter_read: // NTLM wants something to sign
        return error_of([&]() -> Result<void> {
            EstablishOptions options;
            options.initiate.mechanism = mechanism::ntlm();
            options.initiate.required = options.accept.required = require_nothing;
            Result<ContextPair> both = establish(library, library, options);
            if (!both) {
                return both.error();
            }
            const auto mic = both->initiator.get_mic(as_bytes(""));
            return mic ? Result<void>() : Result<void>(mic.error());
        }());
    case ErrorCode::parameter_write: {
        Bytes memory(3);
        return error_of(pair(library).initiator.get_mic_into(as_bytes("m"), memory));
    }
    case ErrorCode::malformed_parameter:
        return error_of(alice(library).canonicalize(mechanism::krb5()).value().user_ok(""));
    case ErrorCode::bad_mechanism: {
        InitiateOptions options;
        options.mechanism = Oid::from_string("1.2.3.4").value();
        return initiate_error(library, "host@localhost", options);
    }
    case ErrorCode::bad_name:
        return error_of(Name::import_name(library, std::string("a\0b", 3)));
    case ErrorCode::bad_name_type: {
        const auto name = Name::import_name(library, "alice", Oid::from_string("1.2.3.4").value());
        return name ? error_of(name->canonicalize(mechanism::krb5())) : error_of(name);
    }
    case ErrorCode::bad_channel_bindings:
        return bad_bindings(library);
    case ErrorCode::bad_status:
        return error_of(library.status_text(StatusKind::minor, 12345, mechanism::krb5()));
    case ErrorCode::bad_mic:
        return altered_mic(library);
    case ErrorCode::no_credentials: {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        const auto acquired =
            Credentials::acquire(library, CredentialUsage::initiate, options).value();
        return error_of(acquired.credentials.inquire_by_mechanism(
            library.name() == "mit" ? mechanism::ntlm() : mechanism::spnego()));
    }
    case ErrorCode::no_context:
        return error_of(Initiator::create(host(library)).value().inquire());
    case ErrorCode::invalid_token:
        return accept_error(library, as_bytes("\x60 garbage"));
    case ErrorCode::credentials_expired:
        return expired_cache(library);
    case ErrorCode::context_expired:
        return expired_context(library);
    case ErrorCode::failure:
        return by_answer(library, kdc_error(60)); // KRB_ERR_GENERIC
    case ErrorCode::bad_qop:
        return error_of(pair(library).initiator.get_mic(as_bytes("m"), 7));
    case ErrorCode::unauthorized:
        return by_answer(library, kdc_error(12)); // KDC_ERR_POLICY
    case ErrorCode::unavailable:
        return error_of(Name::import_name(library, "bob@OTHER.REALM", name_type::krb5_principal())
                            .value()
                            .canonicalize(mechanism::krb5())
                            .value()
                            .local_name());
    case ErrorCode::duplicate_element: {
        auto added = Credentials::add_to_default(library, mechanism::krb5()).value();
        return error_of(added.credentials.add_in_place(mechanism::krb5()));
    }
    case ErrorCode::name_not_mechanism_name:
        return error_of(alice(library).export_name());
    case ErrorCode::duplicate_token:
        return numbers(library, ContextFlag::replay_detection, {0, 0});
    case ErrorCode::old_token:
        return too_late(library);
    case ErrorCode::unsequenced_token:
        return numbers(library, ContextFlag::replay_detection | ContextFlag::sequence_detection,
                       {1, 0});
    case ErrorCode::gap_token:
        return numbers(library, ContextFlag::replay_detection | ContextFlag::sequence_detection,
                       {0, 2});
    case ErrorCode::ccache_not_found:
        return by_cache(library, "FILE:" + fresh("nowhere"));
    case ErrorCode::ccache_unreadable:
        return by_cache(library, "FILE:" + folder());
    case ErrorCode::ccache_corrupt:
        return by_cache(library, "FILE:" + garbage());
    case ErrorCode::keytab_not_found:
        return by_keytab(library, "FILE:" + fresh("nowhere"));
    case ErrorCode::keytab_unreadable:
        return by_keytab(library, "FILE:" + folder());
    case ErrorCode::keytab_corrupt:
        return by_keytab(library, "FILE:" + garbage());
    case ErrorCode::key_not_found:
        return acquire_error(library, CredentialUsage::accept, "nosuch@localhost");
    case ErrorCode::service_unknown:
        return initiate_error(library, "nosuch@localhost");
    case ErrorCode::client_unknown:
        return unknown_client(library);
    case ErrorCode::realm_unknown:
        return no_realms(library);
    case ErrorCode::kdc_unreachable: {
        const std::string config =
            shared_realm().config_with_kdc_port(1, "krb5-down.conf").value().string();
        return with({{"KRB5_CONFIG", config}},
                    [&] { return initiate_error(library, "HTTP@localhost"); });
    }
    case ErrorCode::kdc_reply_invalid:
        return by_answer(library, "HTTP/1.0 400 Bad Request\r\n\r\n");
    case ErrorCode::clock_skew:
        return skewed(library);
    case ErrorCode::replayed_token:
        return replayed(library);
    case ErrorCode::decrypt_failed:
        return wrong_keys(library);
    case ErrorCode::timed_out:
        return initiate_error(library, "host@localhost", {},
                              Deadline(Deadline::Clock::now() - std::chrono::seconds(1)));
    case ErrorCode::misuse: {
        Initiator initiator = Initiator::create(host(library)).value();
        return error_of(initiator.finish());
    }
    case ErrorCode::insufficient_protection: {
        EstablishOptions options;
        options.accept.required = ContextFlag::anonymity;
        return error_of(establish(library, library, options));
    }
    case ErrorCode::backend_unavailable:
        return error_of(Backend::open_library(library.name(), "libnosuchlibrary.so.1"));
    case ErrorCode::damaged_export:
        return error_of(Name::import_exported(library, as_bytes("\x04\x01")));
    case ErrorCode::invalid_credentials:
        return changed_cache(library);
    }
    return std::nullopt;
}

} // namespace gss::test
