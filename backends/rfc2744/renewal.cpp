// SPDX-License-Identifier: Apache-2.0
// A new ticket into a cache that a caller names: by renewing the old one, or from a keytab.
#include "credential_files.h"
#include "credential_store_calls.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "new_cache_file.h"
#include "sources.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

using krb5::RenewalSource;
using krb5::RenewerOptions;

class Renewing {
public:
    Renewing(const Library& library, const RenewerOptions& options)
        : library_(library), options_(options), context_(library.loaded.krb5),
          cache_(krb5(), context_.get()), keytab_(krb5(), context_.get()),
          principal_(krb5(), context_.get()) {}
    Renewing(const Renewing&) = delete;
    Renewing& operator=(const Renewing&) = delete;
    ~Renewing() {
        if (has_ticket_) {
            krb5().free_cred_contents(context_.get(), &ticket_);
        }
        if (options_.trace && krb5().set_trace_callback != nullptr && context_.get() != nullptr) {
            krb5().set_trace_callback(context_.get(), nullptr, nullptr);
        }
    }

    [[nodiscard]] Result<RenewalSource> run() {
        if (!can_renew() || context_.get() == nullptr) {
            return refuse(ErrorCode::unavailable, "the library's libkrb5 cannot be used");
        }
        std::optional<Error> failed = begin();
        if (failed) {
            return *std::move(failed);
        }
        Result<RenewalSource> source = get_ticket();
        if (!source) {
            return source;
        }
        failed = store();
        return failed ? Result<RenewalSource>(*std::move(failed)) : source;
    }

private:
    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }
    [[nodiscard]] bool can_renew() const noexcept {
        return is_complete(krb5()) && krb5().get_renewed_creds != nullptr &&
               krb5().get_init_creds_keytab != nullptr && krb5().cc_initialize != nullptr &&
               krb5().cc_store_cred != nullptr && krb5().free_cred_contents != nullptr;
    }

    [[nodiscard]] std::string subject() const {
        return options_.principal.value_or("the cache's principal") + ", cache " + options_.ccache +
               (options_.keytab ? ", keytab " + *options_.keytab : "");
    }
    [[nodiscard]] Error refuse(ErrorCode code, std::string message) const {
        ErrorDetails details;
        details.code = code;
        details.operation = "krb5::Renewer";
        details.backend = library_.traits.name;
        details.mechanism = mechanism::krb5();
        details.subject = subject();
        details.messages.push_back(std::move(message));
        return Error(std::move(details));
    }
    [[nodiscard]] Error krb5_error(std::string_view operation, std::int32_t code) const {
        NativeStatus status;
        status.major = static_cast<std::uint32_t>(abi::Routine::failure) << abi::routine_shift;
        status.minor = static_cast<std::uint32_t>(code);
        return make_error(library_,
                          {operation, Operation::credential, status, mechanism::krb5(), subject()});
    }

    static void trace(abi::Krb5ContextHandle /*context*/, const abi::TraceInfoStruct* info,
                      void* data) {
        if (info == nullptr || info->message == nullptr) {
            return; // the last call
        }
        std::string_view line(info->message);
        while (line.ends_with('\n')) {
            line.remove_suffix(1);
        }
        try {
            static_cast<const RenewerOptions*>(data)->trace(line);
        } catch (...) { // whatever it is, not through C code
            return;     // who traces loses a line
        }
    }

    /// Opens what is named.
    [[nodiscard]] std::optional<Error> begin() {
        if (options_.trace) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): comes back as const
            void* data = const_cast<RenewerOptions*>(&options_);
            if (krb5().set_trace_callback == nullptr) {
                return refuse(ErrorCode::unavailable, "krb5_set_trace_callback is missing");
            }
            const std::int32_t traced =
                krb5().set_trace_callback(context_.get(), &Renewing::trace, data);
            if (traced != 0) {
                return krb5_error("krb5_set_trace_callback", traced);
            }
        }
        if (std::optional<Finding> finding = examine_files()) {
            return refuse(finding->code, std::move(finding->message));
        }
        std::int32_t code =
            krb5().cc_resolve(context_.get(), options_.ccache.c_str(), cache_.receive());
        if (code != 0) {
            return krb5_error("krb5_cc_resolve", code);
        }
        if (options_.principal) {
            code = krb5().parse_name(context_.get(), options_.principal->c_str(),
                                     principal_.receive());
            return code == 0 ? refuse_cache_of_another()
                             : std::optional(krb5_error("krb5_parse_name", code));
        }
        code = krb5().cc_get_principal(context_.get(), cache_.get(), principal_.receive());
        return code == 0 ? std::nullopt : std::optional(krb5_error("krb5_cc_get_principal", code));
    }

    [[nodiscard]] std::string text_of(abi::PrincipalHandle principal) const {
        TextOwner text(krb5(), context_.get());
        return krb5().unparse_name(context_.get(), principal, text.receive()) == 0
                   ? std::string(text.get())
                   : std::string();
    }

    /// Who uses the cache would act as somebody else from then on.
    [[nodiscard]] std::optional<Error> refuse_cache_of_another() const {
        PrincipalOwner owner(krb5(), context_.get());
        const std::int32_t code =
            krb5().cc_get_principal(context_.get(), cache_.get(), owner.receive());
        if (code != 0) {
            return is_absent(code, options_.ccache)
                       ? std::nullopt
                       : std::optional(krb5_error("krb5_cc_get_principal", code));
        }
        const std::string whose = text_of(owner.get());
        return whose == text_of(principal_.get())
                   ? std::nullopt
                   : std::optional(refuse(ErrorCode::ccache_not_found,
                                          "the credential cache is of " + whose));
    }

    /// Damaged ones, on which a library may crash; a missing or expired cache is to be filled.
    [[nodiscard]] std::optional<Finding> examine_files() const {
        std::optional<Finding> finding = examine_cache_type(options_.ccache);
        if (const std::string path = file_path(options_.ccache); !finding && !path.empty()) {
            finding = examine_cache(path).finding;
            if (finding && (finding->code == ErrorCode::ccache_not_found ||
                            finding->code == ErrorCode::credentials_expired)) {
                finding.reset();
            }
        }
        if (!finding) {
            finding = examine_for_damage(options_.ccache); // of a folder, too
        }
        if (!finding && options_.keytab) {
            finding = examine_keytab_type(*options_.keytab);
            if (const std::string path = file_path(*options_.keytab); !finding && !path.empty()) {
                finding = examine_keytab(path);
            }
        }
        return finding;
    }

    [[nodiscard]] Result<RenewalSource> get_ticket() {
        std::int32_t code = krb5().get_renewed_creds(context_.get(), &ticket_, principal_.get(),
                                                     cache_.get(), nullptr);
        if (code == 0) {
            has_ticket_ = true;
            return RenewalSource::renewable_ticket;
        }
        const Error why_not = krb5_error("krb5_get_renewed_creds", code);
        if (!options_.keytab) {
            return why_not;
        }
        ticket_ = {};
        code = krb5().kt_resolve(context_.get(), options_.keytab->c_str(), keytab_.receive());
        if (code != 0) {
            return krb5_error("krb5_kt_resolve", code);
        }
        code = krb5().get_init_creds_keytab(context_.get(), &ticket_, principal_.get(),
                                            keytab_.get(), 0, nullptr, nullptr);
        if (code == 0) {
            has_ticket_ = true;
            return RenewalSource::keytab;
        }
        ErrorDetails details = krb5_error("krb5_get_init_creds_keytab", code).details();
        for (const std::string& message : why_not.messages()) {
            details.messages.push_back("renewing: " + message);
        }
        return Error(std::move(details));
    }

    /// Puts the ticket alone into @p cache.
    [[nodiscard]] std::optional<Error> fill(abi::CacheHandle cache) {
        std::int32_t code = krb5().cc_initialize(context_.get(), cache, principal_.get());
        if (code != 0) {
            return krb5_error("krb5_cc_initialize", code);
        }
        code = krb5().cc_store_cred(context_.get(), cache, &ticket_);
        return code == 0 ? std::nullopt : std::optional(krb5_error("krb5_cc_store_cred", code));
    }

    [[nodiscard]] std::optional<Error> store() {
        const std::string path = file_path(options_.ccache);
        if (path.empty()) {
            return fill(cache_.get());
        }
        NewCacheFile file(path);
        std::optional<Finding> finding = file.begin(true);
        if (finding) {
            return refuse(finding->code, std::move(finding->message));
        }
        CacheOwner fresh(krb5(), context_.get());
        const std::int32_t code =
            krb5().cc_resolve(context_.get(), file.name().c_str(), fresh.receive());
        if (code != 0) {
            return krb5_error("krb5_cc_resolve", code);
        }
        if (std::optional<Error> failed = fill(fresh.get())) {
            return failed;
        }
        krb5().cc_close(context_.get(), fresh.release()); // what is written is written now
        finding = file.publish(true);
        return finding ? std::optional(refuse(finding->code, std::move(finding->message)))
                       : std::nullopt;
    }

    const Library& library_;
    const RenewerOptions& options_;
    Krb5Context context_;
    CacheOwner cache_;
    KeytabOwner keytab_;
    PrincipalOwner principal_;
    abi::TicketStruct ticket_;
    bool has_ticket_ = false;
};

} // namespace

Result<RenewalSource> LibraryBackend::renew_ticket(const RenewerOptions& options) const {
    return Renewing(library_, options).run();
}

} // namespace gss::inline v0::rfc2744
