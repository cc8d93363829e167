// SPDX-License-Identifier: Apache-2.0
// Collections of caches: what is in them, and which one is meant by their own name.
#include "caches.h"

#include "credential_files.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "native_credential.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view open_operation = "open a cache collection";
constexpr std::string_view list_operation = "list a cache collection";
constexpr std::string_view switch_operation = "krb5_cc_switch";
constexpr std::size_t most_caches = 10000;

std::string type_of(const std::string& name) {
    const std::size_t colon = name.find(':');
    return colon == std::string::npos ? "FILE" : name.substr(0, colon);
}

/// Heimdal's krb5_cc_switch refuses caches in folders that are its own. The name of the chosen one
/// is in a file that both families read; it takes its place in one step.
std::optional<Error> write_primary(const Library& library, const std::string& cache) {
    const std::filesystem::path path = cache.substr(std::string_view("DIR::").size());
    std::string pattern = (path.parent_path() / "primary.XXXXXX").string();
    const int descriptor = mkstemp(pattern.data()); // of mode 0600
    if (descriptor < 0) {
        return krb5_failure(library, switch_operation, errno, "cache " + cache);
    }
    const std::string text = path.filename().string() + "\n";
    const bool written =
        write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const bool done = close(descriptor) == 0 && written &&
                      std::rename(pattern.c_str(), (path.parent_path() / "primary").c_str()) == 0;
    if (!done) {
        const int error = errno;
        unlink(pattern.c_str());
        return krb5_failure(library, switch_operation, error, "cache " + cache);
    }
    return std::nullopt;
}

/// A context of libkrb5 whose default is one collection.
class Collection {
public:
    Collection(const Library& library, const std::string& name)
        : library_(library), name_(name), context_(library.loaded.krb5) {}

    [[nodiscard]] std::optional<Error> open(std::string_view operation) {
        const Krb5Functions& call = krb5();
        const bool complete =
            context_.get() != nullptr && is_complete(call) && call.cc_get_name != nullptr &&
            call.cc_get_type != nullptr && call.cc_set_default_name != nullptr &&
            call.cc_switch != nullptr && call.cc_support_switch != nullptr &&
            (lists_by_type()
                 ? call.cc_cache_next != nullptr && call.cc_cache_end_seq_get != nullptr
                 : call.cccol_cursor_new != nullptr && call.cccol_cursor_next != nullptr &&
                       call.cccol_cursor_free != nullptr);
        if (!complete) {
            return credential_refusal(library_, operation, ErrorCode::unavailable, subject(),
                                      "the library's libkrb5 cannot be used");
        }
        return failed("krb5_cc_set_default_name",
                      call.cc_set_default_name(context_.get(), name_.c_str()));
    }

    [[nodiscard]] Result<std::vector<krb5::Cache>> list() {
        std::vector<krb5::Cache> caches;
        std::optional<Error> refused =
            lists_by_type() ? list_of_type(caches) : list_of_all_types(caches);
        if (refused) {
            return *std::move(refused);
        }
        const std::string chosen = chosen_cache();
        for (krb5::Cache& cache : caches) {
            cache.chosen = cache.name == chosen;
        }
        return caches;
    }

private:
    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }
    /// Heimdal's list of all types has its SCC caches in it, which are in a database of the user's
    /// whatever the default is.
    [[nodiscard]] bool lists_by_type() const noexcept {
        return krb5().cc_cache_get_first != nullptr;
    }
    [[nodiscard]] std::string subject() const { return "collection " + name_; }
    [[nodiscard]] std::optional<Error> failed(std::string_view call, std::int32_t code) const {
        return code == 0 ? std::nullopt
                         : std::optional(krb5_failure(library_, call, code, subject()));
    }
    [[nodiscard]] std::string full_name(abi::CacheHandle cache) const {
        const char* type = krb5().cc_get_type(context_.get(), cache);
        const char* name = krb5().cc_get_name(context_.get(), cache);
        return type == nullptr || name == nullptr ? std::string()
                                                  : std::string(type) + ":" + std::string(name);
    }

    /// The cache that the collection's name resolves to.
    [[nodiscard]] std::string chosen_cache() const {
        CacheOwner cache(krb5(), context_.get());
        return krb5().cc_resolve(context_.get(), name_.c_str(), cache.receive()) == 0
                   ? full_name(cache.get())
                   : std::string();
    }

    /// Heimdal crashes on damaged files.
    [[nodiscard]] bool may_be_read(const std::string& name) const {
        const std::string path = file_of_cache(name);
        if (path.empty() || !library_.traits.crashes_on_damaged_files) {
            return true;
        }
        const std::optional<Finding> finding = examine_cache(path).finding;
        return !finding || finding->code == ErrorCode::credentials_expired;
    }

    void add(std::vector<krb5::Cache>& caches, abi::CacheHandle handle) const {
        krb5::Cache cache{full_name(handle), std::nullopt, false};
        if (type_of(cache.name) != type_of(name_)) {
            return;
        }
        PrincipalOwner principal(krb5(), context_.get());
        TextOwner text(krb5(), context_.get());
        if (may_be_read(cache.name) &&
            krb5().cc_get_principal(context_.get(), handle, principal.receive()) == 0 &&
            krb5().unparse_name(context_.get(), principal.get(), text.receive()) == 0) {
            cache.principal = text.get();
        }
        const bool known = std::any_of(caches.begin(), caches.end(),
                                       [&](const auto& other) { return other.name == cache.name; });
        if (!known) {
            caches.push_back(std::move(cache));
        }
    }

    [[nodiscard]] std::optional<Error> list_of_all_types(std::vector<krb5::Cache>& caches) {
        abi::CursorHandle cursor = nullptr;
        std::int32_t code = krb5().cccol_cursor_new(context_.get(), &cursor);
        if (code != 0) {
            return failed("krb5_cccol_cursor_new", code);
        }
        while (caches.size() < most_caches) {
            CacheOwner cache(krb5(), context_.get());
            code = krb5().cccol_cursor_next(context_.get(), cursor, cache.receive());
            if (code != 0 || cache.get() == nullptr) {
                break;
            }
            add(caches, cache.get());
        }
        krb5().cccol_cursor_free(context_.get(), &cursor);
        return failed("krb5_cccol_cursor_next", code);
    }

    /// Heimdal's krb5_cc_cache_get_first crashes for folders of caches, and for a file takes the
    /// default one of the process.
    [[nodiscard]] std::optional<Error> list_by_names(std::vector<krb5::Cache>& caches) {
        std::vector<std::string> names;
        const std::string residual = name_.substr(name_.find(':') + 1);
        if (type_of(name_) != "DIR" || residual.starts_with(":")) {
            names.push_back(name_);
        } else {
            std::error_code failed;
            for (std::filesystem::directory_iterator at(residual, failed), end;
                 !failed && at != end && names.size() < most_caches; at.increment(failed)) {
                if (at->path().filename().string().starts_with("tkt")) {
                    names.push_back("DIR::" + at->path().string());
                }
            }
            if (failed) {
                return krb5_failure(library_, list_operation, failed.value(), subject());
            }
        }
        for (const std::string& name : names) {
            CacheOwner cache(krb5(), context_.get());
            if (krb5().cc_resolve(context_.get(), name.c_str(), cache.receive()) == 0) {
                add(caches, cache.get());
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> list_of_type(std::vector<krb5::Cache>& caches) {
        if (const std::string type = type_of(name_); type == "FILE" || type == "DIR") {
            return list_by_names(caches);
        }
        constexpr std::int32_t no_more = -1765328242; // KRB5_CC_END
        abi::CursorHandle cursor = nullptr;
        std::int32_t code =
            krb5().cc_cache_get_first(context_.get(), type_of(name_).c_str(), &cursor);
        if (code == no_more) {
            return std::nullopt;
        }
        if (code != 0) {
            return failed("krb5_cc_cache_get_first", code);
        }
        while (caches.size() < most_caches) {
            CacheOwner cache(krb5(), context_.get());
            code = krb5().cc_cache_next(context_.get(), cursor, cache.receive());
            if (code != 0) {
                break;
            }
            add(caches, cache.get());
        }
        krb5().cc_cache_end_seq_get(context_.get(), cursor);
        return code == no_more ? std::nullopt : failed("krb5_cc_cache_next", code);
    }

    const Library& library_;
    const std::string& name_;
    Krb5Context context_;
};

} // namespace

bool has_choice(const Library& library, const std::string& cache) {
    const Krb5Functions& krb5 = library.loaded.krb5;
    const Krb5Context context(krb5);
    return context.get() != nullptr && krb5.cc_support_switch != nullptr &&
           krb5.cc_support_switch(context.get(), type_of(cache).c_str()) != 0;
}

std::optional<Error> make_chosen(const Library& library, const std::string& cache) {
    const Krb5Functions& krb5 = library.loaded.krb5;
    if (!has_choice(library, cache)) {
        return credential_refusal(library, switch_operation, ErrorCode::unavailable,
                                  "cache " + cache, "caches of this type have no choice");
    }
    if (library.traits.cannot_switch_folders && cache.starts_with("DIR::")) {
        return write_primary(library, cache);
    }
    const Krb5Context context(krb5);
    CacheOwner handle(krb5, context.get());
    std::int32_t code = krb5.cc_resolve(context.get(), cache.c_str(), handle.receive());
    if (code == 0) {
        code = krb5.cc_switch(context.get(), handle.get());
    }
    return code == 0
               ? std::nullopt
               : std::optional(krb5_failure(library, switch_operation, code, "cache " + cache));
}

Result<std::string>
LibraryBackend::collection_name(const std::optional<std::string>& wanted) const {
    const Krb5Context context(library_.loaded.krb5);
    std::string name = wanted ? *wanted : context.default_cache();
    if (name.find(':') == std::string::npos) {
        name.insert(0, "FILE:");
    }
    if (std::optional<Finding> finding = examine_cache_type(name)) {
        return credential_refusal(library_, open_operation, finding->code, "collection " + name,
                                  std::move(finding->message));
    }
    CacheOwner cache(library_.loaded.krb5, context.get());
    if (context.get() == nullptr || !is_complete(library_.loaded.krb5)) {
        return credential_refusal(library_, open_operation, ErrorCode::unavailable,
                                  "collection " + name, "the library's libkrb5 cannot be used");
    }
    if (const std::int32_t code =
            library_.loaded.krb5.cc_resolve(context.get(), name.c_str(), cache.receive());
        code != 0) {
        return krb5_failure(library_, open_operation, code, "collection " + name);
    }
    return name;
}

Result<std::vector<krb5::Cache>> LibraryBackend::list_caches(const std::string& collection) const {
    Collection caches(library_, collection);
    if (std::optional<Error> refused = caches.open(list_operation)) {
        return *std::move(refused);
    }
    return caches.list();
}

Result<void> LibraryBackend::choose_cache(const std::string& collection,
                                          const std::string& cache) const {
    Collection caches(library_, collection);
    std::optional<Error> refused = caches.open(switch_operation);
    if (!refused) {
        refused = make_chosen(library_, cache);
    }
    return refused ? Result<void>(*std::move(refused)) : Result<void>();
}

} // namespace gss::inline v0::rfc2744
