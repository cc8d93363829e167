// SPDX-License-Identifier: Apache-2.0
// Tickets from a client keytab or with a password, for libraries whose GSSAPI gets none: the same
// library's libkrb5 asks the KDC.
#include "credential_files.h"
#include "credential_store_calls.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "native_name.h"
#include "new_cache_file.h"
#include "sources.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view operation = "gss_acquire_cred_from";

std::string value_of(const CredentialStore& store, std::string_view key) {
    return std::string(store.find(key).value_or(std::string_view()));
}

/// One acquisition of a ticket for a ticket-granting service, and the cache that keeps it.
class Filling {
public:
    Filling(detail::BackendPtr backend, const detail::AcquireArguments& arguments)
        : backend_(std::move(backend)),
          library_(static_cast<const LibraryBackend&>(*backend_).native()), arguments_(arguments),
          context_(library_.loaded.krb5), principal_(krb5(), context_.get()),
          keytab_(krb5(), context_.get()), ticket_(krb5(), context_.get()) {}

    [[nodiscard]] Result<FilledCache> run() {
        std::optional<Error> refused = refuse_what_cannot_be_had();
        if (refused) {
            return *std::move(refused);
        }
        std::string cache = value_of(arguments_.store, "ccache");
        if (cache.empty() && !with_password()) {
            cache = context_.default_cache(); // as gss_acquire_cred_from does
        }
        State state;
        if (!with_password()) {
            refused = look_at(cache, state);
        }
        if (!refused) {
            refused = with_password() ? find_principal() : open_client_keytab(state);
        }
        if (!refused && !state.principal.empty() &&
            state.principal != text_of_principal(principal_.get())) {
            refused =
                refuse(ErrorCode::ccache_not_found,
                       "the credential cache has no fitting ticket: it is of " + state.principal);
        }
        if (refused) {
            return *std::move(refused);
        }
        if (!with_password() && state.good) {
            return FilledCache{std::move(cache), nullptr};
        }
        refused = with_password() ? ask_with_password() : ask_with_keytab();
        if (!refused && with_password() && arguments_.store.find("verify")) {
            refused = verify();
        }
        if (refused) {
            return *std::move(refused);
        }
        return cache.empty() ? keep_in_memory() : keep_in(std::move(cache));
    }

private:
    struct State {
        std::string principal; // empty: there is no such cache
        bool good = false;     // it has a ticket that has not expired
    };

    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }
    [[nodiscard]] bool with_password() const {
        return arguments_.store.find("password").has_value();
    }
    [[nodiscard]] std::string subject() const {
        std::string text = subject_of(arguments_.name);
        for (const auto& [key, value] : arguments_.store.elements()) {
            if (key != "password") {
                text.append(", ").append(key).append(" ").append(value);
            }
        }
        return text;
    }
    [[nodiscard]] Error refuse(ErrorCode code, std::string message) const {
        return credential_refusal(library_, operation, code, subject(), std::move(message));
    }
    [[nodiscard]] std::optional<Error> failed(std::string_view call, std::int32_t code) const {
        return code == 0 ? std::nullopt
                         : std::optional(krb5_failure(library_, call, code, subject()));
    }

    [[nodiscard]] std::optional<Error> refuse_what_cannot_be_had() const {
        const Krb5Functions& call = krb5();
        if (context_.get() == nullptr || !is_complete(call) ||
            call.get_init_creds_keytab == nullptr || call.get_init_creds_password == nullptr ||
            call.get_init_creds_opt_alloc == nullptr || call.get_init_creds_opt_free == nullptr ||
            call.get_init_creds_opt_set_default_flags == nullptr ||
            call.get_init_creds_opt_set_tkt_life == nullptr || call.verify_init_creds == nullptr ||
            call.free_cred_contents == nullptr || call.cc_initialize == nullptr ||
            call.cc_store_cred == nullptr || call.cc_get_lifetime == nullptr ||
            call.kt_start_seq_get == nullptr || call.kt_next_entry == nullptr ||
            call.kt_end_seq_get == nullptr) {
            return refuse(ErrorCode::unavailable, "the library's libkrb5 cannot be used");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> find_principal() {
        const Result<std::string> text = principal_of(arguments_.name);
        if (!text) {
            return text.error();
        }
        return failed("krb5_parse_name",
                      krb5().parse_name(context_.get(), text->c_str(), principal_.receive()));
    }

    /// The library crashes on damaged files: they are looked at first.
    [[nodiscard]] std::optional<Error> open_keytab(const std::string& name) {
        std::optional<Finding> finding = examine_keytab_type(name);
        if (const std::string path = file_path(name); !finding && !path.empty()) {
            finding = examine_keytab(path);
        }
        if (finding) {
            return refuse(finding->code, std::move(finding->message));
        }
        return failed("krb5_kt_resolve",
                      krb5().kt_resolve(context_.get(), name.c_str(), keytab_.receive()));
    }

    [[nodiscard]] std::optional<Error> open_client_keytab(const State& cache) {
        std::optional<Error> refused = open_keytab(value_of(arguments_.store, "client_keytab"));
        if (refused) {
            return refused;
        }
        if (arguments_.name) {
            return find_principal();
        }
        return cache.principal.empty()
                   ? take_first_principal()
                   : failed("krb5_parse_name",
                            krb5().parse_name(context_.get(), cache.principal.c_str(),
                                              principal_.receive()));
    }

    /// Whose first key the keytab has.
    [[nodiscard]] std::optional<Error> take_first_principal() {
        const std::vector<std::string> all = principals_of_keytab();
        return all.empty()
                   ? std::optional(refuse(ErrorCode::key_not_found, "the keytab has no key"))
                   : failed("krb5_parse_name",
                            krb5().parse_name(context_.get(), all.front().c_str(),
                                              principal_.receive()));
    }

    /// Whose keys it has, each once, in their order.
    [[nodiscard]] std::vector<std::string> principals_of_keytab() const {
        constexpr std::size_t most = 64;
        std::vector<std::string> all;
        abi::KeytabCursorStruct cursor;
        if (krb5().kt_start_seq_get(context_.get(), keytab_.get(), &cursor) != 0) {
            return all;
        }
        abi::KeytabEntryStruct entry;
        while (all.size() < most &&
               krb5().kt_next_entry(context_.get(), keytab_.get(), &entry, &cursor) == 0) {
            abi::PrincipalHandle whose = nullptr; // the first field of Heimdal's krb5_keytab_entry
            std::memcpy(&whose, &entry, sizeof(void*));
            std::string text = text_of_principal(whose);
            if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end()) {
                all.push_back(std::move(text));
            }
            krb5().kt_free_entry(context_.get(), &entry);
        }
        krb5().kt_end_seq_get(context_.get(), keytab_.get(), &cursor);
        return all;
    }

    /// What is in the cache already. What is there and cannot be read may be no cache, or somebody
    /// else's: it is not replaced.
    [[nodiscard]] std::optional<Error> look_at(const std::string& name, State& state) const {
        if (name.empty()) {
            return std::nullopt;
        }
        bool expired = false;
        std::optional<Finding> finding = examine_cache_type(name);
        if (const std::string path = file_path(name); !finding && !path.empty()) {
            finding = examine_cache(path).finding;
            expired = finding && (finding->code == ErrorCode::credentials_expired ||
                                  finding->code == ErrorCode::ccache_not_found);
        }
        if (finding && !expired) {
            return refuse(finding->code, std::move(finding->message));
        }
        if (finding = examine_for_damage(name); finding) { // of a folder, too
            return refuse(finding->code, std::move(finding->message));
        }
        CacheOwner cache(krb5(), context_.get());
        PrincipalOwner owner(krb5(), context_.get());
        std::int32_t code = krb5().cc_resolve(context_.get(), name.c_str(), cache.receive());
        if (code != 0) {
            return failed("krb5_cc_resolve", code);
        }
        code = krb5().cc_get_principal(context_.get(), cache.get(), owner.receive());
        if (code != 0) {
            return is_absent(code, name) ? std::nullopt : failed("krb5_cc_get_principal", code);
        }
        state.principal = text_of_principal(owner.get());
        std::int64_t seconds = 0;
        state.good = !expired &&
                     krb5().cc_get_lifetime(context_.get(), cache.get(), &seconds) == 0 &&
                     seconds > 0;
        return std::nullopt;
    }

    [[nodiscard]] std::string text_of_principal(abi::PrincipalHandle principal) const {
        TextOwner text(krb5(), context_.get());
        return krb5().unparse_name(context_.get(), principal, text.receive()) == 0
                   ? std::string(text.get())
                   : std::string();
    }

    /// Asks the KDC, with the options that krb5.conf has for programs.
    template <typename Ask>
    [[nodiscard]] std::optional<Error> ask(std::string_view call, Ask asking) {
        abi::InitialOptionsHandle options = nullptr;
        if (const std::int32_t code = krb5().get_init_creds_opt_alloc(context_.get(), &options);
            code != 0) {
            return failed("krb5_get_init_creds_opt_alloc", code);
        }
        krb5().get_init_creds_opt_set_default_flags(context_.get(), nullptr, nullptr, options);
        if (const auto wanted = arguments_.lifetime.duration(); wanted && wanted->count() != 0) {
            // The library adds it to the time of day, in 32 bits, and looks at no overflow.
            constexpr std::chrono::seconds longest = std::chrono::hours(24 * 366);
            krb5().get_init_creds_opt_set_tkt_life(options, std::min(*wanted, longest).count());
        }
        const std::int32_t code = ticket_.filled_by(asking(options));
        krb5().get_init_creds_opt_free(context_.get(), options);
        return failed(call, code);
    }
    [[nodiscard]] std::optional<Error> ask_with_keytab() {
        return ask("krb5_get_init_creds_keytab", [this](abi::InitialOptionsHandle options) {
            return krb5().get_init_creds_keytab(context_.get(), ticket_.get(), principal_.get(),
                                                keytab_.get(), 0, nullptr, options);
        });
    }
    [[nodiscard]] std::optional<Error> ask_with_password() {
        // A view into the store, with a NUL behind it.
        const char* password = arguments_.store.find("password")->data();
        return ask("krb5_get_init_creds_password", [this,
                                                    password](abi::InitialOptionsHandle options) {
            return krb5().get_init_creds_password(context_.get(), ticket_.get(), principal_.get(),
                                                  password, nullptr, nullptr, 0, nullptr, options);
        });
    }

    /// What proves that the KDC knows a key of ours, too.
    [[nodiscard]] std::optional<Error> verify() {
        std::string name = value_of(arguments_.store, "keytab");
        if (name.empty()) {
            name = context_.default_keytab();
        }
        if (std::optional<Error> refused = open_keytab(name)) {
            return refused;
        }
        const std::string server = value_of(arguments_.store, "verify");
        if (!server.empty()) {
            return verify_by(server);
        }
        // Any of them. The library itself would ask for this machine's own key.
        std::optional<Error> refused =
            refuse(ErrorCode::key_not_found, "the keytab has no key to verify with");
        for (const std::string& any : principals_of_keytab()) {
            refused = verify_by(any);
            if (!refused) {
                break;
            }
        }
        return refused;
    }

    [[nodiscard]] std::optional<Error> verify_by(const std::string& name) {
        PrincipalOwner server(krb5(), context_.get());
        if (std::optional<Error> refused =
                failed("krb5_parse_name",
                       krb5().parse_name(context_.get(), name.c_str(), server.receive()))) {
            return refused;
        }
        // Without the option a keytab that lacks the key counts as proof. Heimdal's
        // krb5_verify_init_creds_opt: krb5_flags (uint32_t), and an int.
        struct {
            std::uint32_t flags = 1; // KRB5_VERIFY_INIT_CREDS_OPT_AP_REQ_NOFAIL
            int must_be_proved = 1;
        } options;
        return failed("krb5_verify_init_creds",
                      krb5().verify_init_creds(context_.get(), ticket_.get(), server.get(),
                                               keytab_.get(), nullptr, &options));
    }

    [[nodiscard]] std::optional<Error> write(const std::string& name) {
        CacheOwner cache(krb5(), context_.get());
        std::optional<Error> refused = failed(
            "krb5_cc_resolve", krb5().cc_resolve(context_.get(), name.c_str(), cache.receive()));
        if (!refused) {
            refused = failed("krb5_cc_initialize",
                             krb5().cc_initialize(context_.get(), cache.get(), principal_.get()));
        }
        if (!refused) {
            refused = failed("krb5_cc_store_cred",
                             krb5().cc_store_cred(context_.get(), cache.get(), ticket_.get()));
        }
        return refused;
    }

    [[nodiscard]] Result<FilledCache> keep_in_memory() {
        Result<std::string> name = backend_->new_memory_cache();
        if (!name) {
            return name.error();
        }
        auto owner = std::make_shared<const OwnedCache>(backend_, *name);
        if (std::optional<Error> refused = write(*name)) {
            return *std::move(refused);
        }
        return FilledCache{*std::move(name), std::move(owner)};
    }

    /// A file appears whole or not at all.
    [[nodiscard]] Result<FilledCache> keep_in(std::string name) {
        const std::string path = file_path(name);
        if (path.empty()) {
            if (std::optional<Error> refused = write(name)) {
                return *std::move(refused);
            }
            return FilledCache{std::move(name), nullptr};
        }
        NewCacheFile file(path);
        constexpr bool overwrite = true;
        std::optional<Finding> finding = file.begin(overwrite);
        if (!finding) {
            if (std::optional<Error> refused = write(file.name())) {
                return *std::move(refused);
            }
            finding = file.publish(overwrite);
        }
        if (finding) {
            return refuse(finding->code, std::move(finding->message));
        }
        return FilledCache{std::move(name), nullptr};
    }

    detail::BackendPtr backend_;
    const Library& library_;
    const detail::AcquireArguments& arguments_;
    Krb5Context context_;
    PrincipalOwner principal_;
    KeytabOwner keytab_;
    TicketOwner ticket_;
};

} // namespace

bool wants_filling(const detail::AcquireArguments& arguments) {
    return arguments.usage != CredentialUsage::accept &&
           (arguments.store.find("client_keytab") || arguments.store.find("password"));
}

Result<FilledCache> fill_cache(const detail::BackendPtr& backend,
                               const detail::AcquireArguments& arguments) {
    return Filling(backend, arguments).run();
}

} // namespace gss::inline v0::rfc2744
